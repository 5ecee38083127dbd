"""A host of the lab: what it does, what is true about it, and how it is repaired."""

from dataclasses import dataclass, field

from bot.lab.behaviour import HEALTHY, Behaviour

DOMAIN = "lab.example"
RESOLVER = "192.0.2.53"
RDP_PORT = 3389
MAIN, BRANCH = "lab", "branch"
"""The jump boxes: that of the head office, and that of a branch with a DNS server of its own."""

COMPANION_PORTS = frozenset({135, 445, 5985})
"""What else a Windows server listens on: RPC, SMB and WinRM."""


@dataclass(frozen=True, slots=True)
class Host:
    """One row of the table; ``cause`` is the truth, None for a host with nothing wrong.

    ``ladder`` is the rung at which the connection path is expected to fail, or ``ok``, as the
    jump box ``lab`` sees it; with ``everywhere`` only a look from every jump box shows the truth.
    """

    name: str
    address: str
    behaviour: Behaviour
    cause: str | None
    ladder: str
    wrong: str
    repair: str
    repaired: Behaviour = field(default=HEALTHY)
    everywhere: bool = False

    @property
    def fqdn(self) -> str:
        """The name in the lab's DNS zone."""
        return f"{self.name}.{DOMAIN}"
