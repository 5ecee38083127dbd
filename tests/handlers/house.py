"""The bot with its real handlers, store and engine, connected to the local Slack."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.desk.access import Members
from bot.desk.desk import Desk
from bot.desk.library import Library
from bot.desk.limits import Allowance
from bot.desk.parts import Parts
from bot.desk.planning import InlinePlanner
from bot.sandbox.server import LocalSlack
from bot.sandbox.views import View
from bot.sandbox.world import Message
from bot.store.sqlite import SqliteStore
from handlers.directory import SlackDirectory
from handlers.door import MOMENT, Door
from handlers.flows import register_all
from handlers.manifest import manifest
from handlers.surface import SlackSurface
from handlers.transport import PATIENCE, Transport, socket
from tests.desk import office as o
from tests.desk import small


@dataclass
class House:
    """One running bot and the Slack around it."""

    slack: LocalSlack
    desk: Desk
    store: SqliteStore
    scout: o.ScriptedScout
    app: AsyncApp
    clock: o.Clock
    way: Transport

    def card(self, channel: str = "helpdesk", *, user: str | None = None) -> Message:
        """The newest message of the bot in a conversation."""
        return self.slack.from_app(channel, user=user)[-1]

    async def shows(
        self, *words: str, channel: str = "helpdesk", user: str | None = None
    ) -> Message:
        """Wait until the newest card says all of these words."""

        def there() -> Message | None:
            cards = self.slack.from_app(channel, user=user)
            said = text_of(cards[-1]) if cards else ""
            return cards[-1] if cards and all(word in said for word in words) else None

        found = await self.slack.wait_for(there, what=f"a card with {words}")
        assert found is not None
        return found

    async def form(self, user: str) -> View:
        """Wait until somebody sees a modal that has been filled."""

        def there() -> View | None:
            view = self.slack.modal(user)
            return None if view is None or MOMENT in words_of(view.blocks) else view

        found = await self.slack.wait_for(there, what=f"a form for {user}")
        assert found is not None
        return found

    async def private(self, user: str, *words: str) -> str:
        """Wait until somebody has been told something privately."""

        def there() -> str:
            for message in self.slack.ephemerals(user):
                said = text_of(message)
                if all(word in said for word in words):
                    return said
            return ""

        return await self.slack.wait_for(there, what=f"{user} is told {words}")


def text_of(message: Message) -> str:
    """All words of a message, blocks included."""
    return f"{message.text}\n{words_of(message.blocks)}"


def words_of(value: Any) -> str:
    """All words of blocks."""
    if isinstance(value, dict):
        own = value["text"] if isinstance(value.get("text"), str) else ""
        return own + "".join(words_of(each) for each in value.values() if not isinstance(each, str))
    if isinstance(value, list):
        return " ".join(words_of(each) for each in value)
    return ""


@asynccontextmanager
async def house(path: Path, **changes: Any) -> AsyncIterator[House]:
    """A bot on the database at ``path``, connected by Socket Mode; ``changes`` replace parts."""
    async with AsyncExitStack() as stack:
        slack = changes.pop("slack", None)
        if slack is None:
            slack = await stack.enter_async_context(LocalSlack(manifest(), limits="off"))
        store = await SqliteStore.open(path / "tickets.db")
        stack.push_async_callback(store.close)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = AsyncWebClient(
            token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[]
        )
        door = Door(client, session)
        patience = changes.pop("patience", PATIENCE)
        scout = changes.pop("scout", o.ScriptedScout(o.expired()))
        clock = o.Clock(flowing=True)
        parts = Parts(
            store=store,
            scout=scout,
            planner=InlinePlanner(),
            access=Members(o.RIGHTS, SlackDirectory(client), clock),
            surface=SlackSurface(door),
            library=Library(store, small.model()),
            clock=clock,
            allowance=Allowance(per_user_minute=50, same_host_seconds=0),
            helpdesk=(o.HELPDESK,),
            escalation=changes.pop("escalation", "C0ESCALATE"),
        )
        desk = Desk(parts)
        app = bolt(slack)
        register_all(app, desk, door)
        await desk.resume()
        stack.push_async_callback(desk.drain, 1.0)
        answer = await client.apps_connections_open(app_token=slack.app_token)
        address = str(answer["url"])
        opening = socket(app, client, slack.app_token, address, patience)
        way = await stack.enter_async_context(opening)
        await slack.connected()
        yield House(slack, desk, store, scout, app, clock, way)


def bolt(slack: LocalSlack) -> AsyncApp:
    """Bolt as the product makes it."""

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0HOME", bot_token=slack.bot_token)

    return AsyncApp(
        client=AsyncWebClient(base_url=slack.api_url),
        authorize=authorize,
        signing_secret=slack.signing_secret,
    )
