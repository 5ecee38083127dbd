"""Socket Mode: one-time tickets, hello, one receiver for each envelope, refreshes.

(docs.slack.dev/apis/events-api/using-socket-mode. Where the documentation is silent, such as
acks that arrive on another socket than the one that brought the envelope, this Slack takes them
unless ``strict_acks`` is set.)
"""

import asyncio
import json
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox.envelope import Answer, Envelope, NoReceiver
from bot.sandbox.misbehave import abort
from bot.sandbox.state import State

MOST = 10
WARNING_SECONDS = 10.0
GRACE_SECONDS = 0.5  # real seconds in which a client told to go may close by itself
CLOSE_SECONDS = 1.0  # real seconds that a dead peer may delay a close


@dataclass(eq=False, slots=True)
class Connection:
    """One open socket; ``leaving`` ones get no more envelopes."""

    number: int
    ws: web.WebSocketResponse
    leaving: bool = False
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    pending: dict[str, asyncio.Future[Answer]] = field(default_factory=dict)


class Sockets:
    """All sockets of the app; a transport."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._open: list[Connection] = []
        self._count = 0
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self.strict_acks = False

    @property
    def receivers(self) -> list[Connection]:
        """Sockets that may get an envelope now."""
        return [connection for connection in self._open if not connection.leaving]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """A WebSocket handshake and everything that follows on that socket."""
        fault = self._state.faults.strike("socket:open")
        good = self._state.tickets.redeem(request.query.get("ticket", ""))
        if fault and fault.action == "drop-before":
            return abort(request)
        if fault or not good:
            status = int(fault.action) if fault else 404
            self._record("refused", 0, status=status)
            return web.Response(status=status)
        ws = web.WebSocketResponse(timeout=CLOSE_SECONDS)
        await ws.prepare(request)
        self._count += 1
        connection = Connection(self._count, ws)
        if len(self._open) >= MOST:
            await self._tell(connection, "too_many_websockets")
            await ws.close()
            return ws
        self._open.append(connection)
        self._record("open", connection.number)
        try:
            await ws.send_json(self._hello())
            await self._listen(connection)
        finally:
            if connection in self._open:
                self._open.remove(connection)
            connection.gone.set()
            self._record("closed", connection.number)
        return ws

    async def send(self, envelope: Envelope) -> asyncio.Future[Answer]:
        """Give the envelope to any one of the sockets; raises NoReceiver."""
        if not self.receivers:
            raise NoReceiver
        connection = random.choice(self.receivers)  # noqa: S311 (no secret hangs on it)
        answer = self._waiting.setdefault(envelope.id, asyncio.get_running_loop().create_future())
        connection.pending[envelope.id] = answer
        frame: dict[str, Any] = {
            "envelope_id": envelope.id,
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": _takes_payload(envelope),
        }
        if envelope.kind == "events_api":
            frame |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
        try:
            await connection.ws.send_json(frame)
        except ConnectionError:
            raise NoReceiver from None
        return answer

    async def cut(self, envelope: Envelope) -> None:
        """Close the socket that got this envelope."""
        for connection in list(self._open):
            if envelope.id in connection.pending:
                connection.leaving = True
                await connection.ws.close()

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Tell every socket to go, as Slack does every few hours, and close it.

        ``warning`` only announces it: the close follows ten seconds later. ``link_disabled`` is
        for good: Socket Mode is switched off.
        """
        if reason == "link_disabled":
            self._state.app.socket_mode = False
        if reason == "warning":
            for connection in self.receivers:
                await self._tell(connection, reason)
            await self._state.clock.sleep(WARNING_SECONDS)
            reason = "refresh_requested"
        for connection in self.receivers:
            connection.leaving = True
            await self._tell(connection, reason)
            with suppress(TimeoutError):
                await asyncio.wait_for(connection.gone.wait(), GRACE_SECONDS)
            await connection.ws.close()

    async def close(self) -> None:
        """Close every socket without a word, as a network fault does."""
        for connection in list(self._open):
            connection.leaving = True
            await connection.ws.close()

    async def _listen(self, connection: Connection) -> None:
        async for frame in connection.ws:
            if frame.type is not WSMsgType.TEXT:
                continue
            try:
                body = json.loads(frame.data)
                identifier = body["envelope_id"]
            except (json.JSONDecodeError, KeyError, TypeError):
                self._record("not an ack", connection.number, text=frame.data[:200])
                continue
            self._take(connection, identifier, body.get("payload"))

    def _take(self, connection: Connection, identifier: str, payload: Any) -> None:
        waiting = connection.pending if self.strict_acks else self._waiting
        answer = waiting.get(identifier)
        if answer is None:
            self._record("unknown ack", connection.number, id=identifier)
        elif answer.done():
            self._record("second ack", connection.number, id=identifier)
        else:
            answer.set_result(Answer(200, payload))

    async def _tell(self, connection: Connection, reason: str) -> None:
        self._record(reason, connection.number)
        await connection.ws.send_json(
            {"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}}
        )

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "connection_info": {"app_id": self._state.app.id},
            "debug_info": {
                "host": "local",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
        }

    def _record(self, what: str, number: int, **more: Any) -> None:
        self._state.journal.record("socket", what=what, number=number, **more)


def _takes_payload(envelope: Envelope) -> bool:
    if envelope.kind == "slash_commands":
        return True
    return bool(envelope.payload.get("type") == "view_submission")
