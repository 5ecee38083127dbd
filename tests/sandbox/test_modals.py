"""Filling in, submitting, closing and pressing, with the real Bolt answering."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.sandbox.errors import ImpossibleInSlack
from bot.sandbox.server import LocalSlack
from tests.sandbox.forms import FORM
from tests.sandbox.support import (
    Json,
    actions,
    bolt,
    button,
    client,
    connected,
    plain,
    section,
    unanswered,
)


@dataclass
class Product:
    """Opens FORM on a global shortcut and answers submissions with ``reply``."""

    reply: Json = field(default_factory=dict)
    silent: bool = False
    bodies: list[Json] = field(default_factory=list)


@pytest.fixture
async def product(slack: LocalSlack) -> AsyncIterator[Product]:
    app, product = bolt(slack), Product()

    @app.shortcut("start_here")
    async def on_shortcut(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("start")
    async def on_submit(ack: Any, body: Json) -> None:
        product.bodies.append(body)
        if not product.silent:
            await ack(**product.reply)

    @app.view_closed("start")
    async def on_close(ack: Any, body: Json) -> None:
        product.bodies.append(body)
        await ack()

    @app.action(re.compile(""))
    async def on_action(ack: Any, body: Json) -> None:
        product.bodies.append(body)
        await ack()

    async with connected(slack, app):
        yield product


async def opened(slack: LocalSlack) -> None:
    await slack.shortcut("asker", "start_here")
    await slack.wait_for(lambda: slack.modal("asker"))


async def test_a_submission_carries_every_input(slack: LocalSlack, product: Product) -> None:
    await opened(slack)
    values = {"host": "srv-app-07", "affected": "me", "codes": ["0x904"], "since": "2026-11-21"}
    assert (await slack.submit("asker", values)).ok
    [body] = product.bodies
    assert body["view"]["private_metadata"] == "C0HELPDESK"
    assert body["view"]["state"]["values"] == {
        "host": {"host": {"type": "plain_text_input", "value": "srv-app-07"}},
        "gateway": {"gateway": {"type": "plain_text_input", "value": None}},
        "affected": {
            "affected": {
                "type": "radio_buttons",
                "selected_option": {"text": plain("Only me"), "value": "me"},
            }
        },
        "codes": {
            "codes": {
                "type": "checkboxes",
                "selected_options": [{"text": plain("0x904"), "value": "0x904"}],
            }
        },
        "since": {"since": {"type": "datepicker", "selected_date": "2026-11-21"}},
    }
    assert slack.modal("asker") is None


async def test_untouched_inputs_have_their_initial_value(
    slack: LocalSlack, product: Product
) -> None:
    await opened(slack)
    await slack.submit("asker", {"host": "srv"})
    values = product.bodies[0]["view"]["state"]["values"]
    assert values["since"]["since"]["selected_date"] == "2026-11-20"
    assert values["codes"]["codes"]["selected_options"] == []


async def test_errors_keep_the_modal_open(slack: LocalSlack, product: Product) -> None:
    product.reply = {"response_action": "errors", "errors": {"host": "No such host."}}
    await opened(slack)
    await slack.submit("asker", {"host": "srv"})
    view = slack.modal("asker")
    assert view is not None
    assert view.errors == {"host": "No such host."}
    product.reply = {}
    await slack.submit("asker", {"host": "srv-2"})
    assert slack.modal("asker") is None


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ({"response_action": "errors", "errors": {"nowhere": "x"}}, "invalid_error_blocks"),
        ({"response_action": "update", "view": {"type": "modal"}}, "invalid_arguments"),
        ({"response_action": "explode"}, "invalid_response_action"),
    ],
)
async def test_bad_answers_to_a_submission_are_trouble(
    slack: LocalSlack, product: Product, reply: Json, error: str
) -> None:
    product.reply = reply
    await opened(slack)
    await slack.submit("asker", {"host": "srv"})
    assert [entry.get("error") for entry in slack.journal.of("notice", what="trouble")] == [error]
    assert slack.modal("asker") is not None


async def test_a_submission_can_update_push_and_clear(slack: LocalSlack, product: Product) -> None:
    await opened(slack)
    product.reply = {
        "response_action": "update",
        "view": {**FORM, "title": plain("Second")},
    }
    await slack.submit("asker", {"host": "srv"})
    view = slack.modal("asker")
    assert view is not None
    assert view.content["title"]["text"] == "Second"
    product.reply = {"response_action": "push", "view": {**FORM, "title": plain("Third")}}
    await slack.submit("asker")
    pushed = slack.modal("asker")
    assert pushed is not None
    assert pushed.previous_view_id == view.id
    product.reply = {"response_action": "clear"}
    await slack.submit("asker", {"host": "srv"})
    assert slack.modal("asker") is None


async def test_without_an_ack_the_modal_stays(slack: LocalSlack, product: Product) -> None:
    product.silent = True
    await opened(slack)
    receipt = await unanswered(slack, slack.submit("asker", {"host": "srv"}))
    assert receipt.status == "operation_timeout"
    assert slack.modal("asker") is not None


async def test_what_the_client_refuses_to_send(slack: LocalSlack, product: Product) -> None:
    with pytest.raises(ImpossibleInSlack, match="no modal open"):
        await slack.submit("asker")
    await opened(slack)
    for values, words in (
        ({}, "'host' is required"),
        ({"host": "x" * 21}, "takes 20 letters"),
        ({"host": "x"}, "needs 2 letters"),
        ({"host": "a\nb"}, "one line"),
        ({"affected": "everybody"}, "no option"),
        ({"hots": "x"}, "no input 'hots'"),
    ):
        with pytest.raises(ImpossibleInSlack, match=words):
            await slack.submit("asker", values)
    assert product.bodies == []


async def test_a_modal_without_submit_cannot_be_submitted(slack: LocalSlack) -> None:
    view = {"type": "modal", "title": plain("Details"), "blocks": [section("x")]}
    await client(slack).views_open(trigger_id=slack.state.triggers.issue("U0ASKER"), view=view)
    with pytest.raises(ImpossibleInSlack, match="no submit button"):
        await slack.submit("asker")
    assert await slack.close("asker") is None  # it did not ask to be told


async def test_closing_is_told_when_asked_for(slack: LocalSlack, product: Product) -> None:
    await opened(slack)
    receipt = await slack.close("asker")
    assert receipt is not None
    assert receipt.ok
    [body] = product.bodies
    assert (body["type"], body["is_cleared"]) == ("view_closed", False)
    assert "trigger_id" not in body
    await opened(slack)
    await slack.close("asker", everything=True)
    assert product.bodies[1]["is_cleared"] is True


async def test_a_button_in_a_modal(slack: LocalSlack, product: Product) -> None:
    await opened(slack)
    slack.fill("asker", {"host": "srv-app-07"})
    await slack.press("asker", "Check")
    [body] = product.bodies
    assert body["container"]["type"] == "view"
    assert body["view"]["state"]["values"]["host"]["host"]["value"] == "srv-app-07"
    trigger = slack.state.triggers.redeem(body["trigger_id"])
    assert trigger.view_id == body["view"]["id"]
    with pytest.raises(ImpossibleInSlack, match="0 elements 'Nothing'"):
        await slack.press("asker", "Nothing")


async def test_menus_in_the_home_tab(slack: LocalSlack, product: Product) -> None:
    with pytest.raises(ImpossibleInSlack, match="sees no view"):
        await slack.press("asker", "home.start")
    menu = {
        "type": "overflow",
        "action_id": "ticket.more",
        "options": [{"text": plain("Close"), "value": "close:128:1"}],
    }
    select = {
        "type": "static_select",
        "action_id": "history.filter",
        "options": [{"text": plain("Mine"), "value": "mine"}],
    }
    blocks = [actions(button("Start", "home.start"), menu, select)]
    await client(slack).views_publish(user_id="U0ASKER", view={"type": "home", "blocks": blocks})
    await slack.press("asker", "Start")
    await slack.press("asker", "ticket.more", choice="close")
    await slack.press("asker", "history.filter", choice="Mine")
    taken = [body["actions"][0] for body in product.bodies]
    assert [action["action_id"] for action in taken] == [
        "home.start",
        "ticket.more",
        "history.filter",
    ]
    assert taken[1]["selected_option"]["value"] == "close:128:1"
    held = product.bodies[2]["view"]["state"]["values"]["steps"]["history.filter"]
    assert held["selected_option"]["value"] == "mine"


async def test_a_reload_loses_the_modal(slack: LocalSlack, product: Product) -> None:
    await opened(slack)
    slack.reload("asker")
    assert slack.modal("asker") is None
