"""The Home tab in the local Slack: what stands on it, for whom, and what it can begin."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.blocks import check_view
from bot.sandbox.views import View
from bot.store.base import Query
from handlers.home import page
from tests.behaviours.scenes import calls, refused
from tests.desk import office as o
from tests.handlers.house import House, house, words_of


async def home(bot: House, user: str, *words: str) -> View:
    """Open the Home tab and wait until it says all of this."""
    await bot.slack.open_home(user)

    def there() -> View | None:
        view = bot.slack.home(user)
        said = words_of(view.blocks) if view is not None else ""
        return view if all(word in said for word in words) else None

    found = await bot.slack.wait_for(there, what=f"a Home tab with {words}")
    assert found is not None
    return found


async def test_it_shows_own_tickets_and_those_that_wait_for_somebody(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        for number, user in enumerate(("asker", "teammate", "teammate"), 1):
            await bot.slack.command(user, "helpdesk", f"/rdp srv-{number}")
            await bot.shows(f"#{number} ", "It worked")
        await bot.slack.choose("admin", bot.card(), "claim")
        await bot.shows("claimed by")
        view = await home(bot, "asker", "Your open tickets", "3 open in all")
        said = words_of(view.blocks)
        own, free, taken = (said.index(f"srv-{number}") for number in (1, 2, 3))
        assert own < said.index("claimed by nobody") < free
        assert free < said.index("in somebody's hands") < taken


async def test_causes_and_hosts_of_the_last_days_are_counted(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        for number in (1, 2):
            bot.scout.sight = o.expired()
            await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
            card = await bot.shows(f"#{number} ", "It worked")
            bot.scout.sight = o.healthy()
            await bot.slack.click("asker", card, "step.worked")
            await bot.shows(f"#{number} ", "resolved")
        view = await home(bot, "teammate", "You have no open tickets.", "Causes of the last 30")
        said = words_of(view.blocks)
        assert "2  The server's RDP certificate has expired" in said
        assert f"2  {o.HOST}" in said


async def test_a_person_who_opens_it_again_and_again_gets_two_pages_at_most(
    tmp_path: Path,
) -> None:
    """Guard: ``HomeFlow._busy``: what comes while a page is made is one more page after it."""
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        await bot.shows("It worked")
        bot.slack.fault("views.publish", "delay", seconds=0.5)
        await asyncio.gather(*(bot.slack.open_home("asker") for _ in range(9)))
        await bot.slack.wait_for(lambda: bot.slack.home("asker"), what="a tab")
        await bot.slack.settle(quiet=1.0)
        taken = calls(bot, "views.publish") - refused(bot, "views.publish")
        assert taken == 2


async def test_a_team_that_opens_it_at_once_is_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: ``Dashboards._counting``."""
    async with o.office(tmp_path) as office:
        await office.open()
        counted: list[object] = []
        count = office.store.stats

        async def counting(*asked: Any) -> Any:
            counted.append(asked)
            return await count(*asked)

        monkeypatch.setattr(office.store, "stats", counting)
        people = [f"U0PERSON{number}" for number in range(50)]
        seen = await asyncio.gather(*(office.desk.dashboard(each, o.TEAM) for each in people))
        assert {each.open for each in seen} == {1}
        assert len(counted) == 1


async def test_the_button_opens_the_form_and_its_card_is_a_direct_message(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await home(bot, "asker", "Triage a host")
        await bot.slack.press("asker", "home.start")
        await bot.form("asker")
        assert (await bot.slack.submit("asker", {"host": o.HOST})).ok
        await bot.shows("It worked", channel="dm", user="asker")


async def test_a_ticket_opens_from_the_tab_in_a_modal(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        await bot.shows("It worked")
        await home(bot, "asker", o.HOST)
        assert (await bot.slack.press("asker", "history.open.1")).ok
        view = await bot.form("asker")
        assert view is not None
        assert "certificate has expired" in words_of(view.blocks)


async def test_a_guest_is_refused_politely_and_sees_no_host(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        await bot.shows("It worked")
        view = await home(bot, "guest", "guests cannot")
        assert len(view.blocks) == 1


async def test_the_largest_tab_is_within_the_limits_and_nothing_on_it_is_live(
    tmp_path: Path,
) -> None:
    hostile = "<!channel> <@U0ADMIN> \u202e" + "x" * 5_000
    async with o.office(tmp_path) as office:
        await office.open()
        found = (await office.desk.history(Query(tenant=o.TEAM), "")).lines[0]
        seen = await office.desk.dashboard(o.ASKER, o.TEAM)
    assert [each.number for each in seen.mine] == [found.number]
    worst = replace(found, host=hostile, cause=hostile, opened_at=datetime.now(UTC))
    many = replace(
        seen,
        mine=(worst,) * 8,
        unclaimed=(worst,) * 8,
        claimed=(worst,) * 8,
        causes=((10_000, hostile),) * 5,
        hosts=((1, hostile),) * 5,
        open=10_000,
    )
    view = page(many)
    assert check_view(view, "home")
    assert len(view["blocks"]) < 40
    for block in view["blocks"]:
        text = block.get("text", {})
        assert text.get("type") != "mrkdwn" or "<!channel>" not in text["text"]
