"""Delivery by signed HTTP requests, the way of apps without Socket Mode.

(docs.slack.dev, verifying requests from Slack: v0 HMAC-SHA256 over version, timestamp, raw body.)
"""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.envelope import Answer, Envelope
from bot.sandbox.state import State

GIVE_UP = 30.0  # seconds after which an unanswered request is dropped, long after the deadline


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of X-Slack-Signature."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class RequestUrl:
    """The app's one request URL for commands, interactivity and events; a transport."""

    def __init__(self, state: State, url: str) -> None:
        self._state = state
        self.url = url
        self._pending: dict[str, tuple[asyncio.Task[None], asyncio.Future[Answer]]] = {}

    async def send(self, envelope: Envelope) -> asyncio.Future[Answer]:
        """Post it; the future is the response."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(self._post(envelope, answer))
        self._pending[envelope.id] = task, answer
        task.add_done_callback(lambda _: self._pending.pop(envelope.id, None))
        return answer

    async def cut(self, envelope: Envelope) -> None:
        """Break off the request."""
        if envelope.id in self._pending:
            task, answer = self._pending[envelope.id]
            task.cancel()
            answer.set_result(Answer(0, reason="connection_failed"))

    async def close(self) -> None:
        """Break off every request."""
        tasks = [task for task, _ in self._pending.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def verify(self) -> bool:
        """Ask for the url_verification challenge, as when a request URL is set in Slack."""
        challenge = secrets.token_hex(8)
        body = json.dumps({"type": "url_verification", "challenge": challenge}).encode()
        headers = self.headers(body, "application/json")
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body, headers=headers) as response,
        ):
            return response.status == 200 and challenge in await response.text()

    async def raw(self, body: bytes, headers: dict[str, str]) -> int:
        """Post any bytes with any headers, as an attacker would; the status of the response."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body, headers=headers) as response,
        ):
            return response.status

    def headers(self, body: bytes, content_type: str) -> dict[str, str]:
        """The headers of a genuine request made now."""
        timestamp = str(int(time.time()))  # the app reads the real clock
        return {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._state.app.signing_secret, timestamp, body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }

    async def _post(self, envelope: Envelope, answer: asyncio.Future[Answer]) -> None:
        body, content_type = encode(envelope)
        headers = self.headers(body, content_type)
        if envelope.attempt:
            headers["X-Slack-Retry-Num"] = str(envelope.attempt)
            headers["X-Slack-Retry-Reason"] = _reason(envelope.reason)
        timeout = aiohttp.ClientTimeout(total=GIVE_UP)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self.url, data=body, headers=headers) as response,
            ):
                text = await response.text()
        except (aiohttp.ClientError, TimeoutError):
            answer.set_result(Answer(0, reason="connection_failed"))
            return
        no_retry = response.status != 200 and response.headers.get("X-Slack-No-Retry") == "1"
        answer.set_result(Answer(response.status, _said(text), "http_error", no_retry))


def encode(envelope: Envelope) -> tuple[bytes, str]:
    """Body and content type: events are JSON, the rest are forms."""
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload).encode(), "application/json"
    form: dict[str, Any] = envelope.payload
    if envelope.kind == "interactive":
        form = {"payload": json.dumps(envelope.payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def _reason(reason: str) -> str:
    return "http_timeout" if reason == "timeout" else reason


def _said(text: str) -> dict[str, Any] | None:
    if not text.strip():
        return None
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return {"text": text}  # a plain body is the text of the answer
    return value if isinstance(value, dict) else {"text": text}
