"""Records what real servers send, as samples to break: ``python -m tests.fuzz.capture``.

Needs xrdp, xrdp-keygen, freerdp-shadow-cli and Xvfb.  The file ``captures.txt`` has a line for
each message: its protocol, who sent it to which request, and its bytes as hex.
"""

import asyncio
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bot.lab import Lab
from bot.vantage.base import VantageError
from bot.vantage.tcp import DirectStream, open_tcp
from bot.vantage.tls import start_tls
from bot.wire.credssp import TsRequest, encode
from bot.wire.hello import RANDOMNESS, SHAPES, client_hello
from bot.wire.ntlm import NEGOTIATE
from bot.wire.x224 import REQUESTS, connection_request
from tests.probes.loopback import LOOPBACK
from tests.real.material import Recipe, certificate
from tests.real.shadow import display, shadow
from tests.real.xrdp import Setup, xrdp

FILE = Path(__file__).with_name("captures.txt")
PATIENCE_S = 0.5
FLIGHTS = ("wide", "windows-11", "tls13")
LAB = ("srv-app-01", "srv-app-02", "srv-old-01", "srv-db-03", "srv-file-03")

Captures = dict[bytes, str]
"""Bytes to what they are: a message that several servers send is kept once."""


def captures(kind: str) -> Iterator[bytes]:
    """The recorded messages of one protocol: x224, tls or credssp."""
    for line in FILE.read_text(encoding="ascii").splitlines():
        found, _, data = line.split(" ")
        if found == kind:
            yield bytes.fromhex(data)


async def record(server: str, port: int, found: Captures) -> None:
    """All that one server says up to the point where a password would be needed."""
    for name, mask in REQUESTS.items():
        found.setdefault(await _said(port, connection_request(mask)), f"x224 {server}-{name}")
    for shape in FLIGHTS:
        hello = client_hello(SHAPES[shape], secrets.token_bytes(RANDOMNESS))
        flight = await _said(port, connection_request(3), hello)
        found.setdefault(flight, f"tls {server}-{shape}")
    found.setdefault(await _challenge(port), f"credssp {server}")


async def _said(port: int, *messages: bytes) -> bytes:
    """What comes back for the last message."""
    stream = await open_tcp(LOOPBACK, port, _soon())
    said = b""
    try:
        for message in messages:
            await stream.write(message, _soon())
            said = await _everything(stream)
    finally:
        await stream.close()
    return said


async def _everything(stream: DirectStream) -> bytes:
    said = b""
    with suppress(VantageError):
        while piece := await stream.read(65536, _soon()):
            said += piece
    return said


async def _challenge(port: int) -> bytes:
    stream = await open_tcp(LOOPBACK, port, _soon())
    try:
        await stream.write(connection_request(3), _soon())
        await stream.read(65536, _soon())
        secured = await start_tls(stream, None, "TLSv1.0", "TLSv1.3", _soon())
        await secured.write(encode(TsRequest(6, NEGOTIATE)), _soon())
        return await secured.read(65536, _soon())
    except VantageError:
        return b""
    finally:
        await stream.close()


def _soon() -> float:
    return asyncio.get_running_loop().time() + PATIENCE_S


async def _lab(found: Captures) -> None:
    async with Lab() as lab:
        for name in LAB:
            await record(f"lab-{name}", lab.host(name).port, found)


def main() -> None:
    """Record from xrdp, the FreeRDP shadow server and the lab."""
    found: Captures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in ("negotiate", "tls", "rdp"):
            own = folder / f"xrdp-{kind}"
            pair = certificate(own, Recipe())
            with xrdp(own, pair, Setup(security=kind)) as running:
                asyncio.run(record(f"xrdp-{kind}", running.port, found))
        own = folder / "shadow"
        pair = certificate(own, Recipe())
        with display(folder) as screen, shadow(own, pair, screen) as running:
            asyncio.run(record("shadow", running.port, found))
    asyncio.run(_lab(found))
    lines = [f"{what} {data.hex()}\n" for data, what in found.items() if data]
    FILE.write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main()
