"""One ticket from the command to the history, each side as it is shipped."""

import pytest

from bot.catalog import load, shipped
from bot.sandbox.world import Message
from tests.whole.cards import number, said, settled, stamp
from tests.whole.support import COMMAND, HOST, Whole, wander

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIX = "renew-rdp-certificate"
TITLE = load(shipped()).fixes[FIX].title
CAUSE = load(shipped()).causes["certificate-expired"].title


async def test_one_ticket_from_the_command_to_the_history(world: Whole) -> None:
    card = await world.open(COMMAND)
    assert CAUSE in said(card)
    assert "fault  Certificate  expired" in said(card)
    await wander(world, card, TITLE, least=2)

    await world.press(card, "It worked")
    assert "nothing has changed" in said(card)
    assert f"Next: {TITLE}" in said(card)
    still, *_ = await world.tickets()
    assert still["number"] == number(card)
    assert (still["state"], still["outcome"]) == ("open", None)

    await world.lab.repair(HOST)
    await world.press(card, "It worked")
    assert "resolved, verified" in said(card)
    assert "Before  Certificate: expired" in said(card)
    assert "Now  Certificate: valid to" in said(card)
    assert f'Fixed by "{TITLE}"' in said(card)
    assert world.slack.from_app("helpdesk") == [card]

    await history_is_private(world, card)
    await export_agrees(world, number(card))
    await nobody_was_disturbed(world)


async def history_is_private(world: Whole, card: Message) -> None:
    """The history and the ticket are shown to whoever asks, and to nobody else."""
    await world.slack.command("teammate", "helpdesk", f"/rdp history {HOST}")
    assert CAUSE in await world.private("teammate", f"#{number(card)}", HOST, "resolved, verified")
    before = len(world.slack.ephemerals("teammate"))
    await world.slack.command("teammate", "helpdesk", f"/rdp ticket {number(card)}")
    shown = await world.private("teammate", HOST, since=before)
    assert "Before  Certificate: expired" in shown
    assert "fault" not in shown
    assert world.slack.from_app("helpdesk") == [card]
    assert world.slack.ephemerals("asker") == []


async def export_agrees(world: Whole, ticket: int) -> None:
    """What the command line tells of the ticket."""
    row, *_ = await world.tickets()
    wanted = {
        "schema": 1,
        "number": ticket,
        "host": HOST,
        "port": 3389,
        "asked_by": "U0ASKER",
        "state": "resolved",
        "outcome": "verified",
        "cause": "certificate-expired",
        "fix": FIX,
        "codes": ["0x904", "0x7"],
        "vantages": ["lab"],
    }
    assert {key: row[key] for key in wanted} == wanted
    shown = await world.cli("tickets", "show", str(ticket), "--json")
    (story,) = shown.rows
    kinds = [event["kind"] for event in story["events"]]
    assert kinds[:2] == ["opened", "observed"]
    assert kinds[-2:] == ["verified", "closed"]
    assert {"answered", "offered", "tried"} <= set(kinds)
    assert [event["data"]["fix"] for event in story["events"][-2:]] == [FIX, FIX]


async def nobody_was_disturbed(world: Whole) -> None:
    """Every ack in time, nothing refused by Slack, and nothing live but the asker's own name."""
    journal = world.slack.journal
    assert {ack.get("status") for ack in journal.acks()} == {"ok"}
    assert journal.of("notice") == []
    assert journal.of("warning") == []
    assert [call.data for call in journal.calls() if not call.get("ok")] == []
    # A time in the reader's own zone is alive too, but calls nobody.
    live = {(each.kind, each.target) for each in world.slack.live() if each.kind != "date"}
    assert live <= {("user", "U0ASKER")}


async def test_elsewhere_the_card_comes_as_a_direct_message(world: Whole) -> None:
    receipt = await world.slack.command("asker", "general", COMMAND)
    assert receipt.ok

    def verdict() -> list[Message]:
        cards = world.slack.from_app("dm", user="asker")
        return cards if cards and settled(cards[0]) else []

    *_, card = await world.wait(verdict, "the card in the direct message")
    assert CAUSE in said(card)
    assert world.slack.from_app("helpdesk") == []

    was = stamp(card)
    assert (await world.slack.choose("asker", card, "share")).ok
    (shared,) = await world.wait(world.cards, "the card in the helpdesk channel")
    assert number(shared) == number(card)
    assert stamp(shared) != was
    await world.press(shared, "Not sure", user="teammate")


async def test_the_second_line_gets_the_whole_case(world: Whole) -> None:
    card = await world.open()
    assert (await world.slack.click("asker", card, "Escalate")).ok
    await world.wait(lambda: world.slack.modal("asker"), "the question why")
    assert (await world.slack.submit("asker", {"why": "cannot reach <!channel> admins"})).ok
    await world.wait(lambda: world.slack.from_app("escalations"), "the packet")
    await world.wait(lambda: "escalated" in said(card), "the card")
    (packet,) = world.slack.from_app("escalations")
    assert HOST in said(packet)
    # A time in the reader's own zone is alive too, but calls nobody.
    live = {(each.kind, each.target) for each in world.slack.live() if each.kind != "date"}
    assert live <= {("user", "U0ASKER")}
    await world.press(card, "Hand back", user="lead")
    assert "Handed back" in said(card)
