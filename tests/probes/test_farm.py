"""Two certificates behind one address: a farm, or one host with two keys."""

import asyncio

from bot.evidence import Observation
from bot.wire.suites import CODES
from tests.probes.loopback import see
from tests.probes.servers import Peer, V, context, hosting, rdp, windows_nla
from tests.wire.samples import first_flight

TLS13_SUITE = CODES["TLS_AES_128_GCM_SHA256"].to_bytes(2, "big")
SHORT_HELLO = 180  # of the shapes only that with few suites, and those before TLS 1.2


async def every_second_host(peer: Peer, contexts: list[object]) -> None:
    """A balancer: another member with each connection."""
    chosen = contexts.pop(0)
    contexts.append(chosen)
    await rdp(windows_nla, chosen)(peer)  # type: ignore[arg-type]


async def shown(*contexts: object) -> list[Observation]:
    """The certificates that a host with these members shows in one run."""
    members = list(contexts)
    reported = list[Observation]()
    async with hosting(lambda peer: every_second_host(peer, members)) as host:
        await see(host, report=reported.append)
    return [each for each in reported if each.probe == "tls.certificate"]


async def test_two_members_of_a_farm_are_two_observations() -> None:
    found = await shown(context(), context(name="SRV-APP-08"))
    assert sorted(each.facts["names"][0] for each in found) == ["SRV-APP-07", "SRV-APP-08"]
    assert found[1].detail == "one of several certificates: shown on another connection"


async def test_one_certificate_on_every_connection_is_one_observation() -> None:
    assert len(await shown(context())) == 1


async def test_a_certificate_for_each_type_of_key_makes_no_farm() -> None:
    assert len(await shown(context(), context(elliptic=True))) == 1


async def test_another_name_is_another_member_though_its_type_of_key_differs_too() -> None:
    found = await shown(context(), context(name="SRV-APP-08", elliptic=True))
    assert sorted(each.facts["names"][0] for each in found) == ["SRV-APP-07", "SRV-APP-08"]


async def test_two_members_are_a_farm_though_a_third_has_another_type_of_key() -> None:
    """The widest hello meets the member whose key is elliptic, the others one of two with RSA."""
    old, count = V.TLSv1_2, 0

    async def serve(peer: Peer) -> None:
        nonlocal count
        await peer.send(windows_nla(await peer.request()))
        hello = await peer.read()
        if len(hello) < SHORT_HELLO or TLS13_SUITE in hello[44:160]:
            count += 1
            chosen = context(name=f"SRV-APP-0{count % 2}", highest=old)
        else:
            chosen = context(elliptic=True, highest=old)
        await peer.send(first_flight(chosen, hello))
        await peer.read()

    reported = list[Observation]()
    async with hosting(serve) as host:
        await see(host, report=reported.append)
    kinds = [each.facts["key_type"] for each in reported if each.probe == "tls.certificate"]
    assert kinds == ["ec", "rsa", "rsa"]


async def test_others_have_their_turn_between_two_certificates() -> None:
    """A host may show four that are each dear to read."""
    turns, seen = 0, list[int]()

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    def report(one: Observation) -> None:
        if one.probe == "tls.certificate":
            seen.append(turns)

    members: list[object] = [context(name=f"SRV-APP-0{n}", highest=V.TLSv1_2) for n in range(4)]
    waiting = asyncio.create_task(others())
    async with hosting(lambda peer: every_second_host(peer, members)) as host:
        await see(host, report=report)
    waiting.cancel()
    assert len(seen) > 2
    assert sorted(set(seen)) == seen
