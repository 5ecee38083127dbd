"""The ground truth of every fault of the lab, hosts, gateways and jump box, in one table."""

from dataclasses import dataclass

from bot.lab.gateways import GATEWAYS
from bot.lab.hosts import HOSTS
from bot.lab.jumpbox import JumpboxState

SOUND_HOST = "srv-app-01"
"""Looked at where a gateway or the jump box is at fault."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to look at.

    ``cause`` is the truth about the host or its gateway, None where nothing is wrong; ``box`` is
    the state of the evidence ``jumpbox``, where that is at fault.  ``everywhere``: looked at from
    every jump box.
    """

    name: str
    wrong: str
    host: str
    cause: str | None = None
    gateway: str | None = None
    state: JumpboxState = JumpboxState.UP
    box: str = "ok"
    everywhere: bool = False


_BOX = (
    (JumpboxState.DOWN, "unreachable", None, "The jump box is down."),
    (JumpboxState.OTHER_HOST_KEY, "host-key", None, "The jump box shows another host key."),
    (JumpboxState.NO_FORWARDING, "forwarding", None, "The jump box forbids forwarding."),
    (JumpboxState.REFUSES_KEY, "auth", None, "The jump box refuses the bot's key."),
    (JumpboxState.DEAD_RESOLVER, "ok", "dns-not-answering", "The jump box's DNS server is silent."),
)

CASES = (
    *(Case(row.name, row.wrong, row.name, row.cause, everywhere=row.everywhere) for row in HOSTS),
    *(Case(row.name, row.wrong, SOUND_HOST, row.cause, row.name) for row in GATEWAYS),
    *(
        Case(f"jump box {state}", wrong, SOUND_HOST, cause, state=state, box=box)
        for state, box, cause, wrong in _BOX
    ),
)
