"""What people can do, what Slack's client stops them from, and the payloads that follow."""

import copy
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.sandbox.envelope import Receipt
from bot.sandbox.errors import ImpossibleInSlack
from bot.sandbox.server import LocalSlack
from bot.sandbox.world import Message
from tests.sandbox.support import MANIFEST, Json, actions, bolt, button, client, connected, section

MENU = {
    "type": "overflow",
    "action_id": "ticket.more",
    "options": [
        {"text": {"type": "plain_text", "text": label}, "value": f"{verb}:128:3"}
        for label, verb in (("Claim", "claim"), ("Share in channel", "share"))
    ],
}
SINCE = {
    "type": "static_select",
    "action_id": "since",
    "options": [{"text": {"type": "plain_text", "text": "Today"}, "value": "today"}],
}
CARD = [
    section("*#128*"),
    actions(
        button("It worked", "step.worked", "128:3:s1"), button("Details", "ticket.details"), MENU
    ),
]


@pytest.fixture
async def product(slack: LocalSlack) -> AsyncIterator[list[Json]]:
    """An app that acknowledges everything and keeps the bodies."""
    app, bodies = bolt(slack), list[Json]()

    async def take(ack: Any, body: Json) -> None:
        await ack()
        bodies.append(body)

    for register in (app.command("/rdp"), app.action(re.compile(""))):
        register(take)
    app.shortcut("triage_host")(take)
    app.shortcut("start_here")(take)
    app.event("app_home_opened")(take)
    async with connected(slack, app):
        yield bodies


async def card(slack: LocalSlack, channel: str = "C0HELPDESK", **more: Any) -> Message:
    body = {"channel": channel, "text": "card", "blocks": CARD, **more}
    sent = await client(slack).chat_postMessage(**body)
    return slack.state.world.find(slack.state.world.channels[sent["channel"]], sent["ts"])


async def test_a_click_says_who_where_and_what(slack: LocalSlack, product: list[Json]) -> None:
    message = await card(slack)
    assert (await slack.click("teammate", message, "It worked")).ok
    [body] = product
    assert (body["user"]["id"], body["user"]["team_id"]) == ("U0TEAMMATE", "T0HOME")
    assert body["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": "C0HELPDESK",
        "is_ephemeral": False,
    }
    assert body["channel"] == {"id": "C0HELPDESK", "name": "helpdesk"}
    assert body["message"]["blocks"] == message.blocks
    [action] = body["actions"]
    assert action["value"] == "128:3:s1"
    assert action["block_id"] == "steps"
    assert slack.state.triggers.redeem(body["trigger_id"]).user_id == "U0TEAMMATE"


async def test_a_click_in_a_thread_names_the_thread(slack: LocalSlack, product: list[Json]) -> None:
    root = slack.say("asker", "helpdesk", "x")
    await slack.click("asker", await card(slack, thread_ts=root.ts), "It worked")
    assert product[0]["container"]["thread_ts"] == root.ts


async def test_a_button_is_found_by_id_or_words(slack: LocalSlack, product: list[Json]) -> None:
    message = await card(slack)
    await slack.click("asker", message, "ticket.details")
    with pytest.raises(ImpossibleInSlack, match=r"It worked \(step.worked\)"):
        await slack.click("asker", message, "It failed")


async def test_buttons_that_look_alike_must_be_told_apart(slack: LocalSlack) -> None:
    blocks = [actions(button("Open", "open.1"), button("Open", "open.2"))]
    message = await card(slack, blocks=blocks)
    with pytest.raises(ImpossibleInSlack, match="2 buttons 'Open'"):
        await slack.click("asker", message, "Open")


async def test_a_menu_is_chosen_by_value_label_or_verb(
    slack: LocalSlack, product: list[Json]
) -> None:
    message = await card(slack)
    for choice in ("claim:128:3", "Claim", "claim"):
        await slack.choose("asker", message, choice)
    chosen = [body["actions"][0]["selected_option"]["value"] for body in product]
    assert chosen == ["claim:128:3"] * 3
    with pytest.raises(ImpossibleInSlack, match="no option 'sell'"):
        await slack.choose("asker", message, "sell")


async def test_a_select_reports_its_state(slack: LocalSlack, product: list[Json]) -> None:
    message = await card(slack, blocks=[actions(MENU, SINCE, block_id="row")])
    with pytest.raises(ImpossibleInSlack, match="which menu"):
        await slack.choose("asker", message, "today")
    await slack.choose("asker", message, "today", menu="since")
    [body] = product
    held = body["state"]["values"]["row"]["since"]
    assert held["selected_option"]["value"] == "today"


async def test_a_click_on_an_old_version(slack: LocalSlack, product: list[Json]) -> None:
    message = await card(slack)
    await client(slack).chat_update(channel=message.channel, ts=message.ts, text="closed")
    with pytest.raises(ImpossibleInSlack, match="0 buttons"):
        await slack.click("asker", message, "It worked")
    await slack.click("asker", message, "It worked", version=0)
    assert product[0]["actions"][0]["value"] == "128:3:s1"


async def test_only_those_who_see_a_message_can_click_it(slack: LocalSlack) -> None:
    private = await card(slack, "U0ASKER")
    with pytest.raises(ImpossibleInSlack, match="does not see"):
        await slack.click("teammate", private, "It worked")
    shared = await card(slack, "C0PARTNER")
    with pytest.raises(ImpossibleInSlack, match="does not see"):
        await slack.click("teammate", shared, "It worked")


async def test_an_outsider_comes_with_their_own_team(
    slack: LocalSlack, product: list[Json]
) -> None:
    message = await card(slack, "C0PARTNER")
    assert (await slack.click("outsider", message, "It worked")).ok
    assert product[0]["team"]["id"] == product[0]["user"]["team_id"] == "T0PARTNER"


async def test_an_ephemeral_comes_without_its_content(
    slack: LocalSlack, product: list[Json]
) -> None:
    await client(slack).chat_postEphemeral(
        channel="C0HELPDESK", user="U0ASKER", text="x", blocks=CARD
    )
    [message] = slack.ephemerals("asker")
    await slack.click("asker", message, "It worked")
    assert product[0]["container"]["is_ephemeral"] is True
    assert "message" not in product[0]
    slack.reload("asker")
    with pytest.raises(ImpossibleInSlack, match="does not see"):
        await slack.click("asker", message, "It worked")


async def test_commands_that_cannot_be_typed(slack: LocalSlack) -> None:
    root = slack.say("asker", "helpdesk", "x")
    with pytest.raises(ImpossibleInSlack, match="threads"):
        await slack.command("asker", "helpdesk", "/rdp srv", thread_ts=root.ts)
    with pytest.raises(ImpossibleInSlack, match="not a command"):
        await slack.command("asker", "helpdesk", "/vnc srv")
    with pytest.raises(ImpossibleInSlack, match="not in"):
        await slack.command("outsider", "helpdesk", "/rdp srv")
    with pytest.raises(ImpossibleInSlack, match="archived"):
        await slack.command("asker", "old-helpdesk", "/rdp srv")
    with pytest.raises(ImpossibleInSlack, match="no channel"):
        await slack.command("asker", "nowhere", "/rdp srv")
    with pytest.raises(ImpossibleInSlack, match="no user"):
        await slack.command("nobody", "helpdesk", "/rdp srv")


async def test_a_private_channel_hides_its_name(slack: LocalSlack, product: list[Json]) -> None:
    await slack.command("asker", "incident", "/rdp srv")
    assert product[0]["channel_name"] == "privategroup"


async def test_commands_are_escaped_when_the_manifest_says_so(
    slack: LocalSlack, product: list[Json]
) -> None:
    await slack.command("asker", "helpdesk", "/rdp history @teammate <b> & co")
    assert product[0]["text"] == "history <@U0TEAMMATE> &lt;b&gt; &amp; co"


async def test_commands_are_raw_otherwise() -> None:
    manifest = copy.deepcopy(MANIFEST)
    manifest["features"]["slash_commands"][0]["should_escape"] = False
    async with LocalSlack(manifest) as slack:
        await slack.command("asker", "helpdesk", "/rdp @teammate <b>")
        assert slack.journal.of("envelope")[0].get("payload")["text"] == "@teammate <b>"


async def test_shortcuts(slack: LocalSlack, product: list[Json]) -> None:
    root = slack.say("asker", "helpdesk", "srv-app-07 fails with 0x904")
    reply = slack.say("asker", "helpdesk", "same here", thread_ts=root.ts)
    await slack.shortcut("teammate", "triage_host", reply)
    await slack.shortcut("teammate", "start_here")
    message, anywhere = product
    assert message["type"] == "message_action"
    assert message["message"]["text"] == "same here"
    assert message["message"]["thread_ts"] == root.ts
    assert message["response_url"].startswith(slack.state.origin)
    assert anywhere["type"] == "shortcut"
    assert "response_url" not in anywhere
    for callback_id, where in (("triage_host", None), ("start_here", root), ("other", None)):
        with pytest.raises(ImpossibleInSlack, match="no such shortcut"):
            await slack.shortcut("asker", callback_id, where)


async def test_opening_the_home_tab(slack: LocalSlack, product: list[Json]) -> None:
    receipt: Receipt | None = await slack.open_home("asker")
    assert receipt is not None
    assert receipt.ok
    await slack.wait_for(lambda: product)
    event = product[0]["event"]
    assert event["user"] == "U0ASKER"
    assert "view" not in event
    await client(slack).views_publish(user_id="U0ASKER", view={"type": "home", "blocks": CARD})
    await slack.open_home("asker")
    await slack.wait_for(lambda: len(product) == 2)
    assert product[1]["event"]["view"]["type"] == "home"
    assert product[1]["event_id"] != product[0]["event_id"]


async def test_what_the_manifest_does_not_have(slack: LocalSlack) -> None:
    app = slack.state.app
    app.events = frozenset()
    assert await slack.open_home("asker") is None
    app.home_tab = False
    with pytest.raises(ImpossibleInSlack, match="no Home tab"):
        await slack.open_home("asker")
    message = await card(slack)
    app.interactivity = False
    with pytest.raises(ImpossibleInSlack, match="interactivity"):
        await slack.click("asker", message, "It worked")


async def test_people_delete_their_own(slack: LocalSlack) -> None:
    message = slack.say("asker", "helpdesk", "x")
    with pytest.raises(ImpossibleInSlack, match="author or an admin"):
        slack.delete("teammate", message)
    slack.delete("asker", message)
    assert slack.messages("helpdesk") == []
