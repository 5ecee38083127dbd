"""Steps of risk 3: never by default, only after somebody else allowed them, undone first."""

from dataclasses import replace
from pathlib import Path

from bot.desk.access import Rights
from bot.desk.intents import Verb
from tests.desk import office as o


async def offered(office: o.Office) -> tuple[str, str]:
    offer = (await office.body()).offer
    assert offer is not None
    return offer.step.kind, offer.step.id


async def to_the_test(office: o.Office) -> None:
    """Open on a host whose sign-in is broken, and go on until a test would be next."""
    office.scout.sight = o.nla_broken()
    await office.open()
    offer = (await office.body()).offer
    assert offer is not None
    assert offer.unlocks == "nla-off"
    assert offer.step.id != "nla-off"


async def test_a_risky_step_is_never_offered_by_default(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await to_the_test(office)
        assert Verb.ASK in [button.verb for button in office.wall.last.tools]
        await office.press(Verb.ALLOW, user=o.LEAD)
        assert "Nobody has asked" in office.wall.notes[-1].text


async def test_without_approvers_there_is_nothing_to_ask_for(tmp_path: Path) -> None:
    rights = Rights(o.TEAM.team_id, helpdesk=frozenset({o.HELPDESK}))
    async with o.office(tmp_path, rights=rights) as office:
        office.scout.sight = o.nla_broken()
        await office.open()
        offer = (await office.body()).offer
        assert offer is not None
        assert offer.unlocks == ""
        assert Verb.ASK not in [button.verb for button in office.wall.last.tools]


async def test_an_approver_who_is_not_the_asker_unlocks_it_for_a_while(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await to_the_test(office)
        await office.press(Verb.ASK)
        assert [button.verb for button in office.wall.last.tools if button.style] == [
            Verb.ALLOW,
            Verb.DENY,
        ]
        await office.press(Verb.ALLOW, user=o.TEAMMATE)
        assert "Only an approver" in office.wall.notes[-1].text
        await office.press(Verb.ALLOW, user=o.LEAD)
        assert await offered(office) == ("fix", "nla-off")
        office.clock.pass_(16 * 60)
        await office.press(Verb.RECHECK)
        assert (await offered(office))[1] != "nla-off"
        assert not (await office.body()).situation.approved


async def test_the_asker_never_allows_what_they_asked_for(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.nla_broken()
        await office.open(user=o.LEAD)
        await office.press(Verb.ASK, user=o.LEAD)
        await office.press(Verb.ALLOW, user=o.LEAD)
        assert "Somebody other than" in office.wall.notes[-1].text
        await office.press(Verb.DENY, user=o.ASKER)
        assert "Only an approver" in office.wall.notes[-1].text


async def test_a_no_is_a_no(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await to_the_test(office)
        await office.press(Verb.ASK)
        await office.press(Verb.DENY, user=o.LEAD)
        assert office.wall.last.notice == "The approver said no."
        assert (await offered(office))[1] != "nla-off"


async def in_force(office: o.Office) -> None:
    await to_the_test(office)
    await office.press(Verb.ASK)
    await office.press(Verb.ALLOW, user=o.LEAD)
    await office.press(Verb.WORKED)
    assert await offered(office) == ("undo", "nla-off")


async def test_a_test_in_force_blocks_every_way_of_closing(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await in_force(office)
        assert office.wall.last.sentence.startswith(f"In force on {o.HOST} as a test")
        for verb in (Verb.CLOSE, Verb.CANCEL, Verb.BACK):
            await office.press(verb)
            assert "temporary measure is in force" in office.wall.notes[-1].text
        assert (await office.ticket()).state == "open"


async def test_after_the_undo_the_flow_goes_on(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await in_force(office)
        await office.press(Verb.UNDONE)
        body = await office.body()
        assert body.situation.in_force is None
        assert (await offered(office))[0] != "undo"
        await office.press(Verb.CLOSE)
        assert (await office.ticket()).state == "resolved"


async def test_a_reminder_comes_when_the_time_is_over_and_only_then(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await in_force(office)
        assert office.wall.notes == []
        office.clock.pass_(15 * 60)
        await office.quiet()
        assert {note.user for note in office.wall.notes} == {o.ASKER, o.LEAD}
        assert all("Undo it now" in note.text for note in office.wall.notes)


async def test_no_reminder_comes_after_the_undo(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await in_force(office)
        await office.press(Verb.UNDONE)
        office.clock.pass_(15 * 60)
        await office.quiet()
        assert office.wall.notes == []


async def test_what_somebody_allowed_who_is_no_approver_any_more_is_not_offered(
    tmp_path: Path,
) -> None:
    async with o.office(tmp_path) as office:
        await to_the_test(office)
        await office.press(Verb.ASK)
        await office.press(Verb.ALLOW, user=o.LEAD)
        assert await offered(office) == ("fix", "nla-off")
    rights = replace(o.RIGHTS, approvers=frozenset({o.ADMIN}))
    async with o.office(tmp_path, rights=rights) as office:
        office.scout.sight = o.nla_broken()
        await office.press(Verb.RECHECK)
        assert (await offered(office))[1] != "nla-off"


async def test_the_reminder_survives_a_restart_and_is_said_once(tmp_path: Path) -> None:
    clock = o.Clock()
    async with o.office(tmp_path, clock=clock) as office:
        await in_force(office)
    for said in ({o.ASKER, o.LEAD}, set[str]()):
        async with o.office(tmp_path, clock=clock) as office:
            await office.desk.resume()
            clock.pass_(15 * 60)
            await office.quiet()
            assert {note.user for note in office.wall.notes if "Undo it now" in note.text} == said


async def test_after_a_restart_it_still_cannot_be_closed(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await in_force(office)
    async with o.office(tmp_path) as office:
        await office.desk.resume()
        for verb in (Verb.CLOSE, Verb.CANCEL):
            await office.press(verb)
            assert "temporary measure is in force" in office.wall.notes[-1].text
        await office.press(Verb.UNDONE)
        await office.press(Verb.CLOSE)
        assert (await office.ticket()).state == "resolved"


async def test_handed_over_it_is_still_reminded_of_and_stands_in_the_packet(
    tmp_path: Path,
) -> None:
    async with o.office(tmp_path) as office:
        await in_force(office)
        await office.press(Verb.ESCALATE)
        _, packet = office.wall.packets[-1]
        assert (
            "Switch NLA off as a test"
            in dict(packet.chapters)["Still in force, to be undone first"][0]
        )
        office.clock.pass_(15 * 60)
        await office.quiet()
        assert {note.user for note in office.wall.notes} == {o.ASKER, o.LEAD}
        office.clock.pass_(86_400)
        await office.desk._upkeep.round()
        await office.quiet()
        again = [note.user for note in office.wall.notes if "still in force" in note.text]
        assert sorted(again) == [o.ASKER, o.LEAD]
        await office.press(Verb.CAUSE, detail="nla-fault")
        assert "temporary measure is in force" in office.wall.notes[-1].text
