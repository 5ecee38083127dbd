"""The validator against payloads that Slack takes and payloads that it refuses."""

from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from bot.sandbox.blocks import check_message_blocks
from bot.sandbox.errors import SlackError
from tests.sandbox.support import Json, actions, button, entry, plain, section


def option(text: str = "Yes", value: str = "yes") -> Json:
    return {"text": plain(text), "value": value}


def menu(*options: Json) -> Json:
    return {"type": "overflow", "action_id": "ticket.more", "options": list(options)}


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "since", **more}


TYPED = {"type": "plain_text_input", "action_id": "host", "max_length": 253}
CONFIRM = {
    "title": plain("Sure?"),
    "text": {"type": "mrkdwn", "text": "It drops *sessions*."},
    "confirm": plain("Do it"),
    "deny": plain("Stop"),
}

GOOD: dict[str, list[Json]] = {
    "nothing": [],
    "card": [
        {"type": "header", "text": plain("#128 srv-app-07")},
        section("*x*"),
        {"type": "section", "fields": [plain("a"), {"type": "mrkdwn", "text": "b"}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "open"}, plain("x")]},
        {"type": "divider"},
        actions(
            button("It worked", "step.worked", style="primary"),
            button("Restart", "step.restart", style="danger", confirm=CONFIRM),
            menu(option("Claim", "claim:128:3"), option("Share", "share:128:3")),
        ),
    ],
    "accessories": [
        {**section("a"), "accessory": button("Open", "history.open.1")},
        {**section("b"), "accessory": select(options=[option()], placeholder=plain("When"))},
        {
            **section("c"),
            "accessory": {"type": "image", "image_url": "https://a/b", "alt_text": "graph"},
        },
    ],
    "groups": [actions(select(option_groups=[{"label": plain("Today"), "options": [option()]}]))],
    "inputs": [
        entry("host", TYPED, hint=plain("One host"), optional=True, dispatch_action=False),
        entry(
            "affected",
            {"type": "radio_buttons", "action_id": "affected", "options": [option()]},
        ),
        entry("since", {"type": "datepicker", "action_id": "since"}),
    ],
    "image": [{"type": "image", "image_url": "https://a/b.png", "alt_text": "a graph"}],
    "rich text": [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "ok ", "style": {"bold": True}},
                        {"type": "emoji", "name": "white_check_mark"},
                    ],
                },
                {
                    "type": "rich_text_preformatted",
                    "elements": [{"type": "text", "text": "SSH-2.0-OpenSSH_9"}],
                },
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "indent": 1,
                    "elements": [{"type": "rich_text_section", "elements": []}],
                },
            ],
        }
    ],
}


@pytest.mark.parametrize("blocks", GOOD.values(), ids=GOOD.keys())
def test_good_blocks_are_taken_and_named(blocks: list[Json]) -> None:
    taken = check_message_blocks(blocks)
    assert len({block["block_id"] for block in taken}) == len(blocks)


@pytest.mark.parametrize("blocks", GOOD.values(), ids=GOOD.keys())
def test_the_models_of_slack_sdk_take_them_too(blocks: list[Json]) -> None:
    for block in Block.parse_all(blocks):
        block.validate_json()


BAD: list[tuple[list[Any], str, str]] = [
    ([section("")], "/blocks/0/text/text", "must be more than 0 characters"),
    ([section("x" * 3001)], "/blocks/0/text/text", "must be less than 3001 characters"),
    ([{"type": "section"}], "/blocks/0", "at least one of these is needed: text, fields"),
    (
        [{"type": "section", "fields": [plain("a")] * 11}],
        "/blocks/0/fields",
        "no more than 10 items allowed",
    ),
    (
        [{"type": "section", "fields": [plain("a" * 2001)]}],
        "/blocks/0/fields/0/text",
        "must be less than 2001 characters",
    ),
    (
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        "/blocks/0/text/type",
        "unsupported type: mrkdwn",
    ),
    (
        [{"type": "header", "text": plain("x" * 151)}],
        "/blocks/0/text/text",
        "must be less than 151 characters",
    ),
    ([actions()], "/blocks/0/elements", "no fewer than 1 items allowed"),
    (
        [actions(*(button("x", f"a{number}") for number in range(26)))],
        "/blocks/0/elements",
        "no more than 25 items allowed",
    ),
    (
        [actions(button("x" * 76, "a"))],
        "/blocks/0/elements/0/text/text",
        "must be less than 76 characters",
    ),
    (
        [actions(button("x", "a", "v" * 2001))],
        "/blocks/0/elements/0/value",
        "must be less than 2001 characters",
    ),
    (
        [actions(button("x", "a", style="warning"))],
        "/blocks/0/elements/0/style",
        "must be one of: primary, danger",
    ),
    (
        [actions(button("x", "a"), button("y", "a"))],
        "/blocks/0",
        "`action_id` must be unique in a block",
    ),
    (
        [actions(button("x", "a")), actions(button("y", "b"))],
        "/blocks/1/block_id",
        "`block_id` must be unique",
    ),
    (
        [actions(menu(*(option(value=f"v{number}") for number in range(6))))],
        "/blocks/0/elements/0/options",
        "no more than 5 items allowed",
    ),
    (
        [actions(menu(option(value="v" * 151)))],
        "/blocks/0/elements/0/options/0/value",
        "must be less than 151 characters",
    ),
    (
        [actions(select())],
        "/blocks/0/elements/0",
        "exactly one of these is needed: options, option_groups",
    ),
    (
        [{"type": "image", "image_url": "https://a/b"}],
        "/blocks/0",
        "missing required field: alt_text",
    ),
    (
        [{"type": "image", "alt_text": "x", "image_url": "u", "slack_file": {"id": "F1"}}],
        "/blocks/0",
        "exactly one of these is needed: image_url, slack_file",
    ),
    ([{"type": "carousel"}], "/blocks/0/type", "unsupported type: carousel"),
    ([{"text": plain("x")}], "/blocks/0", "missing required field: type"),
    ([{"type": "divider", "colour": "red"}], "/blocks/0/colour", "unknown property"),
    (["text"], "/blocks/0", "must be an object"),
    (
        [{"type": "context", "elements": [plain("x")] * 11}],
        "/blocks/0/elements",
        "no more than 10 items allowed",
    ),
    (
        [entry("host", {**TYPED, "max_length": 3001})],
        "/blocks/0/element/max_length",
        "must be between 1 and 3000",
    ),
    (
        [entry("host", {**TYPED, "max_length": True})],
        "/blocks/0/element/max_length",
        "must be an integer",
    ),
    (
        [actions(button("x", "a", confirm="yes"))],
        "/blocks/0/elements/0/confirm",
        "must be an object",
    ),
    ([entry("host", button("x", "a"))], "/blocks/0/element/type", "unsupported type: button"),
    (
        [actions(button("x", "a", confirm={**CONFIRM, "text": plain("x" * 301)}))],
        "/blocks/0/elements/0/confirm/text/text",
        "must be less than 301 characters",
    ),
    (
        [{"type": "rich_text", "elements": [{"type": "text", "text": "x"}]}],
        "/blocks/0/elements/0/type",
        "unsupported type: text",
    ),
    ([{"type": "divider"}] * 51, "/blocks", "no more than 50 items allowed"),
    ([{"type": "divider", "block_id": 7}], "/blocks/0/block_id", "must be a string"),
    ([entry("host", TYPED, optional="yes")], "/blocks/0/optional", "must be a boolean"),
]


@pytest.mark.parametrize(("blocks", "pointer", "what"), BAD)
def test_bad_blocks_are_refused_with_a_pointer(blocks: list[Any], pointer: str, what: str) -> None:
    with pytest.raises(SlackError) as refused:
        check_message_blocks(blocks)
    assert refused.value.code == "invalid_blocks"
    words = f"{what} [json-pointer:{pointer}]"
    assert words in refused.value.extra["errors"]
    assert f"[ERROR] {words}" in refused.value.extra["response_metadata"]["messages"]


def test_all_faults_are_reported_at_once() -> None:
    with pytest.raises(SlackError) as refused:
        check_message_blocks([section(""), {"type": "header", "text": plain("")}])
    assert len(refused.value.extra["errors"]) == 2


def test_blocks_that_are_no_list() -> None:
    with pytest.raises(SlackError, match="invalid_blocks"):
        check_message_blocks({"type": "divider"})


def test_the_budget_of_a_message_counts_bytes() -> None:
    check_message_blocks([section("x" * 3000)] * 3)
    with pytest.raises(SlackError, match="msg_blocks_too_long"):
        check_message_blocks([section("é" * 3000)] * 2)
