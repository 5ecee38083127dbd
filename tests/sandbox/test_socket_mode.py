"""The whole loop with the real Bolt over Socket Mode."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.server import LocalSlack
from tests.sandbox.support import (
    actions,
    bolt,
    button,
    client,
    connected,
    counting,
    section,
    unanswered,
)

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


async def test_the_payload_of_a_command(slack: LocalSlack) -> None:
    app, _ = counting(slack)
    async with connected(slack, app):
        await slack.command("asker", "dm", "/rdp srv")
    [envelope] = slack.journal.of("envelope")
    payload = envelope.get("payload")
    assert payload["channel_name"] == "directmessage"
    assert (payload["team_id"], payload["user_id"]) == ("T0HOME", "U0ASKER")
    assert payload["response_url"].startswith(slack.state.origin)
    assert payload["trigger_id"]


async def test_without_a_socket_the_command_fails_at_once(slack: LocalSlack) -> None:
    receipt = await slack.command("asker", "helpdesk", "/rdp srv")
    assert receipt.status == "dispatch_failed"
    assert [entry.get("what") for entry in slack.journal.of("notice")] == ["dispatch_failed"]


async def test_no_ack_within_three_seconds_is_an_error_for_the_person(slack: LocalSlack) -> None:
    app, go = bolt(slack), asyncio.Event()

    @app.command("/rdp")
    async def on_command(ack: Any) -> None:
        await go.wait()
        await ack()

    async with connected(slack, app):
        receipt = await unanswered(slack, slack.command("asker", "helpdesk", "/rdp srv"))
        assert receipt.status == "operation_timeout"
        go.set()
        await slack.wait_for(lambda: slack.journal.acks(status="late"))
    assert [entry.get("what") for entry in slack.journal.of("notice")] == ["operation_timeout"]


async def test_the_latency_of_an_ack_is_in_slack_time(slack: LocalSlack) -> None:
    app, go = bolt(slack), asyncio.Event()

    @app.command("/rdp")
    async def on_command(ack: Any) -> None:
        await go.wait()
        await ack()

    async with connected(slack, app):
        task = asyncio.ensure_future(slack.command("asker", "helpdesk", "/rdp srv"))
        await slack.wait_for(lambda: slack.journal.of("envelope"))
        await slack.advance(2.5)
        go.set()
        receipt = await task
    assert receipt.latency == pytest.approx(2.5)


async def test_an_ack_can_carry_the_answer(slack: LocalSlack) -> None:
    app = bolt(slack)

    @app.command("/rdp")
    async def on_command(ack: Any, command: Json) -> None:
        await ack(text="private" if command["text"] == "help" else "not one word")

    async with connected(slack, app):
        await slack.command("asker", "helpdesk", "/rdp help")
    assert [message.text for message in slack.ephemerals("asker")] == ["private"]
    assert slack.messages("helpdesk") == []


async def test_each_envelope_goes_to_one_socket(slack: LocalSlack) -> None:
    app, got = counting(slack)
    async with connected(slack, app), connected(slack, app):
        await slack.connected(2)
        for number in range(6):
            await slack.command("asker", "helpdesk", f"/rdp {number}")
        await slack.settle()
    assert sorted(got) == [str(number) for number in range(6)]


async def test_a_socket_is_replaced_when_slack_asks_for_it(slack: LocalSlack) -> None:
    app, got = counting(slack)
    async with connected(slack, app):
        await slack.sockets.refresh()
        await slack.connected()
        assert (await slack.command("asker", "helpdesk", "/rdp after")).ok
        await slack.wait_for(lambda: got == ["after"])
    what = [entry.get("what") for entry in slack.journal.of("socket")]
    assert what[:4] == ["open", "refresh_requested", "closed", "open"]


async def test_a_warning_comes_ten_seconds_before_the_close(slack: LocalSlack) -> None:
    app, _ = counting(slack)
    async with connected(slack, app):
        refreshing = asyncio.ensure_future(slack.sockets.refresh("warning"))
        await slack.wait_for(lambda: slack.journal.of("socket", what="warning"))
        assert not slack.journal.of("socket", what="refresh_requested")
        await slack.advance(10)
        await refreshing
    assert slack.journal.of("socket", what="refresh_requested")


async def test_socket_mode_can_be_switched_off(slack: LocalSlack) -> None:
    opened = await client(slack).apps_connections_open(app_token=slack.app_token)
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]) as socket:
        await socket.receive_json()
        switching = asyncio.ensure_future(slack.sockets.refresh("link_disabled"))
        assert (await socket.receive_json())["reason"] == "link_disabled"
        await socket.close()
        await switching
    with pytest.raises(SlackApiError, match="forbidden_team"):
        await client(slack).apps_connections_open(app_token=slack.app_token)


async def test_a_ticket_opens_one_socket(slack: LocalSlack) -> None:
    opened = await client(slack).apps_connections_open(app_token=slack.app_token)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(opened["url"]) as socket:
            hello = await socket.receive_json()
            assert hello["type"] == "hello"
            assert hello["num_connections"] == 1
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"])


async def test_an_eleventh_socket_is_told_to_go(slack: LocalSlack) -> None:
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        for number in range(11):
            opened = await client(slack).apps_connections_open(app_token=slack.app_token)
            socket = await stack.enter_async_context(session.ws_connect(opened["url"]))
            greeting = await socket.receive_json()
            if number == 10:
                assert greeting["reason"] == "too_many_websockets"


@pytest.mark.parametrize("action", ["408", "503", "drop-before"])
async def test_a_handshake_can_be_made_to_fail(slack: LocalSlack, action: str) -> None:
    slack.fault("socket:open", action)
    opened = await client(slack).apps_connections_open(app_token=slack.app_token)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.ws_connect(opened["url"])


async def test_a_socket_that_breaks_is_replaced(slack: LocalSlack) -> None:
    app, got = counting(slack)
    async with connected(slack, app):
        await slack.sockets.close()
        await slack.wait_for(lambda: len(slack.journal.of("socket", what="open")) == 2)
        await slack.command("asker", "helpdesk", "/rdp after")
        await slack.wait_for(lambda: got == ["after"])


async def test_a_socket_in_the_act_of_closing_takes_nothing(slack: LocalSlack) -> None:
    opened = await client(slack).apps_connections_open(app_token=slack.app_token)
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]):
        await slack.connected()
        closing = asyncio.ensure_future(slack.sockets.receivers[0].ws.close())
        await asyncio.sleep(0)
        receipt = await slack.command("asker", "helpdesk", "/rdp srv")
        assert receipt.status == "dispatch_failed"
        await closing


async def test_a_bad_answer_in_an_ack_is_trouble(slack: LocalSlack) -> None:
    app = bolt(slack)

    @app.command("/rdp")
    async def on_command(ack: Any) -> None:
        await ack(text="x", blocks=[section("")])

    async with connected(slack, app):
        await slack.command("asker", "helpdesk", "/rdp srv")
    [trouble] = slack.journal.of("notice", what="trouble")
    assert trouble.get("error") == "invalid_blocks"
    assert slack.ephemerals("asker") == []


async def test_what_is_not_an_ack_is_written_down(slack: LocalSlack) -> None:
    opened = await client(slack).apps_connections_open(app_token=slack.app_token)
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]) as socket:
        await socket.send_bytes(b"hello?")
        await socket.send_str("hello?")
        await socket.send_json({"envelope_id": "never sent"})
        await slack.wait_for(lambda: slack.journal.of("socket", what="unknown ack"))
    assert slack.journal.of("socket", what="not an ack")
