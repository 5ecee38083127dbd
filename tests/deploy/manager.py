"""systemd itself as the first process of namespaces of its own, with one unit to start.

It knows no unit but ours and some empty targets: those of a distribution would tidy this machine's
/tmp and load its kernel settings.  Everything is read-only for it but an empty /run and /tmp, a
copy of /etc, and folders of the test as /opt and /var/lib; its control groups are a branch of this
machine's.  The network is shared, so that the service meets the local Slack and the lab.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.real_programs import program

HOME = Path(__file__).parents[2]
GROUPS = Path("/sys/fs/cgroup")
GRAFTED = ("systemd", "unified")
PATIENCE = 60.0
"""Seconds for systemd to come up, and for its children to be gone."""
HIDDEN = ("/root", "/home")
"""What ProtectHome hides: a Python that stands there is shown to the service elsewhere."""
TARGETS = ("sysinit", "basic", "shutdown", "umount", "network-online", "nss-lookup", "multi-user")
LOG = "[Service]\nStandardOutput=append:/var/lib/log\nStandardError=append:/var/lib/log\n"
SCRIPT = """set -e
for each in etc opt lib; do mkdir -p {folder}/$each; done
mount --bind {folder}/etc /etc
mount --bind {folder}/opt /opt
mount --bind {folder}/lib /var/lib
mount --bind {packages} /opt/packages
mount --bind {python} /opt/python
{groups}
touch /dev/console
mount --bind {folder}/console /dev/console
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mount -o remount,bind,ro /
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount --make-rshared /
export container=namespace SYSTEMD_UNIT_PATH=/opt/units
exec {systemd} --system --unit={unit} --log-target=console --show-status=no --crash-reboot=no
"""


class Unable(Exception):
    """Here systemd cannot be the first process of namespaces; the message tells what it said."""


@dataclass(frozen=True, slots=True)
class Manager:
    """A systemd that runs; ``pid`` as this machine counts."""

    pid: int
    folder: Path

    def ctl(self, *words: str) -> str:
        """What ``systemctl`` prints, whatever its exit code says."""
        return self.inside(program("systemctl"), "--no-pager", *words).stdout

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as root where systemd runs."""
        place = [program("nsenter"), "-t", str(self.pid), "-m", "-p", "-C", "--", *command]
        return subprocess.run(place, check=False, capture_output=True, text=True, timeout=PATIENCE)

    def value(self, unit: str, name: str) -> str:
        """One property of a unit."""
        return self.ctl("show", "--value", "-p", name, unit).strip()

    @property
    def said(self) -> str:
        """What systemd and the service wrote."""
        files = (self.folder / name for name in ("start", "console", "lib/log"))
        return "".join(each.read_text(errors="replace") for each in files if each.exists())


def is_hidden() -> bool:
    """Whether the unit hides this Python, so that it stands in /opt/python for the service."""
    return sys.base_prefix.startswith(HIDDEN)


def base_prefix() -> str:
    """Where the service finds Python."""
    return "/opt/python" if is_hidden() else sys.base_prefix


def laid_out(folder: Path) -> None:
    """/etc, and the program in /opt/rdp-triage as ``make .venv/.stamp`` leaves it."""
    shutil.copytree("/etc", folder / "etc", symlinks=True, ignore_dangling_symlinks=True)
    (folder / "etc/rdp-triage").mkdir()
    (folder / "console").touch()
    for name in ("packages", "python"):
        (folder / "opt" / name).mkdir(parents=True)
    home = folder / "opt/rdp-triage"
    for name in ("bot", "handlers", "knowledge"):
        shutil.copytree(HOME / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
    programs = home / ".venv/bin"
    programs.mkdir(parents=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (programs / "python").symlink_to(f"{base_prefix()}/bin/{version}")
    (home / ".venv/pyvenv.cfg").write_text(f"home = {base_prefix()}/bin\n")
    packages = home / ".venv/lib" / version / "site-packages"
    packages.mkdir(parents=True)
    (packages / "here.pth").write_text("/opt/rdp-triage\n/opt/packages\n")
    script = (Path(sysconfig.get_path("scripts")) / "rdp-triage").read_text()
    script = "#!/opt/rdp-triage/.venv/bin/python\n" + script.partition("\n")[2]
    (programs / "rdp-triage").write_text(script)
    (programs / "rdp-triage").chmod(0o755)


@contextmanager
def manager(folder: Path, unit: Path) -> Iterator[Manager]:
    """Start systemd with this unit; everything that it started is ended."""
    units = folder / "opt/units"
    units.mkdir()
    shutil.copy(unit, units)
    (units / f"{unit.name}.d").mkdir()  # there is no journal
    library = f"Environment=LD_LIBRARY_PATH={base_prefix()}/lib\n" if is_hidden() else ""
    (units / f"{unit.name}.d/here.conf").write_text(LOG + library)
    for name in TARGETS:
        (units / f"{name}.target").write_text("[Unit]\nDefaultDependencies=no\n")
    branches = [each / folder.name for each in _hierarchies()]
    script = SCRIPT.format(
        folder=shlex.quote(str(folder)),
        packages=shlex.quote(sysconfig.get_path("purelib")),
        python=shlex.quote(sys.base_prefix),
        groups=_grafted(branches),
        systemd=program("systemd") if shutil.which("systemd") else "/lib/systemd/systemd",
        unit=unit.name,
    )
    for each in branches:
        each.mkdir()
    space = "--pid --fork --kill-child --mount --propagation private --uts --ipc --cgroup"
    with (folder / "start").open("w") as log:
        started = subprocess.Popen(
            [program("unshare"), *space.split(), "--mount-proc", "bash", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: _join(branches),  # noqa: PLW1509 - no thread runs beside it
        )
    try:
        yield Manager(_first(started, folder), folder)
    finally:
        started.send_signal(signal.SIGKILL)
        started.wait()
        for each in branches:
            _removed(each)


def _hierarchies() -> list[Path]:
    """The mounted hierarchies that a process may join as they are; of version 2 alone the one."""
    if (GROUPS / "cgroup.procs").exists():
        return [GROUPS]
    found = (each for each in GROUPS.iterdir() if (each / "cgroup.procs").exists())
    return [each for each in found if not each.is_symlink() and each.name != "cpuset"]


def _grafted(branches: list[Path]) -> str:
    """Commands that make the branches all that there is of control groups.

    The folder that holds the hierarchies is new: systemd makes it read-only, for everybody.
    """
    if branches[0].parent == GROUPS:  # version 2 alone
        return f"mount --bind {branches[0]} {GROUPS}"
    branches = [each for each in branches if each.parent.name in GRAFTED]  # it mounts the others
    held = [f"mkdir -p /opt/{each.parent.name}" for each in branches]
    held += [f"mount --bind {each} /opt/{each.parent.name}" for each in branches]
    held.append(f"mount -t tmpfs tmpfs {GROUPS}")
    for each in branches:
        held.append(f"mkdir {each.parent}")
        held.append(f"mount --move /opt/{each.parent.name} {each.parent}")
    return "\n".join(held)


def _join(branches: list[Path]) -> None:
    for each in branches:
        (each / "cgroup.procs").write_text(str(os.getpid()))


def _first(started: "subprocess.Popen[bytes]", folder: Path) -> int:
    """The process id of systemd, once it answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and started.poll() is None:
        children = Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().split()
        if children:
            found = Manager(int(children[0]), folder)
            if found.ctl("is-system-running").strip() in ("running", "degraded", "starting"):
                return found.pid
        time.sleep(0.2)
    raise Unable(f"systemd did not come up: {Manager(0, folder).said}")


def _removed(branch: Path) -> None:
    """Remove a control group and those below it, once their processes are gone."""
    end = time.monotonic() + PATIENCE
    while branch.exists() and time.monotonic() < end:
        for each in sorted(branch.rglob("*/"), key=lambda path: -len(path.parts)):
            with suppress(OSError):
                each.rmdir()
        with suppress(OSError):
            branch.rmdir()
        time.sleep(0.05)
