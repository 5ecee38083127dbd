"""Looking from the bot's own network: asyncio streams and the operating system's names.

Strategy: the C library finds addresses, because a technician expects what the machine itself
would find (hosts file, search list, VPN resolvers).  Our own DNS question is asked only to tell
a silent resolver from a broken one, and for reverse names.  ``OSError`` ends here.
"""

import asyncio
import errno
from pathlib import Path

from bot.evidence import Failure
from bot.targets import Rules
from bot.vantage import icmp, system
from bot.vantage.base import Address, Lookup, Means, Session, VantageError
from bot.vantage.dns import Found, Resolver, server_label
from bot.vantage.local import OwnMeans
from bot.vantage.names import HOSTS_FILE, RESOLV_CONF, Files, courtesy, literal, look_up

# A flooding target is made to wait once this much lies unread.
BUFFER = 65536
# The IP packet of an ordinary ping, in bytes; no link is too small for it.
ORDINARY = 84
_FAILURES = {
    errno.ECONNREFUSED: Failure.TCP_REFUSED,
    errno.EHOSTUNREACH: Failure.TCP_UNREACHABLE,
    errno.EHOSTDOWN: Failure.TCP_UNREACHABLE,
    errno.ENETUNREACH: Failure.TCP_UNREACHABLE,
    errno.ENETDOWN: Failure.TCP_UNREACHABLE,
    errno.EADDRNOTAVAIL: Failure.TCP_UNREACHABLE,
    # A route that prohibits, our own firewall, a black-hole route: no packet left this machine.
    errno.EACCES: Failure.TCP_UNREACHABLE,
    errno.EPERM: Failure.TCP_UNREACHABLE,
    errno.EINVAL: Failure.TCP_UNREACHABLE,
    # Not the host's doing: we are out of descriptors.
    errno.EMFILE: Failure.PROBE_INTERNAL,
    errno.ENFILE: Failure.PROBE_INTERNAL,
}


class _Reader(asyncio.StreamReader):
    """Keeps what came before a reset; asyncio's own reader would throw it away."""

    fault: Exception | None = None

    def set_exception(self, exc: Exception) -> None:
        """The connection ended with an error: for reading that is its end."""
        self.fault = exc
        self.feed_eof()


class DirectStream:
    """A TCP connection of this machine; without a writer it is over already."""

    def __init__(self, reader: _Reader, writer: asyncio.StreamWriter | None) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, limit: int, deadline: float) -> bytes:
        """Up to ``limit`` bytes; ``b""`` at the end, a reset included."""
        try:
            async with asyncio.timeout_at(deadline):
                return await self._reader.read(limit)
        except TimeoutError:
            pass
        try:
            # What came while this program was held up has come in time, and is there.
            async with asyncio.timeout(0):
                return await self._reader.read(limit)
        except TimeoutError:
            raise VantageError(Failure.PROBE_DEADLINE, "nothing came in time") from None

    async def write(self, data: bytes, deadline: float) -> None:
        """Send everything; what a peer that has left no longer takes is lost."""
        if self._writer is None:
            return
        try:
            async with asyncio.timeout_at(deadline):
                self._writer.write(data)
                await self._writer.drain()
        except TimeoutError:
            raise VantageError(Failure.PROBE_DEADLINE, "the host takes no data") from None
        except OSError:
            return  # the reader has it, and with it the kind of end

    async def ending(self, deadline: float) -> str:
        """As the operating system tells it; a peer that closed and is written to breaks the pipe.

        EPIPE: Linux, net/ipv4/tcp_input.c, tcp_reset in CLOSE_WAIT.
        """
        del deadline
        if not self._reader.at_eof():
            return "unknown"
        match self._reader.fault:
            case None | BrokenPipeError():
                return "closed"
            case ConnectionResetError():
                return "reset"
            case _:
                return "unknown"

    async def close(self) -> None:
        """Close at once, unsent data included."""
        if self._writer is not None:
            self._writer.transport.abort()


async def open_tcp(address: Address, port: int, deadline: float) -> DirectStream:
    """Open a TCP connection from this machine; raises VantageError (``tcp.*``)."""
    loop = asyncio.get_running_loop()
    reader = _Reader(limit=BUFFER, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    try:
        async with asyncio.timeout_at(deadline):
            transport, _ = await loop.create_connection(lambda: protocol, str(address), port)
    except TimeoutError:
        raise VantageError(Failure.TCP_TIMEOUT, "no answer in time") from None
    except ConnectionResetError:
        # A port that is shut refuses (ECONNREFUSED); this one took us first.
        reader.set_exception(ConnectionResetError())
        return DirectStream(reader, None)
    except OSError as error:
        failure = _FAILURES.get(error.errno or 0, Failure.TCP_FAILED)
        raise VantageError(failure, error.strerror or str(error)) from None
    return DirectStream(reader, asyncio.StreamWriter(transport, protocol, reader, loop))


class Direct:
    """The vantage ``direct``.

    ``files`` replaces this machine's resolv.conf and hosts file, and with them the system's own
    lookup: a laboratory names its DNS server so.
    """

    def __init__(self, rules: Rules, *, files: Files | None = None, name: str = "direct") -> None:
        self._rules = rules
        self._files = files
        self._name = name
        self._means = OwnMeans(rules)

    @property
    def name(self) -> str:
        """The name that stands in observations."""
        return self._name

    async def session(self, deadline: float) -> Session:
        """Always ready."""
        del deadline
        return Session()

    async def lookup(self, name: str, deadline: float) -> Lookup:
        """Resolve as this machine does; raises TargetRefused for a closed name."""
        typed = literal(name)
        if typed is not None:
            return typed
        started = asyncio.get_running_loop().time()
        files = self._files or own_files()
        resolver = Resolver(files.servers, open_tcp)

        async def find(completed: str, until: float) -> Found:
            if self._files is not None:
                return await resolver.addresses(completed, until)
            return await _ask_system(completed, resolver, files, until)

        found = await look_up(name, files, self._rules, find, deadline)
        return await courtesy(resolver, found, started, deadline)

    async def connect(self, address: Address, port: int, deadline: float) -> DirectStream:
        """Open a TCP stream; raises VantageError (``tcp.*``) and TargetRefused."""
        self._rules.check_address(address)
        return await open_tcp(address, port, deadline)

    async def ping(self, address: Address, deadline: float) -> str:
        """One echo: reply, silence or unknown; raises TargetRefused."""
        self._rules.check_address(address)
        try:
            found = await icmp.echoes(address, (ORDINARY,), deadline)
        except icmp.Unsent:
            return "unknown"
        return found[0].state if found else await system.ping(address, deadline)

    async def means(self, deadline: float) -> Means:
        """What this machine can do; always the same, and what it can run is found out once."""
        del deadline
        return self._means

    async def close(self) -> None:
        """Nothing is held."""


def own_files() -> Files:
    """Read resolv.conf and hosts file of this machine; without them nothing is known."""
    return Files.read(_text(RESOLV_CONF), _text(HOSTS_FILE))


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


async def _ask_system(name: str, resolver: Resolver, files: Files, deadline: float) -> Found:
    """The C library's answer; where it only says "try again", the resolver's own words."""
    found = await system.system_addresses(name, deadline)
    if found.status == "trouble":
        said = await resolver.addresses(name, deadline)
        return Found(said.status, said.addresses, said.resolver, f"{found.detail}; {said.detail}")
    server = server_label(files.servers[0]) if files.servers else None
    return Found(found.status, found.addresses, server, found.detail)
