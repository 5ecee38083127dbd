"""HTTP mode: signed requests through the very application that is served, and forged ones."""

import gzip
import json
import time
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

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


@pytest.mark.parametrize(
    "missing", ["x-slack-signature", "x-slack-request-timestamp", "content-type"]
)
async def test_a_request_without_a_header_of_slack_does_nothing(
    tmp_path: Path, missing: str
) -> None:
    async with house(tmp_path) as bot:
        body, headers = command(o.HOST, bot.slack.signing_secret)
        del headers[missing]
        status = await post(bot, body, headers)
        assert status == (401 if missing != "content-type" else status)
        await bot.desk.settled()
        if missing != "content-type":
            assert list(await bot.store.unfinished()) == []


@pytest.mark.parametrize("seconds", [-3600, -301, 301, 86_400])
async def test_a_timestamp_of_another_time_is_refused_although_it_is_signed(
    tmp_path: Path, seconds: int
) -> None:
    async with house(tmp_path) as bot:
        stamp = str(int(time.time()) + seconds)
        body, headers = command(o.HOST, bot.slack.signing_secret, stamp=stamp)
        assert await post(bot, body, headers) == 401
        body, headers = command(o.HOST, bot.slack.signing_secret)
        headers["x-slack-request-timestamp"] = stamp  # as an old signature under a new time
        assert await post(bot, body, headers) == 401
        assert list(await bot.store.unfinished()) == []


SIGNATURES = (
    "",
    "v0=",
    "v1=" + "0" * 64,
    "v0=" + "0" * 63,
    "v0=\u00e9",
    "0" * 64,
    "v0=" + "0" * 9_000,
)


@pytest.mark.parametrize("signature", SIGNATURES, ids=range(len(SIGNATURES)))
async def test_a_signature_that_is_none_is_refused(
    tmp_path: Path, signature: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(tmp_path) as bot:
        body, headers = command(o.HOST, bot.slack.signing_secret)
        headers["x-slack-signature"] = signature
        assert await post(bot, body, headers) in {400, 401}
        assert "reference" not in caplog.text  # it is no fault of ours
        body, headers = command(o.HOST, "another secret")
        assert await post(bot, body, headers) == 401
        assert list(await bot.store.unfinished()) == []


@pytest.mark.parametrize("coding", ["gzip", "deflate", "GZIP", "gzip, gzip"])
async def test_a_packed_body_is_not_unpacked(tmp_path: Path, coding: str) -> None:
    """Sixty kilobytes that would become sixty megabytes, signed or not."""
    pack = zlib.compress if coding == "deflate" else gzip.compress
    bomb = pack(bytes(64_000_000))
    assert len(bomb) < LARGEST
    async with house(tmp_path) as bot:
        _, headers = signed("x", bot.slack.signing_secret)
        async with TestClient(TestServer(web_app(bot.app))) as client:
            packed = {**headers, "content-encoding": coding}
            response = await client.post(PATH, data=bomb, headers=packed)
            assert response.status in {400, 415}
            body, headers = command(o.HOST, bot.slack.signing_secret)
            answer = await client.post(PATH, data=body.encode(), headers=headers)
            assert answer.status == 200  # it goes on serving


async def test_a_body_without_a_length_is_refused(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 1000

    async with house(tmp_path) as bot, TestClient(TestServer(web_app(bot.app))) as client:
        _, headers = command(o.HOST, bot.slack.signing_secret)
        assert (await client.post(PATH, data=endless(), headers=headers)).status == 413


@pytest.mark.parametrize(
    "strange",
    [
        {"team_id": "T0AWAY"},
        {"team_id": "T0AWAY", "enterprise_id": "E0OTHER"},
        {"team_id": ""},
        {"user_id": "U0GUEST"},
        {"user_id": "U0NOBODY"},
        {"user_id": ""},
    ],
)
async def test_signed_is_not_allowed(tmp_path: Path, strange: dict[str, str]) -> None:
    """Another workspace, somebody unknown, nobody: the signature says who delivers, no more."""
    async with house(tmp_path) as bot:
        body, _ = command(o.HOST, bot.slack.signing_secret)
        fields = {**dict(parse_qsl(body, keep_blank_values=True)), **strange}
        assert await post(bot, *signed(urlencode(fields), bot.slack.signing_secret)) == 200
        await bot.desk.settled()
        assert list(await bot.store.unfinished()) == []
        assert bot.scout.looks == []


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
