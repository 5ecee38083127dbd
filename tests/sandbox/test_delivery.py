"""What goes wrong between Slack and the app, and what is tried again."""

import asyncio
from typing import Any

from bot.sandbox.envelope import Envelope
from bot.sandbox.server import LocalSlack
from tests.sandbox.support import (
    bolt,
    connected,
    counting,
    unanswered,
)


async def test_a_duplicate_runs_an_app_without_memory_twice(slack: LocalSlack) -> None:
    app, got = counting(slack)
    slack.fault("envelope:slash_commands", "duplicate")
    async with connected(slack, app):
        assert (await slack.command("asker", "helpdesk", "/rdp srv")).ok
        await slack.wait_for(lambda: got == ["srv", "srv"])
        await slack.wait_for(lambda: slack.journal.of("socket", what="second ack"))


async def test_a_lost_envelope(slack: LocalSlack) -> None:
    app, got = counting(slack)
    slack.fault("envelope:slash_commands", "drop")
    async with connected(slack, app):
        receipt = await unanswered(slack, slack.command("asker", "helpdesk", "/rdp srv"))
    assert receipt.status == "operation_timeout"
    assert got == []


async def test_an_overlooked_ack(slack: LocalSlack) -> None:
    app, got = counting(slack)
    slack.fault("envelope:slash_commands", "hold-ack")
    async with connected(slack, app):
        receipt = await unanswered(slack, slack.command("asker", "helpdesk", "/rdp srv"))
    assert receipt.status == "operation_timeout"
    assert got == ["srv"]
    assert slack.journal.acks(status="late")


async def test_a_delayed_envelope_can_still_be_acknowledged(slack: LocalSlack) -> None:
    app, got = counting(slack)
    slack.fault("envelope:slash_commands", "delay", seconds=2)
    async with connected(slack, app):
        task = asyncio.ensure_future(slack.command("asker", "helpdesk", "/rdp srv"))
        await asyncio.sleep(0.02)
        assert got == []
        await slack.advance(2)
        assert (await task).ok


async def test_envelopes_can_change_places(slack: LocalSlack) -> None:
    app, got = counting(slack)
    slack.fault("envelope:slash_commands", "reorder")
    async with connected(slack, app):
        first = asyncio.ensure_future(slack.command("asker", "helpdesk", "/rdp first"))
        await slack.wait_for(lambda: slack.journal.of("envelope"))
        assert (await slack.command("asker", "helpdesk", "/rdp second")).ok
        await slack.wait_for(lambda: len(got) == 2)
        await slack.advance(3)
        await first
    assert got == ["second", "first"]


async def test_a_socket_can_break_before_the_ack(slack: LocalSlack) -> None:
    app, go = bolt(slack), asyncio.Event()

    @app.command("/rdp")
    async def on_command(ack: Any) -> None:
        await go.wait()
        await ack()

    slack.fault("envelope:slash_commands", "disconnect")
    async with connected(slack, app):
        receipt = await unanswered(slack, slack.command("asker", "helpdesk", "/rdp srv"))
        assert receipt.status == "operation_timeout"
        await slack.connected()
        go.set()
        await slack.wait_for(lambda: slack.journal.acks(status="late"))


async def test_acks_on_another_socket_can_be_refused(slack: LocalSlack) -> None:
    app, go = bolt(slack), asyncio.Event()

    @app.command("/rdp")
    async def on_command(ack: Any) -> None:
        await go.wait()
        await ack()

    slack.sockets.strict_acks = True
    slack.fault("envelope:slash_commands", "disconnect")
    async with connected(slack, app):
        task = asyncio.ensure_future(slack.command("asker", "helpdesk", "/rdp srv"))
        await slack.wait_for(lambda: slack.journal.of("socket", what="closed"))
        await slack.connected()
        go.set()
        await slack.wait_for(lambda: slack.journal.of("socket", what="unknown ack"))
        await slack.advance(3)
        assert (await task).status == "operation_timeout"


async def test_events_are_tried_again_with_the_same_event_id(slack: LocalSlack) -> None:
    receipt = await slack.open_home("asker")  # nobody is connected
    assert receipt is not None
    assert not receipt.ok
    app, got = counting(slack)
    async with connected(slack, app):
        await slack.settle(0.05)
        await slack.advance(60)
        await slack.wait_for(lambda: got == ["home"])
    envelopes = slack.journal.of("envelope")
    assert [entry.get("attempt") for entry in envelopes] == [0, 1, 2]
    assert len({entry.get("payload")["event_id"] for entry in envelopes}) == 1


async def test_events_are_given_up_after_three_retries(slack: LocalSlack) -> None:
    await slack.open_home("asker")
    for seconds in (0, 60, 300, 3600):
        await slack.settle(0.02)
        await slack.advance(seconds)
    assert [entry.get("attempt") for entry in slack.journal.of("envelope")] == [0, 1, 2, 3]


async def test_the_same_envelope_can_come_again(slack: LocalSlack) -> None:
    app, got = counting(slack)
    async with connected(slack, app):
        await slack.command("asker", "helpdesk", "/rdp srv")
        payload = slack.journal.of("envelope")[0].get("payload")
        await slack.delivery.again(Envelope("slash_commands", payload))
        await slack.wait_for(lambda: got == ["srv", "srv"])
