"""Everything that a card or a form can send has somebody who takes it, after every upgrade."""

import json
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from handlers.errors import LastNet
from handlers.ids import Action, Command, EventName, Shortcut, View
from handlers.manifest import manifest
from tests.handlers.house import house

WHO: dict[str, Any] = {
    "user": {"id": "U0ASKER", "team_id": "T0HOME"},
    "team": {"id": "T0HOME"},
    "trigger_id": "1",
}


def pressed(action: str) -> dict[str, Any]:
    one = {"action_id": action, "block_id": "b", "type": "button", "value": "1:1:x"}
    return {"type": "block_actions", **WHO, "actions": [one], "container": {}}


PAYLOADS: dict[str, dict[str, Any]] = {
    **{each.name: pressed(f"{each}x" if each.endswith(".") else each) for each in Action},
    **{
        f"{each.name} form": {
            "type": "view_submission", **WHO, "view": {"callback_id": each, "type": "modal"},
        }
        for each in View
        if each is not View.DETAILS  # it only shows
    },
    "command": {"command": Command.RDP, "text": "", **WHO},
    "shortcut": {"type": "message_action", "callback_id": Shortcut.TRIAGE_HOST, **WHO},
    "home": {"type": "event_callback", "event": {"type": EventName.HOME_OPENED, "user": "U"}},
}  # fmt: skip


async def taker(app: AsyncApp, payload: dict[str, Any]) -> Any:
    """The function of the first listener that takes a payload; nothing is called."""
    request = AsyncBoltRequest(body=payload, mode="socket_mode")
    for listener in app._async_listeners:
        if await listener.async_matches(req=request, resp=BoltResponse(status=200)):
            return listener.ack_function
    raise AssertionError(f"nobody takes {json.dumps(payload)}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("handlers")


async def test_every_id_has_a_handler_of_its_own(folder: Path) -> None:
    async with house(folder) as bot:
        for name, payload in PAYLOADS.items():
            taken = await taker(bot.app, payload)
            assert not isinstance(getattr(taken, "__self__", None), LastNet), name


async def test_what_no_version_knows_falls_into_the_last_net(folder: Path) -> None:
    async with house(folder) as bot:
        taken = await taker(bot.app, pressed("step.of.another.age"))
        assert isinstance(taken.__self__, LastNet)


def test_the_manifest_declares_what_has_a_handler() -> None:
    made = manifest()
    features, events = made["features"], made["settings"]["event_subscriptions"]
    assert [each["command"] for each in features["slash_commands"]] == list(Command)
    assert [each["callback_id"] for each in features["shortcuts"]] == list(Shortcut)
    assert events["bot_events"] == list(EventName)
