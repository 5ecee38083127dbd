"""What a ticket's events say when they are read again for learning."""

from datetime import timedelta
from pathlib import Path

from bot.desk.intents import Verb
from bot.desk.lessons import case_of
from bot.engine import Try
from bot.engine.lessons import Case
from bot.store.base import Event
from tests.desk import office as o
from tests.desk import small


async def case(office: o.Office, number: int = 1) -> Case | None:
    lessons = await office.store.lessons(number - 1, 1)
    return case_of(lessons[0], small.catalog(), office.clock()) if lessons else None


async def test_a_verified_repair_keeps_what_the_fault_looked_like(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        assert await case(office) is None
        office.scout.sight = o.healthy()
        await office.press(Verb.WORKED)
        office.clock.pass_(timedelta(days=3).total_seconds())
        found = await case(office)
        assert found is not None
        assert (found.ending, found.days) == ("verified", 3.0)
        assert found.evidence["certificate-validity"] == "expired"
        assert found.tries == (Try("renew-certificate", "worked"),)


async def test_what_failed_counts_and_a_handed_over_case_is_unknown(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        await office.press(Verb.FAILED)
        await office.press(Verb.CANNOT)
        await office.press(Verb.ESCALATE)
        found = await case(office)
        assert found is not None
        assert found.ending == "unknown"
        assert found.tries[0] == Try("renew-certificate", "failed")
        assert found.tries[1].result == "cannot"


async def test_the_second_line_names_the_cause(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        await office.press(Verb.ESCALATE)
        said = Event("closed", "cli:x", office.clock(), {"second_line": True, "cause": "nla-fault"})
        await office.store.append(1, [said])
        found = await case(office)
        assert found is not None
        assert (found.ending, found.cause) == ("second-line", "nla-fault")


async def test_back_takes_the_last_step_back_here_too(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        await office.press(Verb.FAILED)
        await office.press(Verb.BACK)
        await office.press(Verb.CLOSE)
        found = await case(office)
        assert found is not None
        assert (found.ending, found.tries) == ("unknown", ())


async def test_a_second_fault_is_a_case_of_its_own(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.scout.sight, office.scout.everything = o.nla_broken(), True
        await office.press(Verb.WORKED)
        await office.press(Verb.ESCALATE)
        found = await case(office)
        assert found is not None
        assert found.evidence["nla-answer"] == "closed"
        assert found.tries == ()


async def test_silence_teaches_nothing(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        await office.press(Verb.CANCEL)
        found = await case(office)
        assert found is not None
        assert found.weight == 0.0


async def test_a_reopened_ticket_takes_back_that_it_worked(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.scout.sight = o.healthy()
        await office.press(Verb.WORKED)
        await office.press(Verb.REOPEN)
        assert (await office.body()).situation.tries == (Try("renew-certificate", "came-back"),)
        await office.press(Verb.ESCALATE)
        found = await case(office)
        assert found is not None
        assert found.tries == (Try("renew-certificate", "came-back"),)


async def test_a_jump_box_at_fault_shows_nothing_of_the_host(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.scout.sight = o.box_down()
        await office.press(Verb.WORKED)
        office.scout.sight = o.expired()
        await office.press(Verb.ESCALATE)
        found = await case(office)
        assert found is not None
        assert found.evidence["certificate-validity"] == "expired"
