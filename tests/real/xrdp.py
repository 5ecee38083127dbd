"""xrdp with a configuration of its own; sesman is not run, so a session ends at the login."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.real.material import Pair
from tests.real.processes import LOOPBACK, Place, Server, free_port, server
from tests.real_programs import program

INI = """\
[Globals]
ini_version=1
fork=true
port={listen}
tcp_nodelay=true
security_layer={setup.security}
crypt_level=high
certificate={pair.public}
key_file={pair.private}
rsakeys_ini={rsa_keys}
ssl_protocols={setup.protocols}
tls_ciphers={setup.ciphers}

[Logging]
LogFile={log}
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

# Debian's OpenSSL refuses TLS 1.0, short keys and SHA-1; this lets one process take them.
LAX = """\
openssl_conf = first
[first]
ssl_conf = second
[second]
system_default = third
[third]
MinProtocol = None
CipherString = ALL:@SECLEVEL=0
"""


@dataclass(frozen=True, slots=True)
class Setup:
    """What its settings say, and where it runs; ``lax``: what OpenSSL forbids is allowed."""

    security: str = "negotiate"
    protocols: str = "TLSv1.2, TLSv1.3"
    ciphers: str = "HIGH"
    lax: bool = False
    place: Place = LOOPBACK
    port: int | None = None
    listen: str = ""
    """Addresses and ports in xrdp's own words; by default those of the place."""


@contextlib.contextmanager
def xrdp(folder: Path, pair: Pair, setup: Setup) -> Iterator[Server]:
    """An xrdp whose own log stands in ``folder/xrdp.log``."""
    folder.mkdir(parents=True, exist_ok=True)
    port = setup.port or free_port()
    ini, rsa_keys, lax = (folder / name for name in ("xrdp.ini", "rsakeys.ini", "openssl.cnf"))
    subprocess.run(
        [program("xrdp-keygen"), "xrdp", str(rsa_keys)], check=True, capture_output=True, timeout=60
    )
    log = folder / "xrdp.log"
    values = {"log": log, "pair": pair, "rsa_keys": rsa_keys, "setup": setup}
    listen = setup.listen or f"tcp://{setup.place.address}:{port}"
    ini.write_text(INI.format(listen=listen, **values), encoding="utf-8")
    lax.write_text(LAX, encoding="ascii")
    command = [program("xrdp"), "--nodaemon", "-c", str(ini)]
    env = {"OPENSSL_CONF": str(lax)} if setup.lax else {}
    with server(command, port, folder / "output.txt", env=env, place=setup.place) as running:
        yield Server(port, log, running.address)
