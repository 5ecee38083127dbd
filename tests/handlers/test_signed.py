"""HTTP mode: signed requests through the very application that is served, and forged ones."""

import json
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import TestClient, TestServer
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from handlers.transport import LARGEST, PATH, web_app
from tests.desk import office as o
from tests.handlers.house import House, house


def command(line: str, secret: str, **headers: str) -> tuple[str, dict[str, str]]:
    """A slash command as Slack posts it, and its headers."""
    fields = {
        "command": "/rdp",
        "text": line,
        "user_id": "U0ASKER",
        "team_id": "T0HOME",
        "channel_id": o.HELPDESK,
        "trigger_id": "1.2.3",
        "response_url": "",
    }
    return signed(urlencode(fields), secret, **headers)


def signed(body: str, secret: str, **headers: str) -> tuple[str, dict[str, str]]:
    stamp = headers.pop("stamp", str(int(time.time())))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    return body, {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature or "",
        **headers,
    }


async def post(bot: House, body: str, headers: dict[str, str]) -> int:
    async with TestClient(TestServer(web_app(bot.app))) as client:
        response = await client.post(PATH, data=body.encode(), headers=headers)
        return response.status


async def test_a_signed_command_opens_a_ticket(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        body, headers = command(o.HOST, bot.slack.signing_secret)
        answer = await bot.app.async_dispatch(AsyncBoltRequest(body=body, headers={**headers}))
        assert (answer.status, answer.body) == (200, "")
        await bot.shows("It worked")


async def test_a_replayed_command_opens_no_second_one(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        body, headers = command(o.HOST, bot.slack.signing_secret)
        assert [await post(bot, body, headers) for _ in range(3)] == [200, 200, 200]
        await bot.shows("It worked")
        assert len(list(await bot.store.unfinished())) == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"x-slack-signature": "v0=" + "0" * 64}, 401),
        ({"x-slack-request-timestamp": "yesterday"}, 401),
        ({"x-slack-request-timestamp": ""}, 401),
        ({"x-slack-request-timestamp": "٣"}, 401),
        ({"stamp": str(int(time.time()) - 600)}, 401),
    ],
)
async def test_what_is_not_from_slack_does_nothing(
    tmp_path: Path, change: dict[str, str], status: int
) -> None:
    async with house(tmp_path) as bot:
        body, headers = command(o.HOST, bot.slack.signing_secret, **change)
        assert await post(bot, body, headers) == status
        body, headers = command(o.HOST, bot.slack.signing_secret)
        assert await post(bot, body + "&x=1", headers) == 401
        assert await post(bot, "x" * (LARGEST + 1), headers) == 413
        await bot.desk.settled()
        assert list(await bot.store.unfinished()) == []


async def test_a_payload_that_makes_no_sense_is_acknowledged_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(tmp_path) as bot:
        payload = {
            "type": "block_actions",
            "user": {"id": "U0ASKER", "team_id": "T0HOME"},
            "team": {"id": "T0HOME"},
            "actions": [{"action_id": "ticket.more", "type": "overflow", "block_id": "x"}],
        }
        body, headers = signed(
            urlencode({"payload": json.dumps(payload)}), bot.slack.signing_secret
        )
        assert await post(bot, body, headers) == 200
        assert "a payload was not handled" in caplog.text


async def test_slack_may_ask_whether_this_is_the_right_address(tmp_path: Path) -> None:
    """Slack checks a request URL once (url_verification) and its certificate now and then."""
    async with house(tmp_path) as bot, TestClient(TestServer(web_app(bot.app))) as client:
        asked = json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1a"})
        body, headers = signed(asked, bot.slack.signing_secret)
        headers["content-type"] = "application/json"
        answer = await client.post(PATH, data=body.encode(), headers=headers)
        assert (answer.status, "3eZbrw1a" in await answer.text()) == (200, True)
        body, headers = signed("ssl_check=1&token=x", bot.slack.signing_secret)
        assert (await client.post(PATH, data=body.encode(), headers=headers)).status == 200
        await bot.desk.settled()
        assert list(await bot.store.unfinished()) == []
