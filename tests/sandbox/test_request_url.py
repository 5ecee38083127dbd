"""HTTP mode: the real Bolt behind a real server, with genuine and with forged requests."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.sandbox.request_url import RequestUrl, signature
from bot.sandbox.server import LocalSlack
from tests.sandbox.support import MANIFEST, bolt, unanswered

Json = dict[str, Any]
FORM = "application/x-www-form-urlencoded"


@dataclass
class Product:
    """A Bolt app behind its own port; ``go`` lets slow handlers finish."""

    app: AsyncApp
    requests: RequestUrl
    got: list[str]
    go: asyncio.Event
    site: web.TCPSite


@pytest.fixture
async def product(slack: LocalSlack) -> AsyncIterator[Product]:
    app, go = bolt(slack), asyncio.Event()
    got: list[str] = []

    @app.command("/rdp")
    async def on_command(ack: Any, command: Json) -> None:
        if command["text"] == "slow":
            await go.wait()
        await ack("heard")
        got.append(command["text"])

    @app.event("app_home_opened")
    async def on_home(event: Json, request: Any) -> None:
        retry = request.headers.get("x-slack-retry-num", ["0"])[0]
        got.append(f"{event['tab']} {retry}")

    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    requests = slack.use_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield Product(app, requests, got, go, site)
    await runner.cleanup()


async def test_a_signed_command_is_acknowledged(slack: LocalSlack, product: Product) -> None:
    assert (await slack.command("asker", "helpdesk", "/rdp srv-app-07 0x904")).ok
    assert product.got == ["srv-app-07 0x904"]
    assert [message.text for message in slack.ephemerals("asker")] == ["heard"]


async def test_an_unhandled_request_is_a_failed_dispatch(
    slack: LocalSlack, product: Product
) -> None:
    receipt = await slack.shortcut("asker", "start_here")
    assert (receipt.status, receipt.reason) == ("dispatch_failed", "http_error")


async def test_a_slow_command_times_out(slack: LocalSlack, product: Product) -> None:
    receipt = await unanswered(slack, slack.command("asker", "helpdesk", "/rdp slow"))
    assert receipt.status == "operation_timeout"
    product.go.set()
    await slack.wait_for(lambda: product.got == ["slow"])


async def test_an_app_that_is_not_there(slack: LocalSlack, product: Product) -> None:
    await product.site.stop()
    receipt = await slack.command("asker", "helpdesk", "/rdp srv")
    assert (receipt.status, receipt.reason) == ("dispatch_failed", "connection_failed")
    assert len(slack.journal.of("envelope")) == 1  # nobody retries a command


async def test_a_request_can_break_before_the_ack(slack: LocalSlack, product: Product) -> None:
    slack.fault("envelope:slash_commands", "disconnect")
    receipt = await slack.command("asker", "helpdesk", "/rdp slow")
    assert (receipt.status, receipt.reason) == ("dispatch_failed", "connection_failed")


async def test_stopping_breaks_off_what_is_under_way(slack: LocalSlack, product: Product) -> None:
    async with LocalSlack(MANIFEST) as other:
        other.state.app.signing_secret = slack.signing_secret
        other.use_http(product.requests.url)
        acting = asyncio.ensure_future(other.command("asker", "helpdesk", "/rdp slow"))
        await other.wait_for(lambda: other.journal.of("envelope"))
        await asyncio.sleep(0.02)
    await other.advance(3)
    assert (await acting).status == "operation_timeout"
    product.go.set()


async def test_events_are_retried_with_their_number(slack: LocalSlack, product: Product) -> None:
    url = product.requests.url
    slack.use_http("http://127.0.0.1:1/")
    await slack.open_home("asker")
    slack.use_http(url)
    await slack.wait_for(lambda: product.got == ["home 1"])
    await slack.settle(0.05)
    assert [entry.get("attempt") for entry in slack.journal.of("envelope")] == [0, 1]


async def test_no_retry_is_respected(slack: LocalSlack) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    server = web.Application()
    server.router.add_post("/", refuse)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.use_http(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    receipt = await slack.open_home("asker")
    await slack.advance(400)
    await slack.settle(0.02)
    await runner.cleanup()
    assert receipt is not None
    assert receipt.reason == "no_retry"
    assert len(slack.journal.of("envelope")) == 1


async def test_setting_the_request_url_asks_for_a_challenge(
    slack: LocalSlack, product: Product
) -> None:
    assert await product.requests.verify()


def test_the_signature_is_slacks() -> None:
    base = b"v0:1531420618:token=x&command=%2Frdp"
    expected = hmac.new(b"secret", base, hashlib.sha256).hexdigest()
    assert signature("secret", "1531420618", b"token=x&command=%2Frdp") == f"v0={expected}"


async def test_forged_requests_are_told_from_genuine_ones(
    slack: LocalSlack, product: Product
) -> None:
    body = b"command=%2Frdp&text=forged&team_id=T0HOME&user_id=U0ASKER"
    genuine = product.requests.headers(body, FORM)
    old = str(int(time.time()) - 301)
    forged = {
        "genuine": (body, genuine, 200),
        "other secret": (
            body,
            {
                **genuine,
                "X-Slack-Signature": signature("guess", genuine["X-Slack-Request-Timestamp"], body),
            },
            401,
        ),
        "tampered body": (body + b"2", genuine, 401),
        "no signature": (body, {"Content-Type": FORM}, 401),
        "replayed later": (
            body,
            {
                **genuine,
                "X-Slack-Request-Timestamp": old,
                "X-Slack-Signature": signature(slack.signing_secret, old, body),
            },
            401,
        ),
    }
    status = {name: await product.requests.raw(one, two) for name, (one, two, _) in forged.items()}
    assert status == {name: wanted for name, (_, _, wanted) in forged.items()}
    assert product.got == ["forged"]
