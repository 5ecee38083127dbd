"""TLS servers that want more work of a client than is decent."""

import asyncio
import base64
import secrets
import ssl
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization as form

from bot.probes import Target
from bot.vantage.base import VantageError
from bot.vantage.tls import start_tls
from tests.hostile.meter import MOST_TAKEN, Metered, seen, words
from tests.probes.loopback import LOOPBACK, Loopback
from tests.probes.servers import Peer, Secured, Serve, V, hosting, selected
from tests.real.processes import free_port
from tests.real_programs import program
from tests.wire.samples import certificate, rsa_key, server_context

SHARED = 64
"""Turns of the loop that others must get while OpenSSL computes."""


def enormous_group(folder: Path, bits: int, cipher: str) -> ssl.SSLContext:
    """A server that knows nothing but Diffie-Hellman in a group that it made up."""
    modulus = secrets.randbits(bits) | 1 << bits - 1 | 1
    body = b"".join(_integer(number) for number in (modulus, 2))
    der = b"\x30\x82" + len(body).to_bytes(2, "big") + body
    text = base64.encodebytes(der).decode()
    path = folder / "group.pem"
    path.write_text(f"-----BEGIN DH PARAMETERS-----\n{text}-----END DH PARAMETERS-----\n")
    made = server_context(certificate(key=rsa_key()), rsa_key(), V.TLSv1_2, V.TLSv1_2)
    made.set_ciphers(f"{cipher}:@SECLEVEL=0")
    made.load_dh_params(str(path))
    return made


def _integer(number: int) -> bytes:
    data = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return b"\x02\x82" + len(data).to_bytes(2, "big") + data


class Enormous:
    """A server with that group; ``turns`` are those of the loop while the client computes."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._sent, self._answered = asyncio.Event(), asyncio.Event()
        self.turns = 0

    async def serve(self, peer: Peer) -> None:
        while True:
            try:
                # In a thread, so that it is not the server that keeps the loop waiting.
                await asyncio.to_thread(self._tls.do_handshake)
            except ssl.SSLWantReadError:
                await self._flight(peer)
            else:
                return await peer.send(self._outgoing.read())

    async def _flight(self, peer: Peer) -> None:
        flight = self._outgoing.read()
        await peer.send(flight)
        if flight:
            self._sent.set()
        self._incoming.write(await peer.read())
        if flight:
            self._answered.set()

    async def count(self) -> None:
        await self._sent.wait()
        while not self._answered.is_set():
            await asyncio.sleep(0.001)
            self.turns += 1


@pytest.mark.parametrize(
    ("bits", "cipher"), [(8192, "DHE-RSA-AES128-SHA256"), (7600, "ADH-AES128-SHA256")]
)
async def test_a_group_beyond_all_measure_keeps_nobody_else_waiting(
    tmp_path: Path, bits: int, cipher: str
) -> None:
    """OpenSSL computes for most of a second; the loop goes on meanwhile.

    A host without a certificate makes its flight shorter by that.
    """
    server = Enormous(enormous_group(tmp_path, bits, cipher))
    async with hosting(server.serve) as host:
        stream = await Loopback().connect(LOOPBACK, host.port, _soon())
        counting = asyncio.create_task(server.count())
        secured = await start_tls(stream, None, "TLSv1.2", "TLSv1.2", _soon())
        await counting
        assert secured.cipher == cipher
        await secured.close()
    assert server.turns >= SHARED


def _soon() -> float:
    return asyncio.get_running_loop().time() + 60


@pytest.mark.real
async def test_a_server_that_asks_for_another_handshake(tmp_path: Path) -> None:
    """OpenSSL's own server, told to renegotiate over and over once it is spoken to."""
    key, port = tmp_path / "server.pem", free_port()
    key.write_bytes(_pem())
    options = ("s_server", "-tls1_2", "-msg", "-port", str(port), "-cert", str(key))
    pipes = {"stdin": PIPE, "stdout": PIPE, "stderr": STDOUT}
    asking = await asyncio.create_subprocess_exec(program("openssl"), *options, **pipes)  # type: ignore[arg-type]
    assert asking.stdin is not None
    assert asking.stdout is not None
    await asking.stdout.readuntil(b"ACCEPT")
    try:
        async with hosting(_relay(port, asking.stdin)) as host:
            vantage = Metered()
            target, only = Target("127.0.0.1", host.port), frozenset({"nla.challenge"})
            found = await seen(vantage, target, only=only)
    finally:
        asking.kill()
        told = (await asking.communicate())[0].decode("utf-8", errors="replace")
    said = words({one.probe: one for one in found})
    assert said["nla.challenge"] in {"nla.silent", "nla.closed"}
    assert vantage.most <= MOST_TAKEN
    assert "HelloRequest" in told
    assert told.count(", ClientHello") == told.count(", ServerHelloDone") == 1


def _relay(port: int, asking: asyncio.StreamWriter) -> Serve:
    """Confirms the request and hands over to a program that speaks TLS."""

    async def serve(peer: Peer) -> None:
        mask = await peer.request()
        await peer.send(selected(2))
        if mask != 3:
            return
        behind = Peer(*await asyncio.open_connection("127.0.0.1", port))
        there = asyncio.create_task(_forward(peer, behind, asking))
        ways = {there, asyncio.create_task(_forward(behind, peer, None))}
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        behind.writer.transport.abort()

    return serve


async def _forward(source: Peer, sink: Peer, asking: asyncio.StreamWriter | None) -> None:
    while data := await source.read():
        await sink.send(data)
        if asking is not None and data[0] == 0x17:  # the handshake is over
            asking.write(b"R\n" * 20)


def _pem() -> bytes:
    leaf = x509.load_der_x509_certificate(certificate(key=rsa_key()))
    key = rsa_key().private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    return leaf.public_bytes(form.Encoding.PEM) + key


async def test_a_handshake_is_given_up_with_its_run(tmp_path: Path) -> None:
    """A thread that still computes keeps no run from its end."""
    context = enormous_group(tmp_path, 8192, "DHE-RSA-AES128-SHA256")

    async def serve(peer: Peer) -> None:
        await Secured(peer, context).handshake()

    async with hosting(serve) as host:
        stream = await Loopback().connect(LOOPBACK, host.port, _soon())
        task = asyncio.create_task(start_tls(stream, None, "TLSv1.2", "TLSv1.2", _soon()))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await stream.close()
        with pytest.raises(VantageError):
            await start_tls(stream, None, "TLSv1.2", "TLSv1.2", _soon())
