"""What people do with a ticket as a whole."""

import asyncio
from pathlib import Path

from bot.desk.intents import Click, Verb
from tests.desk import office as o


async def test_closing_on_word_names_no_fix(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        await office.press(Verb.CLOSE)
        ticket = await office.ticket()
        assert (ticket.state, ticket.outcome, ticket.fix) == ("resolved", "word", None)
        assert ticket.cause == "certificate-expired"
        assert ticket.closed_at == office.clock()


async def test_an_escalation_tells_the_second_line_and_can_be_handed_back(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        await office.press(Verb.FAILED)
        await office.press(Verb.ESCALATE, detail="Not mine.")
        assert (await office.ticket()).state == "escalated"
        ((channel, packet),) = office.wall.packets
        assert channel == "C0ESCALATE"
        assert "Renew the RDP certificate: did not help" in dict(packet.chapters)["Tried"][0]
        assert packet.sentence.startswith("The server's RDP certificate has expired.")
        await office.press(Verb.CLAIM, user=o.TEAMMATE)
        assert (await office.ticket()).owner == o.TEAMMATE
        await office.press(Verb.HANDBACK, user=o.TEAMMATE)
        assert (await office.ticket()).state == "open"
        assert office.wall.last.step is not None


async def test_a_reopened_ticket_is_looked_at_again_and_proof_starts_anew(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.scout.sight = o.healthy()
        await office.press(Verb.WORKED)
        await office.press(Verb.REOPEN)
        ticket, body = await office.ticket(), await office.body()
        assert (ticket.state, ticket.outcome, ticket.closed_at) == ("open", None, None)
        assert body.before_evidence["certificate-validity"] == "valid"
        assert body.phase == "waiting"


async def test_cancel_stops_a_look(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.gate = asyncio.Event()
        await office.ask()
        await o.until(lambda: bool(office.scout.looks))
        await office.press(Verb.CANCEL)
        assert (await office.ticket()).state == "cancelled"
        assert (await office.body()).offer is None
        assert office.wall.last.state == "cancelled"


async def test_claiming_while_a_look_goes_on_loses_neither(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        office.scout.gate = asyncio.Event()
        await office.desk.resume()
        await office.ask()
        await o.until(lambda: bool(office.scout.looks))
        ticket = await office.ticket()
        click = Click(office.sender(o.TEAMMATE), Verb.CLAIM, 1, ticket.version)
        office.desk.start(await office.desk.accept(click))
        await o.until(lambda: any(view.owner for view in office.wall.shown))
        office.scout.gate.set()
        await office.quiet()
        assert (await office.ticket()).owner == o.TEAMMATE
        assert (await office.body()).phase == "waiting"


async def test_only_asker_claimant_and_admin_click_outside_the_helpdesk(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open(channel="C0GENERAL")
        assert office.wall.posts == [(o.ASKER, "1000.0001")]
        await office.press(Verb.CLAIM, user=o.TEAMMATE)
        assert "Only the person who asked" in office.wall.notes[-1].text
        await office.press(Verb.SHARE)
        assert office.wall.posts[-1][0] == o.HELPDESK
        await office.press(Verb.CLAIM, user=o.TEAMMATE)
        assert (await office.ticket()).owner == o.TEAMMATE
        assert (await office.ticket()).card == office.wall.posts[-1][1]


async def test_what_does_not_fit_the_state_is_refused_in_words(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        for verb, said in (
            (Verb.REOPEN, "#1 is open"),
            (Verb.HANDBACK, "#1 is open"),
            (Verb.BACK, "no step to go back to"),
            (Verb.ALLOW, "approver"),
            (Verb.ASK, "nothing to allow"),
        ):
            await office.press(verb)
            assert said in office.wall.notes[-1].text
        await office.press(Verb.CANCEL)
        await office.press(Verb.WORKED)
        assert "#1 is cancelled" in office.wall.notes[-1].text
