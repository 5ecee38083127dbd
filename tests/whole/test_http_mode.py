"""The same ticket by signed requests instead of a socket, and requests that Slack did not send."""

import time
from pathlib import Path
from urllib.parse import urlencode

from bot.catalog import load, shipped
from bot.sandbox.request_url import RequestUrl, signature
from tests.whole.cards import said
from tests.whole.support import COMMAND, HOST, Whole, wander, whole

TITLE = load(shipped()).fixes["renew-rdp-certificate"].title
FORM = "application/x-www-form-urlencoded"


async def test_one_ticket_over_http(tmp_path: Path) -> None:
    async with whole(tmp_path, mode="http") as world:
        card = await world.open(COMMAND)
        await wander(world, card, TITLE)
        await world.press(card, "It worked")
        assert "nothing has changed" in said(card)
        await world.lab.repair(HOST)
        await world.press(card, "It worked")
        assert "resolved, verified" in said(card)
        assert world.slack.from_app("helpdesk") == [card]
        assert {ack.get("status") for ack in world.slack.journal.acks()} == {"ok"}
        assert world.slack.journal.calls("apps.connections.open") == []
        await refused(world)
        await world.bot.stop()


async def refused(world: Whole) -> None:
    """What is not signed by Slack, or was signed long ago, does nothing at all."""
    receiver = world.slack.delivery.transport
    assert isinstance(receiver, RequestUrl)
    payload = world.slack.journal.of("envelope", type="slash_commands")[0].data["payload"]
    body = urlencode({**payload, "trigger_id": "another"}).encode()
    genuine = receiver.headers(body, FORM)
    before = len(await world.tickets())

    secret, old = world.slack.signing_secret, str(int(time.time()) - 600)
    forgeries = {
        "another secret": signature("not the secret", genuine["X-Slack-Request-Timestamp"], body),
        "another body": signature(secret, genuine["X-Slack-Request-Timestamp"], body + b"&x=1"),
        "no version": genuine["X-Slack-Signature"].removeprefix("v0="),
        "nothing": "",
    }
    for name, forged in forgeries.items():
        status = await receiver.raw(body, {**genuine, "X-Slack-Signature": forged})
        assert status == 401, name
    late = {"X-Slack-Request-Timestamp": old, "X-Slack-Signature": signature(secret, old, body)}
    assert await receiver.raw(body, {**genuine, **late}) == 401
    await world.slack.settle()
    assert len(await world.tickets()) == before

    assert await receiver.raw(body, genuine) == 200, "the genuine one is taken"
    await world.wait(lambda: len(world.cards()) == before + 1, "its card")
