"""The packet for the second line: what it holds, who gets it, what is kept out of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.desk.intents import Click, Opening, Verb
from bot.desk.packet import markdown
from bot.desk.surface import Closed, Gone, Unsure
from bot.desk.view import Packet
from tests.desk import office as o

SECRETS = (
    "password: hunter2-A",
    "the password is Winter2026!B",
    "pwd=hunter2-C",
    "cmdkey /add:srv /user:x /pass:hunter2-D",
    "https://svc:hunter2-E@wsus.corp.example/",
    "xoxb-1234567890-hunter2-F",
    "Authorization: Bearer hunter2-G",
    "password 51:b:01000000hunter2-H",
)
PLANTED = ("hunter2", "Winter2026")


async def hand_over(office: o.Office, *, to: str = "", why: str = "", user: str = o.ASKER) -> None:
    ticket = await office.ticket()
    offer = (await office.body()).offer
    step = offer.step.id if offer is not None else ""
    sender = office.sender(user)
    click = Click(sender, Verb.ESCALATE, 1, ticket.version, step, why, to=to)
    office.desk.start(await office.desk.accept(click))
    await office.quiet()


def stored(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.glob("tickets.db*"))


def said(packet: Packet) -> dict[str, str]:
    return {title: "\n".join(lines) for title, lines in packet.chapters}


async def test_it_holds_all_that_the_second_line_needs(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        await office.press(Verb.FAILED)
        await hand_over(office, why="Needs the PKI team.\nBy noon.")
        ((channel, packet),) = office.wall.packets
        assert channel == "C0ESCALATE"
        assert (packet.by, packet.to, packet.state) == (o.ASKER, "", "escalated")
        assert "certificate has expired" in packet.sentence
        told = said(packet)
        assert told["They say"] == "Needs the PKI team.\nBy noon."
        assert "fault: Certificate, expired" in told["Seen from dc1 at 20 Nov 12:00 UTC"]
        assert told["Tried"] == "20 Nov 12:00 UTC, Renew the RDP certificate: did not help"
        assert "rdp disabled" in told["Ruled out"]
        assert "Bind a certificate of your own" in told["Try next"]
        labels = [button.label for button in packet.buttons]
        assert labels == ["Claim", "Cause found…", "Hand back", "Details", "As Markdown"]


async def test_it_follows_the_ticket_where_it_stands(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        await hand_over(office)
        await office.press(Verb.CLAIM, user=o.TEAMMATE)
        await office.press(Verb.HANDBACK, user=o.TEAMMATE)
        packets = [packet for _, packet in office.wall.packets]
        assert [each.owner for each in packets] == ["", o.TEAMMATE, o.TEAMMATE]
        assert [each.state for each in packets] == ["escalated", "escalated", "open"]
        assert Verb.HANDBACK not in [button.verb for button in packets[-1].buttons]
        assert len(office.wall.packet_posts) == 1
        version = (await office.ticket()).version
        assert packets[-1].version == version


async def test_a_person_gets_a_word_and_may_click(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open(channel="C0OTHER")
        await hand_over(office, to=o.TEAMMATE)
        ((_, packet),) = office.wall.packets
        assert packet.to == o.TEAMMATE
        (note,) = [each for each in office.wall.notes if each.user == o.TEAMMATE]
        assert "was handed over to you by {by}" in note.text
        await office.press(Verb.CLAIM, user=o.TEAMMATE)
        assert (await office.ticket()).owner == o.TEAMMATE


async def test_without_a_channel_the_person_gets_the_packet_itself(tmp_path: Path) -> None:
    async with o.office(tmp_path, escalation="") as office:
        office.scout.sight = o.expired()
        await office.open()
        await hand_over(office, to=o.TEAMMATE)
        assert [channel for channel, _ in office.wall.packets] == [o.TEAMMATE]
        assert office.wall.notes == []


async def test_nothing_is_handed_to_somebody_who_is_no_member(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        await hand_over(office, to=o.GUEST)
        assert "not a full member" in office.wall.notes[-1].text
        assert (await office.ticket()).state == "open"
        assert office.wall.packets == []


async def test_who_sits_in_the_second_lines_channel_may_claim_there(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open(channel="C0OTHER")
        ticket = await office.ticket()

        async def claim(channel: str) -> None:
            version = (await office.ticket()).version
            click = Click(office.sender(o.TEAMMATE, channel), Verb.CLAIM, 1, version)
            office.desk.start(await office.desk.accept(click))
            await office.quiet()

        assert ticket.channel != o.HELPDESK
        await claim("C0ESCALATE")
        assert (await office.ticket()).owner is None, "it is not escalated yet"
        await hand_over(office)
        await claim("C0OTHER")
        assert (await office.ticket()).owner is None
        await claim("C0ESCALATE")
        assert (await office.ticket()).owner == o.TEAMMATE
        assert (await office.ticket()).channel == ticket.channel


@pytest.mark.parametrize("secret", SECRETS)
async def test_no_secret_gets_into_the_packet_or_the_store(tmp_path: Path, secret: str) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        opening = Opening(office.sender(), o.HOST, 3389, ("0x904",), f"It says {secret} and ends")
        office.desk.start(await office.desk.accept(opening))
        await office.quiet()
        await hand_over(office, why=f"Try {secret} there")
        ((_, packet),) = office.wall.packets
        events = await office.store.events(1)
        told = f"{packet} {markdown(packet)} {events} {await office.ticket()} {office.wall.notes}"
        assert not [each for each in PLANTED if each in told]
        assert "Try" in told
        assert "and ends" in told
    assert not [each for each in PLANTED if each.encode() in stored(tmp_path)]


async def test_a_post_whose_answer_is_lost_is_not_posted_again(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        surface = office.desk._courier._handing.surface
        hand = surface.hand

        async def lost(packet: Packet, channel: str, message: str | None) -> tuple[str, str]:
            await hand(packet, channel, message)
            raise Unsure("reset")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(office.wall, "hand", lost)
            await hand_over(office)
        assert len(office.wall.packet_posts) == 1
        assert "did not confirm that the second line" in office.wall.notes[-1].text


async def test_a_packet_that_was_deleted_is_posted_anew(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        await hand_over(office)
        hand = office.wall.hand

        async def deleted(packet: Packet, channel: str, message: str | None) -> tuple[str, str]:
            if message is not None and message == office.wall.packet_posts[0][1]:
                raise Gone("message_not_found")
            return await hand(packet, channel, message)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(office.wall, "hand", deleted)
            await office.press(Verb.CLAIM, user=o.TEAMMATE)
        assert len(office.wall.packet_posts) == 2


async def test_where_the_bot_may_not_post_the_asker_hears_it(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()

        async def closed(*_: object) -> tuple[str, str]:
            raise Closed("not_in_channel")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(office.wall, "hand", closed)
            await hand_over(office)
        assert "could not be told of #1" in office.wall.notes[-1].text


async def test_it_is_posted_after_a_restart(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        version = (await office.ticket()).version
        await office.desk.accept(Click(office.sender(), Verb.ESCALATE, 1, version, detail="x"))
    async with o.office(tmp_path) as office:
        await office.desk.resume()
        await office.quiet()
        assert [channel for channel, _ in office.wall.packets] == ["C0ESCALATE"]


def test_as_markdown_nothing_foreign_is_markup_or_a_link() -> None:
    hostile = "# <!channel> [x](http://evil.example) `a` *b* ![i](www.evil.example) | 1. - +"
    packet = Packet(
        7, 2, hostile, "escalated", o.ASKER, o.LEAD, o.TEAMMATE, "5 min", hostile,
        (("Seen", (hostile,) * 2),),
    )  # fmt: skip
    text = markdown(packet)
    assert "://" not in text
    assert "www.evil" not in text
    for mark in ("<!", "[x](", "`a`", "*b*", "!["):
        assert mark not in text
    lines = text.splitlines()
    assert [line for line in lines if line.startswith("#")] == [lines[0], "## Seen"]
    assert lines[0].startswith("# #7 ")


async def test_an_older_tickets_body_says_nothing_of_it(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        body = dict((await office.ticket()).body)
        del body["handed"]
        ticket = replace(await office.ticket(), body=body)
        await office.store.change(ticket)
        await hand_over(office)
        assert len(office.wall.packets) == 1
