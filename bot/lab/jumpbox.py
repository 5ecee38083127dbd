"""The lab's jump box: an SSH server that accepts one key and forwards into the simulated network.

Strategy: a direct-tcpip request never reaches a real network; the lab tells what becomes of it
(``Reach``), and an open port is a port of the loopback.  Failures carry the codes and texts of
OpenSSH (RFC 4254 section 5.1).  ``switch`` breaks the jump box in the ways that happen.
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from enum import StrEnum
from functools import partial
from typing import Any

import asyncssh

from bot.lab import shell
from bot.lab.behaviour import Port
from bot.lab.machine import Reach
from bot.lab.scripts import Network

USER = "probe"


class JumpboxState(StrEnum):
    """How the jump box is: well, or broken in one way."""

    UP = "up"
    DOWN = "down"
    OTHER_HOST_KEY = "other-host-key"
    NO_FORWARDING = "no-forwarding"
    REFUSES_KEY = "refuses-key"
    DEAD_RESOLVER = "dead-resolver"


class Jumpbox:
    """An SSH server on the loopback; ``client_key`` opens it, ``host_key`` is the pinned one."""

    def __init__(
        self,
        reach: Callable[[str, int], Reach],
        network: Network,
        client_key: asyncssh.SSHKey | None = None,
    ) -> None:
        self.reach = reach
        self.state = JumpboxState.UP
        self.client_key = client_key or asyncssh.generate_private_key(
            "ssh-ed25519", comment="lab probe key"
        )
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self._other_key = asyncssh.generate_private_key("ssh-ed25519")
        self._network = network
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._visits: set[_Visit] = set()
        self.port = 0

    @property
    def known_hosts(self) -> str:
        """The line of a known_hosts file that pins the right host key."""
        public = self.host_key.export_public_key("openssh").decode().split()
        return f"[127.0.0.1]:{self.port} {public[0]} {public[1]}\n"

    async def start(self) -> None:
        """Listen; the second time on the port of the first."""
        wrong = self.state is JumpboxState.OTHER_HOST_KEY
        self._acceptor = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_factory=lambda: _Visit(self, self._visits),
            process_factory=self._execute,
            server_host_keys=[self._other_key if wrong else self.host_key],
            allow_scp=False,
            encoding="latin-1",  # a datagram that a command sends is any bytes
        )
        self.port = self._acceptor.get_port()

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        acceptor, self._acceptor = self._acceptor, None
        if acceptor is not None:
            acceptor.close()
        connections = [visit.leave() for visit in list(self._visits)]
        for connection in connections:
            await connection.wait_closed()
        if acceptor is not None:
            await acceptor.wait_closed()

    async def switch(self, state: JumpboxState) -> None:
        """Break or repair the jump box; connections made before are cut."""
        await self.close()
        self.state = state
        if state is not JumpboxState.DOWN:
            await self.start()

    async def _execute(self, process: asyncssh.SSHServerProcess[str]) -> None:
        command = process.command or ""
        try:
            feed = await process.stdin.readexactly(shell.wanted(command))
        except asyncio.IncompleteReadError:
            feed = ""
        reply = shell.run(command, self._network, feed.encode("latin-1"))
        process.stdout.write(reply.out)
        process.stderr.write(reply.err)
        process.exit(reply.status)


class _Visit(asyncssh.SSHServer):
    """One SSH connection."""

    def __init__(self, jumpbox: Jumpbox, visits: set["_Visit"]) -> None:
        self._jumpbox = jumpbox
        self._visits = visits
        self._gone = asyncio.Event()

    def leave(self) -> asyncssh.SSHServerConnection:
        """Cut the connection at once."""
        self._gone.set()
        self._connection.abort()
        return self._connection

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._visits.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._gone.set()
        self._visits.discard(self)

    def begin_auth(self, username: str) -> bool:
        del username
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        welcome = self._jumpbox.client_key.convert_to_public()
        return (
            self._jumpbox.state is not JumpboxState.REFUSES_KEY
            and username == USER
            and key.public_data == welcome.public_data
        )

    def connection_requested(
        self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
    ) -> "asyncssh.SSHTCPSession[bytes]":
        del orig_host, orig_port
        if self._jumpbox.state is JumpboxState.NO_FORWARDING:
            raise asyncssh.ChannelOpenError(
                asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "open failed"
            )
        reach = self._jumpbox.reach(dest_host, dest_port)
        return _Opening(partial(self._open, reach))  # type: ignore[return-value]

    async def _open(self, reach: Reach) -> object:
        if reach.fate is Port.SILENT:
            await self._gone.wait()
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "Connection timed out")
        await asyncio.sleep(reach.delay_s)
        if reach.fate is Port.UNREACHABLE:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "No route to host")
        if reach.fate is Port.REFUSED:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "Connection refused")
        forwarder = await self._connection.forward_connection("127.0.0.1", reach.port)
        if self._gone.is_set():
            forwarder.close()  # asyncssh has forgotten the channel that would do it
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "the client has gone")
        return forwarder


class _Opening:
    """What a channel leads to, made when it is awaited.

    asyncssh drops what it has not begun to await when the connection is cut; a coroutine that was
    made by then would complain that nobody ever awaited it.
    """

    def __init__(self, make: Callable[[], Coroutine[Any, Any, object]]) -> None:
        self._make = make

    def __await__(self) -> Generator[Any, Any, object]:
        return self._make().__await__()
