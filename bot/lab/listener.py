"""A TCP server on the loopback that owns its connections.

Strategy: every conversation is a task of the listener; ``close`` ends the listening socket,
cancels the conversations and waits for them, so that nothing outlives the lab.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """One loopback port; each connection is handed to ``conversation`` and closed after it."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._server: asyncio.Server | None = None
        self._running: set[asyncio.Task[None]] = set()
        self.port = 0

    async def open(self) -> None:
        """Listen; the second time on the port of the first."""
        if self._server is None:
            self._server = await asyncio.start_server(
                self._accept, "127.0.0.1", self.port, backlog=64
            )
            self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and end all conversations."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if server is not None:
            await server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._talk(reader, writer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            # A peer that hangs up in the middle is how most probes end.
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._conversation(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


async def idle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A service that says nothing and waits until the peer leaves."""
    del writer
    while await reader.read(4096):
        pass


async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A web server that is sent something else than a request (RFC 9110 section 15.5.1)."""
    await reader.read(4096)
    writer.write(
        b"HTTP/1.1 400 Bad Request\r\nServer: Microsoft-HTTPAPI/2.0\r\n"
        b"Content-Length: 0\r\nConnection: close\r\n\r\n"
    )
    await writer.drain()


async def ssh_banner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The first line of an SSH server (RFC 4253 section 4.2), then silence."""
    writer.write(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n")
    await writer.drain()
    await idle(reader, writer)
