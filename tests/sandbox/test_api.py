"""Credentials, scopes, arguments, limits and faults, seen through the real AsyncWebClient."""

import asyncio
import copy
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.clock import Clock
from bot.sandbox.limits import POST_BURST
from bot.sandbox.server import LocalSlack
from tests.sandbox.support import MANIFEST, Json, client, section


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


def careful(slack: LocalSlack) -> AsyncWebClient:
    """A client that never repeats a call."""
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


async def test_credentials(slack: LocalSlack) -> None:
    assert await error_of(client(slack, "").auth_test()) == "not_authed"
    assert await error_of(client(slack, "xoxb-stolen").auth_test()) == "invalid_auth"
    assert await error_of(client(slack, slack.app_token).auth_test()) == "not_allowed_token_type"
    app = client(slack)
    refused = app.apps_connections_open(app_token=slack.bot_token)
    assert await error_of(refused) == "not_allowed_token_type"
    slack.revoke()
    assert await error_of(app.auth_test()) == "token_revoked"


async def test_who_am_i(slack: LocalSlack) -> None:
    answer = await client(slack).auth_test()
    assert answer["team_id"] == "T0HOME"
    assert answer["user_id"] == slack.state.app.user_id
    assert answer.headers["X-OAuth-Scopes"] == "commands,chat:write,users:read"


async def test_an_unknown_method(slack: LocalSlack) -> None:
    assert await error_of(client(slack).api_call("chat.shout")) == "unknown_method"


async def test_a_missing_scope_is_named(slack: LocalSlack) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client(slack).team_info()
    assert refused.value.response["error"] == "missing_scope"
    assert refused.value.response["needed"] == "team:read"
    assert refused.value.response["provided"] == "commands,chat:write,users:read"


async def test_arguments(slack: LocalSlack) -> None:
    app = client(slack)
    missing = app.api_call("chat.update", json={"channel": "C0HELPDESK", "text": "x"})
    assert await error_of(missing) == "invalid_arguments"
    unknown = app.api_call("users.info", params={"user": "U0ASKER", "colour": "red"})
    assert await error_of(unknown) == "invalid_arguments"
    bad_json = app.api_call("chat.postMessage", data={"channel": "helpdesk", "blocks": "[{"})
    assert await error_of(bad_json) == "invalid_blocks_format"


async def test_form_json_and_query_mean_the_same(slack: LocalSlack) -> None:
    app = client(slack)
    blocks = '[{"type": "divider"}]'
    body = {"channel": "helpdesk", "text": "a"}
    await app.api_call("chat.postMessage", data={**body, "blocks": blocks})
    await app.api_call("chat.postMessage", json={**body, "blocks": [{"type": "divider"}]})
    await app.api_call("chat.postMessage", http_verb="GET", params={**body, "blocks": blocks})
    assert [message.blocks for message in slack.messages("helpdesk")] == [
        [{"type": "divider", "block_id": "b0"}]
    ] * 3


async def test_the_team_id_that_bolt_adds_is_taken(slack: LocalSlack) -> None:
    body = {"channel": "helpdesk", "text": "a", "team_id": "T0HOME"}
    assert (await client(slack).api_call("chat.postMessage", json=body))["ok"]


@pytest.mark.parametrize(
    ("kind", "body", "error"),
    [
        ("application/json", "{", "invalid_json"),
        ("application/json", "[1]", "json_not_object"),
        ("text/plain", "channel=x", "invalid_post_type"),
    ],
)
async def test_bodies_that_nobody_can_read(
    slack: LocalSlack, kind: str, body: str, error: str
) -> None:
    headers = {"Content-Type": kind, "Authorization": f"Bearer {slack.bot_token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.api_url}auth.test", data=body, headers=headers) as response,
    ):
        assert (await response.json())["error"] == error


async def test_other_host_names_are_refused(slack: LocalSlack) -> None:
    headers = {"Host": "evil.example"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.api_url}auth.test", headers=headers) as response,
    ):
        assert response.status == 403


async def test_rate_limits_say_when_to_come_back(slack: LocalSlack) -> None:
    app = client(slack)
    for _ in range(POST_BURST):
        await app.chat_postMessage(channel="C0HELPDESK", text="x")
    with pytest.raises(SlackApiError) as refused:
        await app.chat_postMessage(channel="C0HELPDESK", text="x")
    assert refused.value.response.status_code == 429
    assert refused.value.response["error"] == "ratelimited"
    assert refused.value.response.headers["Retry-After"] == "1"
    await slack.advance(1)
    await app.chat_postMessage(channel="C0HELPDESK", text="x")
    assert len(slack.messages("helpdesk")) == POST_BURST + 1


@pytest.fixture
async def tight() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(MANIFEST, clock=Clock(flowing=False), limits="tight") as local:
        yield local


async def test_the_tight_mode(tight: LocalSlack) -> None:
    app = client(tight)
    sent = await app.chat_postMessage(channel="C0HELPDESK", text="x")
    await app.chat_update(channel="C0HELPDESK", ts=sent["ts"], text="y")
    again = app.chat_update(channel="C0HELPDESK", ts=sent["ts"], text="z")
    assert await error_of(again) == "ratelimited"


async def test_a_planned_error(slack: LocalSlack) -> None:
    slack.fault("chat.*", "error", error="msg_blocks_too_long")
    refused = careful(slack).chat_postMessage(channel="helpdesk", text="x")
    assert await error_of(refused) == "msg_blocks_too_long"
    await careful(slack).chat_postMessage(channel="helpdesk", text="x")


async def test_a_planned_rate_limit(slack: LocalSlack) -> None:
    slack.fault("chat.update", "429", seconds=7)
    with pytest.raises(SlackApiError) as refused:
        await careful(slack).chat_update(channel="C0HELPDESK", ts="1", text="x")
    assert refused.value.response.headers["Retry-After"] == "7"


@pytest.mark.parametrize("action", ["500", "503"])
async def test_planned_outages_answer_in_html(slack: LocalSlack, action: str) -> None:
    slack.fault("auth.test", action)
    with pytest.raises(SlackApiError) as refused:
        await careful(slack).auth_test()
    assert refused.value.response.status_code == int(action)


async def test_an_empty_answer(slack: LocalSlack) -> None:
    slack.fault("auth.test", "empty")
    with pytest.raises(SlackApiError):
        await careful(slack).auth_test()


async def test_drop_before_does_nothing(slack: LocalSlack) -> None:
    slack.fault("chat.postMessage", "drop-before")
    with pytest.raises(aiohttp.ClientError):
        await careful(slack).chat_postMessage(channel="helpdesk", text="x")
    assert slack.messages("helpdesk") == []
    assert slack.journal.calls("chat.postMessage")[0].get("fault") == "drop-before"


async def test_drop_after_does_it_and_says_nothing(slack: LocalSlack) -> None:
    slack.fault("chat.postMessage", "drop-after")
    with pytest.raises(aiohttp.ClientError):
        await careful(slack).chat_postMessage(channel="helpdesk", text="x")
    assert [message.text for message in slack.messages("helpdesk")] == ["x"]
    assert slack.journal.calls("chat.postMessage")[0].get("lost") is True


async def test_drop_after_makes_a_careless_client_post_twice(slack: LocalSlack) -> None:
    slack.fault("chat.postMessage", "drop-after")
    careless = client(slack)
    careless.retry_handlers = [AsyncConnectionErrorRetryHandler()]
    await careless.chat_postMessage(channel="helpdesk", text="x")
    assert [message.text for message in slack.messages("helpdesk")] == ["x", "x"]


async def test_a_delay_is_in_slack_time(slack: LocalSlack) -> None:
    slack.fault("auth.test", "delay", seconds=20)
    began = slack.state.clock.now()
    calling = client(slack).auth_test()
    task = asyncio.ensure_future(calling)
    await asyncio.sleep(0.05)
    assert not task.done()
    await slack.advance(20)
    assert (await task)["ok"]
    assert slack.journal.calls("auth.test")[0].get("latency") == slack.state.clock.now() - began


async def test_tokens_never_reach_the_journal(slack: LocalSlack) -> None:
    await client(slack).api_call("auth.test", data={"token": slack.bot_token})
    await client(slack).chat_postMessage(channel="helpdesk", text="x", blocks=[section("x")])
    assert all(slack.bot_token not in repr(entry) for entry in slack.journal)


async def test_without_socket_mode_there_are_no_sockets() -> None:
    manifest: Json = copy.deepcopy(MANIFEST)
    manifest["settings"]["socket_mode_enabled"] = False
    async with LocalSlack(manifest) as slack:
        refused = client(slack).apps_connections_open(app_token=slack.app_token)
        assert await error_of(refused) == "forbidden_team"
