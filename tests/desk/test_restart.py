"""A process that is killed anywhere: the next one goes on, nothing is lost, nothing twice."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.desk.intents import Click, Opening, Verb
from bot.desk.surface import Unsure
from bot.store.base import Parcel
from tests.desk import office as o


async def killed_while_looking(path: Path, verb: Verb | None = None) -> None:
    """Open (and press) and die while the probes look."""
    async with o.office(path) as office:
        office.scout.sight = o.expired()
        if verb is not None:
            await office.open()
        office.scout.gate = asyncio.Event()
        if verb is None:
            await office.ask()
        else:
            ticket = await office.ticket()
            click = Click(office.sender(), verb, 1, ticket.version, "renew-certificate")
            office.desk.start(await office.desk.accept(click))
        looks = len(office.scout.looks)
        await o.until(lambda: len(office.scout.looks) > looks)
        await office.desk.drain(0.05)


async def test_a_first_look_is_taken_up_again(tmp_path: Path) -> None:
    await killed_while_looking(tmp_path)
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        assert (await office.body()).phase == "looking"
        await office.desk.resume()
        await office.quiet()
        assert (await office.body()).phase == "waiting"
        assert office.wall.last.step is not None


async def test_a_recheck_is_taken_up_again_with_what_was_said(tmp_path: Path) -> None:
    await killed_while_looking(tmp_path, Verb.WORKED)
    async with o.office(tmp_path, scout=o.ScriptedScout(o.healthy())) as office:
        assert (await office.body()).phase == "rechecking"
        await office.desk.resume()
        await office.quiet()
        assert (await office.ticket()).outcome == "verified"
        assert office.scout.looks == [frozenset({"tls.certificate"})]
        assert (await office.kinds()).count("tried") == 1


async def test_intents_that_were_acknowledged_and_not_done_are_done(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await office.desk.accept(Opening(office.sender(), o.HOST, 3389))
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.desk.resume()
        await office.quiet()
        version = (await office.ticket()).version
        await office.desk.accept(Click(office.sender(), Verb.CLOSE, 1, version))
    async with o.office(tmp_path) as office:
        await office.desk.resume()
        await office.quiet()
        assert (await office.ticket()).state == "resolved"
        assert list(await office.store.pending()) == []


async def test_a_card_that_was_being_edited_is_edited_again(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        await office.store.queue([Parcel("card", "card:1", 1, {})])
        (parcel,) = await office.store.due(office.clock())
        await office.store.mark(parcel, "sending")
    async with o.office(tmp_path) as office:
        await office.desk.resume()
        await office.quiet()
        assert office.wall.posts == []
        assert len(office.wall.cards["1000.0001"]) == 1


async def test_a_card_that_was_perhaps_posted_is_not_posted_blindly(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.wall.lost_answers.append(Unsure("killed"))
        office.scout.gate = asyncio.Event()
        await office.ask()
        while not office.wall.posts:
            await office.desk.flush()
        assert len(office.wall.posts) == 1
        await office.desk.flush()
        assert len(office.wall.posts) == 1
        assert "/rdp ticket 1 shows it" in office.wall.notes[0].text
        office.scout.gate.set()
        await office.quiet()
        assert len(office.wall.posts) == 2
        assert office.wall.last.step is not None


async def test_a_card_that_was_not_confirmed_is_found_again_by_a_click_on_it(
    tmp_path: Path,
) -> None:
    async with o.office(tmp_path) as office:
        office.wall.lost_answers.append(Unsure("reset"))
        office.scout.gate = asyncio.Event()
        await office.ask()
        while not office.wall.notes:
            await office.desk.flush()
        ticket, (channel, card) = await office.ticket(), office.wall.posts[0]
        assert not ticket.card
        sender = office.sender()
        click = Click(sender, Verb.CANCEL, 1, ticket.version, card=card)
        office.desk.start(await office.desk.accept(click))
        await office.quiet()
        assert (await office.ticket()).card == card
        assert [view.state for view in office.wall.cards[card]][-1] == "cancelled"
        assert office.wall.posts == [(channel, card)]


async def test_what_comes_while_the_bot_stops_is_kept_for_the_next_start(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await office.desk.drain(0.1)
        claim = await office.ask()
        assert claim.outcome == "taken"
        await office.desk.settled()
        assert office.scout.looks == []
        assert len(list(await office.store.pending())) == 1


async def test_a_ticket_that_cannot_be_read_stops_nothing_else(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        (opened,) = await office.store.unfinished()
        for phase in ("looking", "waiting"):
            newer = replace(opened, number=0, body={"phase": phase, "from": "a newer program"})
            await office.store.open_ticket(newer, [], [])
        office.clock.pass_(6 * 86_400)
    async with o.office(tmp_path) as office:
        office.clock.pass_(6 * 86_400)
        await office.desk.resume()
        await o.until(lambda: any(view.state == "abandoned" for view in office.wall.shown))
        assert not any(task.done() for task in office.desk._always)
