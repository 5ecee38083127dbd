import pytest

from bot.evidence import Failure
from tests.probes.loopback import see
from tests.probes.servers import Peer, Secured, challenge, context, error, hosting, rdp, windows_nla


@pytest.mark.parametrize(
    ("said", "failure", "facts"),
    [
        (error(0xC00000BB), Failure.NLA_ERROR, {"ntlm": "blocked"}),
        (error(0xC0000022), Failure.NLA_ERROR, {"credssp_version": 6}),
        (lambda: b"", Failure.NLA_CLOSED, {}),
        (lambda: b"garbage", Failure.PROBE_MALFORMED, {}),
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
