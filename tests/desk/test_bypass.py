"""Tries to get round the rule of two people, and to act on a ticket that is not one's own."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.desk.body import Approval, Body
from bot.desk.intents import Click, Verb
from bot.desk.move import with_body
from bot.store.base import Tenant
from tests.desk import office as o
from tests.desk.test_approval import offered, to_the_test


async def renamed(office: o.Office) -> str:
    """Let the approval of the ticket be one for another step; the step that it was for."""
    ticket, body = await office.ticket(), await office.body()
    assert body.approval is not None
    another = replace(body.approval, fix="another-test")
    await office.store.change(with_body(ticket, replace(body, approval=another)), [], [], None)
    return body.approval.fix


async def test_an_approval_is_for_one_step_and_not_for_the_next(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await to_the_test(office)
        await office.press(Verb.ASK)
        await office.press(Verb.ALLOW, user=o.LEAD)
        assert await renamed(office) == "nla-off"
        office.scout.sight = o.nla_broken()
        await office.press(Verb.RECHECK)
        assert (await offered(office))[1] != "nla-off"
        body = await office.body()
        assert (body.situation.approved, body.approval) == (False, None)
        assert body.offer is not None
        assert body.offer.unlocks == "nla-off"  # it can be asked for anew


async def test_what_is_allowed_is_what_was_asked_for(tmp_path: Path) -> None:
    """Somebody asks for one step, the ticket moves on, and the approver would allow another."""
    async with o.office(tmp_path) as office:
        await to_the_test(office)
        await office.press(Verb.ASK)
        assert await renamed(office) == "nla-off"
        await office.press(Verb.ALLOW, user=o.LEAD)
        assert "not what would come now" in office.wall.notes[-1].text
        assert (await offered(office))[1] != "nla-off"


async def test_a_click_on_the_card_that_was_seen_before_allows_nothing(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await to_the_test(office)
        await office.press(Verb.ASK)
        version = (await office.ticket()).version
        await office.press(Verb.DENY, user=o.LEAD)
        claim = await office.press(Verb.ALLOW, user=o.LEAD, version=version)
        assert claim.outcome != "taken"
        assert (await offered(office))[1] != "nla-off"


@pytest.mark.parametrize("asker", [o.LEAD, o.TEAMMATE])
async def test_who_presses_ask_does_not_press_allow(tmp_path: Path, asker: str) -> None:
    """Neither an approver who asks on somebody else's ticket nor one who has claimed it."""
    async with o.office(tmp_path) as office:
        await to_the_test(office)
        await office.press(Verb.CLAIM, user=asker)
        await office.press(Verb.ASK, user=asker)
        await office.press(Verb.ALLOW, user=asker)
        assert not (await office.body()).situation.approved
        assert (await offered(office))[1] != "nla-off"


@pytest.mark.parametrize("verb", [Verb.WORKED, Verb.FAILED, Verb.CANNOT, Verb.UNSURE, Verb.UNDONE])
async def test_a_step_that_is_not_on_the_card_cannot_be_answered(
    tmp_path: Path, verb: Verb
) -> None:
    """A value that names a step of risk 3, or another fix, at the right version."""
    async with o.office(tmp_path) as office:
        await to_the_test(office)
        before = await office.body()
        for step in ("nla-off", "renew", "no-such-step", "other-user"):
            version = (await office.ticket()).version
            click = Click(office.sender(), verb, 1, version, step)
            office.desk.start(await office.desk.accept(click))
            await office.quiet()
        after = await office.body()
        assert after.situation.in_force is None
        assert before.offer is not None
        assert after.offer is not None
        assert {one.fix for one in after.situation.tries} <= {before.offer.step.id}
        assert "nla-off" not in {one.fix for one in after.situation.tries}


async def test_after_its_time_an_approval_opens_nothing(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await to_the_test(office)
        await office.press(Verb.ASK)
        await office.press(Verb.ALLOW, user=o.LEAD)
        office.clock.pass_(15 * 60)
        await office.press(Verb.CANNOT, detail="other")
        assert not (await office.body()).situation.approved


async def test_a_ticket_of_another_workspace_is_out_of_reach(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await to_the_test(office)
        before = await office.ticket()
        for tenant in (Tenant("", "T0AWAY"), Tenant("E0OTHER", o.TEAM.team_id)):
            for user in (o.ASKER, o.ADMIN, o.LEAD):
                sender = replace(office.sender(user), tenant=tenant)
                for verb in (Verb.WORKED, Verb.ALLOW, Verb.CANCEL, Verb.CLAIM):
                    click = Click(sender, verb, 1, before.version, "")
                    office.desk.start(await office.desk.accept(click))
                    await office.quiet()
        after = await office.ticket()
        assert (after.state, after.owner) == (before.state, before.owner)
        assert (await office.kinds()).count("tried") == 0
        assert "another workspace" in office.wall.notes[-1].text


def test_an_approval_is_stored_whole_and_older_rows_name_no_step() -> None:
    given = Approval(o.ASKER, o.LEAD, o.NOON, "nla-off")
    assert Approval.from_json(given.to_json()) == given
    assert Approval.from_json([o.ASKER, "", None]) == Approval(o.ASKER)
    assert Body().approval is None
