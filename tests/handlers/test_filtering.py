"""The form that narrows the history, in the local Slack."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.desk.api import PastPage
from bot.desk.nudging import Hours
from bot.sandbox.blocks import check_view
from bot.sandbox.errors import SlackError
from bot.sandbox.once import ResponseUrl
from bot.sandbox.views import View
from bot.store.base import Query, Tenant
from handlers.filtering import form
from handlers.pages import cursor_of, query_of
from tests.desk import office as o
from tests.handlers.house import House, house, text_of

TENANT = Tenant("", "T0HOME")


async def filled(bot: House, count: int = 3) -> None:
    """Some tickets, and a list of them before the asker."""
    for number in range(1, count + 1):
        code = "0x904" if number % 2 else "0x204"
        await bot.slack.command("asker", "helpdesk", f"/rdp srv-{number} {code}")
        await bot.shows(f"#{number} ", "It worked")
    await bot.slack.command("asker", "helpdesk", "/rdp history")
    await bot.private("asker", "Former tickets", "Filter…")


async def asked(bot: House) -> View:
    page = bot.slack.ephemerals("asker")[-1]
    await bot.slack.click("asker", page, "history.filter")
    found = await bot.form("asker")
    assert found is not None
    return found


async def shown(bot: House, values: dict[str, Any]) -> str:
    """What the list says that the form makes."""
    await asked(bot)
    before = len(bot.slack.ephemerals("asker"))
    assert (await bot.slack.submit("asker", values)).ok
    told = await bot.slack.wait_for(lambda: bot.slack.ephemerals("asker")[before:], what="a list")
    assert bot.slack.modal("asker") is None
    return text_of(told[0])


async def test_each_field_narrows(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await filled(bot)
        await bot.slack.choose("teammate", bot.card(), "claim")
        await bot.shows("claimed by")
        assert "srv-2" in (said := await shown(bot, {"host": "srv-2"}))
        assert "srv-1" not in said
        said = await shown(bot, {"host": "srv-*"})
        assert all(f"srv-{each}" in said for each in (1, 2, 3))
        said = await shown(bot, {"code": "0x204"})
        assert ("srv-2" in said, "srv-1" in said) == (True, False)
        said = await shown(bot, {"user": "U0TEAMMATE"})
        assert ("srv-3" in said, "srv-1" in said) == (True, False)
        assert "no tickets" in await shown(bot, {"state": "resolved"})
        assert "no tickets" in await shown(bot, {"cause": "certificate-expired"})
        assert "srv-1" in await shown(bot, {"text": "srv-1", "state": "open"})


async def test_days_are_those_of_the_desk_and_include_the_last(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await filled(bot, 1)
        today = bot.clock().date()
        day = timedelta(days=1)
        assert "srv-1" in await shown(bot, {"first": f"{today}", "last": f"{today}"})
        assert "no tickets" in await shown(bot, {"first": f"{today + day}"})
        assert "no tickets" in await shown(bot, {"last": f"{today - day}"})


async def test_the_list_is_paged_and_keeps_the_filter(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await filled(bot, 10)
        await bot.slack.command("asker", "helpdesk", "/rdp other-1 0x904")
        await bot.shows("#11 ", "It worked")
        today = f"{bot.clock().date()}"
        said = await shown(bot, {"host": "srv-*", "state": "open", "first": today})
        assert ("#10" in said, "#3" in said, "other-1" in said) == (True, True, False)
        page = bot.slack.ephemerals("asker")[-1]
        await bot.slack.click("asker", page, "history.page")
        await bot.private("asker", "filtered", "#2", "#1")


async def test_slips_stand_beside_their_fields(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await filled(bot, 1)
        view = await asked(bot)
        await bot.slack.submit("asker", {"host": "srv;reboot"})
        assert "not a host" in view.errors["host"]
        await bot.slack.submit("asker", {"host": "", "first": "2026-02-02", "last": "2026-02-01"})
        assert "before the first" in view.errors["last"]


async def test_the_list_comes_although_the_reply_address_is_spent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as bot:
        await filled(bot, 1)
        await asked(bot)

        def used(path: str) -> ResponseUrl:
            raise SlackError("used_url")

        monkeypatch.setattr(bot.slack.state.urls, "use", used)
        assert (await bot.slack.submit("asker", {"host": "srv-1"})).ok
        await bot.private("asker", "Former tickets, filtered", "srv-1")


def test_the_form_is_one_that_slack_takes() -> None:
    causes = tuple((f"cause-{each}", f"{chr(65 + each % 26)}{'x' * 99}") for each in range(400))
    assert check_view(form(tuple(sorted(causes, key=lambda each: each[1])), "{}"), "modal")
    assert check_view(form((), "{}"), "modal")


def test_the_filter_survives_on_the_button() -> None:
    since, until = Hours().days(o.NOON.date(), o.NOON.date())
    query = Query(
        tenant=TENANT,
        host="srv*",
        user="U1",
        cause="c",
        code="0x904",
        text="x" * 200,
        state="open",
        since=since,
        until=until,
        limit=8,
    )
    value = cursor_of(query, PastPage("Title", (), 5))
    assert len(value) < 2_000
    assert query_of(value, TENANT) == (replace(query, before=5), "Title")
