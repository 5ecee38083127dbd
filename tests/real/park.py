"""The RDP servers that the tests look at, by name; each is started when a test first asks."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from tests.real.material import Pair, Recipe, certificate
from tests.real.processes import Server
from tests.real.shadow import shadow
from tests.real.weston import weston
from tests.real.xrdp import Setup, xrdp

GOOD = Recipe()
LAX = Setup(ciphers="ALL:@SECLEVEL=0", lax=True)

XRDPS: Mapping[str, tuple[Recipe, Setup]] = MappingProxyType(
    {
        "xrdp-good": (GOOD, Setup()),
        "xrdp-tls12": (GOOD, Setup(protocols="TLSv1.2")),
        "xrdp-tls13": (GOOD, Setup(protocols="TLSv1.3")),
        "xrdp-tls10": (GOOD, Setup(protocols="TLSv1", ciphers=LAX.ciphers, lax=True)),
        "xrdp-expired": (Recipe(begins_days=-100, ends_days=-3), Setup()),
        "xrdp-not-yet-valid": (Recipe(begins_days=2, ends_days=90), Setup()),
        "xrdp-short-key": (Recipe(bits=1024), LAX),
        "xrdp-sha1": (Recipe(sha1=True), LAX),
        "xrdp-other-name": (Recipe(names=("other.corp.example", "192.0.2.7")), Setup()),
        "xrdp-rdp-only": (GOOD, Setup(security="rdp")),
        "xrdp-tls-required": (GOOD, Setup(security="tls")),
    }
)
# The key of another certificate, and a key that is not there: both read the good recipe's.
MISMATCH, KEYLESS, KEYLESS_TLS = "xrdp-mismatch", "xrdp-keyless", "xrdp-keyless-tls"
SHADOWS: Mapping[str, str] = MappingProxyType(
    {"shadow-nla": "nla", "shadow-tls": "tls", "shadow-rdp": "rdp"}
)
WESTON = "weston"


@dataclass(slots=True)
class Park:
    """Starts servers under ``folder`` and keeps them until its stack is closed."""

    folder: Path
    screen: Callable[[], str]
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    running: dict[str, Server] = field(default_factory=dict)

    def server(self, name: str) -> Server:
        """The server of that name."""
        if name not in self.running:
            self.running[name] = self.stack.enter_context(self._start(name))
        return self.running[name]

    def _start(self, name: str) -> contextlib.AbstractContextManager[Server]:
        folder = self.folder / name
        if name in XRDPS:
            recipe, setup = XRDPS[name]
            return xrdp(folder, certificate(folder, recipe), setup)
        pair = certificate(folder, GOOD)
        if name == MISMATCH:
            other = certificate(folder / "other", GOOD)
            return xrdp(folder, Pair(pair.public, other.private), Setup())
        if name in (KEYLESS, KEYLESS_TLS):
            absent = Pair(pair.public, folder / "absent.pem")
            return xrdp(
                folder, absent, Setup(security="tls" if name == KEYLESS_TLS else "negotiate")
            )
        if name == WESTON:
            return weston(folder, pair)
        return shadow(folder, pair, self.screen(), security=SHADOWS[name])
