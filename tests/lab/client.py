"""A raw RDP client for the tests, with bytes written out by hand and nothing of the product."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from typing import NamedTuple

BARE = bytes.fromhex("0300000b06e00000000000")
NEGOTIATE = bytes.fromhex(
    "3037a003020106a130302e302ca02a0428"
    "4e544c4d5353500001000000b78208e2000000000000000000000000000000000a0063450000000f"
)
AUTHENTICATE = bytes.fromhex("300f a003020106 a108 3006 3004 a002 0400".replace(" ", ""))


class Stream(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


def request(protocols: int, *, cookie: bytes = b"") -> bytes:
    """An X.224 Connection Request with negotiation data."""
    tail = cookie + bytes((1, 0, 8, 0, protocols, 0, 0, 0))
    return bytes((3, 0, 0, 11 + len(tail), 6 + len(tail), 0xE0, 0, 0, 0, 0, 0)) + tail


@contextlib.asynccontextmanager
async def dial(port: int) -> AsyncIterator[Stream]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Stream(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()


async def ask(port: int, data: bytes) -> bytes:
    """Send bytes and return the first that come back, ``b""`` at the end of the stream."""
    async with dial(port) as stream:
        stream.writer.write(data)
        with contextlib.suppress(ConnectionError):
            return await stream.reader.read(4096)
    return b""


def context(
    lowest: ssl.TLSVersion = ssl.TLSVersion.TLSv1, highest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.minimum_version, made.maximum_version = lowest, highest
    return made


@contextlib.asynccontextmanager
async def secured(port: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[Stream]:
    """X.224 with NLA asked for, then TLS."""
    async with dial(port) as stream:
        stream.writer.write(request(3))
        confirm = await stream.reader.readexactly(19)
        assert confirm[11] == 2, f"no protocol was selected: {confirm.hex()}"
        await stream.writer.start_tls(tls or context(), ssl_handshake_timeout=5)
        yield stream


def certificate_of(stream: Stream) -> bytes:
    found = stream.writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    assert isinstance(found, bytes)
    return found
