"""What several tickets can have in common on the way to their hosts, and which of them do.

Strategy: pure.  Each ticket names the hops that failed it, from what its probes saw; tickets of
three hosts or more that name the same hop, one after another within an hour, are one trouble.  A
refusal or any sign of life of a host clears the way to it, and a certificate that a host made for
itself has no issuer to share.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any, Literal

from bot.desk.ladder import by_place
from bot.desk.words import clean, listed, place
from bot.evidence import Failure, Observation, Status

WINDOW = timedelta(hours=1)
"""From one ticket to the next of the same trouble."""
FEWEST = 3
"""Hosts; two may well fail alike by chance."""
NAMED = 5
"""Other tickets that a card names."""

Kind = Literal["jump box", "gateway", "name server", "way", "issuer"]
KINDS: tuple[Kind, ...] = ("jump box", "gateway", "name server", "way", "issuer")
"""The nearest first: what fails beyond a broken hop may be its doing."""

_BOX = "jumpbox."
_NO_WAY = {Failure.TCP_TIMEOUT, Failure.TCP_UNREACHABLE}
_NO_NAME_SERVER = {Failure.NAME_NO_ANSWER, Failure.NAME_TIMEOUT}


@dataclass(frozen=True, slots=True)
class Hop:
    """Something that many hosts share; ``name`` may be a string that a target sent, cleaned."""

    kind: Kind
    name: str
    seen_from: str = ""

    @property
    def said(self) -> str:
        """What it is called in a sentence."""
        match self.kind:
            case "gateway":
                return f"the RD Gateway {self.name}"
            case "way":
                return f"the way from {place(self.seen_from)} to {self.name}"
            case "issuer":
                return f"an expired certificate issued by “{self.name}”"
            case _:
                return f"the {self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Sufferer:
    """A ticket with the hops that failed it."""

    number: int
    host: str
    opened_at: datetime
    hops: frozenset[Hop]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Tickets of one hop, the first one first."""

    hop: Hop
    numbers: tuple[int, ...]

    def said_to(self, number: int) -> str:
        """The sentence for the card of one of them."""
        others = [f"#{each}" for each in self.numbers if each != number]
        more = len(others) - NAMED
        named = listed([*others[:NAMED], *([f"{more} more"] if more > 0 else [])])
        return f"Not this host alone: {named} failed at {self.hop.said} too. Look there first."


def hops_of(seen: Sequence[Observation]) -> frozenset[Hop]:
    """The hops that failed, as far as the probes tell."""
    return frozenset(
        hop for vantage, mine in by_place(seen).items() for hop in _from_place(vantage, mine)
    )


def troubles(sufferers: Sequence[Sufferer]) -> tuple[Trouble, ...]:
    """What enough tickets share, the nearest hop first."""
    ordered = sorted(sufferers, key=lambda each: (each.opened_at, each.number))
    found = [
        Trouble(hop, tuple(each.number for each in run))
        for hop in {hop for each in sufferers for hop in each.hops}
        for run in _runs([each for each in ordered if hop in each.hops])
        if len({each.host.casefold() for each in run}) >= FEWEST
    ]
    return tuple(sorted(found, key=lambda it: (KINDS.index(it.hop.kind), it.numbers, it.hop.name)))


def _runs(ordered: Sequence[Sufferer]) -> list[list[Sufferer]]:
    runs: list[list[Sufferer]] = []
    for each in ordered:
        if runs and each.opened_at - runs[-1][-1].opened_at <= WINDOW:
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _from_place(vantage: str, mine: Sequence[Observation]) -> Iterator[Hop]:
    failed = [each for each in mine if each.status is Status.FAILED]
    for each in failed:
        if each.failure is not None and each.failure.value.startswith(_BOX):
            yield Hop("jump box", clean(str(each.facts.get("box", vantage))))
        if each.probe == "name.lookup" and each.failure in _NO_NAME_SERVER:
            yield from _named("name server", each.facts.get("resolver"))
    if any(each.probe.startswith("gateway.") for each in failed) and not _opens(mine):
        asked = (each.facts.get("asked") for each in mine if each.probe == "gateway.tcp")
        yield from _named("gateway", next(asked, None))
    yield from _ways(vantage, mine)
    for each in mine:
        if each.probe == "tls.certificate" and _expired(each.facts):
            yield from _named("issuer", each.facts.get("issuer"))


def _named(kind: Kind, name: Any) -> Iterator[Hop]:
    if isinstance(name, str) and clean(name):
        yield Hop(kind, clean(name))


def _opens(mine: Sequence[Observation]) -> bool:
    """Whether the gateway answers as one after all, at another of its addresses."""
    passed = {each.probe for each in mine if each.status is Status.PASSED}
    return {"gateway.tcp", "gateway.tls", "gateway.http"} <= passed


def _ways(vantage: str, mine: Sequence[Observation]) -> Iterator[Hop]:
    """The networks to which nothing got through, where no host in them gave a sign of life."""
    tried = [each for each in mine if each.probe == "port.tcp"]
    if not tried or any(each.failure not in _NO_WAY for each in tried) or _alive(mine):
        return
    for each in tried:
        try:
            address = ip_address(str(each.facts.get("address")))
        except ValueError:
            continue
        network = ip_network((address, 24 if address.version == 4 else 64), strict=False)
        yield Hop("way", str(network), vantage)


def _alive(mine: Sequence[Observation]) -> bool:
    told = [each.facts for each in mine if each.probe == "host.companions"]
    ports: list[Mapping[str, Any]] = [facts.get("ports", {}) for facts in told]
    answered = any(state in ("open", "refused") for each in ports for state in each.values())
    return answered or any(facts.get("ping") == "reply" for facts in told)


def _expired(facts: Mapping[str, Any]) -> bool:
    left = facts.get("days_left")
    return isinstance(left, int | float) and left < 0 and facts.get("self_signed") is False
