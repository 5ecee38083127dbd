"""What the shipped bot logs: one JSON object a line, the ticket in each that is about one, and no
secret, at the level that tells most, in a good run as in starts that fail.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.redact import MASK
from tests.whole.cards import number, said
from tests.whole.processes import cli
from tests.whole.support import Whole, whole

MORE = '[access]\nadmins = ["U0LEAD"]\n'
TYPED = "password is Hunter2! and token xoxp-99-planted-user"
FORMS = re.compile(r"xox[a-z]-|xapp-|ticket=(?!\[)|hooks\.slack\.com/(?!\[)|Hunter2|PRIVATE KEY")
LAYOUT = {"time", "level", "logger", "message", "ticket", "trace"}


def lines(text: str) -> list[dict[str, Any]]:
    """The log's objects; what the program says besides is one sentence."""
    spoken = [line for line in text.splitlines() if line != "rdp-triage serves"]
    return [json.loads(line) for line in spoken]


def leaked(text: str, tokens: Mapping[str, str]) -> list[str]:
    """Secrets in a text: those that the bot was given, and whatever looks like one."""
    given = [name for name, value in tokens.items() if value in text]
    return [*given, *FORMS.findall(text)]


async def debugging(world: Whole) -> None:
    text = world.config.read_text()
    world.config.write_text(text.replace('format = "text"', 'level = "debug"\nformat = "json"'))
    await world.bot.start()


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_whole_ticket_at_debug_level(tmp_path: Path, mode: str) -> None:
    async with whole(tmp_path, MORE, mode=mode, start=False) as world:
        await debugging(world)
        card = await world.open(f"/rdp srv-app-07 0x904 0x7 {TYPED}")
        await world.press(card, "Not sure")
        await world.slack.command("asker", "helpdesk", f"/rdp history {TYPED}")
        opened = number(card)
        assert "Hunter2" not in said(card)
        await world.bot.stop()
        logged = lines(world.bot.said)
        assert all({"time", "level", "logger", "message"} <= set(each) <= LAYOUT for each in logged)
        assert "debug" in {each["level"] for each in logged}
        assert not [each for each in logged if "Received message" in each["message"]]
        about = [each for each in logged if each["message"].startswith("opened for")]
        assert [each["ticket"] for each in about] == [opened]
        # What is shared by all tickets, as the jump box is, belongs to none.
        assert not [each for each in logged if each["logger"] == "asyncssh" and "ticket" in each]
        assert leaked(world.bot.said, world.bot.tokens) == []
        stored = (tmp_path / "tickets.db").read_bytes()
        assert leaked(stored.decode("latin-1"), world.bot.tokens) == []


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_sound_start_and_stop_warn_of_nothing(tmp_path: Path, mode: str) -> None:
    async with whole(tmp_path, MORE, mode=mode, start=False) as world:
        await debugging(world)
        await world.bot.stop()
        levels = {each["level"]: each["message"] for each in lines(world.bot.said)}
    assert levels.keys() <= {"debug", "info"}, levels
    assert levels["info"] == "stopped"


async def test_slack_breaking_down_is_logged_without_secrets(tmp_path: Path) -> None:
    async with whole(tmp_path, MORE, start=False) as world:
        await debugging(world)
        world.slack.fault("chat.update", "500", times=3)
        await world.open()
        await world.slack.sockets.close()
        await world.slack.connected(within=30)
        await world.bot.stop()
        warned = [each for each in lines(world.bot.said) if each["level"] in ("warning", "error")]
        assert any("did not get through" in each["message"] for each in warned), warned
        assert {each["ticket"] for each in warned} == {1}
        assert leaked(world.bot.said, world.bot.tokens) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"SLACK_BOT_TOKEN": "xoxb-1-planted-bot", "SLACK_APP_TOKEN": "xoxb-2-planted-app"},
        {"SLACK_BOT_TOKEN": "xapp-1-planted-bot", "SLACK_APP_TOKEN": "xapp-2-planted-app"},
        {"SLACK_BOT_TOKEN": "planted-without-form", "SLACK_APP_TOKEN": "planted-as-well"},
        {"SLACK_BOT_TOKEN": "xoxb-1-planted\nnewline", "SLACK_APP_TOKEN": "xapp-2-planted"},
        {"SLACK_BOT_TOKEN": "xoxb-1-pl\u00e4nted", "SLACK_APP_TOKEN": "xapp-2-pl\u00e4nted"},
    ],
)
async def test_a_start_that_fails_tells_no_secret(tmp_path: Path, wrong: dict[str, str]) -> None:
    async with whole(tmp_path, start=False) as world:
        world.config.write_text(world.config.read_text().replace('"text"', '"json"\nlevel="debug"'))
        done = await cli("serve", "--config", str(world.config), env=wrong)
    assert done.code != 0
    assert done.out == ""
    assert "plant" not in done.err.replace(str(tmp_path), ""), done.err
    assert "pl\u00e4nted" not in done.err
    assert "\\u00e4nted" not in done.err


async def test_a_bot_that_breaks_tells_no_secret(tmp_path: Path) -> None:
    """A bug at the start ends with a traceback, in which the secrets are masked."""
    async with whole(tmp_path, start=False) as world:
        broken = tmp_path / "broken"
        broken.mkdir()
        (broken / "sitecustomize.py").write_text(
            "import bot.wiring.house as house\n"
            "async def build(settings, tokens, *_):\n"
            "    raise RuntimeError(f'{tokens.bot} {tokens.app} {tokens.signing}')\n"
            "house.build = build\n"
        )
        env = {**world.bot.tokens, "PYTHONPATH": str(broken)}
        done = await cli("serve", "--config", str(world.config), env=env)
        assert done.code == 70
        assert "RuntimeError" in done.err
        assert done.err.count(MASK) == 3
        assert leaked(done.err, world.bot.tokens) == []
