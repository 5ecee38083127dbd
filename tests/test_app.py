"""The wired program against the local Slack: both ways in, the whole start and end."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.app import _until, serve_until, without_threads
from bot.sandbox.server import LocalSlack
from bot.settings import Settings, read
from bot.tokens import CannotServe, Passing, Tokens
from handlers.manifest import manifest

SETTINGS = """
[slack]
mode = "{mode}"
listen = "127.0.0.1:{http}"
api_url = "{api}"
helpdesk_channels = ["C0HELPDESK"]
[store]
path = "data/tickets.db"
[targets]
allow = ["127.0.0.1"]
ports = [{port}]
direct = true
[http]
listen = "127.0.0.1:{health}"
[log]
level = "warning"
format = "text"
"""


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def settings(folder: Path, slack: LocalSlack, mode: str = "socket", **env: str) -> Settings:
    path = folder / "rdp-triage.toml"
    text = SETTINGS.format(
        mode=mode, http=free_port(), health=free_port(), api=slack.api_url, port=free_port()
    )
    path.write_text(text)
    secrets = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
    }
    return read(path, {**secrets, **env})


@asynccontextmanager
async def served(config: Settings) -> AsyncIterator[None]:
    stop, ready = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(serve_until(stop, config, ready=ready.set))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        if not ready.is_set():
            await task
        yield
    finally:
        stop.set()
        await task


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_command_gets_a_card_either_way(tmp_path: Path, mode: str) -> None:
    async with LocalSlack(manifest(), limits="off") as slack:
        config = settings(tmp_path, slack, mode)
        if mode == "http":
            slack.use_http(f"http://{config.slack.listen}/slack/events")
        async with served(config):
            if mode == "socket":
                await slack.connected()
            receipt = await slack.command("asker", "helpdesk", "/rdp 127.0.0.1")
            assert receipt.ok
            card = await slack.wait_for(
                lambda: next(
                    (m for m in slack.from_app("helpdesk") if "Next" in str(m.blocks)), None
                ),
                within=20,
                what="a verdict",
            )
            assert card is not None
            assert "127.0.0.1" in card.text
        assert len(slack.from_app("helpdesk")) == 1


async def asked(config: Settings, path: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{config.http.listen}{path}") as answer,
    ):
        return answer.status, await answer.text()


async def test_health_turns_red_when_slack_is_gone(tmp_path: Path) -> None:
    async with LocalSlack(manifest(), limits="off") as slack:
        config = settings(tmp_path, slack)
        async with served(config):
            assert await asked(config, "/livez") == (200, '{"alive": true}')
            assert await asked(config, "/readyz") == (200, '{"ready": true}')
            slack.fault("socket:open", "503", times=1000)
            await slack.sockets.close()
            await slack.wait_for(lambda: not slack.sockets.receivers, what="no socket")
            assert (await asked(config, "/readyz"))[0] == 503
            assert (await asked(config, "/livez"))[0] == 200


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    async with LocalSlack(manifest(), limits="off") as slack:
        config = settings(tmp_path, slack)
        taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", port_of(config))
        async with taken:
            with pytest.raises(CannotServe, match="address already in use"):
                await serve_until(asyncio.Event(), config)


def port_of(config: Settings) -> int:
    return int(config.http.listen.rpartition(":")[2])


async def test_a_second_serve_on_the_database_is_refused(tmp_path: Path) -> None:
    async with LocalSlack(manifest(), limits="off") as slack:
        config = settings(tmp_path, slack)
        async with served(config):
            with pytest.raises(CannotServe, match="already serves"):
                await serve_until(asyncio.Event(), config)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SLACK_BOT_TOKEN", "", "SLACK_BOT_TOKEN: set it"),
        ("SLACK_BOT_TOKEN", "xoxb-wrong", "SLACK_BOT_TOKEN: Slack says invalid_auth"),
        ("SLACK_APP_TOKEN", "", "SLACK_APP_TOKEN: set it"),
        ("SLACK_APP_TOKEN", "xoxb-mixed-up", "it begins with xapp-"),
        ("SLACK_APP_TOKEN", "xapp-wrong", "SLACK_APP_TOKEN: Slack says"),
    ],
)
async def test_a_wrong_token_is_named(tmp_path: Path, variable: str, value: str, said: str) -> None:
    async with LocalSlack(manifest(), limits="off") as slack:
        config = settings(tmp_path, slack, **{variable: value})
        with pytest.raises(CannotServe, match=said):
            await serve_until(asyncio.Event(), config)


async def test_a_slack_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    async with LocalSlack(manifest(), limits="off") as slack:
        config = settings(tmp_path, slack)
    with pytest.raises(Passing, match="Slack cannot be reached at"):
        await serve_until(asyncio.Event(), config)


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
@pytest.mark.parametrize("action", ["429", "503", "empty", "drop-before"])
async def test_a_slack_that_is_not_well_may_be_tried_again(
    tmp_path: Path, method: str, action: str
) -> None:
    async with LocalSlack(manifest(), limits="off") as slack:
        config = settings(tmp_path, slack)
        slack.fault(method, action, times=1000)
        with pytest.raises(Passing, match="Slack"):
            await serve_until(asyncio.Event(), config)


async def test_a_watch_that_breaks_is_no_orderly_end() -> None:
    class Broken:
        async def watch(self) -> None:
            raise RuntimeError("a fault of the library")

        silence = 0.0

        async def connected(self) -> bool:
            return False

    with pytest.raises(RuntimeError, match="of the library"):
        await _until(asyncio.Event(), Broken())


async def test_child_processes_are_waited_for_without_a_thread_each() -> None:
    with without_threads(asyncio.get_running_loop()):
        before = threading.active_count()
        children = [await asyncio.create_subprocess_exec("sleep", "0.2") for _ in range(3)]
        assert threading.active_count() == before
        assert [await child.wait() for child in children] == [0, 0, 0]
    child = await asyncio.create_subprocess_exec("true")  # and as before afterwards
    assert await child.wait() == 0


def test_no_secret_is_shown_by_accident() -> None:
    assert "secret" not in repr(Tokens("xoxb-secret", "xapp-secret", "secret"))
