"""The lab's gateways as a client that trusts the lab's authority sees them."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.catalog import load, shipped
from bot.lab import GATEWAYS, HOSTS, Gateway, Lab, NoSuchHost
from bot.lab.behaviour import Port
from bot.lab.certificates import root

REQUEST = b"RDG_OUT_DATA /remoteDesktopGateway/ HTTP/1.1\r\nHost: x\r\n%b\r\n"


@asynccontextmanager
async def dial(
    lab: Lab, name: str
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    context = ssl.create_default_context(cadata=root().decode())
    streams = await asyncio.open_connection(
        "127.0.0.1", lab.gateway(name).port, ssl=context, server_hostname=f"{name}.lab.example"
    )
    try:
        yield streams
    finally:
        streams[1].close()


async def ask(lab: Lab, name: str, request: bytes) -> bytes:
    async with dial(lab, name) as (reader, writer):
        writer.write(request)
        return await reader.read(65536)


async def test_a_healthy_gateway_asks_for_a_sign_in(lab: Lab) -> None:
    answer = await ask(lab, "rdg-01", REQUEST % b"")
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n" in answer
    assert (await ask(lab, "rdg-01", b"GET / HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 404 ")


async def test_credentials_are_counted_and_not_answered(lab: Lab) -> None:
    async with dial(lab, "rdg-01") as (reader, writer):
        writer.write(REQUEST % b"Authorization: NTLM x\r\n")
        with pytest.raises((ssl.SSLError, ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
    assert lab.gateway("rdg-01").seen.credentials == 1


@pytest.mark.parametrize(("name", "status"), [("rdg-03", b"405"), ("rdg-04", b"503")])
async def test_faults_answer_otherwise_until_they_are_repaired(
    lab: Lab, name: str, status: bytes
) -> None:
    assert (await ask(lab, name, REQUEST % b"")).split()[1] == status
    assert (await lab.repair_gateway(name)).name == name
    assert (await ask(lab, name, REQUEST % b"")).split()[1] == b"401"


async def test_a_certificate_for_another_name_is_turned_down(lab: Lab) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        await ask(lab, "rdg-02", REQUEST % b"")


async def test_only_port_443_is_open(lab: Lab) -> None:
    assert lab.reach("rdg-01.lab.example", 443).fate is Port.OPEN
    assert lab.reach("192.0.2.61", 3389).fate is Port.SILENT
    with pytest.raises(NoSuchHost, match="srv-app-01"):
        lab.gateway("srv-app-01")


@pytest.mark.parametrize("row", GATEWAYS, ids=lambda row: row.name)
def test_a_row_is_whole(row: Gateway) -> None:
    assert row.cause is None or row.cause in load(shipped()).causes
    assert (row.cause is None) == (row.behaviour == row.repaired)
    assert row.address not in {each.address for each in HOSTS}
    assert row.wrong.endswith(".")
    assert row.repair.endswith(".")
