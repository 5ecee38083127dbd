"""What becomes of a parcel: Slack's refusals, limits and silences."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk import edits
from bot.desk.carding import Carding
from bot.desk.courier import Courier, card_parcel
from bot.desk.handing import Handing
from bot.desk.intents import Verb
from bot.desk.surface import Closed, Gone, Later, Note, SurfaceError, Unsure
from bot.desk.view import TicketView
from bot.store.base import Ticket
from tests.desk import office as o


async def test_a_limit_is_waited_for_and_the_last_state_wins(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.wall.errors.append(Later(30))
        await office.press(Verb.CLOSE)
        assert office.wall.last.state == "open"
        office.clock.pass_(29)
        await office.quiet()
        assert office.wall.last.state == "open"
        office.clock.pass_(2)
        await office.quiet()
        assert office.wall.last.state.startswith("resolved on word")
        assert len(office.wall.posts) == 1


async def test_a_deleted_card_is_posted_again_once(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.wall.errors.append(Gone("message_not_found"))
        await office.press(Verb.CLOSE)
        assert [channel for channel, _ in office.wall.posts] == [o.HELPDESK, o.HELPDESK]
        assert (await office.ticket()).card == office.wall.posts[1][1]


async def test_an_archived_channel_leads_to_a_direct_message(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.wall.errors.append(Closed("is_archived"))
        await office.open()
        assert office.wall.posts[0][0] == o.ASKER
        assert (await office.ticket()).channel == o.ASKER


async def test_an_edit_whose_answer_was_lost_is_made_again(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.wall.lost_answers.append(Unsure("reset"))
        await office.press(Verb.CLOSE)
        office.clock.pass_(3)
        await office.quiet()
        assert len(office.wall.posts) == 1
        states = [view.state for view in office.wall.cards[office.wall.posts[0][1]]]
        assert states[-2:] == ["resolved on word after 0 s"] * 2


async def test_what_slack_refuses_for_good_is_dropped_and_the_rest_goes_on(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.wall.errors.append(SurfaceError("token_revoked"))
        await office.ask()
        await office.desk.settled()
        await office.desk.flush()
        await office.press(Verb.CLAIM)
        assert office.wall.last.owner == o.ASKER


async def test_a_note_is_tried_again_until_it_is_sure(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        note = Note("Something", o.ASKER)
        await office.store.queue([note.parcel("note:x")])
        office.wall.errors.append(Unsure("reset"))
        await office.desk.flush()
        assert office.wall.notes == []
        office.clock.pass_(3)
        await office.desk.flush()
        assert [each.text for each in office.wall.notes] == ["Something"]
        assert list(await office.store.due(office.clock() + timedelta(days=1))) == []


async def test_what_a_channel_was_perhaps_told_is_not_said_again(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.wall.tell = lost(office.wall.tell)  # type: ignore[assignment, method-assign]
        told = Note("To all", channel=o.HELPDESK), Note("To one", user=o.ASKER)
        await office.store.queue([each.parcel(each.text) for each in told])
        for _ in range(3):
            await office.desk.flush()
            office.clock.pass_(3)
        assert [each.text for each in office.wall.notes].count("To all") == 1
        assert [each.text for each in office.wall.notes].count("To one") == 3


def lost(tell: Callable[[Note], Awaitable[None]]) -> Callable[[Note], Awaitable[None]]:
    """Said, but nobody hears that it was."""

    async def telling(note: Note) -> None:
        await tell(note)
        raise Unsure("reset")

    return telling


async def test_progress_is_shown_at_most_once_in_two_seconds(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await office.open()
        shown: list[Ticket] = []

        async def render(ticket: Ticket) -> TicketView:
            shown.append(ticket)
            view = await office.desk.ticket_view(ticket.number, o.TEAM)
            assert view is not None
            return view

        carding = Carding(office.store, office.wall, render)
        handing = Handing(office.store, office.wall, office.clock, office.desk._packet)
        courier = Courier(office.store, carding, handing, gap=0.1)
        await office.store.queue([card_parcel(1)])
        await courier.flush()
        assert len(shown) == 1
        for _ in range(50):
            courier.progress(1)
            await asyncio.sleep(0)
        await courier.idle(1)
        assert len(shown) == 2
        courier.progress(1)
        courier.forget(1)
        await courier.idle(1)
        assert len(shown) == 2
        await courier.close()


async def test_the_asker_hears_that_the_second_line_could_not_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()

        async def not_invited(*_: object) -> tuple[str, str]:
            raise Closed("not_in_channel")

        monkeypatch.setattr(office.wall, "hand", not_invited)
        await office.press(Verb.ESCALATE, user=o.TEAMMATE)
        (note,) = office.wall.notes
        assert note.user == o.ASKER
        assert "could not be told of #1" in note.text


async def test_of_many_cards_those_that_rest_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edits, "MOST_CARDS", 2)
    cards = edits.Cards()
    first = cards.of(1)
    async with first.lock:
        for number in (2, 3):
            cards.of(number)
        assert set(cards) == {1, 2, 3}
    cards.of(4)
    assert 1 not in cards
    assert cards.of(4) is cards[4]
