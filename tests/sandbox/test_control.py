"""The emulator as a process: it outlives an app that is killed in the middle of a job."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.sandbox.support import MANIFEST, Json

APP = """
import asyncio, sys
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

api_url, bot_token, app_token, name = sys.argv[1:]
client = AsyncWebClient(token=bot_token, base_url=api_url)

async def main():
    app = AsyncApp(client=client)

    @app.command("/rdp")
    async def on_command(ack, command):
        await ack()
        if command["text"] == "hang":
            await asyncio.sleep(3600)
        text = f"{name} {command['text']}"
        await client.chat_postMessage(channel=command["channel_id"], text=text)

    await AsyncSocketModeHandler(app, app_token).start_async()

asyncio.run(main())
"""


@dataclass
class Remote:
    """The control API of a local Slack in another process."""

    access: Json
    session: aiohttp.ClientSession
    process: asyncio.subprocess.Process

    async def __call__(self, verb: str, **body: Any) -> Any:
        headers = {self.access["control_header"]: self.access["control_token"]}
        url = self.access["control_url"] + verb
        async with self.session.post(url, json=body, headers=headers) as response:
            answer = await response.json()
        if not answer["ok"]:
            raise AssertionError(answer["error"])
        return answer["value"]

    async def app(self, name: str) -> asyncio.subprocess.Process:
        """A new app process, once its socket is open."""
        access = self.access
        opened = len(await self.sockets())
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", APP),
            *(access["api_url"], access["bot_token"], access["app_token"], name),
            stderr=asyncio.subprocess.DEVNULL,
        )
        while len(await self.sockets()) == opened:  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.05)
        return process

    async def sockets(self) -> list[Json]:
        journal = await self("journal")
        return [entry for entry in journal if entry["data"].get("what") == "open"]


@pytest.fixture
async def remote(tmp_path: Path) -> AsyncIterator[Remote]:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(MANIFEST))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.sandbox", "--manifest", str(manifest)),
        *("--journal", str(tmp_path / "journal.jsonl")),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    access = json.loads(await process.stdout.readline())
    async with aiohttp.ClientSession() as session:
        yield Remote(access, session, process)
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


async def test_the_emulator_outlives_a_killed_app(remote: Remote, tmp_path: Path) -> None:
    first = await remote.app("first")
    receipt = await remote("command", user="asker", channel="helpdesk", line="/rdp hang")
    assert receipt["status"] == "ok"
    first.kill()
    await first.wait()
    second = await remote.app("second")
    await remote("command", user="asker", channel="helpdesk", line="/rdp srv")
    message = await remote("wait", channel="helpdesk", text="second srv")
    assert message["versions"][0]["by"] == "api"
    second.kill()
    await second.wait()
    lines = (tmp_path / "journal.jsonl").read_text().splitlines()
    kinds = [json.loads(line)["kind"] for line in lines]
    assert kinds.count("ack") == 2


async def test_the_verbs(remote: Remote) -> None:
    api = remote.access["api_url"]
    headers = {"Authorization": f"Bearer {remote.access['bot_token']}"}
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Go"},
        "action_id": "go",
        "value": "1",
    }
    body = {
        "channel": "C0HELPDESK",
        "text": "<!here> card",
        "blocks": [{"type": "actions", "elements": [button]}],
    }
    async with remote.session.post(api + "chat.postMessage", json=body, headers=headers) as sent:
        ts = (await sent.json())["ts"]
    [message] = await remote("messages", channel="helpdesk")
    assert message["ts"] == ts
    assert [found["target"] for found in await remote("notifications")] == ["here"]
    clicked = await remote("click", user="asker", channel="C0HELPDESK", ts=ts, button="Go")
    assert clicked["status"] == "dispatch_failed"  # no app is running
    said = await remote("say", user="asker", channel="helpdesk", text="hello")
    assert said["user"] == "U0ASKER"
    assert await remote("ephemerals", user="asker") == []
    assert await remote("view", user="asker") is None
    await remote("fault", match="auth.test", action="error", error="fatal_error")
    async with remote.session.post(api + "auth.test", headers=headers) as answer:
        assert (await answer.json())["error"] == "fatal_error"
    await remote("clear_faults")
    await remote("advance", seconds=60)
    await remote("kick", channel="helpdesk")
    await remote("archive", channel="helpdesk")
    await remote("reload", user="asker")
    await remote("refresh")
    await remote("revoke")
    async with remote.session.post(api + "auth.test", headers=headers) as answer:
        assert (await answer.json())["error"] == "token_revoked"


@pytest.mark.parametrize(
    ("verb", "body", "words"),
    [
        ("command", {"user": "nobody", "channel": "helpdesk", "line": "/rdp"}, "no user"),
        ("click", {"user": "asker"}, "missing: 'channel'"),
        ("fault", {"match": "hook", "action": "explode"}, "cannot happen"),
        ("command", {"person": "asker"}, "unexpected keyword"),
        ("wait", {"channel": "helpdesk", "text": "x", "within": 0.01}, "did not happen"),
    ],
)
async def test_mistakes_are_told(remote: Remote, verb: str, body: Json, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        await remote(verb, **body)


async def test_the_control_token_is_needed(remote: Remote) -> None:
    url = remote.access["control_url"]
    for headers in ({}, {remote.access["control_header"]: "guess"}):
        async with remote.session.post(url + "journal", headers=headers) as response:
            assert response.status == 403
    headers = {remote.access["control_header"]: remote.access["control_token"]}
    async with remote.session.post(url + "explode", headers=headers) as response:
        assert response.status == 404
