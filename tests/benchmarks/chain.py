"""How long a bare connection's chain of round trips takes, and how close our look comes to it.

Strategy: both go through the same warm connection to the same jump box and take turns, so that
whatever slows the machine slows both.  The bare connection is one channel: TCP, X.224, TLS 1.3 and,
where the host chose NLA, one TSRequest; it judges nothing.  It is made with a client of its own.
"""

import asyncio
import ssl
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import asyncssh

from bot.desk.looking import Scout
from bot.evidence import Observation
from bot.probes import Target
from bot.settings import read
from bot.wire.credssp import TsRequest, encode
from bot.wire.ntlm import NEGOTIATE
from bot.wire.x224 import REQUESTS, Protocol, connection_request
from tests.benchmarks.servers import PORT
from tests.real.sshd import Jumpbox

T = TypeVar("T")

TCP_PROBES = frozenset(
    {
        "port.tcp",
        "host.companions",
        "rdp.negotiation",
        "tls.hello",
        "tls.certificate",
        "nla.challenge",
    }
)
ANSWERS = frozenset({"rdp.negotiation", "tls.certificate", "nla.challenge"})
PAUSE_S = 0.3
PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Pair:
    """One turn, in milliseconds from its start; ``connects`` are the connect times of the look."""

    certificate: float
    chain: float
    known: dict[str, float]
    whole: float
    connects: tuple[float, ...]

    def when(self, probes: frozenset[str]) -> float:
        """When the last of these probes had reported."""
        return max(at for probe, at in self.known.items() if probe in probes)


def context() -> ssl.SSLContext:
    """A client that takes any certificate."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


class Bare:
    """An SSH client that opens one channel and goes straight down the chain."""

    def __init__(self, ssh: asyncssh.SSHClientConnection) -> None:
        self._ssh = ssh
        self._context = context()

    @classmethod
    async def through(cls, jumpbox: Jumpbox, user: str) -> "Bare":
        """Log in, and run a command once: without one OpenSSH keeps its Nagle delay."""
        ssh = await asyncssh.connect(
            "127.0.0.1",
            jumpbox.server.port,
            username=user,
            client_keys=[str(jumpbox.client_key.private)],
            known_hosts=([asyncssh.read_public_key(str(jumpbox.host_key.public))], [], []),
            config=None,
        )
        await ssh.run("true")
        return cls(ssh)

    async def chain(self, address: str) -> tuple[float, float]:
        """Milliseconds until the certificate, and until the end of the chain."""
        now = asyncio.get_running_loop().time
        began = now()
        reader, writer = await self._ssh.open_connection(address, PORT, encoding=None)
        writer.write(connection_request(REQUESTS["nla"], "bench"))
        confirm = await reader.readexactly(19)
        inside, outside = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self._context.wrap_bio(inside, outside)

        async def pump(step: Callable[[], T]) -> T:
            while True:
                try:
                    done = step()
                except ssl.SSLWantReadError:
                    writer.write(outside.read())
                    inside.write(await reader.read(65536))
                else:
                    writer.write(outside.read())
                    return done

        await pump(tls.do_handshake)
        certificate = chain = (now() - began) * 1000
        if confirm[15] != Protocol.TLS:
            await pump(partial(tls.write, encode(TsRequest(6, NEGOTIATE))))
            await pump(partial(tls.read, 65536))
            chain = (now() - began) * 1000
        writer.channel.abort()
        return certificate, chain

    async def close(self) -> None:
        """End the connection."""
        self._ssh.close()
        await self._ssh.wait_closed()


class Watch:
    """When what was known of a look, in milliseconds since it began."""

    def __init__(self) -> None:
        self._now = asyncio.get_running_loop().time
        self._began = self._now()
        self.known = dict[str, float]()
        self.connects = list[float]()

    def elapsed(self) -> float:
        """Milliseconds so far."""
        return (self._now() - self._began) * 1000

    def report(self, seen: Observation) -> None:
        """Take one observation in."""
        self.known[seen.probe] = self.elapsed()
        if seen.probe == "port.tcp":
            self.connects.append(seen.facts.get("connect_ms", 0.0))


async def turns(jumpbox: Jumpbox, config: Path, address: str, runs: int) -> list[Pair]:
    """Take turns: the bare chain and a whole look; the first turn fills caches and is dropped."""
    settings = read(config)
    bare = await Bare.through(jumpbox, settings.jumpbox[0].user)
    scout, target = Scout.of(settings), Target(address, PORT)
    pairs = []
    try:
        for _ in range(runs + 1):
            certificate, chain = await bare.chain(address)
            await asyncio.sleep(PAUSE_S)
            watch = Watch()
            await scout.look(target, ("jump",), seconds=PATIENCE_S, report=watch.report)
            whole = watch.elapsed()
            await asyncio.sleep(PAUSE_S)
            pairs.append(Pair(certificate, chain, watch.known, whole, tuple(watch.connects)))
    finally:
        await scout.close()
        await bare.close()
    return pairs[1:]


def median(pairs: list[Pair], of: Callable[[Pair], float]) -> float:
    """The median of a figure over all turns."""
    return statistics.median(of(pair) for pair in pairs)
