"""The table from witnesses to a verdict on packet sizes."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.probes.packets import Padded, Witnesses, judge
from bot.probes.path_quality import ORDINARY, SIZES
from bot.vantage.base import Echo, Socket
from tests.probes.told import replies, silence, told_of

HEAD, SENT = 40, 3040


def burst(echo: Callable[[int], Echo]) -> tuple[Echo, ...]:
    return tuple(echo(size) for size in (*ORDINARY, *SIZES))


def tcp(  # noqa: PLR0913 - one a number of ss
    *,
    mss: int | None = 1448,
    advmss: int | None = 1448,
    pmtu: int | None = 1500,
    acked: int = SENT + 1,
    unacked: int = 0,
    sacked: int = 0,
    again: int = 0,
) -> tuple[Socket, ...]:
    return (
        Socket(mss, advmss, pmtu, 40.0, unacked, sacked, 2 if unacked else 0, again, again, acked),
    )


TAKEN = tcp()
SWALLOWED = tcp(acked=HEAD + 1, unacked=3, sacked=1, again=4)
UNSACKED = tcp(acked=HEAD + 1, unacked=3, again=4)

Sockets = tuple[Socket, ...] | None


def padded(outcome: str, sockets: Sockets = None) -> Padded:
    if outcome == "unsent":
        return Padded("unsent", reason="the host chose RDP security")
    return Padded(outcome, HEAD, SENT, 1100 if outcome == "answered" else 0, sockets)


NONE: tuple[Echo, ...] = ()
MUTE, WHOLE, LARGE_LOST = burst(silence), burst(replies()), burst(replies(1400))
NAMED, ONE_LOST = burst(told_of(1400)), burst(replies(1499))


@pytest.mark.parametrize(
    ("echoes", "hello", "short", "verdict", "mtu", "tested"),
    [
        # One whole packet that came back is enough, whatever TCP shows.
        (WHOLE, padded("unsent"), True, "full", 1500, 1500),
        (WHOLE, padded("answered"), True, "full", 1500, 1500),
        (WHOLE, padded("closed"), True, "full", 1500, 1500),
        (WHOLE, padded("silent", TAKEN), True, "full", 1500, 1500),
        (WHOLE, padded("silent", SWALLOWED), True, "unknown", None, 1500),
        # No echo comes back: the kernel's own segments tell.
        (MUTE, padded("answered", TAKEN), True, "full", 1500, 1500),
        (NONE, padded("answered", TAKEN), True, "full", 1500, 1500),
        (NONE, padded("answered", tcp(mss=1460, advmss=1460)), True, "full", 1500, 1500),
        (NONE, padded("answered", tcp(mss=32768, advmss=65464, pmtu=65535)), True, "full", 1500,
         1500),
        (NONE, padded("answered", tcp(mss=1348, pmtu=1400)), True, "smaller", 1400, 1400),
        (NONE, padded("answered", tcp(mss=1388)), True, "smaller", 1440, 1440),
        (NONE, padded("answered", tcp(mss=1448, advmss=1460)), True, "smaller", 1488, 1488),
        (NONE, padded("answered", tcp(mss=None)), True, "unknown", None, None),
        # Another connection of the place is no witness, and nor is none.
        (NONE, padded("answered", tcp(acked=900)), True, "unknown", None, None),
        (NONE, padded("answered", ()), True, "unknown", None, None),
        (NONE, padded("answered"), True, "unknown", None, None),
        (MUTE, padded("closed"), True, "unknown", None, None),
        # A router, or the place itself, names the size.
        (NAMED, padded("unsent"), True, "smaller", 1400, 1500),
        (NAMED, padded("answered", TAKEN), True, "smaller", 1400, 1500),
        (NAMED, padded("silent"), True, "smaller", 1400, 1500),
        # The black hole on the way there: two witnesses of three.
        (NONE, padded("silent", SWALLOWED), True, "black-hole", None, 1500),
        (NONE, padded("silent", SWALLOWED), False, "black-hole", None, 1500),
        (MUTE, padded("silent", UNSACKED), True, "black-hole", None, 1500),
        (LARGE_LOST, padded("silent", SWALLOWED), True, "black-hole", 1400, 1500),
        (LARGE_LOST, padded("silent"), True, "black-hole", 1400, 1500),
        # On the way back: no hello is answered, although TCP has delivered the large one.
        (LARGE_LOST, padded("silent"), False, "black-hole", 1400, 1500),
        (LARGE_LOST, padded("silent", TAKEN), False, "black-hole", 1400, 1500),
        # One witness alone.
        (NONE, padded("silent"), True, "unknown", None, None),
        (NONE, padded("silent"), False, "unknown", None, None),
        (MUTE, padded("silent"), True, "unknown", None, None),
        (MUTE, padded("silent", TAKEN), True, "unknown", None, None),
        (LARGE_LOST, padded("unsent"), True, "unknown", None, 1400),
        (LARGE_LOST, padded("answered"), True, "unknown", None, 1400),
        (LARGE_LOST, padded("answered", TAKEN), True, "unknown", None, 1500),
        (LARGE_LOST, padded("silent", TAKEN), True, "unknown", None, 1400),
        # A host that is gone altogether sends no SACK and answers no short hello either.
        (NONE, padded("silent", UNSACKED), False, "unknown", None, None),
        # One lost echo, or one segment that was sent again, is chance.
        (ONE_LOST, padded("silent"), True, "unknown", None, 1499),
        (NONE, padded("silent", tcp(acked=HEAD + 1, unacked=3, sacked=1, again=1)), True,
         "unknown", None, None),
        # A single segment under way is another line's short hello.
        (NONE, padded("silent", tcp(acked=HEAD + 1, unacked=1, again=4)), True, "unknown", None,
         None),
    ],
)  # fmt: skip
def test_each_pair_of_witnesses(  # noqa: PLR0913, PLR0917 - one a column
    echoes: Sequence[Echo],
    hello: Padded,
    short: bool,
    verdict: str,
    mtu: int | None,
    tested: int | None,
) -> None:
    found = judge(Witnesses(4, hello, short, echoes))
    assert (found.verdict, found.mtu, found.tested) == (verdict, mtu, tested)
    assert all(found.notes)
    assert found.notes


def test_heavy_loss_is_no_black_hole() -> None:
    """One ordinary echo of eight came back and nothing else: that is loss, not size."""
    echoes = burst(lambda size: Echo(size, "reply" if size == ORDINARY[3] else "silence"))
    assert judge(Witnesses(4, padded("silent"), True, echoes)).verdict == "unknown"


@pytest.mark.parametrize("passed", [ORDINARY[3:4], ORDINARY[::4]])
def test_a_segment_lost_among_ordinary_losses_is_no_black_hole(passed: range) -> None:
    """Most small packets are lost too: so were the large ones, by chance."""
    echoes = burst(lambda size: Echo(size, "reply" if size in passed else "silence"))
    found = judge(Witnesses(4, padded("silent", SWALLOWED), True, echoes))
    assert (found.verdict, found.mtu) == ("unknown", None)
    assert "small ones get lost too" in found.notes[0]


@pytest.mark.parametrize(("echoes", "verdict"), [(WHOLE, "full"), (MUTE, "unknown")])
def test_a_jumbo_packet_that_vanishes_is_not_the_hosts_dislike(
    echoes: Sequence[Echo], verdict: str
) -> None:
    """The place sends the hello as one packet of 3052 bytes; a link between takes 1500."""
    jumbo = tcp(mss=8948, advmss=8948, pmtu=9000, acked=HEAD + 1, unacked=1, again=3)
    found = judge(Witnesses(4, padded("silent", jumbo), True, echoes))
    assert found.verdict == verdict
    assert "jumbo" in "; ".join(found.notes)
    assert "dislikes" not in "; ".join(found.notes)


def test_a_gap_below_the_named_size_is_a_black_hole() -> None:
    """Above 1400 the router speaks, but from 1300 on nothing comes back either."""

    def echo(size: int) -> Echo:
        return Echo(size, "silence") if 1300 < size <= 1400 else told_of(1400)(size)

    found = judge(Witnesses(4, padded("silent", TAKEN), False, burst(echo)))
    assert (found.verdict, found.mtu) == ("black-hole", 1300)


def test_segments_of_ipv6_are_smaller_for_the_same_packet() -> None:
    own = tcp(mss=1428, advmss=1428)
    assert judge(Witnesses(6, padded("answered", own), True)).verdict == "full"
    found = judge(Witnesses(4, padded("answered", own), True))
    assert (found.verdict, found.mtu) == ("smaller", 1480)


def test_a_clamp_stands_in_the_detail() -> None:
    clamped = judge(Witnesses(4, padded("answered", tcp(mss=1388)), True))
    assert "the host or a tunnel holds TCP to segments of 1388 bytes" in "; ".join(clamped.notes)
    assert "downstream an answer of 1100 bytes came" in clamped.notes
    path = judge(Witnesses(4, padded("answered", tcp(mss=1348, pmtu=1400)), True))
    assert "the path holds TCP" in "; ".join(path.notes)


def test_what_a_host_dislikes_is_said() -> None:
    found = judge(Witnesses(4, padded("silent", TAKEN), True))
    assert "dislikes it; no packet was lost" in found.notes[0]


NUMBERS = st.integers(0, 4000)
SOCKETS = st.none() | st.lists(
    st.builds(Socket, NUMBERS | st.none(), NUMBERS | st.none(), NUMBERS | st.none(), st.none(),
              NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS,
              st.sampled_from([HEAD, HEAD + 1, SENT, SENT + 1, 7])), max_size=3,
).map(tuple)  # fmt: skip
ECHOES = st.lists(
    st.builds(Echo, st.integers(84, 1500), st.sampled_from(["reply", "silence", "too-big"]),
              st.none(), NUMBERS | st.none()), max_size=24)  # fmt: skip


@given(st.sampled_from([4, 6]), st.sampled_from(["answered", "closed", "silent", "unsent"]),
       SOCKETS, st.booleans(), ECHOES)  # fmt: skip
def test_no_verdict_rests_on_one_witness(
    version: int,
    outcome: str,
    sockets: Sockets,
    short: bool,
    echoes: list[Echo],
) -> None:
    hello = padded(outcome, sockets)
    found = judge(Witnesses(version, hello, short, echoes))
    states = {echo.state for echo in echoes}
    if found.verdict == "black-hole":
        assert outcome == "silent"
        assert hello.swallowed() or {"reply", "silence"} <= states
    if found.verdict == "full":
        whole = any(echo.state == "reply" and echo.size >= 1500 for echo in echoes)
        assert whole or (outcome == "answered" and hello.acknowledged())
        assert found.mtu == 1500
    if found.mtu is not None:
        assert 0 < found.mtu <= 1500
