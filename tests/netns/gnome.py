"""GNOME Remote Desktop without a screen: its own D-Bus session, PipeWire and compositor.

It listens on every address, so it has a namespace of its own.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.real.material import Pair
from tests.real.processes import Place, Server, server
from tests.real_programs import program

DAEMON = Path("/usr/libexec/gnome-remote-desktop-daemon")
SESSION = """\
set -e
grdctl --headless rdp set-tls-cert "$1"
grdctl --headless rdp set-tls-key "$2"
grdctl --headless rdp set-credentials probe password
grdctl --headless rdp enable
pipewire &
wireplumber &
mutter --headless --wayland --no-x11 --virtual-monitor 640x480 &
tries=0
until gdbus call --session --dest org.gnome.Mutter.RemoteDesktop --method \\
  org.freedesktop.DBus.Peer.Ping --object-path /org/gnome/Mutter/RemoteDesktop; do
  tries=$((tries + 1))
  [ $tries -lt 100 ] || exit 1
  sleep 0.2
done
exec "$3" --headless --rdp-port 3389
"""
NEEDED = ("grdctl", "pipewire", "wireplumber", "mutter", "gdbus", "dbus-run-session")


@contextlib.contextmanager
def gnome(folder: Path, pair: Pair, place: Place) -> Iterator[Server]:
    """A fresh one on port 3389."""
    for name in NEEDED:
        program(name)
    program(str(DAEMON))
    home, runtime = folder / "home", folder / "run"
    home.mkdir(parents=True)
    runtime.mkdir(mode=0o700)
    strangers = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_DATA_HOME")
    command = ["env", *(f"--unset={name}" for name in strangers), program("dbus-run-session")]
    command += ["--", "sh", "-c", SESSION, "session", str(pair.public), str(pair.private)]
    env = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_RUNTIME_DIR": str(runtime),
        "GSETTINGS_BACKEND": "keyfile",
    }
    log = folder / "gnome.txt"
    with server([*command, str(DAEMON)], 3389, log, env=env, place=place) as running:
        yield running
