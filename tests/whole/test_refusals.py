"""What the bot does not do, and how it says so: people, hosts, numbers, broken jump boxes.

Strategy: one bot for the module.  For refusals nothing but a doorbell stands where the jump box
was, so that a single connection would be heard.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.catalog import load, shipped
from bot.lab import JumpboxState, Lab
from tests.whole.cards import number, said, settled, stamp
from tests.whole.support import COMMAND, HOST, Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

STRANGERS = {"guest": "helpdesk", "visitor": "helpdesk", "outsider": "partner"}
"""Who may not use the bot, and a channel in which they can type."""

OUTSIDE = ("host.elsewhere.example", "203.0.113.9", "127.0.0.1", "169.254.169.254", "srv:22")
"""Hosts and ports that the settings do not allow."""

VERDICT = """select json_extract(data, '$.verdict') from event
    where ticket = ? and kind in ('offered', 'asked') order by rowid limit 1"""
TICKETS = "select number from ticket"

UNREADABLE = {
    "srv;reboot": "For example: /rdp srv-app-07",
    "-oProxyCommand=x": "For example: /rdp srv-app-07",
    "ticket banana": "For example: /rdp ticket 128",
    "ticket": "For example: /rdp ticket 128",
    "code": "For example: /rdp code 0x904",
    "srv-app-07 via ..": "For example: via dc1",
}
"""What nobody can mean, and the example that answers it."""

BROKEN = {
    JumpboxState.DOWN: "Jump box lab does not answer",
    JumpboxState.OTHER_HOST_KEY: "Jump box lab showed a host key that is not the pinned one",
    JumpboxState.NO_FORWARDING: "Jump box lab does not forward connections",
    JumpboxState.REFUSES_KEY: "Jump box lab did not let the bot in",
}


@asynccontextmanager
async def doorbell(lab: Lab) -> AsyncIterator[list[str]]:
    """Every connection to where the jump box was, as long as it is away."""
    rings: list[str] = []

    async def ring(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rings.append(str(writer.get_extra_info("peername")))
        writer.close()

    await lab.switch_jumpbox(JumpboxState.DOWN)
    server = await asyncio.start_server(ring, "127.0.0.1", lab.jumpbox.port)
    try:
        yield rings
    finally:
        server.close()
        await server.wait_closed()
        await lab.switch_jumpbox(JumpboxState.UP)


async def refused(world: Whole, who: str, where: str, line: str) -> str:
    """Type what is refused: acknowledged, told privately, nobody connected to, nothing opened."""
    before, heard = world.stored(TICKETS), len(world.slack.journal)
    told = len(world.slack.ephemerals(who))
    async with doorbell(world.lab) as rings:
        receipt = await world.slack.command(who, where, line)
        assert receipt.ok, receipt
        answer = await world.private(who, since=told)
        await world.slack.settle()
    assert rings == []
    assert world.stored(TICKETS) == before
    assert not any(
        entry.get("method") in {"chat.postMessage", "chat.update"}
        for entry in world.slack.journal.since(heard)
    )
    return answer


@pytest.mark.parametrize(("who", "where"), STRANGERS.items())
async def test_strangers_are_refused_after_the_ack(world: Whole, who: str, where: str) -> None:
    before = len(world.slack.journal)
    world.slack.fault("hook", "delay", seconds=0.5)  # an ack that waited for it would come later
    answer = await refused(world, who, where, COMMAND)
    assert "Only members of this workspace" in answer
    (ack,) = (entry for entry in world.slack.journal.since(before) if entry.kind == "ack")
    hooks = [entry for entry in world.slack.journal.since(before) if entry.kind == "hook"]
    assert hooks, "the refusal came by the private way"
    assert all(hook.number > ack.number for hook in hooks)


async def test_the_doorbell_rings_for_members(world: Whole) -> None:
    async with doorbell(world.lab) as rings:
        card = await world.open()
    assert rings
    assert "Jump box lab" in said(card)


async def test_a_guest_cannot_press_what_they_see(world: Whole) -> None:
    card = await world.open()
    was, told = stamp(card), len(world.slack.ephemerals("guest"))
    assert (await world.slack.click("guest", card, "Re-check")).ok
    assert "Only members" in await world.private("guest", since=told)
    await world.slack.settle()
    assert stamp(card) == was
    await world.press(card, "Re-check")


@pytest.mark.parametrize("host", OUTSIDE)
async def test_a_host_outside_the_settings_is_refused(world: Whole, host: str) -> None:
    answer = await refused(world, "asker", "helpdesk", f"/rdp {host}")
    assert host.partition(":")[0] in answer or "port 22" in answer.lower()


@pytest.mark.parametrize(("text", "example"), UNREADABLE.items())
async def test_what_cannot_be_read_is_answered_with_an_example(
    world: Whole, text: str, example: str
) -> None:
    assert example in await refused(world, "asker", "helpdesk", f"/rdp {text}")


async def test_a_number_without_a_ticket(world: Whole) -> None:
    answer = await refused(world, "asker", "helpdesk", "/rdp ticket 999999")
    assert "There is no ticket #999999" in answer


async def test_a_word_that_is_no_command_is_a_host(world: Whole) -> None:
    card = await world.open("/rdp frobnicate the <!channel> *thing*")
    assert "there is no such name" in said(card)
    assert world.slack.live() != []
    assert {(each.kind, each.target) for each in world.slack.live()} == {("user", "U0ASKER")}


@pytest.mark.parametrize(("state", "words"), BROKEN.items(), ids=[each.value for each in BROKEN])
async def test_a_broken_jump_box_is_never_the_hosts_fault(
    world: Whole, state: JumpboxState, words: str
) -> None:
    await world.lab.switch_jumpbox(state)
    try:
        card = await world.open()
    finally:
        await world.lab.switch_jumpbox(JumpboxState.UP)
    assert words.lower() in said(card).lower()
    assert f"Nothing was sent to {HOST}, so this says nothing about it." in said(card)
    (fault,) = (line for line in said(card).splitlines() if line.startswith("fault"))
    assert fault.startswith("fault  Jump box")
    assert not any(cause.title in said(card) for cause in load(shipped()).causes.values())
    assert world.stored(VERDICT, number(card)) == ["inconclusive"]

    await world.press(card, "Look again" if "Look again" in said(card) else "Re-check")
    assert "certificate has expired" in said(card)
    assert settled(card)
