"""Every host behaves as its row says, seen by a raw client on the host's loopback port."""

import asyncio
import contextlib
import datetime as dt
import ssl
import time
from dataclasses import replace

import pytest
from cryptography import x509
from spnego._credssp_structures import TSRequest
from spnego._ntlm_raw.messages import AvId, Challenge

from bot.lab import Lab, ntlm
from tests.lab.client import BARE, NEGOTIATE, ask, certificate_of, context, dial, request, secured

CONFIRM = "030000130ed00000123400"
ONLY = ssl.TLSVersion


def port(lab: Lab, name: str) -> int:
    return lab.host(name).port


async def challenge(lab: Lab, name: str) -> tuple[int, Challenge]:
    async with secured(port(lab, name)) as stream:
        stream.writer.write(NEGOTIATE)
        reply = TSRequest.unpack(await stream.reader.read(4096))
    assert reply.nego_tokens
    return reply.version, Challenge.unpack(reply.nego_tokens[0].nego_token)


def clock(read: Challenge) -> float:
    """The host's time; pyspnego gives it without a zone."""
    return float(read.target_info[AvId.timestamp].replace(tzinfo=dt.UTC).timestamp())


async def certificate(lab: Lab, name: str) -> x509.Certificate:
    async with secured(port(lab, name)) as stream:
        return x509.load_der_x509_certificate(certificate_of(stream))


async def accepts(lab: Lab, name: str, version: ssl.TLSVersion) -> bool:
    try:
        async with secured(port(lab, name), context(version, version)):
            return True
    except (ssl.SSLError, ConnectionError):
        return False


@pytest.mark.parametrize(
    ("name", "protocols", "tail"),
    [
        ("srv-app-01", 0, "0300080005000000"),
        ("srv-app-01", 1, "0300080005000000"),
        ("srv-app-01", 3, "021f080002000000"),
        ("srv-app-01", 0xB, "021f080008000000"),
        ("srv-app-01", 4, "021f080004000000"),
        ("srv-db-03", 0, "021f080000000000"),
        ("srv-db-03", 1, "0300080002000000"),
        ("srv-db-03", 0xB, "0300080002000000"),
        ("srv-db-04", 0, "021f080000000000"),
        ("srv-db-04", 1, "0300080003000000"),
        ("srv-db-04", 3, "0300080003000000"),
    ],
)
async def test_negotiation(lab: Lab, name: str, protocols: int, tail: str) -> None:
    assert (await ask(port(lab, name), request(protocols))).hex() == CONFIRM + tail


async def test_a_request_without_negotiation_data_gets_none(lab: Lab) -> None:
    assert (await ask(port(lab, "srv-app-01"), BARE)).hex() == "0300000b06d00000123400"


async def test_a_cookie_changes_nothing(lab: Lab) -> None:
    with_cookie = request(3, cookie=b"Cookie: mstshash=probe\r\n")
    answer = await ask(port(lab, "srv-app-01"), with_cookie)
    assert answer.hex() == CONFIRM + "021f080002000000"
    assert lab.host("srv-app-01").seen.requests == [3]


@pytest.mark.parametrize(
    "wrong", [b"GET / HTTP/1.0\r\n\r\n", bytes(11), b"\x03\x00\x00\x07\x02\xf0\x80"]
)
async def test_windows_hangs_up_on_anything_else(lab: Lab, wrong: bytes) -> None:
    assert await ask(port(lab, "srv-app-01"), wrong) == b""


async def test_a_refusal_ends_the_connection(lab: Lab) -> None:
    async with dial(port(lab, "srv-db-04")) as stream:
        stream.writer.write(request(1))
        assert len(await stream.reader.read()) == 19


async def test_healthy_certificate_is_the_windows_default(lab: Lab) -> None:
    found = await certificate(lab, "srv-app-01")
    assert found.subject.rfc4514_string() == "CN=srv-app-01.lab.example"
    assert found.issuer == found.subject
    assert found.not_valid_before_utc < dt.datetime.now(dt.UTC) < found.not_valid_after_utc
    with pytest.raises(x509.ExtensionNotFound):
        found.extensions.get_extension_for_class(x509.SubjectAlternativeName)


async def test_healthy_challenge(lab: Lab) -> None:
    version, read = await challenge(lab, "srv-app-01")
    assert (version, read.version.build) == (6, 17763)
    assert read.target_info[AvId.dns_computer_name] == "srv-app-01.lab.example"
    assert read.target_info[AvId.nb_computer_name] == "SRV-APP-01"
    assert clock(read) == pytest.approx(time.time(), abs=60)


async def test_expired_certificate_and_its_repair(lab: Lab) -> None:
    now = dt.datetime.now(dt.UTC)
    assert (await certificate(lab, "srv-app-07")).not_valid_after_utc < now
    await lab.repair("srv-app-07")
    renewed = await certificate(lab, "srv-app-07")
    assert now - renewed.not_valid_before_utc < dt.timedelta(minutes=10)
    assert renewed.not_valid_after_utc > now


async def test_wrong_machine_tells_another_name_everywhere(lab: Lab) -> None:
    other = "srv-print-03.lab.example"
    assert (await certificate(lab, "srv-app-08")).subject.rfc4514_string() == f"CN={other}"
    assert (await challenge(lab, "srv-app-08"))[1].target_info[AvId.dns_computer_name] == other
    await lab.repair("srv-app-08")
    _, read = await challenge(lab, "srv-app-08")
    assert read.target_info[AvId.dns_computer_name] == "srv-app-08.lab.example"


async def test_renamed_machine_has_only_an_old_certificate(lab: Lab) -> None:
    found = await certificate(lab, "srv-app-09")
    assert found.subject.rfc4514_string() == "CN=old-app-09.lab.example"
    _, read = await challenge(lab, "srv-app-09")
    assert read.target_info[AvId.dns_computer_name] == "srv-app-09.lab.example"


@pytest.mark.parametrize("first", [request(3), b""], ids=["after X.224", "direct"])
async def test_unreadable_key_closes_on_every_hello(lab: Lab, first: bytes) -> None:
    hello = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context().wrap_bio(ssl.MemoryBIO(), hello).do_handshake()
    async with dial(port(lab, "srv-db-01")) as stream:
        if first:
            stream.writer.write(first)
            assert (await stream.reader.readexactly(19))[11] == 2
        stream.writer.write(hello.read())
        with contextlib.suppress(ConnectionResetError):
            assert await stream.reader.read() == b""
    assert lab.host("srv-db-01").seen.hellos == 1
    await lab.repair("srv-db-01")
    assert (await challenge(lab, "srv-db-01"))[0] == 6


async def test_unpatched_host_answers_credssp_4(lab: Lab) -> None:
    assert (await challenge(lab, "srv-db-02"))[0] == 4
    await lab.repair("srv-db-02")
    assert (await challenge(lab, "srv-db-02"))[0] == 6


async def test_slow_clock(lab: Lab) -> None:
    _, read = await challenge(lab, "pc-sales-12")
    skew = clock(read) - time.time()
    assert skew == pytest.approx(-600, abs=60)


@pytest.mark.parametrize(
    ("name", "versions"),
    [
        ("srv-app-01", [ONLY.TLSv1, ONLY.TLSv1_1, ONLY.TLSv1_2]),
        ("srv-app-02", [ONLY.TLSv1_2, ONLY.TLSv1_3]),
        ("srv-old-01", [ONLY.TLSv1]),
    ],
)
async def test_tls_versions(lab: Lab, name: str, versions: list[ssl.TLSVersion]) -> None:
    machine = lab.host(name)
    await machine.behave(replace(machine.behaviour, delay_s=0.0))
    every = (ONLY.TLSv1, ONLY.TLSv1_1, ONLY.TLSv1_2, ONLY.TLSv1_3)
    assert [version for version in every if await accepts(lab, name, version)] == versions


async def test_a_failed_handshake_ends_with_an_alert(lab: Lab) -> None:
    machine = lab.host("srv-app-02")
    await machine.behave(machine.row.repaired)
    with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"):
        async with secured(machine.port, context(ONLY.TLSv1, ONLY.TLSv1)):
            pass


async def test_ssh_server_on_the_rdp_port(lab: Lab) -> None:
    async with dial(port(lab, "srv-file-03")) as stream:
        assert (await stream.reader.readline()).startswith(b"SSH-2.0-")
    await lab.repair("srv-file-03")
    assert (await ask(port(lab, "srv-file-03"), request(3)))[5] == 0xD0


async def test_stopped_service_refuses_until_it_is_started(lab: Lab) -> None:
    await lab.repair("srv-file-01")
    opened = port(lab, "srv-file-01")
    assert (await ask(opened, request(3)))[5] == 0xD0
    await lab.damage("srv-file-01")
    with pytest.raises(ConnectionRefusedError):
        await ask(opened, request(3))


async def test_blocked_ntlm_is_an_error_code(lab: Lab) -> None:
    machine = lab.host("srv-app-01")
    await machine.behave(replace(machine.behaviour, ntlm=False))
    async with secured(machine.port) as stream:
        stream.writer.write(NEGOTIATE)
        reply = TSRequest.unpack(await stream.reader.read(4096))
    assert reply.error_code == ntlm.STATUS_NOT_SUPPORTED


async def test_an_authenticate_is_counted_and_not_answered(lab: Lab) -> None:
    machine = lab.host("srv-app-01")
    async with secured(machine.port) as stream:
        stream.writer.write(NEGOTIATE)
        await stream.reader.read(4096)
        stream.writer.write(ntlm.ts_request(6, b"NTLMSSP\0" + b"\x03\0\0\0" + bytes(80)))
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            assert await stream.reader.read(4096) == b""
    assert (machine.seen.challenges, machine.seen.authenticates) == (1, 1)


async def test_a_repair_cuts_conversations(lab: Lab) -> None:
    async with dial(port(lab, "srv-app-07")) as stream:
        stream.writer.write(BARE)
        await stream.reader.readexactly(11)
        await lab.repair("srv-app-07")
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionResetError):
                assert await stream.reader.read() == b""
