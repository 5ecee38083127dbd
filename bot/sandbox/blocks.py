"""Block Kit as this Slack takes it: the blocks that work everywhere, their limits, their budget.

Stricter than Slack where Slack's own limit is not published: unknown keys are refused, and a
message may carry 10,000 bytes of blocks (refusals are known from 13,172 characters on).
"""

import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.check import (
    Check,
    Faults,
    among,
    at_least_one,
    boolean,
    exactly_one,
    items,
    plain,
    shape,
    string,
    tagged,
    text,
)
from bot.sandbox.elements import (
    ACCESSORIES,
    ACTION_ELEMENTS,
    CONTEXT_ELEMENTS,
    IDENTIFIER,
    INPUT_ELEMENTS,
)
from bot.sandbox.errors import SlackError, invalid_blocks
from bot.sandbox.rich_text import RICH_TEXT

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_BYTES = 10_000
VIEW_BYTES = 250_000

Json = dict[str, Any]
BLOCK_ID: dict[str, Check] = {"block_id": IDENTIFIER}
IMAGE_BLOCK = shape(
    {"alt_text": string(2000)},
    {
        **BLOCK_ID,
        "title": plain(2000),
        "image_url": string(3000),
        "slack_file": shape({}, {"id": string(255), "url": string(3000)}),
    },
    exactly_one("image_url", "slack_file"),
)
BLOCK = tagged(
    {
        "header": shape({"text": plain(150)}, BLOCK_ID),
        "section": shape(
            {},
            {
                **BLOCK_ID,
                "text": text(3000),
                "fields": items(text(2000), 1, 10),
                "accessory": ACCESSORIES,
                "expand": boolean,
            },
            at_least_one("text", "fields"),
        ),
        "context": shape({"elements": items(CONTEXT_ELEMENTS, 1, 10)}, BLOCK_ID),
        "actions": shape({"elements": items(ACTION_ELEMENTS, 1, 25)}, BLOCK_ID),
        "divider": shape({}, BLOCK_ID),
        "image": IMAGE_BLOCK,
        "input": shape(
            {"label": plain(2000), "element": INPUT_ELEMENTS},
            {**BLOCK_ID, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
        ),
        "rich_text": shape({"elements": RICH_TEXT}, BLOCK_ID),
    }
)
SHARED: dict[str, Check] = {
    "private_metadata": string(3000, shortest=0),
    "callback_id": string(255, shortest=0),
    "external_id": string(255, shortest=0),
}


def _needs_submit(view: Json, at: str, faults: Faults) -> None:
    blocks = view.get("blocks")
    if isinstance(blocks, list) and "submit" not in view:
        kinds = [block.get("type") for block in blocks if isinstance(block, dict)]
        if "input" in kinds:
            faults.append((f"{at}/submit", "submit is required when an input block is present"))


VIEW = tagged(
    {
        "modal": shape(
            {"title": plain(24), "blocks": items(BLOCK, 0, VIEW_BLOCKS)},
            {
                **SHARED,
                "close": plain(24),
                "submit": plain(24),
                "clear_on_close": boolean,
                "notify_on_close": boolean,
            },
            _needs_submit,
        ),
        "home": shape({"blocks": items(BLOCK, 0, VIEW_BLOCKS)}, SHARED),
    }
)


def check_message_blocks(blocks: Any) -> list[Json]:
    """The blocks with an id for each; raises SlackError invalid_blocks or msg_blocks_too_long."""
    faults: Faults = []
    items(BLOCK, 0, MESSAGE_BLOCKS)(blocks, "/blocks", faults)
    if not faults:
        _unique_ids(blocks, "/blocks", faults)
    if faults:
        raise invalid_blocks(faults)
    if len(json.dumps(blocks, ensure_ascii=False).encode()) > MESSAGE_BYTES:
        raise SlackError("msg_blocks_too_long")
    return named(blocks)


def check_view(view: Any, kind: str) -> Json:
    """The view with an id for each block; raises SlackError invalid_arguments or view_too_large."""
    faults: Faults = []
    if isinstance(view, dict) and view.get("type") != kind:
        among(kind)(view.get("type"), "/view/type", faults)
    else:
        VIEW(view, "/view", faults)
    if not faults:
        _unique_ids(view["blocks"], "/view/blocks", faults)
    if faults:
        raise invalid_blocks(faults, "invalid_arguments")
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    return {**view, "blocks": named(view["blocks"])}


def named(blocks: list[Json]) -> list[Json]:
    """The same blocks; those without ids get them, as Slack does."""
    return [
        {**_named_elements(block, number), "block_id": block.get("block_id", f"b{number}")}
        for number, block in enumerate(blocks)
    ]


def interactive(block: Json) -> Iterator[Json]:
    """The elements of a block that a person can act on."""
    for element in (*block.get("elements", ()), block.get("accessory"), block.get("element")):
        if isinstance(element, dict) and element.get("type") not in _PASSIVE:
            yield element


_PASSIVE = {
    "image",
    "plain_text",
    "mrkdwn",
    "rich_text_section",
    "rich_text_list",
    "rich_text_quote",
    "rich_text_preformatted",
}


def _named_elements(block: Json, number: int) -> Json:
    def name(element: Any, place: str) -> Any:
        if not isinstance(element, dict) or element.get("type") in _PASSIVE:
            return element
        return {"action_id": f"a{number}.{place}", **element}

    named_block = dict(block)
    if block["type"] == "actions":
        named_block["elements"] = [
            name(element, str(place)) for place, element in enumerate(block["elements"])
        ]
    for key in ("accessory", "element"):
        if key in block:
            named_block[key] = name(block[key], key)
    return named_block


def _unique_ids(blocks: list[Json], at: str, faults: Faults) -> None:
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        if (identifier := block.get("block_id")) is not None:
            if identifier in seen:
                faults.append((f"{at}/{number}/block_id", "`block_id` must be unique"))
            seen.add(identifier)
        actions = [element["action_id"] for element in interactive(block) if "action_id" in element]
        if len(actions) != len(set(actions)):
            faults.append((f"{at}/{number}", "`action_id` must be unique in a block"))
