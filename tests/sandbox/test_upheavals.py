import copy
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.server import LocalSlack
from tests.sandbox.support import MANIFEST, client


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def test_archiving_in_the_middle_of_a_job(slack: LocalSlack) -> None:
    app = client(slack)
    slack.archive("helpdesk")
    assert await error_of(app.chat_postMessage(channel="helpdesk", text="x")) == "is_archived"
    slack.unarchive("helpdesk")
    await app.chat_postMessage(channel="helpdesk", text="x")


async def test_being_removed_from_a_channel(slack: LocalSlack) -> None:
    app = client(slack)
    slack.kick("helpdesk")
    slack.kick("incident")
    assert await error_of(app.chat_postMessage(channel="helpdesk", text="x")) == "not_in_channel"
    private = app.chat_postMessage(channel="C0INCIDENT", text="x")
    assert await error_of(private) == "channel_not_found"
    slack.invite("helpdesk")
    await app.chat_postMessage(channel="helpdesk", text="x")


async def test_uninstalling(slack: LocalSlack) -> None:
    assert await slack.uninstall() is None
    assert await error_of(client(slack).auth_test()) == "token_revoked"


async def test_uninstalling_is_told_when_subscribed() -> None:
    manifest = copy.deepcopy(MANIFEST)
    manifest["settings"]["event_subscriptions"]["bot_events"].append("app_uninstalled")
    async with LocalSlack(manifest) as slack:
        assert await slack.uninstall() is not None
        [envelope] = slack.journal.of("envelope")
        assert envelope.get("name") == "app_uninstalled"
