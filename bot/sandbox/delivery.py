"""Bringing payloads to the app: three seconds to ack, and retries for events only.

(docs.slack.dev: handling user interaction, Events API. Slack documents retries for events; a
command or a click is sent once, and the person sees an error.)
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from bot.sandbox.envelope import Answer, Envelope, Kind, NoReceiver, Receipt, Transport
from bot.sandbox.faults import Fault
from bot.sandbox.state import State

ACK_SECONDS = 3.0
RETRY_AFTER = (0.0, 60.0, 300.0)  # seconds before each further attempt at an event


class Delivery:
    """Sends envelopes, waits for acks, retries events in the background."""

    def __init__(self, state: State, transport: Transport) -> None:
        self._state = state
        self._tasks: set[asyncio.Task[Any]] = set()
        self._held: list[Envelope] = []
        self.transport = transport

    async def send(self, kind: Kind, payload: dict[str, Any]) -> Receipt:
        """Deliver once and wait for the ack, at most three seconds."""
        return await self._attempt(Envelope(kind, payload))

    async def event(self, payload: dict[str, Any]) -> Receipt:
        """Deliver an event; when nobody acks, go on trying in the background."""
        receipt = await self._attempt(Envelope("events_api", payload))
        if not receipt.ok and receipt.reason != "no_retry":
            self._start(self._retry(payload, receipt.reason))
        return receipt

    async def again(self, envelope: Envelope) -> Receipt:
        """Deliver the very same envelope once more, as was seen in the wild."""
        return await self._attempt(envelope)

    async def close(self) -> None:
        """Stop retrying."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _retry(self, payload: dict[str, Any], reason: str) -> None:
        for number, pause in enumerate(RETRY_AFTER, start=1):
            await self._state.clock.sleep(pause)
            receipt = await self._attempt(Envelope("events_api", payload, number, reason))
            if receipt.ok or receipt.reason == "no_retry":
                return
            reason = receipt.reason

    async def _attempt(self, envelope: Envelope) -> Receipt:
        fault = self._state.faults.strike(f"envelope:{envelope.kind}", {"name": envelope.name})
        if fault and fault.action == "delay":
            await self._state.clock.sleep(fault.seconds)
        sent = self._state.clock.now()
        try:
            answer = await self._send(envelope, fault)
        except NoReceiver:
            return self._receipt(envelope, Receipt(envelope.id, "dispatch_failed", reason="no_app"))
        if not await self._state.clock.answered(answer, sent + ACK_SECONDS):
            answer.add_done_callback(lambda late: self._late(envelope, late))
            return self._receipt(
                envelope, Receipt(envelope.id, "operation_timeout", reason="timeout")
            )
        return self._receipt(envelope, self._read(envelope, answer.result(), sent))

    async def _send(self, envelope: Envelope, fault: Fault | None) -> asyncio.Future[Answer]:
        action = fault.action if fault else ""
        self._state.journal.record(
            "envelope",
            id=envelope.id,
            type=envelope.kind,
            name=envelope.name,
            attempt=envelope.attempt,
            payload=envelope.payload,
            fault=action or None,
        )
        silence: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if action == "drop":
            return silence
        if action == "reorder":
            self._held.append(envelope)
            return silence
        answer = await self.transport.send(envelope)
        if action == "duplicate":
            self._start(self._resend(envelope))
        if action == "disconnect":
            await self.transport.cut(envelope)
        for held in self._held:
            self._start(self._resend(held))
        self._held.clear()
        if action == "hold-ack":
            answer.add_done_callback(lambda late: self._late(envelope, late))
            return silence
        return answer

    async def _resend(self, envelope: Envelope) -> None:
        with suppress(NoReceiver):
            await self.transport.send(envelope)

    def _read(self, envelope: Envelope, answer: Answer, sent: float) -> Receipt:
        latency = self._state.clock.now() - sent
        if answer.status == 200:
            return Receipt(envelope.id, "ok", latency, answer.payload)
        reason = "no_retry" if answer.no_retry else answer.reason or "http_error"
        return Receipt(envelope.id, "dispatch_failed", latency, reason=reason)

    def _receipt(self, envelope: Envelope, receipt: Receipt) -> Receipt:
        if receipt.latency is not None:
            self._state.journal.record(
                "ack",
                id=envelope.id,
                type=envelope.kind,
                name=envelope.name,
                latency=receipt.latency,
                status=receipt.status,
                payload=receipt.payload,
            )
        if not receipt.ok and envelope.kind != "events_api":
            self._state.journal.record("notice", what=receipt.status, name=envelope.name)
        return receipt

    def _late(self, envelope: Envelope, answer: asyncio.Future[Answer]) -> None:
        if not answer.cancelled() and answer.exception() is None:
            self._state.journal.record(
                "ack", id=envelope.id, type=envelope.kind, name=envelope.name, status="late"
            )

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
