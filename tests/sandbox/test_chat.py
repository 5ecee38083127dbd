"""Who may post where and what: each refusal of the chat methods."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.server import LocalSlack
from tests.sandbox.support import Json, client, section


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def test_a_post_comes_back_with_its_address(slack: LocalSlack) -> None:
    sent = await client(slack).chat_postMessage(
        channel="C0HELPDESK", text="card", blocks=[section("*card*")], unfurl_links=False
    )
    [message] = slack.messages("helpdesk")
    assert (sent["channel"], sent["ts"]) == ("C0HELPDESK", message.ts)
    assert sent["message"]["bot_id"] == slack.state.app.bot_id
    assert sent["message"]["blocks"][0]["block_id"]


async def test_timestamps_are_unique_and_grow(slack: LocalSlack) -> None:
    app = client(slack)
    sent = [await app.chat_postMessage(channel="C0HELPDESK", text="x") for _ in range(5)]
    stamps = [answer["ts"] for answer in sent]
    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE", "channel_not_found"),
        ("C0MANAGE", "channel_not_found"),  # private, and the app is not a member
        ("C0GENERAL", "not_in_channel"),
        ("C0OLD", "is_archived"),
        ("U0NOBODY", "channel_not_found"),
    ],
)
async def test_places_where_the_app_may_not_post(
    slack: LocalSlack, channel: str, error: str
) -> None:
    assert await error_of(client(slack).chat_postMessage(channel=channel, text="x")) == error


async def test_the_direct_message_of_two_people_is_foreign(slack: LocalSlack) -> None:
    foreign = slack.state.world.direct("U0ASKER", "U0TEAMMATE")
    refused = client(slack).chat_postMessage(channel=foreign.id, text="x")
    assert await error_of(refused) == "channel_not_found"


async def test_a_user_id_opens_a_direct_message(slack: LocalSlack) -> None:
    sent = await client(slack).chat_postMessage(channel="U0ASKER", text="hello")
    assert sent["channel"].startswith("D")
    assert [message.text for message in slack.messages("dm", user="asker")] == ["hello"]
    update = client(slack).chat_update(channel="U0ASKER", ts=sent["ts"], text="x")
    assert await error_of(update) == "channel_not_found"
    await client(slack).chat_update(channel=sent["channel"], ts=sent["ts"], text="x")


async def test_the_messages_tab_can_be_off(slack: LocalSlack) -> None:
    slack.state.app.messages_tab = False
    refused = client(slack).chat_postMessage(channel="U0ASKER", text="x")
    assert await error_of(refused) == "messages_tab_disabled"


async def test_the_content_of_a_post(slack: LocalSlack) -> None:
    app = client(slack)
    for text in ("", " \n"):
        empty = app.api_call("chat.postMessage", json={"channel": "helpdesk", "text": text})
        assert await error_of(empty) == "no_text"
    blocks = [section("x" * 3001)]
    with pytest.raises(SlackApiError) as refused:
        await app.chat_postMessage(channel="helpdesk", text="x", blocks=blocks)
    assert refused.value.response["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/text/text]" in refused.value.response["errors"][0]
    long = [section("x" * 3000)] * 4
    too_long = app.chat_postMessage(channel="helpdesk", text="x", blocks=long)
    assert await error_of(too_long) == "msg_blocks_too_long"
    attached = app.chat_postMessage(channel="helpdesk", text="x", attachments=[{"text": "x"}])
    assert await error_of(attached) == "invalid_attachments"


async def test_long_text_is_cut_when_posted_and_refused_when_updated(slack: LocalSlack) -> None:
    app = client(slack)
    sent = await app.chat_postMessage(channel="C0HELPDESK", text="x" * 50_000)
    assert len(slack.messages("helpdesk")[0].text) == 40_000
    update = app.chat_update(channel="C0HELPDESK", ts=sent["ts"], text="x" * 4_001)
    assert await error_of(update) == "msg_too_long"


async def test_careless_posts_are_written_down(slack: LocalSlack) -> None:
    body: Json = {"channel": "helpdesk", "blocks": [section("x")], "link_names": True}
    await client(slack).api_call("chat.postMessage", json=body)
    assert [entry.get("what") for entry in slack.journal.of("warning")] == [
        "message without text",
        "link_names turns plain names into mentions",
    ]


async def test_threads(slack: LocalSlack) -> None:
    app = client(slack)
    root = slack.say("asker", "helpdesk", "srv-app-07 does not answer")
    await app.chat_postMessage(channel="C0HELPDESK", text="reply", thread_ts=root.ts)
    assert [item.text for item in slack.messages("helpdesk", thread=root.ts)][1:] == ["reply"]
    lost = app.chat_postMessage(channel="C0HELPDESK", text="x", thread_ts="1.000000")
    assert await error_of(lost) == "message_not_found"


async def test_an_update_is_a_new_version(slack: LocalSlack) -> None:
    app = client(slack)
    sent = await app.chat_postMessage(channel="C0HELPDESK", text="a", blocks=[section("a")])
    await app.chat_update(channel="C0HELPDESK", ts=sent["ts"], text="b", blocks=[section("b")])
    answer = await app.chat_update(channel="C0HELPDESK", ts=sent["ts"], text="c")
    [message] = slack.messages("helpdesk")
    assert [version.text for version in slack.history(message)] == ["a", "b", "c"]
    assert message.blocks == []  # text alone takes the blocks away
    assert "edited" in answer["message"]


async def test_updates_that_are_refused(slack: LocalSlack) -> None:
    app = client(slack)
    human = slack.say("asker", "helpdesk", "mine")
    foreign = app.chat_update(channel="C0HELPDESK", ts=human.ts, text="x")
    assert await error_of(foreign) == "cant_update_message"
    gone = app.chat_update(channel="C0HELPDESK", ts="1.000000", text="x")
    assert await error_of(gone) == "message_not_found"
    sent = await app.chat_postMessage(channel="C0HELPDESK", text="a")
    body = {"channel": "C0HELPDESK", "ts": sent["ts"], "text": ""}
    empty = app.api_call("chat.update", json=body)
    assert await error_of(empty) == "no_text"
    slack.archive("helpdesk")
    archived = app.chat_update(channel="C0HELPDESK", ts=sent["ts"], text="b")
    assert await error_of(archived) == "is_inactive"


async def test_rich_text_stays_rich_text(slack: LocalSlack) -> None:
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}
    app = client(slack)
    sent = await app.chat_postMessage(channel="C0HELPDESK", text="a", blocks=[rich])
    mismatch = app.chat_update(channel="C0HELPDESK", ts=sent["ts"], text="b", blocks=[section("b")])
    assert await error_of(mismatch) == "block_mismatch"


async def test_deleting(slack: LocalSlack) -> None:
    app = client(slack)
    human = slack.say("asker", "helpdesk", "mine")
    refused = app.chat_delete(channel="C0HELPDESK", ts=human.ts)
    assert await error_of(refused) == "cant_delete_message"
    sent = await app.chat_postMessage(channel="C0HELPDESK", text="a")
    await app.chat_delete(channel="C0HELPDESK", ts=sent["ts"])
    again = app.chat_delete(channel="C0HELPDESK", ts=sent["ts"])
    assert await error_of(again) == "message_not_found"
    assert slack.from_app("helpdesk") == []


async def test_a_message_that_a_person_deleted_cannot_be_updated(slack: LocalSlack) -> None:
    app = client(slack)
    sent = await app.chat_postMessage(channel="C0HELPDESK", text="a")
    slack.delete("admin", slack.messages("helpdesk")[0])
    gone = app.chat_update(channel="C0HELPDESK", ts=sent["ts"], text="b")
    assert await error_of(gone) == "message_not_found"


async def test_ephemerals_are_for_one_and_do_not_last(slack: LocalSlack) -> None:
    app = client(slack)
    sent = await app.chat_postEphemeral(channel="C0HELPDESK", user="U0ASKER", text="psst")
    assert [message.text for message in slack.ephemerals("asker")] == ["psst"]
    assert slack.ephemerals("teammate") == slack.messages("helpdesk") == []
    update = app.chat_update(channel="C0HELPDESK", ts=sent["message_ts"], text="x")
    assert await error_of(update) == "message_not_found"
    slack.reload("asker")
    assert slack.ephemerals("asker") == []


async def test_ephemerals_need_a_member(slack: LocalSlack) -> None:
    app = client(slack)
    refused = app.chat_postEphemeral(channel="C0HELPDESK", user="U0OUTSIDER", text="x")
    assert await error_of(refused) == "user_not_in_channel"
    to_user = app.chat_postEphemeral(channel="U0ASKER", user="U0ASKER", text="x")
    assert await error_of(to_user) == "channel_not_found"


async def test_metadata_is_kept_and_taken_away(slack: LocalSlack) -> None:
    app = client(slack)
    metadata = {"event_type": "ticket", "event_payload": {"id": 128}}
    sent = await app.chat_postMessage(channel="C0HELPDESK", text="a", metadata=metadata)
    await app.chat_update(channel="C0HELPDESK", ts=sent["ts"], text="b")
    [message] = slack.messages("helpdesk")
    assert message.metadata == metadata
    await app.chat_update(channel="C0HELPDESK", ts=sent["ts"], text="c", metadata={})
    assert message.metadata is None


async def test_permalinks(slack: LocalSlack) -> None:
    app = client(slack)
    root = slack.say("asker", "helpdesk", "root")
    sent = await app.chat_postMessage(channel="C0HELPDESK", text="a", thread_ts=root.ts)
    link = await app.chat_getPermalink(channel="C0HELPDESK", message_ts=sent["ts"])
    digits = sent["ts"].replace(".", "")
    assert f"/archives/C0HELPDESK/p{digits}?thread_ts={root.ts}" in link["permalink"]
