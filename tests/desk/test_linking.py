"""Tickets that one broken hop explains are linked, once, and no click is lost over it."""

from dataclasses import replace
from pathlib import Path

from bot.desk.intents import Verb
from bot.desk.linking import Linking
from tests.desk import office as o

HOSTS = ("srv-1.corp.example", "srv-2.corp.example", "srv-3.corp.example")
SAID = "failed at the jump box dc1 too"


async def three(office: o.Office) -> None:
    for host in HOSTS:
        await office.open(host)


def to_all(office: o.Office) -> list[str]:
    return [note.text for note in office.wall.notes if not note.user]


async def links(office: o.Office, number: int) -> list[object]:
    events = await office.store.events(number)
    return [each.data["first"] for each in events if each.kind == "shared"]


async def test_the_third_ticket_links_all_three(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.box_down())) as office:
        await office.open(HOSTS[0])
        await office.open(HOSTS[1])
        assert to_all(office) == []
        await office.open(HOSTS[2])
        assert len(to_all(office)) == 1
        assert "3 tickets of different hosts failed at the jump box dc1: #1, #2, #3." in str(
            to_all(office)
        )
        for number in (1, 2, 3):
            view = await office.desk.ticket_view(number, o.TEAM)
            assert view is not None
            assert SAID in view.elsewhere
            assert f"#{number}" not in view.elsewhere
            assert SAID in view.summary
            assert await links(office, number) == [1]
        shown = {view.number: view.elsewhere for view in office.wall.shown}
        assert all(SAID in shown[number] for number in (1, 2, 3))


async def test_no_version_moves_so_no_click_is_lost(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.box_down())) as office:
        await office.open(HOSTS[0])
        before = (await office.ticket(1)).version
        await office.open(HOSTS[1])
        await office.open(HOSTS[2])
        assert await links(office, 1) == [1]
        assert (await office.ticket(1)).version == before
        assert (await office.press(Verb.RECHECK, version=before)).outcome == "taken"


async def test_a_fourth_ticket_joins_in_silence(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.box_down())) as office:
        await three(office)
        await office.open("srv-4.corp.example")
        assert len(to_all(office)) == 1
        assert await links(office, 4) == [1]
        assert await links(office, 1) == [1]


async def test_it_is_said_once_over_a_restart_and_after_the_first_is_closed(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.box_down())) as office:
        await three(office)
        await office.open("srv-4.corp.example")
        await office.press(Verb.CLOSE, number=1)
    async with o.office(tmp_path, scout=o.ScriptedScout(o.box_down())) as office:
        office.count = 100  # its triggers are others than those before the restart
        await office.desk.resume()
        await office.open("srv-5.corp.example")
        assert to_all(office) == []
        assert await links(office, 5) == [1]
        assert await links(office, 2) == [1]  # written down once
        view = await office.desk.ticket_view(4, o.TEAM)
        assert view is not None
        assert view.elsewhere.startswith("Not this host alone: #2, #3 and #5 failed")


async def test_what_a_crash_kept_from_being_said_is_said(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.box_down()), helpdesk=()) as office:
        await three(office)
        assert await links(office, 1) == [1]
        assert to_all(office) == []
    async with o.office(tmp_path) as office:
        await office.desk.resume()
        await o.until(lambda: len(to_all(office)) == 1)


async def test_a_ticket_that_looks_right_again_stands_alone(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.box_down())) as office:
        await three(office)
        office.scout.sight = o.healthy()
        await office.press(Verb.RECHECK, number=3)
        for number in (1, 2, 3):
            view = await office.desk.ticket_view(number, o.TEAM)
            assert view is not None
            assert view.elsewhere == ""
        assert all(view.elsewhere == "" for view in office.wall.shown[-2:])


async def test_an_ended_ticket_does_not_say_it(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.box_down())) as office:
        await three(office)
        await office.press(Verb.CLOSE, number=2)
        assert office.wall.last.number == 2
        assert office.wall.last.elsewhere == ""


async def test_the_same_again_later_is_said_again(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.box_down())) as office:
        await three(office)
        office.clock.pass_(3 * 3600)
        for host in ("srv-7.corp.example", "srv-8.corp.example", "srv-9.corp.example"):
            await office.open(host)
        assert len(to_all(office)) == 2
        assert await links(office, 6) == [4]


async def test_a_link_is_nothing_that_anybody_did(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.box_down())) as office:
        await office.open(HOSTS[0])
        office.clock.pass_(3000)
        await office.open(HOSTS[1])
        office.clock.pass_(3000)
        await office.open(HOSTS[2])
        office.clock.pass_(4 * 3600 - 6000)
        await office.desk._upkeep.round()
        await office.quiet()
        assert [note.ticket for note in office.wall.notes if "has waited" in note.text] == [1]


async def test_a_ticket_that_cannot_be_read_hinders_nobody(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.box_down())) as office:
        await three(office)
        ticket = await office.ticket(1)
        strange = {**ticket.body, "now": [{"probe": "x", "of-tomorrow": 1}]}
        await office.store.change(replace(ticket, body=strange))
        await office.open("srv-4.corp.example")
        view = await office.desk.ticket_view(4, o.TEAM)
        assert view is not None
        assert "#2 and #3" in view.elsewhere


async def test_a_terminals_tickets_are_left_alone(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.box_down())) as office:
        await three(office)
        own = Linking(office.desk._parts, lambda: None, o.TEAM)
        await own.round()
        assert own.said(await office.ticket(1)) == ""
