from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.server import LocalSlack
from tests.sandbox.support import Json, client, section

FORM: Json = {
    "type": "modal",
    "callback_id": "start",
    "title": {"type": "plain_text", "text": "Start"},
    "blocks": [section("x")],
}
HOME: Json = {"type": "home", "blocks": [section("Open tickets")]}


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def test_a_trigger_buys_one_view_for_its_user(slack: LocalSlack) -> None:
    app = client(slack)
    trigger = slack.state.triggers.issue("U0ASKER")
    opened = await app.views_open(trigger_id=trigger, view=FORM)
    view = slack.modal("asker")
    assert view is not None
    assert opened["view"]["id"] == view.id
    assert opened["view"]["state"] == {"values": {}}
    assert slack.modal("teammate") is None
    twice = app.views_open(trigger_id=trigger, view=FORM)
    assert await error_of(twice) == "exchanged_trigger_id"


async def test_a_trigger_lasts_three_seconds(slack: LocalSlack) -> None:
    trigger = slack.state.triggers.issue("U0ASKER")
    await slack.advance(3.1)
    late = client(slack).views_open(trigger_id=trigger, view=FORM)
    assert await error_of(late) == "expired_trigger_id"
    invented = client(slack).views_open(trigger_id="1.2.3", view=FORM)
    assert await error_of(invented) == "invalid_trigger_id"


async def test_a_bad_view_names_the_place(slack: LocalSlack) -> None:
    trigger = slack.state.triggers.issue("U0ASKER")
    bad = {**FORM, "title": {"type": "plain_text", "text": "x" * 25}}
    with pytest.raises(SlackApiError) as refused:
        await client(slack).views_open(trigger_id=trigger, view=bad)
    assert refused.value.response["error"] == "invalid_arguments"
    [words] = refused.value.response["response_metadata"]["messages"]
    assert words.endswith("[json-pointer:/view/title/text]")


async def test_pushing_needs_a_trigger_from_a_view(slack: LocalSlack) -> None:
    app = client(slack)
    await app.views_open(trigger_id=slack.state.triggers.issue("U0ASKER"), view=FORM)
    outside = app.views_push(trigger_id=slack.state.triggers.issue("U0ASKER"), view=FORM)
    assert await error_of(outside) == "not_found"
    for _ in range(2):
        inside = slack.state.triggers.issue("U0ASKER", "V00000001")
        await app.views_push(trigger_id=inside, view=FORM)
    inside = slack.state.triggers.issue("U0ASKER", "V00000001")
    assert await error_of(app.views_push(trigger_id=inside, view=FORM)) == "push_limit_reached"


async def test_updating_a_view(slack: LocalSlack) -> None:
    app = client(slack)
    trigger = slack.state.triggers.issue("U0ASKER")
    opened = await app.views_open(trigger_id=trigger, view={**FORM, "external_id": "start-1"})
    first = opened["view"]["hash"]
    await app.views_update(view_id=opened["view"]["id"], hash=first, view=FORM)
    stale = app.views_update(view_id=opened["view"]["id"], hash=first, view=FORM)
    assert await error_of(stale) == "hash_conflict"
    assert await error_of(app.views_update(view_id="V0GONE", view=FORM)) == "not_found"
    await slack.close("asker")
    closed = app.views_update(view_id=opened["view"]["id"], view=FORM)
    assert await error_of(closed) == "not_found"


async def test_publishing_a_home_tab(slack: LocalSlack) -> None:
    app = client(slack)
    published = await app.views_publish(user_id="U0ASKER", view=HOME)
    home = slack.home("asker")
    assert home is not None
    assert home.blocks[0]["text"]["text"] == "Open tickets"
    first = published["view"]["hash"]
    await app.views_publish(user_id="U0ASKER", view=HOME, hash=first)
    stale = app.views_publish(user_id="U0ASKER", view=HOME, hash=first)
    assert await error_of(stale) == "hash_conflict"
    nobody = app.views_publish(user_id="U0NOBODY", view=HOME)
    assert await error_of(nobody) == "invalid_arguments"
    slack.state.app.home_tab = False
    assert await error_of(app.views_publish(user_id="U0ASKER", view=HOME)) == "not_enabled"
