"""What echoes and one large hello say about the sizes of packets that a path takes.

Strategy: two witnesses that know nothing of each other, and a table that lets neither call a
black hole alone.  Echoes go both ways in one size; the kernel of the place (``ss``) knows the size
of TCP's segments and which were acknowledged.  Silence of all echoes is no witness, since Windows
drops them; nor is one connection that stays silent, since a host may dislike a large hello.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.vantage.base import Echo, Socket

ETHERNET = 1500
"""The largest packet that is looked for."""

_TCP_HEADERS = {4: 40, 6: 60}
_TIMESTAMPS = 12
# One lost echo is chance, and so is one segment that was sent again.
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Padded:
    """The large hello: ``outcome`` is answered, closed, silent or unsent.

    ``head`` and ``sent`` are the bytes written before the hello and in all; ``heard`` is the size
    of the answer; ``sockets`` is what ``ss`` showed then, None where it cannot be asked.
    ``reason`` says why it was not sent, or why ``ss`` cannot be asked.
    """

    outcome: str
    head: int = 0
    sent: int = 0
    heard: int = 0
    sockets: tuple[Socket, ...] | None = None
    reason: str = ""

    def acknowledged(self) -> Socket | None:
        """Our connection, when the host's kernel has taken all of the hello."""
        return next((one for one in self.sockets or () if self._is(one, self.sent)), None)

    def swallowed(self) -> Socket | None:
        """Our connection, when the whole packets of the hello vanish again and again."""
        for one in self.sockets or ():
            again = min(one.unacked, one.retrans, one.backoff) >= _FEWEST
            if self._is(one, self.head) and again:
                return one
        return None

    def jumbo(self) -> bool:
        """Whether all of the hello left in one packet larger than Ethernet's, and vanishes."""
        return any(
            self._is(one, self.head)
            and one.unacked == 1
            and (one.mss or 0) > ETHERNET
            and min(one.retrans, one.backoff) >= _FEWEST
            for one in self.sockets or ()
        )

    @staticmethod
    def _is(one: Socket, acked: int) -> bool:
        return one.bytes_acked in (acked, acked + 1)  # Linux counts the SYN


@dataclass(frozen=True, slots=True)
class Witnesses:
    """All that was seen; ``short`` says whether a short hello was answered."""

    version: int
    padded: Padded
    short: bool
    echoes: Sequence[Echo] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """``verdict`` is full, smaller, black-hole or unknown; sizes are whole IP packets."""

    verdict: str
    mtu: int | None = None
    tested: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pings:
    """The burst: the largest that came back, and what became of those above it.

    ``steady``: most of the smaller ones came back too, so what is missing is not mere loss.
    """

    passed: int = 0
    lost: int = 0
    named: int | None = None
    refused: bool = False
    steady: bool = False

    @classmethod
    def of(cls, echoes: Sequence[Echo]) -> "_Pings":
        passed = max((echo.size for echo in echoes if echo.state == "reply"), default=0)
        above = [echo for echo in echoes if passed and echo.size > passed]
        refused = [echo for echo in above if echo.state == "too-big"]
        # A size that the refused packet had not exceeded, or that others passed with, is no limit.
        named = [e.mtu for e in refused if e.mtu is not None and passed <= e.mtu < e.size]
        below = [echo.state == "reply" for echo in echoes if echo.size <= passed]
        steady = sum(below) >= _FEWEST and 2 * sum(below) > len(below)
        lost = sum(echo.state == "silence" for echo in above)
        return cls(passed, lost, min(named, default=None), bool(refused), steady)

    @property
    def full(self) -> bool:
        return self.passed >= ETHERNET

    @property
    def hole(self) -> bool:
        """Small ones come back, large ones vanish without a word."""
        return self.steady and self.lost >= _FEWEST

    @property
    def smaller(self) -> bool:
        """Somebody on the way, or the place itself, names large ones too large."""
        return self.refused and not self.hole


def judge(seen: Witnesses) -> Judgement:
    """Weigh the witnesses; a detail for people comes with every verdict."""
    pings, padded = _Pings.of(seen.echoes), seen.padded
    if padded.outcome == "silent":
        return _silent(seen, pings)
    if pings.full:
        return Judgement("full", ETHERNET, ETHERNET, (_both(pings.passed), *_clamp(seen)))
    if pings.smaller:
        return _smaller(pings)
    own = padded.acknowledged()
    if padded.outcome == "answered" and own is not None and own.mss is not None:
        return _acknowledged(seen, own, pings)
    return Judgement("unknown", None, pings.passed or None, _unsure(padded, pings))


def _silent(seen: Witnesses, pings: _Pings) -> Judgement:
    """The large hello was not answered: a black hole only with a second witness."""
    padded, known = seen.padded, pings.passed or None
    disliked = _JUMBO if padded.jumbo() and seen.short else _DISLIKED
    lost, taken = padded.swallowed(), padded.acknowledged()
    if lost is not None and (lost.sacked or seen.short):
        return _swallowed(lost, pings)
    if pings.hole and not (taken and seen.short):
        way = "from the host" if taken else "on the way"
        note = f"large packets vanish {way}; {_SILENT}"
        return Judgement("black-hole", known, ETHERNET, (note, *_echoed(pings)))
    if pings.full:
        return Judgement("full", ETHERNET, ETHERNET, (_both(pings.passed), disliked))
    if pings.smaller:
        found = _smaller(pings)
        return replace(found, notes=(*found.notes, disliked))
    why = f"{_SILENT}; nothing else tells why"
    if disliked is _JUMBO:
        why = disliked
    elif taken and seen.short:
        why = f"{disliked}; no packet was lost"
    return Judgement("unknown", None, known, (why,))


def _swallowed(lost: Socket, pings: _Pings) -> Judgement:
    note = (
        f"whole packets to the host vanish ({lost.retrans} sent again, {lost.unacked} not "
        "acknowledged) while small ones arrive"
    )
    if pings.full:
        return Judgement("unknown", None, ETHERNET, (f"{note}, but {_both(pings.passed)}",))
    if pings.passed and not pings.steady:
        chance = f"{note}, but small ones get lost too"
        return Judgement("unknown", None, pings.passed, (chance, *_echoed(pings)))
    known = pings.passed if pings.hole else None
    return Judgement("black-hole", known, ETHERNET, (note, *_echoed(pings)))


_SILENT = "a hello of several whole packets was not answered"
_DISLIKED = f"{_SILENT}: the host, or a device on the way, dislikes it"
_JUMBO = (
    f"packets of more than {ETHERNET} bytes to the host vanish: perhaps a link on the way takes "
    "no jumbo frames"
)


def _smaller(pings: _Pings) -> Judgement:
    mtu = pings.named or pings.passed
    note = f"the path says that it takes {mtu} bytes"
    return Judgement("smaller", mtu, ETHERNET, (note, f"{pings.passed} bytes come back"))


def _acknowledged(seen: Witnesses, own: Socket, pings: _Pings) -> Judgement:
    """TCP sent the large hello in segments of a known size, and the host has taken them all."""
    size = _packet(own, seen.version)
    notes = (f"upstream tested to {size} bytes", *_down(seen.padded, pings), *_clamp(seen))
    if pings.hole:
        odd = "large echoes are lost: a device drops them, or large packets vanish on the way back"
        return Judgement("unknown", None, size, (*notes, odd))
    return Judgement("full" if size >= ETHERNET else "smaller", size, size, notes)


def _packet(own: Socket, version: int) -> int:
    """The IP packet of a full segment, at most Ethernet's; ``mss`` leaves the TCP options out."""
    headers, pmtu = _TCP_HEADERS[version], own.pmtu or ETHERNET
    plain = own.advmss is not None and own.advmss + headers == pmtu
    return min((own.mss or 0) + headers + (0 if plain else _TIMESTAMPS), pmtu, ETHERNET)


def _clamp(seen: Witnesses) -> tuple[str, ...]:
    """A segment size below our own was asked for by the host or by a device on the way."""
    own = seen.padded.acknowledged()
    if own is None or own.mss is None or own.advmss is None or own.mss >= own.advmss:
        return ()
    if own.mss > ETHERNET:  # the loopback of one machine, where nobody clamps anything
        return ()
    kind = "the path" if own.pmtu is not None and own.pmtu < ETHERNET else "the host or a tunnel"
    return (f"{kind} holds TCP to segments of {own.mss} bytes (ours: {own.advmss})",)


def _unsure(padded: Padded, pings: _Pings) -> tuple[str, ...]:
    because = f" ({padded.reason})" if padded.reason else ""
    told = {
        "answered": "a hello of several packets was answered, so none vanish on the way there; "
        f"their size cannot be seen from here{because}",
        "closed": "the connection was closed after a hello of several packets",
        "unsent": padded.reason,
    }[padded.outcome]
    return (told, *_echoed(pings))


def _both(size: int) -> str:
    return f"packets of {size} bytes pass both ways"


def _down(padded: Padded, pings: _Pings) -> tuple[str, ...]:
    if pings.passed:
        return (f"downstream tested to {pings.passed} bytes",)
    return (f"downstream an answer of {padded.heard} bytes came",)


def _echoed(pings: _Pings) -> tuple[str, ...]:
    if not pings.passed:
        return ()
    lost = f", {pings.lost} larger ones do not" if pings.lost else ""
    return (f"echoes up to {pings.passed} bytes come back{lost}",)
