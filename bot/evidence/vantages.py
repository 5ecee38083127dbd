"""Do two places see the same host, and where do their ways part?

Strategy: their ladders are compared first, then what stands on the same rung: addresses, state of
the port, TLS with a current client, certificates and whether a bad one is among them.  A vantage
that could not look has no say, nor one whose jump box broke: that is a fault of the jump box, never
a difference of the host.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.evidence import certificate, nla, tls
from bot.evidence.ladder import OK, UNKNOWN, ladder
from bot.evidence.observation import LADDER_STATES, Observation, Rung
from bot.evidence.seen import Seen, label

DIRECT = "direct"
_HEIGHT = {state: height for height, state in enumerate((*LADDER_STATES[1:-1], OK))}


@dataclass(frozen=True, slots=True)
class Parting:
    """One rung at which the ways part: who stops there, and who gets past it.

    ``rung`` is the first rung that failed for ``stopped``; what lies beyond it those places do not
    see.  Both keep the order in which the places were looked from.
    """

    rung: str
    stopped: tuple[str, ...]
    past: tuple[str, ...]


def compare(views: Mapping[str, Seen]) -> str | None:
    """A state of the evidence item ``vantages``; None with fewer than two that could look."""
    looked = _looked(views)
    if len(looked) < 2:
        return None
    heights = {name: _HEIGHT[ladder(seen)] for name, seen in looked.items()}
    if _led_apart(looked.values()):
        return "led-apart"  # to another machine; the ways there cannot be compared
    if len(set(heights.values())) == 1:
        return "agree" if _same_sight(list(looked.values())) else "differ"
    if min(heights.values()) == _HEIGHT[Rung.NAME]:
        return "name-apart"  # whose resolver knows it says nothing of the ways
    return "tls-cut" if _tls_is_cut(looked.values()) else _worse(heights)


def _worse(heights: dict[str, int]) -> str:
    """Which side gets less far; ``box-worse``: jump boxes part, whatever is seen from here."""
    direct = heights.pop(DIRECT, None)
    if direct is not None and direct < min(heights.values()):
        return "direct-worse"
    if direct is not None and direct > max(heights.values()):
        return "jumpbox-worse"
    return "box-worse"


def partings(observations: Sequence[Observation]) -> tuple[Parting, ...]:
    """Where the ways of the places part, from the bottom of the ladder up; empty where none do.

    Each names a stretch of way at fault: what ``stopped`` pass and ``past`` do not.  Ways that lead
    to different machines are not compared.
    """
    views = _looked(by_vantage(observations))
    if _led_apart(views.values()):
        return ()
    looked = {name: ladder(seen) for name, seen in views.items()}
    found = []
    for rung in sorted(set(looked.values()) - {OK}, key=_HEIGHT.__getitem__):
        stopped = tuple(name for name, state in looked.items() if state == rung)
        past = tuple(name for name, state in looked.items() if _HEIGHT[state] > _HEIGHT[rung])
        if past:
            found.append(Parting(rung, stopped, past))
    return tuple(found)


def clock(views: Mapping[str, Seen], chosen: Seen) -> str | None:
    """State of ``clock``: the one item that is no matter of the place, so that all have a say.

    A jump box has a clock of its own to check the bot's with; looked at from here nobody has, so
    that this counts only where no jump box heard the host.  Other machines have other clocks.
    """
    told = {
        name: nla.clock(seen)
        for name, seen in views.items()
        if seen.number(nla.PROBE, "clock_skew_s") is not None and not _other_machine(chosen, seen)
    }
    boxes = [state for name, state in told.items() if name != DIRECT]
    states = {state for state in boxes or told.values() if state is not None}
    return states.pop() if len(states) == 1 else None


def by_vantage(observations: Sequence[Observation]) -> dict[str, Seen]:
    """What each place saw, in the order in which the places first appear."""
    names = dict.fromkeys(one.vantage for one in observations)
    return {name: Seen.of(o for o in observations if o.vantage == name) for name in names}


def _looked(views: Mapping[str, Seen]) -> dict[str, Seen]:
    return {
        name: seen
        for name, seen in views.items()
        if ladder(seen) != UNKNOWN and seen.failure("jumpbox.session") is None
    }


def _led_apart(views: Iterable[Seen]) -> bool:
    """The name leads two places to addresses that have nothing in common."""
    told = [set(seen.texts("name.lookup", "addresses")) for seen in views]
    found = [addresses for addresses in told if addresses]
    return any(not one & other for one in found for other in found)


def _tls_is_cut(views: Iterable[Seen]) -> bool:
    """Who stops does so at TLS, and is hung up on: silence would speak of lost packets."""
    stopped = [seen for seen in views if ladder(seen) != OK]
    lowest = min(stopped, key=lambda seen: _HEIGHT[ladder(seen)])
    return ladder(lowest) == Rung.TLS and tls.hello(lowest) in ("closed", "reset")


def _same_sight(views: Sequence[Seen]) -> bool:
    addresses = {frozenset(seen.texts("name.lookup", "addresses")) for seen in views}
    ports = {seen.port for seen in views}
    same = not any(_other_machine(one, other) for one in views for other in views)
    # Which clients TLS agrees with: what a device on one of the ways dislikes, it drops there only.
    clients = {tls.modern_client(seen) for seen in views} - {None}
    hellos = {tls.hello(seen) for seen in views} & {"server-hello", "picky"}
    # One place may have met the member with the bad certificate, and the other one not.
    dates = {certificate.validity(seen) for seen in views} - {None}
    keys = {certificate.key(seen) for seen in views} - {None}
    facts = (addresses - {frozenset()}, ports - {None}, clients, hellos, dates, keys)
    return same and all(len(known) <= 1 for known in facts)


def _other_machine(one: Seen, other: Seen) -> bool:
    """Whether two places meet machines that are not one and the same.

    A farm shows each place another member, now this one and now that; who shares a certificate is
    meant to be one.  A request that got two different answers was not read by the same machine.
    """
    if one.certificates and other.certificates:
        apart = not one.certificates & other.certificates
    else:
        apart = len({*_names(one), *_names(other)}) > 1
    told, answers = _answers(one), _answers(other)
    return apart or any(told[request] != answers[request] for request in told.keys() & answers)


def _names(seen: Seen) -> tuple[str, ...]:
    own = seen.text("nla.challenge", "computer")
    return (label(own),) if own else ()


def _answers(seen: Seen) -> dict[str, str]:
    """The requests for a security layer that were granted or refused."""
    words = seen.words("rdp.negotiation", "answers").items()
    return {request: word for request, word in words if word.startswith(("selected:", "failure:"))}
