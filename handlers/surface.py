"""Slack as a surface: cards as messages, notes as private answers; Slack's errors in our words.

Strategy: no retry handler resends anything here, because a lost answer may mean a posted message;
the courier decides with the four words that come out (Later, Gone, Closed, Unsure).
"""

import logging
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.desk.api import Barred, Closed, Gone, Later, Note, Packet, SurfaceError, TicketView, Unsure
from handlers import answers, cards, packets
from handlers import blocks as b
from handlers.door import TOO_MUCH, Door

log = logging.getLogger(__name__)

GONE = {"message_not_found", "cant_update_message", "edit_window_closed", "block_mismatch"}
_ARCHIVED = "the channel is archived"
_OUTSIDE = "the bot is not in the channel (/invite it there, then choose Share under More)"
_MUTE = "the bot may not post in the channel"
CLOSED = {
    "channel_not_found": _OUTSIDE,
    "is_archived": _ARCHIVED,
    "is_inactive": _ARCHIVED,
    "not_in_channel": _OUTSIDE,
    "user_not_in_channel": _OUTSIDE,
    "messages_tab_disabled": _MUTE,
    "restricted_action": _MUTE,
    "restricted_action_read_only_channel": _MUTE,
    "restricted_action_thread_only_channel": _MUTE,
    "restricted_action_non_threadable_channel": _MUTE,
}
BARRED = {
    "account_inactive",
    "invalid_auth",
    "missing_scope",
    "not_authed",
    "org_login_required",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
}
BROKEN = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
DEFAULT_WAIT = 3.0
_SHARED = re.compile(r"[CG][A-Z0-9]+")


@dataclass(slots=True)
class SlackSurface:
    """Posts and edits through the Web API."""

    door: Door
    group: str = ""
    """The user group that is mentioned where a ticket goes to the second line as a whole."""

    async def show(self, view: TicketView, channel: str, card: str | None) -> tuple[str, str]:
        """Post or edit the card; raises SurfaceError."""
        return await self._shown(cards.message(view), channel, card)

    async def _shown(
        self, message: dict[str, Any], channel: str, card: str | None
    ) -> tuple[str, str]:
        """Post or edit; what Slack does not take as blocks goes as its text alone."""
        try:
            return await self._show(message, channel, card)
        except _TooMuch:
            log.exception("Slack refused the blocks of a message; sent as plain text")
            return await self._show({"text": message["text"], "blocks": []}, channel, card)

    async def _show(
        self, message: dict[str, Any], channel: str, card: str | None
    ) -> tuple[str, str]:
        if card is not None:
            answer = await _said(self.door.client.chat_update(channel=channel, ts=card, **message))
        else:
            answer = await _said(self._post(channel, message))
        return str(answer["channel"]), str(answer["ts"])

    def _post(self, channel: str, message: dict[str, Any]) -> Awaitable[Any]:
        return self.door.client.chat_postMessage(
            channel=channel, unfurl_links=False, unfurl_media=False, **message
        )

    async def hand(self, packet: Packet, channel: str, message: str | None) -> tuple[str, str]:
        """Post or edit the packet for the second line; raises SurfaceError."""
        return await self._shown(packets.message(packet, self.group), channel, message)

    async def tell(self, note: Note) -> None:
        """Say it privately: through the reply address, then in the channel, then directly."""
        told = telling(note)
        if not note.user:
            await self._plainly(note.channel, told)
            return
        if await self.door.answer(note.reply, {**told, "response_type": "ephemeral"}):
            return
        if _SHARED.fullmatch(note.channel) and await self._ephemeral(note, told):
            return
        await self._plainly(note.user, told)

    async def _plainly(self, channel: str, told: dict[str, Any]) -> None:
        """Post a note; what Slack does not take as blocks goes as its text alone."""
        try:
            await _said(self._post(channel, told))
        except _TooMuch:
            log.exception("Slack refused the blocks of a note; sent as plain text")
            await _said(self._post(channel, {"text": told["text"]}))

    async def _ephemeral(self, note: Note, told: dict[str, Any]) -> bool:
        """Seen by one person in the channel; False where the bot or the person is not in it."""
        call = self.door.client.chat_postEphemeral
        try:
            await _said(call(channel=note.channel, user=note.user, **told))
        except (Closed, _TooMuch):
            return False
        return True


_WORDS: tuple[tuple[set[str], type[SurfaceError]], ...] = ((GONE, Gone), (BROKEN, Unsure))


class _TooMuch(SurfaceError):
    """Slack refuses the form of the message."""


def telling(note: Note) -> dict[str, Any]:
    """A note as a message; in its blocks no address becomes a link."""
    text = said(note)
    if note.again:
        return {"text": text, "blocks": answers.offer(text, note.ticket or 0, note.again)}
    return {"text": text, "blocks": [b.section(text)]}


def said(note: Note) -> str:
    """A note as mrkdwn in which only the person and the time are live.

    Our own words come first in a note, so a target that sends ``{by}`` mentions nobody.
    """
    text = b.fallback(note.text).replace("{by}", cards.mention(note.by), 1)
    return text.replace("{at}", cards.moment(note.at) if note.at is not None else "", 1)


async def _said(call: Awaitable[Any]) -> Any:
    """The answer of a call, its errors in the desk's words."""
    try:
        return await call
    except SlackApiError as error:
        raise _word(error) from None
    except aiohttp.ClientConnectorError as error:
        log.warning("Slack cannot be reached: %s", error)
        raise Later(DEFAULT_WAIT) from None
    except (TimeoutError, aiohttp.ClientError) as error:
        raise Unsure(f"the connection to Slack broke: {error!r}") from None
    except AttributeError as error:  # slack_sdk takes every answer of a proxy for an object
        raise Unsure(f"the answer is not Slack's: {error}") from None


def _word(error: SlackApiError) -> SurfaceError:
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 200))
    data = getattr(response, "data", None)
    told = data if isinstance(data, dict) else {}
    if status == 429 or told.get("error") == "ratelimited":
        wait = str(response.headers.get("Retry-After", ""))
        return Later(float(wait) if wait.isdecimal() else DEFAULT_WAIT)
    if status >= 500 or "error" not in told:
        return Unsure(f"Slack answered with status {status}", ill=status >= 500)
    code = str(told["error"])
    if code in TOO_MUCH:
        return _TooMuch(f"{code}: {told.get('response_metadata')}")
    return _meant(code)


def _meant(code: str) -> SurfaceError:
    """What an error code of Slack's means for a card or a note."""
    if code in BARRED:
        return Barred(code)
    if code in CLOSED:
        return Closed(code, CLOSED[code])
    for codes, word in _WORDS:
        if code in codes:
            return word(code)
    return SurfaceError(code)
