import asyncio
from collections.abc import Callable

import pytest
from spnego._credssp_structures import TSRequest

from bot.evidence import Failure, Observation, derive
from bot.probes.clocks import bound
from bot.vantage.base import Clock, VantageError
from bot.vantage.means import NoMeans
from tests.probes.loopback import Loopback, see
from tests.probes.servers import (
    Peer,
    Secured,
    challenge,
    context,
    error,
    hosting,
    rdp,
    refused,
    selected,
    windows_nla,
)


@pytest.mark.parametrize(
    ("said", "failure", "facts"),
    [
        (error(0xC00000BB), Failure.NLA_ERROR, {"ntlm": "blocked"}),
        (error(0xC0000022), Failure.NLA_ERROR, {"credssp_version": 6}),
        (lambda: b"", Failure.NLA_CLOSED, {}),
        (lambda: b"garbage", Failure.PROBE_MALFORMED, {}),
        (error(-0x3FFFFF45), Failure.NLA_ERROR, {"ntlm": "blocked"}),
        (error(0xC0000418), Failure.NLA_ERROR, {"ntlm": "blocked"}),
        (lambda: challenge(3), None, {"credssp_version": 3, "patched": False}),
        (lambda: challenge(4), None, {"credssp_version": 4, "patched": False}),
        (lambda: challenge(5), None, {"credssp_version": 5, "patched": True}),
        (lambda: challenge(6), None, {"credssp_version": 6, "patched": True}),
        (lambda: challenge(2), None, {"credssp_version": 2, "patched": False}),
        (
            lambda: b"\x30\x0d\xa0\x03\x02\x01\x05\xa1\x06\x30\x04\x30\x02\xa0\x00",
            Failure.PROBE_MALFORMED,
            {},
        ),
        (lambda: b"\x30\x05\xa0\x03\x02\x01\x05", None, {"ntlm": "none", "patched": True}),
    ],
)
async def test_answers_to_the_first_credssp_message(
    said: object, failure: Failure | None, facts: dict[str, object]
) -> None:
    assert callable(said)
    async with hosting(rdp(windows_nla, context(), said)) as host:
        found = await see(host, only=frozenset({"nla.challenge"}))
    observation = found["nla.challenge"]
    assert observation.failure is failure
    assert facts.items() <= observation.facts.items()


async def test_a_silent_challenge_and_a_wrong_clock() -> None:
    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        secured = Secured(peer, context())
        await secured.handshake()
        while await secured.read():
            pass

    async with hosting(serve) as host:
        found = await see(host, only=frozenset({"nla.challenge"}), connect_timeout=0.2)
    assert found["nla.challenge"].failure is Failure.NLA_SILENT
    async with hosting(rdp(windows_nla, context(), lambda: challenge(skew_s=-900))) as host:
        found = await see(host, only=frozenset({"nla.challenge"}))
    assert found["nla.challenge"].facts["clock_skew_s"] == pytest.approx(-900, abs=60)


@pytest.mark.parametrize("version", [0, 1, 7, 0x60, 0x7FFFFFFF])
async def test_a_version_that_nobody_has_published_says_nothing_of_patches(version: int) -> None:
    async with hosting(rdp(windows_nla, context(), lambda: challenge(version))) as host:
        found = await see(host, only=frozenset({"nla.challenge"}))
    assert found["nla.challenge"].facts["credssp_version"] == version
    assert "patched" not in found["nla.challenge"].facts


def answer(token: bool, code: int) -> Callable[[], bytes]:
    """A TSRequest with an error code, and a CHALLENGE or none."""

    def said() -> bytes:
        tokens = TSRequest.unpack(challenge()).nego_tokens if token else None
        return bytes(TSRequest(version=6, nego_tokens=tokens, error_code=code).pack())

    return said


@pytest.mark.parametrize(
    ("said", "failure", "ntlm", "computer", "detail"),
    [
        (answer(True, 0), None, "offered", "SRV-APP-07", ""),
        (answer(False, 0), None, "none", None, ""),
        (answer(True, -0x3FFFFF93), Failure.NLA_ERROR, "offered", "SRV-APP-07", "0xC000006D"),
        (answer(True, 0xC00000BB), Failure.NLA_ERROR, "blocked", "SRV-APP-07", "0xC00000BB"),
        (answer(False, 0xC00000BB), Failure.NLA_ERROR, "blocked", None, "is how a host answers"),
        (answer(False, 0xC0000418), Failure.NLA_ERROR, "blocked", None, "STATUS_NTLM_BLOCKED"),
    ],
)
async def test_an_error_code_beside_what_else_is_told(
    said: Callable[[], bytes],
    failure: Failure | None,
    ntlm: str,
    computer: str | None,
    detail: str,
) -> None:
    async with hosting(rdp(windows_nla, context(), said)) as host:
        found = (await see(host, only=frozenset({"nla.challenge"})))["nla.challenge"]
    assert (found.failure, found.facts["ntlm"]) == (failure, ntlm)
    assert found.facts.get("computer") == computer
    assert detail in found.detail


@pytest.mark.parametrize("flags", [0x01, 0x03, 0x0B, 0x1B])
async def test_a_server_of_another_make_has_no_windows_version(flags: int) -> None:
    """FreeRDP's server side sets flags as its own version has them, and never a reference."""

    def free(mask: int | None) -> bytes:
        return selected(2, flags, 0) if mask is not None and mask & 2 else refused(5, 0)

    async with hosting(rdp(free, context())) as host:
        found = (await see(host, only=frozenset({"nla.challenge"})))["nla.challenge"]
    assert found.facts["computer"] == "SRV-APP-07"
    assert not {"os", "os_build"} & set(found.facts)


@pytest.mark.parametrize(
    ("error_s", "told_s"), [(0.0004, 0.001), (0.0011, 0.002), (0.25, 0.25), (900.0, 900.0)]
)
def test_an_error_is_never_told_smaller_than_it_is(error_s: float, told_s: float) -> None:
    """A host that answers within a millisecond has no clock that is known without an error."""
    assert bound(error_s) == told_s


class Watch(NoMeans):
    """A place with a clock that is off by so much, or that takes its time to say so."""

    def __init__(self, clock: Clock | VantageError | None, after_s: float = 0.0) -> None:
        super().__init__("a place without a clock")
        self._clock, self._after_s = clock, after_s
        self.cancelled = False

    async def clock(self, deadline: float) -> Clock:
        if isinstance(self._clock, VantageError):
            raise self._clock
        if self._clock is not None:
            await asyncio.sleep(self._after_s)
            return self._clock
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        raise AssertionError


async def told_beside(
    clock: Clock | VantageError | None, skew_s: float = 0.0
) -> tuple[Observation, Watch]:
    """The challenge of a host whose clock is off by so much, seen beside another clock."""
    vantage = Loopback(name="dc1")
    watch = vantage.other_means = Watch(clock)
    async with hosting(rdp(windows_nla, context(), lambda: challenge(skew_s=skew_s))) as host:
        found = await see(host, vantage, only=frozenset({"nla.challenge"}))
    return found["nla.challenge"], watch


WRONG = " (to 0.5 s) and the host's: it is the one that is wrong"


@pytest.mark.parametrize(
    ("host", "box", "state", "skew", "said"),
    [
        (0, -900.0, "right", 0, "the clock of dc1 is 900.0 s behind the bot's" + WRONG),
        (200, 3600.0, "right", 200, "the clock of dc1 is 3600.0 s ahead of the bot's" + WRONG),
        (-900, -900.0, "right", 0, "the bot's own clock is 900.0 s ahead of that of dc1" + WRONG),
        (900, 870.0, "right", 30, "the bot's own clock is 870.0 s behind that of dc1" + WRONG),
        (-900, 0.2, "skewed", -900, ""),
        (-900, 20.0, "skewed", -900, "so the host's skew is known less exactly"),
        (900, -900.0, None, 900, "so the host's skew is known less exactly"),
        (5000, 2000.0, None, 5000, "so the host's skew is known less exactly"),
        (900, 700.0, "right", 200, WRONG),
        (250, -290.0, None, 250, "so the host's skew is known less exactly"),
    ],
)  # fmt: skip
async def test_the_odd_one_out_of_three_clocks_is_the_wrong_one(
    host: float, box: float, state: str | None, skew: float, said: str
) -> None:
    found, _ = await told_beside(Clock(box, 0.5), host)
    assert derive([found]).get("clock") == state
    assert found.facts["clock_skew_s"] == pytest.approx(skew, abs=60)
    assert said in found.detail
    assert bool(said) == bool(found.detail)


async def test_a_second_clock_that_may_err_by_much_outvotes_nobody() -> None:
    found, _ = await told_beside(Clock(-900.0, 700.0), -900)
    assert "clock" not in derive([found])
    assert "is the one that is wrong" not in found.detail


@pytest.mark.parametrize(
    "clock", [Clock(0.4, 0.5), Clock(-0.2, 0.3), VantageError(Failure.JUMPBOX_UNREACHABLE)]
)
async def test_a_clock_that_agrees_or_cannot_be_had_changes_nothing(
    clock: Clock | VantageError,
) -> None:
    found, _ = await told_beside(clock)
    assert found.facts["clock_skew_error_s"] < 60
    assert found.detail == ""


async def test_a_skew_waits_for_a_clock_that_is_asked_longer_than_the_host() -> None:
    """The bot's clock is wrong, and running ``date`` takes longer than a host next door."""
    vantage = Loopback(name="dc1")
    vantage.other_means = Watch(Clock(-900.0, 0.5), after_s=0.3)
    async with hosting(rdp(windows_nla, context(), lambda: challenge(skew_s=-900))) as host:
        found = (await see(host, vantage, only=frozenset({"nla.challenge"})))["nla.challenge"]
    assert derive([found])["clock"] == "right"
    assert "the bot's own clock" in found.detail


async def test_a_clock_that_never_answers_is_not_waited_for() -> None:
    found, watch = await told_beside(None)
    assert found.facts["ntlm"] == "offered"
    assert watch.cancelled
