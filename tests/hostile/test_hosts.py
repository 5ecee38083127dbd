"""Hosts that break off, drip, flood or say nonsense at every stage of a conversation.

Every look comes back with the right word, and no connection takes in more than its cap.
"""

import asyncio
import socket
from random import Random

import pytest

from bot.evidence import Status
from tests.hostile.hosts import (
    STAGES,
    Act,
    chain,
    close,
    confirms,
    cut_after,
    drip,
    flood,
    good,
    instead,
    many_names,
    reset,
    silence,
    until,
)
from tests.hostile.meter import met, words
from tests.probes.servers import hosting, windows_nla
from tests.wire.samples import certificate

NEGOTIATION, HELLO, CERTIFICATE, NLA = (
    "rdp.negotiation", "tls.hello", "tls.certificate", "nla.challenge",
)  # fmt: skip
RUNGS = {"accept": NEGOTIATION, "confirm": NEGOTIATION, "flight": HELLO, "inside": NLA}
CONFIRM, WARNING, HELLO_REQUEST = (
    windows_nla(3), b"\x15\x03\x03\x00\x02\x01\x70", b"\x16\x03\x03\x00\x04\x00\x00\x00\x00",
)  # fmt: skip
SILENT = {NEGOTIATION: {"rdp.silent"}, HELLO: {"tls.silent"}, NLA: {"nla.silent"}}
ACTS: dict[str, tuple[Act, dict[str, set[str]]]] = {
    "drips": (drip, SILENT),
    "is silent": (silence, SILENT),
    "closes": (close, {NEGOTIATION: {"rdp.closed"}, HELLO: {"tls.closed"}, NLA: {"nla.closed"}}),
    "resets": (
        reset,
        {NEGOTIATION: {"rdp.closed"}, HELLO: {"tls.closed", "tls.reset"}, NLA: {"nla.closed"}},
    ),
    "floods with letters": (
        flood(b"A"),
        {NEGOTIATION: {"rdp.not_rdp"}, HELLO: {"tls.closed"}, NLA: {"probe.malformed"}},
    ),
    "floods with confirms": (
        flood(CONFIRM),
        {NEGOTIATION: {"passed"}, HELLO: {"tls.closed"}, NLA: {"probe.malformed"}},
    ),
    "floods with warnings": (
        flood(WARNING),
        {NEGOTIATION: {"rdp.not_rdp"}, HELLO: {"tls.closed"}, NLA: {"probe.malformed"}},
    ),
    "floods with a long message": (
        flood(b"\x30\x82\xff\x00"),
        {NEGOTIATION: {"rdp.not_rdp"}, HELLO: {"tls.closed"}, NLA: {"probe.malformed"}},
    ),
    "floods behind a sound answer": (
        flood(b"\x00", sound_first=True),
        {NEGOTIATION: {"passed"}, HELLO: {"passed"}, NLA: {"passed"}},
    ),
}


@pytest.mark.parametrize("stage", STAGES)
async def test_a_host_that_goes_wrong_at_a_stage(stage: str) -> None:
    async def meet(act: Act) -> str:
        async with hosting(until(stage, act)) as host:
            found = await met(host.port)
        assert host.connections <= 15
        if stage == "inside":
            assert found[CERTIFICATE].status is Status.PASSED
        return words(found)[RUNGS[stage]]

    met_words = await asyncio.gather(*(meet(act) for act, _ in ACTS.values()))
    for (name, (_, wanted)), word in zip(ACTS.items(), met_words, strict=True):
        assert word in wanted[RUNGS[stage]], f"a host that {name} after {stage}"


async def test_a_run_ends_at_its_deadline_whatever_the_host_does() -> None:
    """The patience of the probes is longer than the run here."""

    async def meet(stage: str, act: Act) -> None:
        async with hosting(until(stage, act)) as host:
            found = await met(host.port, seconds=4.0, patience=60.0)
        # Not that our own time was over: silence is the host's.
        assert {words(found)[RUNGS[stage]]} == SILENT[RUNGS[stage]]

    await asyncio.gather(*(meet(stage, act) for stage in STAGES for act in (drip, silence)))


CHAINS = {
    "10,000 certificates": chain(*[certificate()] * 10_000),
    "a subject of a megabyte": chain(certificate()[:-9] + bytes(1_000_000)),
    "17 certificates": chain(*[certificate()] * 17),
    "a certificate of nothing": chain(b""),
    "a certificate that is none": chain(b"\x30\x03\x02\x01\x01"),
}


@pytest.mark.parametrize("name", CHAINS)
async def test_a_chain_that_nobody_can_read(name: str) -> None:
    """The host agreed to TLS; what it shows then is another matter."""
    async with hosting(until("flight", instead(CHAINS[name]))) as host:
        said = words(await met(host.port))
    assert (said[HELLO], said[CERTIFICATE]) == ("passed", "cert.unreadable")
    assert said[NLA] == "not_run"


async def test_a_message_of_16_megabytes_is_no_flight() -> None:
    act = instead(b"\x16\x03\x03\x00\x04\x0b\xff\xff\xff")
    async with hosting(until("flight", act)) as host:
        said = words(await met(host.port))
    assert (said[HELLO], said[CERTIFICATE], said[NLA]) == ("tls.closed", "not_run", "not_run")


@pytest.mark.parametrize("count", [100, 3000])
async def test_thousands_of_names_are_cut(count: int) -> None:
    der = many_names(count)
    async with hosting(until("flight", instead(chain(der)))) as host:
        found = await met(host.port)
    facts = found[CERTIFICATE].facts
    assert len(facts["names"]) == 64
    assert "matches_host" not in facts, "a typed address, and no address among the names"


async def test_a_connection_that_ends_at_any_byte() -> None:
    """Sound up to there; whatever is reported, it is one of our words and no bug."""
    random = Random(7)  # noqa: S311 - no secret
    places = [*range(20), *sorted(random.sample(range(20, 2600), 40))]

    async def meet(place: int) -> dict[str, str]:
        async with hosting(cut_after(place)) as host:
            return words(await met(host.port))

    for at in range(0, len(places), 4):
        for said in await asyncio.gather(*map(meet, places[at : at + 4])):
            assert said["port.tcp"] == "passed"
            assert said[NEGOTIATION] in {"passed", "rdp.closed"}
            assert said[HELLO] in {"passed", "not_run", "tls.closed", "tls.reset"}
            assert said[NLA] in {"passed", "not_run", "nla.closed"}


async def test_a_host_that_confirms_several_times() -> None:
    async with hosting(confirms(3)) as host:
        found = await met(host.port)
    assert found[NEGOTIATION].facts["security"] == "nla-required"
    assert words(found)[HELLO] in {"passed", "tls.closed"}


async def test_a_port_that_nobody_accepts_on() -> None:
    """The system opens the connection; the program behind it hangs."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(16)
        found = await met(deaf.getsockname()[1])
    assert words(found)[NEGOTIATION] == "rdp.silent"


async def test_the_sound_host_that_all_others_are_made_of() -> None:
    async with hosting(good()) as host:
        found = await met(host.port)
    assert {words(found)[name] for name in (NEGOTIATION, HELLO, CERTIFICATE, NLA)} == {"passed"}
