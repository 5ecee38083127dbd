"""Small real servers on the loopback: TCP, DNS over TCP, and an SSH jump box."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncssh
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from bot.targets import Rules
from bot.vantage.jumpbox import JumpboxConfig

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
RULES = Rules.of(["*.corp.example", "10.0.0.0/8", "127.0.0.0/8"], ["10.9.0.0/16"], [3389])
LONG = 20.0


def soon(seconds: float = LONG) -> float:
    """A deadline of the running loop."""
    return asyncio.get_running_loop().time() + seconds


@asynccontextmanager
async def tcp_server(handler: Handler, port: int = 0) -> AsyncIterator[int]:
    """A TCP server on the loopback; yields its port.  Handlers end with the server."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await handler(reader, writer)
        finally:
            tasks.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        if tasks:
            await asyncio.wait(list(tasks))
        await server.wait_closed()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send back what comes."""
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take everything, say nothing."""
    while await reader.read(4096):
        pass


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read something, then reset the connection."""
    await reader.read(1)
    sock = writer.get_extra_info("socket")
    sock.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SOL_SOCKET, SO_LINGER: close with RST


Zone = Mapping[tuple[str, str], list[str] | dns.rcode.Rcode]


class DnsServer:
    """Answers (name, type) from ``zone``: records, an rcode, or for a list's absence NXDOMAIN.

    ``asked`` holds the names in the order they were asked for; ``dead`` makes it silent.
    """

    def __init__(self, zone: Zone) -> None:
        self.zone = dict(zone)
        self.asked: list[str] = []
        self.dead = False
        self.one_answer = False

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            (length,) = struct.unpack(">H", await reader.readexactly(2))
            query = dns.message.from_wire(await reader.readexactly(length))
            if self.dead:
                continue
            wire = self.reply(query).to_wire()
            writer.write(struct.pack(">H", len(wire)) + wire)
            await writer.drain()
            if self.one_answer:
                return

    def reply(self, query: dns.message.Message) -> dns.message.Message:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        if kind != "AAAA":
            self.asked.append(name)
        reply = dns.message.make_response(query)
        found = self.zone.get((name, kind))
        if isinstance(found, dns.rcode.Rcode):
            reply.set_rcode(found)
        elif found:
            owner = question.name
            for record in found:
                kind, _, data = record.rpartition(" ")
                kind = kind or dns.rdatatype.to_text(question.rdtype)
                reply.answer.append(dns.rrset.from_text(owner, 5, "IN", kind, data))
                if kind == "CNAME":
                    owner = dns.rrset.from_text(owner, 5, "IN", kind, data)[0].target
        elif not any(known == name for known, _ in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply


class SshBox:
    """An SSH server that accepts one key and forwards where ``routes`` says.

    A route is a loopback port, an error to refuse with, or None: the open hangs until ``thaw``.
    What is missing is refused.  ``commands`` maps command lines to output; None refuses sessions.
    ``statuses`` holds exit statuses other than 0, ``version`` the name of the server's program.
    """

    def __init__(self) -> None:
        self.client_key = asyncssh.generate_private_key("ssh-ed25519")
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.routes: dict[tuple[str, int], int | asyncssh.ChannelOpenError | None] = {}
        self.commands: dict[str, str] | None = {}
        self.statuses: dict[str, int] = {}
        self.version = ""
        self.ran: list[str] = []
        self.opened: list[tuple[str, int]] = []
        self.welcome = True
        self.thaw = asyncio.Event()
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self.logins = 0
        self.most_channels = 0
        self.port = 0
        self._acceptor: asyncssh.SSHAcceptor | None = None

    async def start(self) -> None:
        more: dict[str, Any] = {"server_version": self.version} if self.version else {}
        if self.commands is not None:
            more["process_factory"] = self._run
        self._acceptor = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_factory=lambda: _Guest(self),
            server_host_keys=[self.host_key],
            **more,
        )
        self.port = self._acceptor.get_port()

    async def stop(self) -> None:
        self.thaw.set()
        for connection in list(self.connections):
            connection.abort()
            await connection.wait_closed()
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()

    @property
    def channels(self) -> int:
        """Channels that are open on the server's side."""
        return sum(len(connection._channels) for connection in self.connections)

    def pinned(self, key: asyncssh.SSHKey | None = None) -> str:
        """A known_hosts line for this server."""
        public = (key or self.host_key).export_public_key("openssh").decode()
        return f"[127.0.0.1]:{self.port} {public}"

    def config(self, folder: Path, **more: Any) -> JumpboxConfig:
        """How to log in here; writes key and known_hosts files unless they exist."""
        key, known_hosts = folder / "key", folder / "known_hosts"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_bytes(self.client_key.export_private_key("openssh"))
        if not known_hosts.exists():
            known_hosts.write_text(self.pinned())
        parts: dict[str, Any] = {
            "name": "dc1", "host": "127.0.0.1", "port": self.port, "user": "probe",
            "key": key, "known_hosts": known_hosts, "rules": RULES,
        }  # fmt: skip
        return JumpboxConfig(**(parts | more))

    async def _run(self, process: asyncssh.SSHServerProcess[str]) -> None:
        assert self.commands is not None
        self.ran.append(process.command or "")
        output = self.commands.get(process.command or "")
        if output is None:
            process.exit(127)
        elif output == "hang":
            await self.thaw.wait()
            process.exit(0)
        else:
            process.stdout.write(output)
            process.exit(self.statuses.get(process.command or "", 0))


class _Guest(asyncssh.SSHServer):
    def __init__(self, box: SshBox) -> None:
        self._box = box

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._box.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._box.connections.discard(self._connection)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        known = self._box.client_key.public_data
        accepted = self._box.welcome and username == "probe" and key.public_data == known
        self._box.logins += accepted
        return accepted

    def connection_requested(
        self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
    ) -> Any:
        return self._open(dest_host, dest_port)

    async def _open(self, host: str, port: int) -> Any:
        box = self._box
        box.most_channels = max(box.most_channels, box.channels)
        box.opened.append((host, port))
        refused = asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "Connection refused")
        route = box.routes.get((host, port), refused)
        if route is None:
            await box.thaw.wait()
            route = box.routes.get((host, port)) or refused
        if isinstance(route, asyncssh.ChannelOpenError):
            raise route
        forwarder = await self._connection.forward_connection("127.0.0.1", route)
        if self._connection not in box.connections:
            forwarder.close()  # asyncssh has forgotten the channel that would do it
            raise refused
        return forwarder
