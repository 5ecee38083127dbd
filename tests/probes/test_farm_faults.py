"""A farm with one member that is ill: what it shows counts, and what it lacks is not the host's."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.evidence import Failure, Observation, Status, derive
from tests.probes.loopback import see
from tests.probes.servers import (
    BARE,
    Peer,
    Serve,
    V,
    context,
    hosting,
    rdp,
    refused,
    windows_nla,
)
from tests.wire.samples import certificate, first_flight, rsa_key, server_context

OTHER_KEY = rsa.generate_private_key(65537, 2048)
SOUND = rdp(windows_nla, context())


def dated(begins: float, days: float) -> Serve:
    """A member whose certificate begins so many days from now."""
    start = datetime.now(UTC) + timedelta(days=begins)
    der = certificate("SRV-APP-08", key=rsa_key(), begins=start, days=days)
    return rdp(windows_nla, server_context(der, rsa_key(), V.TLSv1, V.TLSv1_3))


async def keyless(peer: Peer) -> None:
    """A member that cannot use its key: it hangs up on every hello."""
    await peer.send(windows_nla(await peer.request()))
    await peer.read()


async def bare(peer: Peer) -> None:
    """A member that has no certificate at all."""
    mask = await peer.request()
    await peer.send(BARE if mask is None else refused(3))


async def garbled(peer: Peer) -> None:
    """A member whose certificate is no valid DER."""
    await peer.send(windows_nla(await peer.request()))
    flight = first_flight(context(highest=V.TLSv1_2), await peer.read())
    at = flight.find(b"\x30\x82")
    await peer.send(flight[:at] + b"\x31\x82" + flight[at + 2 :])
    await peer.read()


def records(flight: bytes) -> bytes:
    """The handshake messages of a flight, without their records."""
    found = b""
    while flight:
        size = int.from_bytes(flight[3:5], "big")
        found, flight = found + flight[5 : 5 + size], flight[5 + size :]
    return found


async def mismatching(peer: Peer) -> None:
    """A member that signs with another key than that of the certificate it shows."""
    await peer.send(windows_nla(await peer.request()))
    sent = records(first_flight(context(highest=V.TLSv1_2), await peer.read()))
    at = 4 + int.from_bytes(sent[1:4], "big")
    rest = at + 4 + int.from_bytes(sent[at + 1 : at + 4], "big")
    der = certificate("SRV-APP-08", key=OTHER_KEY, begins=datetime.now(UTC), days=90)
    entry = len(der).to_bytes(3, "big") + der
    body = len(entry).to_bytes(3, "big") + entry
    shown = b"\x0b" + len(body).to_bytes(3, "big") + body
    made = sent[:at] + shown + sent[rest:]
    await peer.send(b"\x16\x03\x03" + len(made).to_bytes(2, "big") + made)
    while await peer.read():
        pass


async def look(members: Sequence[Serve]) -> list[Observation]:
    """Everything that one look reports of members that take turns."""
    turn, reported = 0, list[Observation]()

    async def serve(peer: Peer) -> None:
        nonlocal turn
        turn += 1
        await members[(turn - 1) % len(members)](peer)

    async with hosting(serve) as host:
        await see(host, report=reported.append)
    assert host.connections <= 15
    return reported


def of(found: Sequence[Observation], probe: str) -> list[Observation]:
    return [each for each in found if each.probe == probe]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("begins", "days", "state"), [(-50.0, 40.0, "expired"), (10.0, 40.0, "not-yet-valid")]
)
async def test_the_dates_of_the_bad_member_count(
    begins: float, days: float, state: str, first: bool
) -> None:
    bad = dated(begins, days)
    found = await look([bad, SOUND] if first else [SOUND, bad])
    evidence = derive(found)
    assert evidence["certificate-validity"] == state
    assert evidence["certificates-shown"] == "several"
    shown = {each.facts["subject"]: each for each in of(found, "tls.certificate")}
    assert set(shown) == {"CN=SRV-APP-07", "CN=SRV-APP-08"}
    assert of(found, "tls.certificate")[1].detail == (
        "one of several certificates: shown on another connection"
    )


@pytest.mark.parametrize("first", [True, False])
async def test_a_certificate_that_cannot_be_read_is_reported_beside_a_good_one(first: bool) -> None:
    sound = rdp(windows_nla, context(highest=V.TLSv1_2))
    found = await look([garbled, sound] if first else [sound, garbled])
    shown = of(found, "tls.certificate")
    assert {each.failure for each in shown} == {None, Failure.CERT_UNREADABLE}
    assert derive(found)["ladder"] == "unknown"


@pytest.mark.parametrize("members", [[mismatching], [mismatching, SOUND]])
async def test_a_key_that_does_not_belong_to_its_certificate_is_noticed(
    members: list[Serve],
) -> None:
    """The hello is answered; only who goes on with the handshake finds out."""
    found = await look(members)
    broken = [each for each in of(found, "tls.certificate") if each.failure is not None]
    assert [each.failure for each in broken] == [Failure.CERT_UNREADABLE]
    assert "do not belong together" in broken[0].detail
    assert derive(found)["ladder"] == "unknown"


@pytest.mark.parametrize("highest", [V.TLSv1_2, V.TLSv1_3])
@pytest.mark.parametrize("first", [True, False])
async def test_a_member_that_hangs_up_on_hellos_leaves_the_ladder_open(
    highest: V, first: bool
) -> None:
    sound = rdp(windows_nla, context(highest=highest))
    found = await look([keyless, sound] if first else [sound, keyless])
    hello = of(found, "tls.hello")[-1]
    assert hello.status is Status.PASSED
    assert derive(found)["ladder"] == "unknown"
    assert any("not every connection fares alike" in each.detail for each in found)


async def test_a_handshake_that_is_broken_off_later_speaks_of_no_other_machine() -> None:
    """A hello ends where this host still answers."""

    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        await peer.send(first_flight(context(highest=V.TLSv1_2), await peer.read()))
        await peer.read()

    found = await look([serve])
    assert of(found, "nla.challenge")[-1].status is Status.NOT_RUN
    assert not any("several machines" in each.detail for each in found)


@pytest.mark.parametrize("first", [True, False])
async def test_a_member_without_certificate_does_not_hide_that_of_the_other(first: bool) -> None:
    found = await look([bare, SOUND] if first else [SOUND, bare])
    negotiation = of(found, "rdp.negotiation")[-1]
    assert negotiation.facts["security"] == "unknown"
    assert "failure:3" in negotiation.facts["answers"].values()
    assert "perhaps several machines" in negotiation.detail
    evidence = derive(found)
    assert (evidence["ladder"], evidence["certificate-validity"]) == ("unknown", "valid")
    assert "security-layer" not in evidence


async def test_a_host_without_certificate_is_not_asked_again_and_again() -> None:
    asked = list[int | None]()

    async def serve(peer: Peer) -> None:
        mask = await peer.request()
        asked.append(mask)
        await peer.send(BARE if mask is None else refused(3))

    async with hosting(serve) as host:
        found = await see(host)
    assert found["rdp.negotiation"].facts["security"] == "no-certificate"
    assert asked.count(3) <= 2
