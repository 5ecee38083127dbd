"""Behaviours 25-30: sockets that come and go, forms of text that Slack refuses, hostile words,
views that moved on, an installation that ended."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from bot.sandbox.escape import NOTIFYING
from handlers.transport import Patience, TransportLost, Watched
from tests.behaviours.scenes import AFTER, FAILED, WORKED, calls, count, opened, refused, tickets
from tests.desk import office as o
from tests.handlers.house import house

HOSTILE = "<!channel> <@U0ADMIN> <http://evil.example|click> \u200b\u202e" + "x" * 10_000


@pytest.mark.parametrize("reason", ["refresh_requested", "warning", "too_many_websockets"])
async def test_25_a_socket_that_is_refreshed_loses_and_doubles_nothing(
    tmp_path: Path, reason: str
) -> None:
    """Guard: the key of an intent: the acknowledgement got lost with the socket."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        bot.slack.fault("envelope:interactive", "disconnect")
        await bot.slack.click("asker", card, FAILED)
        card = await bot.shows(AFTER)
        await bot.slack.connected()
        refreshing = asyncio.create_task(bot.slack.sockets.refresh(reason))
        await asyncio.sleep(0)
        await bot.slack.advance(11)
        await refreshing
        await bot.slack.connected()
        await bot.slack.click("teammate", card, FAILED)
        await bot.slack.settle()
        assert await count(bot, "tried") == 2


@pytest.mark.parametrize("action", ["408", "drop-before"])
async def test_26_a_new_address_that_fails_is_given_up_for_another(
    tmp_path: Path, action: str
) -> None:
    """Guard: ``Watched.watch``; the client itself would try the spent address for ever."""
    patience = Patience(check=0.05, new_address=0.2, give_up=60)
    async with house(tmp_path, patience=patience) as bot:
        watching = asyncio.create_task(bot.way.watch())
        bot.slack.fault("socket:open", action)
        await bot.slack.sockets.refresh()
        await bot.slack.connected(within=30)
        await opened(bot)
        assert calls(bot, "apps.connections.open") == 3
        watching.cancel()


class Dead:
    """A client whose connection never comes back; ``asked`` counts new addresses."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def wss_uri(self) -> str | None:
        return "wss://used-up"

    @wss_uri.setter
    def wss_uri(self, value: str | None) -> None:
        assert value is None
        self.asked += 1

    async def is_connected(self) -> bool:
        return False


async def test_26_a_socket_that_stays_dead_turns_red_and_ends_the_program() -> None:
    """Guard: ``Watched.watch``: a dead one-time address is taken away, then it gives up."""
    client = Dead()
    watched = Watched(cast(Any, client), Patience(check=0.01, new_address=0.05, give_up=0.3))
    assert not await watched.connected()
    with pytest.raises(TransportLost, match="no connection to Slack"):
        await watched.watch()
    assert client.asked >= 2


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long"])
async def test_27_blocks_that_slack_refuses_become_plain_text(
    tmp_path: Path, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Guard: ``SlackSurface.show``, which sends the text alone and raises an alarm."""
    async with house(tmp_path) as bot:
        bot.slack.fault("chat.postMessage", "error", error=error)
        bot.scout.gate = asyncio.Event()
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        card = await bot.shows("looking from dc1")
        assert card.blocks == []
        assert "refused the blocks" in caplog.text
        bot.scout.gate.set()
        await bot.shows("It worked")


async def test_27_a_private_answer_that_slack_refuses_becomes_plain_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Guard: ``Door.answer``, which sends the text alone and raises an alarm."""
    async with house(tmp_path) as bot:
        await opened(bot)
        wrong = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}]
        monkeypatch.setattr("handlers.answers._page", lambda *_: wrong)
        await bot.slack.command("asker", "helpdesk", "/rdp history")
        said = await bot.private("asker", "Former tickets")
        assert o.HOST in said
        assert "refused the blocks of a private answer" in caplog.text


async def test_28_hostile_words_are_shown_as_typed(tmp_path: Path) -> None:
    """Guard: ``blocks.escape`` and plain text for all foreign words; the host grammar."""
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST} {HOSTILE}")
        await bot.shows("It worked")
        await bot.slack.command("asker", "helpdesk", f"/rdp {HOSTILE[:60]}")
        await bot.private("asker", "not a host")
        await bot.slack.command("asker", "helpdesk", "/rdp history <!channel>")
        await bot.private("asker", "Former tickets")
        live = [each for each in bot.slack.live() if each.kind in NOTIFYING]
        assert {each.target for each in live} <= {"U0ASKER"}
        assert await tickets(bot) == 1


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "missing_scope"])
async def test_30_an_installation_that_ended_stops_the_work_and_keeps_the_data(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    """Guard: ``surface.BARRED``: what cannot be shown waits; one line tells an administrator."""
    async with house(tmp_path) as bot:
        card = await opened(bot)
        bot.slack.fault("chat.update", "error", times=99, error=code)
        bot.scout.sight = o.healthy()
        await bot.slack.click("asker", card, WORKED)
        await bot.slack.wait_for(lambda: refused(bot, "chat.update") > 0, what="the refusal")
        await bot.slack.settle()
        alarms = [each for each in caplog.records if each.levelname == "CRITICAL"]
        assert len(alarms) == 1
        assert code in alarms[0].getMessage()
        assert bot.desk.barred == code
        assert calls(bot, "chat.update") < 10
        ticket = await bot.store.ticket(1)
        assert ticket is not None
        assert ticket.state == "resolved"
        bot.slack.state.faults.clear()
        bot.clock.pass_(61)
        await bot.shows("resolved, verified")
        await bot.slack.settle()
        assert bot.desk.barred == ""
