"""Response URLs through the real AsyncWebhookClient."""

import aiohttp
import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.server import LocalSlack
from bot.sandbox.world import Message
from tests.sandbox.support import client, section


def hook(slack: LocalSlack, channel: str = "C0HELPDESK") -> AsyncWebhookClient:
    return AsyncWebhookClient(
        slack.state.origin + slack.state.urls.issue("commands", channel, "U0ASKER")
    )


def action_hook(slack: LocalSlack, original: Message) -> AsyncWebhookClient:
    path = slack.state.urls.issue("actions", original.channel, "U0ASKER", original)
    return AsyncWebhookClient(slack.state.origin + path)


async def test_an_answer_is_private_unless_it_says_otherwise(slack: LocalSlack) -> None:
    url = hook(slack)
    assert (await url.send(text="private")).status_code == 200
    assert [message.text for message in slack.ephemerals("asker")] == ["private"]
    await url.send(text="public", response_type="in_channel", blocks=[section("public")])
    assert [message.text for message in slack.from_app("helpdesk")] == ["public"]


async def test_it_reaches_channels_where_the_app_may_not_post(slack: LocalSlack) -> None:
    await hook(slack, "C0MANAGE").send(text="here", response_type="in_channel")
    assert [message.text for message in slack.from_app("management")] == ["here"]


async def test_five_uses_and_no_more(slack: LocalSlack) -> None:
    url = hook(slack)
    answers = [await url.send(text=str(number)) for number in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body
    assert len(slack.ephemerals("asker")) == 5


async def test_thirty_minutes_and_no_longer(slack: LocalSlack) -> None:
    url = hook(slack)
    await slack.advance(1801)
    answer = await url.send(text="late")
    assert (answer.status_code, "expired_url" in answer.body) == (404, True)
    assert slack.journal.of("hook")[0].get("error") == "expired_url"


async def test_an_invented_url(slack: LocalSlack) -> None:
    answer = await AsyncWebhookClient(f"{slack.state.origin}/hooks/actions/x").send(text="x")
    assert answer.status_code == 404


async def test_replacing_and_deleting_the_original(slack: LocalSlack) -> None:
    await client(slack).chat_postEphemeral(channel="C0HELPDESK", user="U0ASKER", text="first")
    [message] = slack.ephemerals("asker")
    url = action_hook(slack, message)
    await url.send(text="second", replace_original=True)
    assert [message.text for message in slack.ephemerals("asker")] == ["second"]
    await url.send_dict({"delete_original": "true"})
    assert slack.ephemerals("asker") == []
    assert [version.text for version in slack.history(message)] == ["first", "second"]


async def test_a_command_has_no_original_to_delete(slack: LocalSlack) -> None:
    url = hook(slack)
    assert (await url.send(delete_original=True)).status_code == 200
    assert slack.ephemerals("asker") == []


@pytest.mark.parametrize(
    ("body", "error"),
    [({"text": ""}, "no_text"), ({"text": "x", "blocks": [section("")]}, "invalid_blocks")],
)
async def test_bad_content_is_refused(
    slack: LocalSlack, body: dict[str, object], error: str
) -> None:
    answer = await hook(slack).send_dict(body)
    assert (answer.status_code, error in answer.body) == (400, True)


async def test_what_is_not_json_is_refused(slack: LocalSlack) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(hook(slack).url, data="payload") as response,
    ):
        assert response.status == 400


async def test_faults_of_response_urls(slack: LocalSlack) -> None:
    slack.fault("hook", "503")
    slack.fault("hook", "429", seconds=3)
    slack.fault("hook", "error", error="no_service")
    slack.fault("hook", "drop-before")
    slack.fault("hook", "drop-after")
    url = hook(slack)
    url.retry_handlers = []
    assert (await url.send(text="a")).status_code == 503
    limited = await url.send(text="a")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "3")
    refused = await url.send(text="a")
    assert (refused.status_code, "no_service" in refused.body) == (400, True)
    with pytest.raises(aiohttp.ClientError):
        await url.send(text="b")
    with pytest.raises(aiohttp.ClientError):
        await url.send(text="c")
    assert [message.text for message in slack.ephemerals("asker")] == ["c"]
