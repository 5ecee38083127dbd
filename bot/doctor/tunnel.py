"""Whether a jump box lets through what looking at hosts needs: streams to hosts and to its DNS.

Strategy: a stream to itself tells enough where it opens, and no host hears of it.  Where it is
refused, all may be forbidden, or a PermitOpen list may name the hosts alone.  SSH's refusal is the
same for both (RFC 4254 section 5.1, code 1), so what looking needs is tried: the DNS servers, and
hosts that the target rules name by a single address.
"""

import asyncio
from collections.abc import Mapping

from bot.doctor.findings import Finding, Result, error, warning
from bot.settings import Jumpbox as Box
from bot.settings import Settings
from bot.targets import Rules, TargetRefused
from bot.targets.patterns import Patterns
from bot.vantage.base import Address
from bot.vantage.jumpbox import Jumpbox

TRY_S = 4.0
"""Seconds for a stream; that a host is silent shows that it was let through."""

HOSTS = 4
"""At most so many hosts are tried."""

Tried = Mapping[str, bool]
"""What was tried, in words, and whether it was let through."""


async def look(settings: Settings, box: Box, vantage: Jumpbox, deadline: float) -> Result:
    """Try streams; raises VantageError where the jump box itself fails."""
    port = (*settings.targets.ports, 3389)[0]
    if await vantage.forwards_itself(port, _soon(deadline)):
        return Result(fine=("forwards",))
    servers = await vantage.forwards_names(_soon(deadline))
    names = {f"its DNS server {host} port {number}": ok for (host, number), ok in servers.items()}
    hosts = await _hosts(settings, box, vantage, deadline)
    tried = {f"itself (127.0.0.1 port {port})": False, **names, **hosts}
    if not any(tried.values()):
        return Result((_nothing(box, tried),))
    found = _listed(box, names, hosts, tried)
    return Result((found,)) if found else Result(fine=(f"forwards to {_those(tried, True)}",))


def _soon(deadline: float) -> float:
    return min(deadline, asyncio.get_running_loop().time() + TRY_S)


async def _hosts(
    settings: Settings, box: Box, vantage: Jumpbox, deadline: float
) -> dict[str, bool]:
    """Whether hosts are let through that are named by their address and looked at from here."""
    targets = settings.targets
    port = (*targets.ports, 3389)[0]
    seen = Rules.of(box.targets or targets.allow, targets.deny, targets.ports)
    asked: list[Address] = []
    for network in Patterns.of([*targets.allow, *box.targets]).ranges:
        address = network.network_address
        if network.num_addresses == 1 and address not in asked and _may(seen, address):
            asked.append(address)
    until = _soon(deadline)
    answers = await asyncio.gather(*(_one(vantage, each, port, until) for each in asked[:HOSTS]))
    told = zip(asked, answers, strict=False)
    return {f"{address} port {port}": ok for address, ok in told if ok is not None}


async def _one(vantage: Jumpbox, address: Address, port: int, deadline: float) -> bool | None:
    try:
        return await vantage.forwards_to(address, port, deadline)
    except TargetRefused:
        return None


def _may(rules: Rules, address: Address) -> bool:
    try:
        rules.check_address(address)
    except TargetRefused:
        return False
    return True


def _nothing(box: Box, tried: Tried) -> Finding:
    """Nothing that looking needs is let through."""
    return error(
        "jumpbox.forwarding-refused",
        f"jump box {box.name} does not let us forward to {_those(tried, False)}",
        f"on {box.host}: AllowTcpForwarding yes (or local) for {box.user} in sshd_config, and "
        "nothing that forbids it: no-port-forwarding or restrict in authorized_keys. "
        f"{_permit_open(box)}",
    )


def _listed(box: Box, names: Tried, hosts: Tried, tried: Tried) -> Finding | None:
    """Something is let through and something is not; None where it is all that looking needs."""
    refused = {**hosts} if any(names.values()) else {**hosts, **names}
    if not all(refused.values()):
        lacks = f"but not to {_those(refused, False)}"
    elif not hosts:
        lacks = "but not to itself; hosts were not tried, as no rule names one by its address"
    else:
        return None
    return warning(
        "jumpbox.permit-open",
        f"jump box {box.name} lets us forward to {_those(tried, True)}, {lacks}",
        _permit_open(box),
    )


def _permit_open(box: Box) -> str:
    return (
        f"A PermitOpen list on {box.host} (permitopen in authorized_keys) must name hosts by "
        "address, since they are opened by address, as 10.0.0.5:3389 or *:3389, and the DNS "
        "server with port 53"
    )


def _those(tried: Tried, through: bool) -> str:
    return ", ".join(what for what, ok in tried.items() if ok is through)
