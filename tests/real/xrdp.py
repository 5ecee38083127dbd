"""xrdp with a configuration of its own; sesman is not run, so a session ends at the login."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.real.material import Pair
from tests.real.processes import Server, free_port, server
from tests.real_programs import program

INI = """\
[Globals]
ini_version=1
fork=true
port=tcp://127.0.0.1:{port}
tcp_nodelay=true
security_layer={security}
crypt_level=high
certificate={pair.public}
key_file={pair.private}
rsakeys_ini={rsa_keys}
ssl_protocols=TLSv1.2, TLSv1.3

[Logging]
LogFile={folder}/xrdp.log
LogLevel=INFO
EnableSyslog=false

[Channels]

[Xorg]
name=Xorg
lib=libxup.so
username=ask
password=ask
ip=127.0.0.1
port=-1
"""


@contextlib.contextmanager
def xrdp(folder: Path, pair: Pair, *, security: str = "negotiate") -> Iterator[Server]:
    """An xrdp whose own log stands in ``folder/xrdp.log``."""
    folder.mkdir(parents=True, exist_ok=True)
    port, ini, rsa_keys = free_port(), folder / "xrdp.ini", folder / "rsakeys.ini"
    subprocess.run(
        [program("xrdp-keygen"), "xrdp", str(rsa_keys)], check=True, capture_output=True, timeout=60
    )
    values = {"port": port, "security": security, "pair": pair, "rsa_keys": rsa_keys}
    ini.write_text(INI.format(folder=folder, **values), encoding="utf-8")
    command = [program("xrdp"), "--nodaemon", "-c", str(ini)]
    with server(command, port, folder / "output.txt") as running:
        yield Server(running.port, folder / "xrdp.log")
