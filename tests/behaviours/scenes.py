"""What the behaviours share: a ticket with a card, deliveries seen again, effects counted."""

from dataclasses import replace

from bot.sandbox.envelope import Envelope, Receipt
from bot.sandbox.world import Message
from tests.desk import office as o
from tests.handlers.house import House

WORKED, FAILED = "step.worked", "step.failed"
AFTER = "Reset the Remote Desktop program"
"""The step that comes after the first one did not help."""


async def opened(bot: House, user: str = "asker", channel: str = "helpdesk") -> Message:
    """A ticket on a host with an expired certificate, its verdict on the card."""
    await bot.slack.command(user, channel, f"/rdp {o.HOST}")
    place = channel if channel == "helpdesk" else "dm"
    return await bot.shows("It worked", channel=place, user=user)


async def again(bot: House, *, same_id: bool = True) -> Receipt:
    """Deliver the last envelope once more, as the same one or under a new id."""
    seen = list(bot.slack.journal.of("envelope"))[-1].data
    envelope = Envelope(seen["type"], seen["payload"], 0, "", seen["id"])
    if not same_id:
        envelope = replace(envelope, id=f"{envelope.id}-again")
    return await bot.slack.delivery.again(envelope)


async def count(bot: House, kind: str, number: int = 1) -> int:
    """How many events of a kind a ticket has."""
    await bot.desk.settled()
    return [event.kind for event in await bot.store.events(number)].count(kind)


async def tickets(bot: House) -> int:
    """How many tickets are open."""
    await bot.desk.settled()
    return len(await bot.store.unfinished())


def calls(bot: House, method: str) -> int:
    """How often the bot called a method of the Web API."""
    return sum(call.data["method"] == method for call in bot.slack.journal.of("call"))


def refused(bot: House, method: str) -> int:
    """How many calls of a method Slack did not take."""
    return sum(
        call.data["method"] == method and not call.data.get("ok")
        for call in bot.slack.journal.of("call")
    )
