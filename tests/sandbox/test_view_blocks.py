"""The validator against views."""

from typing import Any

import pytest

from bot.sandbox.blocks import check_view
from bot.sandbox.errors import SlackError
from tests.sandbox.support import Json, entry, plain, section

TYPED = {"type": "plain_text_input", "action_id": "host", "max_length": 253}


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": plain("Start"), "blocks": [], **more}


def test_good_views() -> None:
    view = check_view(modal(blocks=[entry("host", TYPED)], submit=plain("Go")), "modal")
    assert view["blocks"][0]["block_id"] == "host"
    check_view({"type": "home", "blocks": [{"type": "divider"}] * 100}, "home")


BAD_VIEWS: list[tuple[Any, str, str]] = [
    (modal(title=plain("x" * 25)), "/view/title/text", "must be less than 25 characters"),
    ({"type": "modal", "blocks": []}, "/view", "missing required field: title"),
    (
        modal(blocks=[entry("host", TYPED)]),
        "/view/submit",
        "submit is required when an input block is present",
    ),
    (
        modal(private_metadata="x" * 3001),
        "/view/private_metadata",
        "must be less than 3001 characters",
    ),
    (
        modal(blocks=[{"type": "divider"}] * 101),
        "/view/blocks",
        "no more than 100 items allowed",
    ),
    (modal(colour="red"), "/view/colour", "unknown property"),
    ({"type": "home", "blocks": []}, "/view/type", "must be one of: modal"),
    ("modal", "/view", "must be an object"),
]


@pytest.mark.parametrize(("view", "pointer", "what"), BAD_VIEWS)
def test_bad_views_are_refused_with_a_pointer(view: Any, pointer: str, what: str) -> None:
    with pytest.raises(SlackError) as refused:
        check_view(view, "modal")
    assert refused.value.code == "invalid_arguments"
    assert f"{what} [json-pointer:{pointer}]" in refused.value.extra["errors"]


def test_a_view_may_be_large_but_not_huge() -> None:
    with pytest.raises(SlackError, match="view_too_large"):
        check_view(modal(blocks=[section("é" * 3000)] * 45), "modal")
