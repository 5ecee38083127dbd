"""The whole way from an accepted intent to the outcome, on the real store and engine."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.catalog import load
from bot.desk.access import DirectoryError
from bot.desk.intents import Click, Opening, Verb
from bot.engine import Model
from bot.store.base import Query, Tenant
from bot.targets import TargetRefused
from tests.desk import office as o
from tests.desk import small


async def test_an_opening_ends_in_a_verdict_on_one_card(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        number = await office.open()
        view = office.wall.last
        assert len(office.wall.posts) == 1
        assert office.wall.posts[0][0] == o.HELPDESK
        assert view.sentence == "The server's RDP certificate has expired."
        assert view.likelihood.startswith(("Likely", "Very likely"))
        assert view.step is not None
        assert view.step.title == "Renew the RDP certificate"
        assert [row.mark for row in view.rows if row.title == "Certificate"] == ["fault"]
        assert await office.kinds(number) == ["opened", "observed", "offered"]


async def test_it_worked_before_the_repair_is_not_believed(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        before = await office.ticket()
        await office.press(Verb.WORKED)
        ticket = await office.ticket()
        assert ticket.state == "open"
        assert ticket.version > before.version
        assert "nothing has changed" in office.wall.last.notice
        assert office.wall.last.step is not None
        assert office.wall.last.step.title == "Renew the RDP certificate"
        assert office.scout.looks[-1] == frozenset({"tls.certificate"})


async def test_it_worked_after_the_repair_is_verified(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.scout.sight = o.healthy()
        await office.press(Verb.WORKED)
        ticket = await office.ticket()
        assert (ticket.state, ticket.outcome) == ("resolved", "verified")
        assert (ticket.cause, ticket.fix) == ("certificate-expired", "renew-certificate")
        proof = office.wall.last.proof
        assert proof is not None
        assert proof.before == ("Certificate: expired 17 Nov 2026; self-signed by SRV-APP-07",)
        assert proof.now == ("Certificate: valid to 19 May 2027; self-signed by SRV-APP-07",)
        assert "verified" in await office.kinds()


async def test_a_host_that_was_healthy_throughout_is_never_verified(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await office.open()
        for _ in range(8):
            offer = (await office.body()).offer
            assert offer is not None
            if offer.step.kind == "fix":
                break
            await office.press(Verb.ANSWER, detail="no")
        await office.press(Verb.WORKED)
        ticket = await office.ticket()
        assert (ticket.state, ticket.outcome) == ("resolved", "word")
        assert office.wall.last.proof is not None
        assert "Nothing visible from dc1 has changed" in office.wall.last.proof.closing


async def test_a_healthy_host_is_said_to_be_healthy(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await office.open()
        assert "can be seen without a password is fine from dc1" in office.wall.last.sentence
        assert office.wall.last.likelihood == ""


async def test_a_delivery_that_comes_twice_has_one_effect(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        opening = Opening(office.sender(), o.HOST, 3389)
        for _ in range(2):
            office.desk.start(await office.desk.accept(opening))
        await office.quiet()
        assert [ticket.number for ticket in await office.store.unfinished()] == [1]
        assert len(office.scout.looks) == 1
        assert office.wall.notes == []


async def test_of_two_people_who_click_at_once_one_wins(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        version = (await office.ticket()).version
        await office.press(Verb.FAILED, user=o.TEAMMATE)
        after = await office.ticket()
        await office.press(Verb.FAILED, version=version)
        assert (await office.ticket()) == after
        (note,) = office.wall.notes
        assert (note.user, note.by) == (o.ASKER, o.TEAMMATE)
        assert note.text.startswith("That step was already answered by {by} at {at}.")


async def test_the_second_half_of_a_double_click_is_not_complained_about(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        version = (await office.ticket()).version
        await office.press(Verb.FAILED)
        await office.press(Verb.FAILED, version=version)
        assert (await office.kinds()).count("tried") == 1
        assert office.wall.notes == []


async def test_a_guest_is_refused_before_anything_is_looked_at(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await office.ask(user=o.GUEST)
        await office.quiet()
        assert office.scout.looks == []
        assert list(await office.store.unfinished()) == []
        assert [note.text for note in office.wall.notes] == [
            "Only members of this workspace can use this; guests cannot."
        ]
        assert list(await office.store.pending()) == []


async def test_a_directory_that_does_not_answer_lets_nobody_in(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.people.broken = DirectoryError("down")
        await office.ask()
        await office.quiet()
        assert office.scout.looks == []
        assert "nothing was done" in office.wall.notes[0].text


async def test_a_refused_click_can_be_made_again(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        await office.press(Verb.FAILED, user=o.GUEST)
        assert (await office.kinds())[-1] == "refused"
        claim = await office.press(Verb.FAILED)
        assert claim.outcome == "taken"
        assert "tried" in await office.kinds()


async def test_a_closed_target_is_refused_with_the_rule(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.refuse = "targets.deny"
        await office.ask()
        await office.quiet()
        assert office.scout.looks == []
        assert "outside what may be looked at" in office.wall.notes[0].text
        assert office.wall.notes[0].text.endswith("can open it in the settings.")


async def test_a_target_that_turns_out_closed_while_looking_ends_the_ticket(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.breaks = TargetRefused("10.9.0.1", "targets.deny")
        await office.ask()
        await office.quiet()
        assert (await office.ticket()).state == "cancelled"
        assert "10.9.0.1 is outside what may be looked at" in office.wall.last.notice


async def test_a_look_that_breaks_is_told_with_a_reference(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.scout.breaks = RuntimeError("boom")
        await office.press(Verb.RECHECK)
        found = re.search(r"reference ([0-9a-f]{8})", office.wall.last.notice)
        assert found is not None
        assert found[1] in caplog.text
        assert "boom" in caplog.text
        assert office.wall.last.step is not None


async def test_unknown_tickets_and_other_tenants_stay_closed(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await office.open()
        stranger = Tenant("", "T0OTHER")
        assert await office.desk.ticket_view(1, stranger) is None
        assert await office.desk.story(1, stranger) is None
        assert await office.desk.ticket_view(2, o.TEAM) is None
        click = Click(replace(office.sender(), tenant=stranger), Verb.CANCEL, 1, 2)
        office.desk.start(await office.desk.accept(click))
        await office.quiet()
        assert "another workspace" in office.wall.notes[-1].text
        missing = Click(office.sender(), Verb.CANCEL, 77, 1)
        office.desk.start(await office.desk.accept(missing))
        await office.quiet()
        assert office.wall.notes[-1].text == "There is no ticket #77."


async def test_the_last_ticket_of_a_host_is_remembered(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.clock.pass_(360)
        office.scout.sight = o.healthy()
        await office.press(Verb.WORKED)
        office.clock.pass_(86_400)
        office.scout.sight = o.expired()
        await office.open()
        assert office.wall.last.last_time == (
            "Last time here: 20 Nov 2026, same cause, "
            'fixed by "Renew the RDP certificate" in 6 minutes (#1).'
        )


async def test_history_and_story_say_what_happened(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        story = await office.desk.story(1, o.TEAM)
        assert story is not None
        chapters = dict(story.chapters)
        assert any(line.startswith("tls.certificate: passed") for line in chapters["Seen from dc1"])
        assert any("opened by U0ASKER" in line for line in chapters["What happened"])
        sheet = chapters["For and against: The server's RDP certificate has expired"]
        assert re.search(
            r"\+[0-9.]+  .*expired \([0-9.]+ times as often as otherwise\)", "\n".join(sheet)
        )
        assert re.search(r"in all: .* shares = [0-9.]+ in 100$", sheet[-1])
        page = await office.desk.history(Query(tenant=o.TEAM, host=o.HOST), "Here")
        assert [(line.number, line.outcome) for line in page.lines] == [(1, "open")]
        assert page.older is None
        office.scout.sight = o.healthy(subject="CN=OTHER-NAME")
        await office.open("10.1.2.3")
        page = await office.desk.history(Query(tenant=o.TEAM, text="other-name"), "Here")
        assert [line.number for line in page.lines] == [2]


async def test_a_ticket_keeps_the_knowledge_it_began_with(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        old = (await office.ticket()).knowledge
    renamed = {
        path: text.replace("Renew the RDP certificate", "Something else")
        for path, text in small.files().items()
    }
    async with o.office(tmp_path, model=Model.of(load(renamed))) as office:
        office.scout.sight = o.expired()
        view = await office.desk.ticket_view(1, o.TEAM)
        assert view is not None
        assert view.step is not None
        assert view.step.title == "Renew the RDP certificate"
        await office.press(Verb.WORKED)
        assert (await office.ticket()).knowledge == old
        assert (await office.open()) == 2
        assert (await office.ticket(2)).knowledge != old


async def test_a_ticket_pinned_to_older_knowledge_ignores_what_that_does_not_know(
    tmp_path: Path,
) -> None:
    without = {path: text for path, text in small.files().items() if "ntlm" not in path}
    async with o.office(tmp_path, model=Model.of(load(without))) as office:
        office.scout.sight = o.expired()
        await office.open()
        assert "ntlm" not in (await office.body()).situation.evidence
        assert office.wall.last.step is not None
