"""What a card remembers: the last time here, the last like case, a fix that did not last."""

from pathlib import Path

from bot.desk.intents import Verb
from bot.engine import Try
from tests.desk import office as o


async def test_how_a_fix_fared_everywhere_stands_beside_the_last_time(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        for number, helped in enumerate((True, False, True), 1):
            office.scout.sight = o.expired()
            await office.open(f"srv-{number}.corp.example")
            office.clock.pass_(360)
            office.scout.sight = o.healthy() if helped else o.expired()
            await office.press(Verb.WORKED if helped else Verb.FAILED, number=number)
        office.scout.sight = o.expired()
        await office.open("srv-3.corp.example", user=o.TEAMMATE)
        assert office.wall.last.last_time == (
            "Last time here: 20 Nov 2026, same cause, fixed by this step in 6 minutes (#3). "
            "Everywhere: it worked 2 of 3 times."
        )


async def test_a_like_case_elsewhere_is_told_where_the_host_is_new(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open("srv-1.corp.example")
        office.clock.pass_(360)
        office.scout.sight = o.healthy()
        await office.press(Verb.WORKED)
        office.scout.sight = o.expired()
        await office.open("srv-2.corp.example")
        assert office.wall.last.last_time == (
            "Last time it looked like this: srv-1.corp.example, 20 Nov 2026, same cause, "
            "fixed by this step in 6 minutes (#1)."
        )
        office.scout.sight = o.nla_broken()
        await office.open("srv-3.corp.example")
        assert office.wall.last.last_time == ""


async def test_a_healthy_host_looks_like_no_other(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await office.open("srv-1.corp.example")
        await office.press(Verb.CLOSE)
        await office.open("srv-2.corp.example")
        assert office.wall.last.last_time == ""


async def test_what_helped_a_few_days_ago_is_not_the_first_again(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        for _ in range(2):
            office.scout.sight = o.expired()
            await office.open()
            office.clock.pass_(360)
            office.scout.sight = o.healthy()
            await office.press(Verb.WORKED, number=1)
            office.clock.pass_(86_400)
        ticket = await office.body(2)
        assert ticket.situation.tries == (Try("renew-certificate", "came-back"),)
        assert ticket.offer is not None
        assert ticket.offer.step.id != "renew-certificate"
        await office.press(Verb.CANCEL, number=2)
        office.scout.sight = o.expired()
        await office.open(user=o.TEAMMATE)
        assert (await office.body(3)).situation.tries == ()


async def test_after_a_week_it_may_be_the_first_again(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.scout.sight = o.healthy()
        await office.press(Verb.WORKED)
        office.clock.pass_(8 * 86_400)
        office.scout.sight = o.expired()
        await office.open()
        assert (await office.body(2)).situation.tries == ()
