import asyncio

import pytest

from bot.sandbox.server import LocalSlack
from tests.sandbox.support import client, section


async def test_notifications_count_in_every_version(slack: LocalSlack) -> None:
    app = client(slack)
    sent = await app.chat_postMessage(channel="C0HELPDESK", text="<!channel> down")
    await app.chat_update(channel="C0HELPDESK", ts=sent["ts"], text="fine")
    await app.chat_postEphemeral(channel="C0HELPDESK", user="U0ASKER", text="<@U0TEAMMATE>")
    await app.chat_postMessage(
        channel="C0HELPDESK", text="see", blocks=[section("<https://a.example|a>")]
    )
    slack.say("asker", "helpdesk", "<!here> people may do that")
    assert [found.target for found in slack.notifications()] == ["channel", "U0TEAMMATE"]
    assert [found.kind for found in slack.live()] == ["broadcast", "user", "link"]


async def test_escaped_text_rings_no_bell(slack: LocalSlack) -> None:
    blocks = [section("&lt;!channel&gt;")]
    await client(slack).chat_postMessage(channel="helpdesk", text="&lt;@U1&gt;", blocks=blocks)
    assert slack.live() == []


async def test_waiting(slack: LocalSlack) -> None:
    waiting = asyncio.ensure_future(slack.wait_for(lambda: slack.messages("helpdesk")))
    await asyncio.sleep(0)
    slack.say("asker", "helpdesk", "x")
    assert [message.text for message in await waiting] == ["x"]


async def test_waiting_in_vain_tells_what_happened_last(slack: LocalSlack) -> None:
    slack.say("asker", "helpdesk", "x")
    with pytest.raises(TimeoutError, match=r"a card did not happen(.|\n)*what=say user=asker"):
        await slack.wait_for(lambda: None, within=0.05, what="a card")


async def test_settling(slack: LocalSlack) -> None:
    async def chatter() -> None:
        for _ in range(3):
            await asyncio.sleep(0.01)
            slack.say("asker", "helpdesk", "x")

    task = asyncio.ensure_future(chatter())
    await slack.settle(quiet=0.1)
    assert task.done()
    assert len(slack.messages("helpdesk")) == 3


async def test_what_never_settles(slack: LocalSlack) -> None:
    async def chatter() -> None:
        while True:
            slack.say("asker", "helpdesk", "x")
            await asyncio.sleep(0)

    task = asyncio.ensure_future(chatter())
    with pytest.raises(TimeoutError, match="on and on"):
        await slack.settle(quiet=0.01, within=0.05)
    task.cancel()
