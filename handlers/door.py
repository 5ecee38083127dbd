"""The way out to Slack for flows: private answers and modals, with our own client and session.

Bolt would build a new client for each request, which reads proxy variables anew; nothing here
uses those.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers import blocks as b

log = logging.getLogger(__name__)

TOO_LATE = {"expired_trigger_id", "invalid_trigger_id", "trigger_expired"}
"""A modal must be opened within three seconds; both spellings of Slack."""

USED = {"exchanged_trigger_id", "trigger_exchanged"}
"""The same delivery has opened its modal already."""


CLOSED = {"not_found", "view_not_found"}
"""The person has closed the modal meanwhile."""

ATTEMPTS = 3
LONGEST_WAIT = 10.0
"""Seconds that Slack may ask us to wait before a modal is filled."""

MOMENT = "One moment…"

TOO_MUCH = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"}
"""What Slack says of a message whose form it does not take; its text alone may pass."""


NO_HOME = {"not_enabled", "user_not_found", "not_allowed_token_type"}
"""Nobody has a Home tab, or this person has none; that is no fault of ours."""


def saying(callback_id: str, title: str, text: str) -> b.Block:
    """A modal that says one thing."""
    return b.modal(callback_id, title, [b.words(text)])


@dataclass(frozen=True, slots=True)
class Door:
    """One client and one session for the whole program."""

    client: AsyncWebClient
    session: aiohttp.ClientSession

    async def answer(self, url: str, payload: Mapping[str, Any]) -> bool:
        """Answer beside the message; False when the address has expired or was used up (404)."""
        if not url:
            return False
        try:
            async with self.session.post(
                url, json={**payload, "replace_original": False}
            ) as answer:
                if answer.status == 200:
                    return True
                refused = await answer.text()
        except (TimeoutError, aiohttp.ClientError) as error:
            log.info("a private answer did not get through: %r", error)
            return False
        if payload.get("blocks") and any(code in refused for code in TOO_MUCH):
            log.error("Slack refused the blocks of a private answer; sent as plain text")
            return await self.answer(url, {**payload, "blocks": []})
        return False

    async def whisper(self, channel: str, user: str, payload: Mapping[str, Any]) -> None:
        """Say something to one person in a channel, or directly where that cannot be."""
        told = {"text": payload["text"], "blocks": payload.get("blocks", [])}
        try:
            await self.client.chat_postEphemeral(channel=channel, user=user, **told)
        except SlackApiError as error:
            log.info("not said in %s: %s", channel, error.response.get("error"))
            await self.client.chat_postMessage(channel=user, **told)

    async def open(self, trigger: str, view: Mapping[str, Any]) -> bool:
        """Open a modal; False when it was too late for that."""
        return await self._opened(trigger, view) is not None

    async def open_then(
        self, trigger: str, callback_id: str, title: str, make: Callable[[], Awaitable[b.Block]]
    ) -> bool:
        """Open a modal at once, then fill it with what takes a while; False when it was too late.

        Whoever closes it meanwhile is not shown it again.
        """
        waiting = saying(callback_id, title, MOMENT)
        standing = await self._opened(trigger, waiting)
        if not standing:  # too late, or another delivery of the same click has opened it
            return standing is not None
        name, seen = str(standing["id"]), str(standing.get("hash") or "")
        try:
            view = await make()
        except Exception:
            text = "That did not work because of a fault in here; the log says which."
            await self.fill(name, seen, saying(callback_id, title, text))
            raise
        await self.fill(name, seen, view)
        return True

    async def fill(self, name: str, seen: str, view: Mapping[str, Any]) -> None:
        """Change an open modal; the last one wins where it has changed since ``seen`` (a hash)."""
        guard = {"hash": seen} if seen else {}
        for _ in range(ATTEMPTS):
            try:
                await self.client.views_update(view_id=name, view=dict(view), **guard)
            except SlackApiError as error:
                code = error.response.get("error")
                if code in CLOSED:
                    return
                if code == "hash_conflict" and guard:
                    guard = {}
                elif code == "ratelimited":
                    await asyncio.sleep(min(LONGEST_WAIT, _wait(error)))
                else:
                    raise
            else:
                return
        log.warning("a modal was not filled after %d attempts", ATTEMPTS)

    async def _opened(self, trigger: str, view: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The view as it stands; None when it was too late, empty when it was opened before."""
        try:
            answer = await self.client.views_open(trigger_id=trigger, view=dict(view))
        except SlackApiError as error:
            code = error.response.get("error")
            if code in TOO_LATE:
                return None
            if code not in USED:
                raise
            return {}
        found: Mapping[str, Any] = answer["view"]
        return found

    async def publish(self, user: str, view: Mapping[str, Any], seen: str = "") -> bool:
        """Set somebody's Home tab; False where it has changed since ``seen`` (a view's hash)."""
        guard = {"hash": seen} if seen else {}
        try:
            await self.client.views_publish(user_id=user, view=dict(view), **guard)
        except SlackApiError as error:
            code = error.response.get("error")
            if code == "hash_conflict":
                return False
            if code not in NO_HOME:
                raise
            log.warning("the Home tab of %s cannot be set: %s", user, code)
        return True


def _wait(error: SlackApiError) -> float:
    said = str(error.response.headers.get("Retry-After", ""))
    return float(said) if said.isdecimal() else 1.0
