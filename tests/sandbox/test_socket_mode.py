"""The whole loop with the real Bolt over Socket Mode."""

from typing import Any

from bot.sandbox.server import LocalSlack
from tests.sandbox.support import actions, bolt, button, connected, section

Json = dict[str, Any]


async def test_command_post_click_update(slack: LocalSlack) -> None:
    app = bolt(slack)

    @app.command("/rdp")
    async def on_command(ack: Any, command: Json, client: Any) -> None:
        await ack()
        blocks = [section(command["text"]), actions(button("It worked", "step.worked", "128:1:s"))]
        await client.chat_postMessage(channel=command["channel_id"], text="card", blocks=blocks)

    @app.action("step.worked")
    async def on_click(ack: Any, body: Json, action: Json, client: Any) -> None:
        await ack()
        await client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text=f"done {action['value']}"
        )

    async with connected(slack, app):
        receipt = await slack.command("asker", "helpdesk", "/rdp srv-app-07 0x904")
        assert receipt.ok
        [card] = await slack.wait_for(lambda: slack.from_app("helpdesk"))
        assert card.blocks[0]["text"]["text"] == "srv-app-07 0x904"
        assert (await slack.click("teammate", card, "It worked")).ok
        await slack.wait_for(lambda: card.text == "done 128:1:s")
    assert [version.text for version in slack.history(card)] == ["card", "done 128:1:s"]
    assert card.blocks == []
    assert [entry.get("name") for entry in slack.journal.acks()] == [
        "/rdp srv-app-07 0x904",
        "step.worked",
    ]
