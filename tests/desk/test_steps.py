"""What people say about a step, checked by what the probes see afterwards."""

from pathlib import Path

from bot.desk.intents import Verb
from tests.desk import office as o


def step_of(office: o.Office) -> str:
    step = office.wall.last.step
    return step.title if step is not None else ""


async def test_did_not_help_and_nothing_changed_brings_the_next_step(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        await office.press(Verb.FAILED)
        body = await office.body()
        assert [(each.fix, each.result) for each in body.situation.tries] == [
            ("renew-certificate", "failed")
        ]
        assert body.situation.restarted == ()
        assert step_of(office) != "Renew the RDP certificate"
        assert (await office.ticket()).steps == 1


async def test_did_not_help_but_something_changed_is_a_second_fault(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.scout.sight = o.healthy()
        await office.press(Verb.FAILED)
        body = await office.body()
        assert body.situation.restarted == ("renew-certificate",)
        assert body.before_evidence["certificate-validity"] == "valid"
        assert office.wall.last.notice == (
            "Changed since the last look: Certificate validity: valid."
        )


async def test_what_got_worse_comes_first_and_nothing_is_resolved(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        broken = o.switched_off()
        office.scout.sight = [each for each in broken if each.probe != "tls.certificate"]
        await office.press(Verb.RECHECK)
        assert office.wall.last.notice.startswith("Worse than before: ")
        assert (await office.ticket()).state == "open"


async def test_a_fix_that_brings_the_next_fault_to_light_is_not_resolved(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.switched_off()
        await office.open()
        assert step_of(office) == "Switch Remote Desktop on"
        office.scout.sight = o.nla_broken()
        await office.press(Verb.WORKED)
        ticket = await office.ticket()
        assert ticket.state == "open"
        assert office.scout.looks[-1] is None
        assert (await office.body()).situation.restarted == ("switch-on",)
        assert office.wall.last.notice.startswith("Changed since the last look: Ladder: nla")


async def test_a_jump_box_fault_proves_and_disproves_nothing(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.scout.sight = o.box_down()
        office.scout.everything = True
        await office.press(Verb.WORKED)
        assert (await office.ticket()).state == "open"
        assert "the jump box is at fault, not the host" in office.wall.last.notice
        assert step_of(office) == "Renew the RDP certificate"
        office.scout.sight = o.healthy()
        await office.press(Verb.WORKED)
        assert (await office.ticket()).outcome == "verified"


async def test_no_access_closes_the_whole_group_and_other_reasons_one_fix(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        await office.press(Verb.CANNOT, detail="other")
        assert (await office.body()).situation.barred == frozenset()
        assert step_of(office) == "Bind a certificate of your own"
        await office.open("srv-2")
        await office.press(Verb.CANNOT, detail="access", number=2)
        assert (await office.body(2)).situation.barred == {"server-admin"}
        assert step_of(office) != "Bind a certificate of your own"


async def test_not_sure_looks_and_asks_to_connect_again_when_it_is_mended(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.scout.sight = o.healthy()
        await office.press(Verb.UNSURE)
        assert "Connect again and say whether it works" in office.wall.last.notice
        assert step_of(office) == "Renew the RDP certificate"
        await office.press(Verb.WORKED)
        assert (await office.ticket()).outcome == "verified"


async def test_not_sure_and_nothing_mended_counts_as_not_done(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        await office.press(Verb.UNSURE)
        body = await office.body()
        assert [(each.fix, each.result) for each in body.situation.tries] == [
            ("renew-certificate", "unsure")
        ]


async def test_an_answer_is_kept_and_back_takes_it_back(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.nla_broken()
        await office.open()
        offer = (await office.body()).offer
        assert offer is not None
        assert offer.step.kind == "question"
        await office.press(Verb.ANSWER, detail="no")
        assert (await office.body()).situation.answers == {"other-user": "no"}
        await office.press(Verb.BACK)
        assert (await office.body()).situation.answers == {}
        assert (await office.body()).offer == offer
        assert office.wall.last.notice == "One step back."


async def test_answers_that_are_not_on_the_card_are_refused(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.nla_broken()
        await office.open()
        await office.press(Verb.ANSWER, detail="maybe")
        assert "not an answer" in office.wall.notes[-1].text
        assert (await office.body()).situation.answers == {}
        await office.press(Verb.WORKED)
        assert "not the one on the card" in office.wall.notes[-1].text


async def test_a_recheck_without_news_says_so(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        await office.press(Verb.RECHECK)
        assert office.wall.last.notice == "Looked again: nothing has changed."
        assert step_of(office) == "Renew the RDP certificate"


async def test_the_jump_box_is_named_when_nothing_could_be_seen(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.box_down()
        await office.open()
        view = office.wall.last
        assert view.sentence.startswith("Jump box dc1 does not answer.")
        assert "says nothing about it" in view.sentence
        assert [row.title for row in view.rows if row.mark == "fault"] == ["Jump box"]
