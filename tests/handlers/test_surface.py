"""Slack's errors in the desk's words, and the ways in which a note finds its person."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.desk.api import Barred, Closed, DirectoryError, Gone, Later, Note, SurfaceError, Unsure
from bot.sandbox.server import LocalSlack
from handlers.directory import SlackDirectory
from handlers.door import Door
from handlers.manifest import manifest
from handlers.surface import SlackSurface, said
from tests.handlers.test_cards import HOSTILE, view


@asynccontextmanager
async def surface() -> AsyncIterator[tuple[LocalSlack, SlackSurface]]:
    async with (
        LocalSlack(manifest(), limits="off") as slack,
        aiohttp.ClientSession() as session,
    ):
        client = AsyncWebClient(
            token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[]
        )
        yield slack, SlackSurface(Door(client, session))


@pytest.mark.parametrize(
    ("action", "error", "word"),
    [
        ("error", "message_not_found", Gone),
        ("error", "cant_update_message", Gone),
        ("error", "edit_window_closed", Gone),
        ("error", "is_inactive", Closed),
        ("error", "internal_error", Unsure),
        ("error", "token_revoked", Barred),
        ("error", "account_inactive", Barred),
        ("error", "no_text", SurfaceError),
        ("429", "", Later),
        ("500", "", Unsure),
        ("503", "", Unsure),
        ("empty", "", Unsure),
        ("drop-after", "", Unsure),
        ("drop-before", "", Unsure),
    ],
)
async def test_slacks_errors_become_ours(action: str, error: str, word: type[Exception]) -> None:
    async with surface() as (slack, wall):
        channel, card = await wall.show(view(), "C0HELPDESK", None)
        slack.fault("chat.update", action, error=error or "internal_error", seconds=7)
        with pytest.raises(SurfaceError) as caught:
            await wall.show(view(), channel, card)
        assert type(caught.value) is word
        if word is Later:
            assert getattr(caught.value, "seconds", None) == 7
        assert await wall.show(view(), channel, card) == (channel, card)


async def test_a_post_is_never_sent_twice_by_itself() -> None:
    async with surface() as (slack, wall):
        for action in ("drop-after", "500", "429"):
            slack.fault("chat.postMessage", action)
            with pytest.raises(SurfaceError):
                await wall.show(view(), "C0HELPDESK", None)
        posts = [
            each for each in slack.journal.of("call") if each.data["method"] == "chat.postMessage"
        ]
        assert len(posts) == 3


async def test_blocks_that_slack_refuses_become_plain_text() -> None:
    async with surface() as (slack, wall):
        slack.fault("chat.postMessage", "error", error="invalid_blocks")
        channel, _ = await wall.show(view(), "C0HELPDESK", None)
        (message,) = slack.from_app(channel)
        assert message.text.startswith("#128 plain")
        assert message.blocks == []


async def test_a_closed_channel_is_said_to_be_closed() -> None:
    async with surface() as (_, wall):
        for channel in ("C0OLD", "C0GENERAL", "C0NOWHERE"):
            with pytest.raises(Closed):
                await wall.show(view(), channel, None)


async def test_a_note_goes_by_the_channel_and_then_directly() -> None:
    async with surface() as (slack, wall):
        await wall.tell(Note(HOSTILE, "U0ASKER", "C0HELPDESK"))
        assert len(slack.ephemerals("asker")) == 1
        await wall.tell(Note(HOSTILE, "U0ASKER", "C0GENERAL"))
        await wall.tell(Note(HOSTILE, "U0ASKER", "", reply=f"{slack.state.origin}/hooks/app/gone"))
        assert len(slack.from_app("dm", user="asker")) == 2
        await wall.tell(Note("by {by}", channel="C0ESCALATE", by="U0LEAD"))
        assert slack.from_app("escalations")[0].text == "by <@U0LEAD>"
        assert {each.target for each in slack.live()} == {"U0LEAD"}


async def test_an_unreachable_slack_is_waited_for() -> None:
    async with surface() as (slack, wall):
        await slack.stop()
        with pytest.raises(Later):
            await wall.show(view(), "C0HELPDESK", None)


async def test_the_directory_tells_members_from_others() -> None:
    async with surface() as (slack, wall):
        people = SlackDirectory(wall.door.client)
        asker, guest = await people.person("U0ASKER"), await people.person("U0GUEST")
        outsider, bot = await people.person("U0OUTSIDER"), slack.state.app.user_id
        assert (asker.member, asker.team) == (True, "T0HOME")
        assert not guest.member
        assert outsider.team == "T0PARTNER" or not outsider.member
        assert not (await people.person(bot)).member
        for action in ("error", "500", "drop-before", "empty"):
            slack.fault("users.info", action, times=3)
            with pytest.raises(DirectoryError):
                await people.person("U0ASKER")
            slack.state.faults.clear()
        with pytest.raises(DirectoryError):
            await people.person("U0NOBODY")


@pytest.mark.parametrize("status", [200, 502])
@pytest.mark.parametrize(
    ("body", "kind"),
    [("bad gateway", "text/plain"), ("[1]", "application/json"), ("oops", "application/json")],
)
async def test_what_a_proxy_answers_in_place_of_slack_is_not_believed(
    status: int, body: str, kind: str
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type=kind)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as proxy, aiohttp.ClientSession() as session:
        address = str(proxy.make_url("/api/"))
        client = AsyncWebClient("xoxb-1", address, session=session, retry_handlers=[])
        with pytest.raises(Unsure):
            await SlackSurface(Door(client, session)).show(view(), "C0HELPDESK", None)
        with pytest.raises(DirectoryError):
            await SlackDirectory(client).person("U0ASKER")


def test_a_target_that_sends_our_placeholder_mentions_nobody() -> None:
    note = Note("Handed over by {by}.\nSeen: issued by {by} {at}", by="U0LEAD")
    assert said(note) == "Handed over by <@U0LEAD>.\nSeen: issued by {by} "
