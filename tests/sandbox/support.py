"""A manifest, and real Bolt apps that run against the local Slack."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.envelope import Receipt
from bot.sandbox.server import LocalSlack

Json = dict[str, Any]

MANIFEST: Json = {
    "display_information": {"name": "RDP triage"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "rdp-triage"},
        "slash_commands": [{"command": "/rdp", "description": "x", "should_escape": True}],
        "shortcuts": [
            {"name": "Triage", "type": "message", "callback_id": "triage_host", "description": "x"},
            {"name": "Start", "type": "global", "callback_id": "start_here", "description": "x"},
        ],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "users:read"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def entry(block_id: str, element: Json, **more: Any) -> Json:
    """An input block."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id),
        "element": element,
        **more,
    }


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(label: str, action_id: str, value: str = "v", **more: Any) -> Json:
    text = {"type": "plain_text", "text": label}
    return {"type": "button", "text": text, "action_id": action_id, "value": value, **more}


def actions(*elements: Json, block_id: str = "steps") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def client(slack: LocalSlack, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token if token is None else token, base_url=slack.api_url)


def bolt(slack: LocalSlack) -> AsyncApp:
    return AsyncApp(client=client(slack), signing_secret=slack.signing_secret)


@asynccontextmanager
async def connected(slack: LocalSlack, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app with an open socket."""
    handler = AsyncSocketModeHandler(app, slack.app_token)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await slack.connected()
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


async def unanswered(slack: LocalSlack, act: Coroutine[Any, Any, Receipt]) -> Receipt:
    """The receipt of an act that the app does not acknowledge in time."""
    seen = len(slack.journal.of("envelope"))
    task = asyncio.ensure_future(act)
    await slack.wait_for(lambda: len(slack.journal.of("envelope")) > seen)
    await asyncio.sleep(0.05)  # an ack that should not be there would have come by now
    assert not task.done()
    await slack.advance(3.0)
    return await task


def counting(slack: LocalSlack) -> tuple[AsyncApp, list[str]]:
    """An app that acknowledges everything and says what it got."""
    app = bolt(slack)
    got: list[str] = []

    @app.command("/rdp")
    async def on_command(ack: Any, command: Json) -> None:
        await ack()
        got.append(command["text"])

    @app.event("app_home_opened")
    async def on_home(event: Json) -> None:
        got.append(event["tab"])

    return app, got
