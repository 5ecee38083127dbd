"""Every builder of messages and views with hostile and extreme data, by our rules and by others'.

Others' rules: ``slackblocks`` (its table of limits and shapes) and slack_sdk's models.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
import slackblocks as sb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.desk.view import Story
from bot.sandbox.blocks import check_message_blocks, check_view, interactive
from bot.sandbox.escape import live
from handlers import blocks, details
from tests.handlers.builders import BUILDERS, GROUP, PEOPLE, Data
from tests.handlers.second_opinion import judge_message, judge_view

LONGEST_HOST = ".".join(["a" * 63] * 3 + ["b" * 61])
TEXTS = {
    "nothing": "",
    "blank": " \n\t ",
    "one letter": "x",
    "the longest host": LONGEST_HOST,
    "live": "<!channel> <!here> <@U0ADMIN> <#C0MANAGE> <!subteam^S0ALL> <!date^1^{date}|x>",
    "links": "<http://evil.example|click> http://evil.example/ https://a@b mailto:x@y.z ftp://x/",
    "escapes": "&lt;!channel&gt; &amp;amp; &#60;!here> <<!channel>> <!channel|<!channel>>",
    "marks": "*bold* _it_ ~no~ `code` ```fence``` > quote :rotating_light: \\* [a](b) # h | t",
    "right to left": "\u05e9\u05e8\u05ea \u0645\u0636\u064a\u0641 \u202eexe.\u202c \u2067x\u2069",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3fd\U0001f1e9\U0001f1ea" * 40,
    "controls": "a\x00b\x07c\x1b[31md\x7f\u0085\u2028e\ufefff\u200bg",
    "half a letter": "\ud800 \udfff",
    "piled marks": "Z\u0351\u036b\u0343" * 900,
    "lines": "line\n" * 2_000,
    "placeholders": "{by} {at} {host} {0} %s $x",
    "long": "W" * 12_000,
    "long and wide": "\u4e2d" * 4_000,
    "long escapes": "&<>" * 3_000,
    "json": '"}],"blocks":[{"type":"divider"}]',
}
COUNTS = (0, 1, 3)
MANY = 10_000
OURS = {"user": PEOPLE, "date": None, "channel": {"C0HELPDESK"}, "group": {GROUP}}
"""What our own words make live; a date is of our own making, so any will do."""


def text_of(payload: dict[str, Any]) -> str:
    return str(payload.get("text", ""))


def check(name: str, data: Data) -> None:
    """All that must hold of what one builder makes of one piece of data."""
    builder = BUILDERS[name]
    payload = builder.make(data)
    found = payload.get("blocks") or []
    if builder.kind in ("modal", "home"):
        check_view(payload, builder.kind)
        judge_view(payload)
        assert found, "an empty view"
    else:
        check_message_blocks(found)
        judge_message(payload)
        meaningful(text_of(payload))
    foreign = [each for each in live(text_of(payload), found) if not ours(each.kind, each.target)]
    assert foreign == []
    unseen = [each for each in strings(payload) if blocks.seen(each) != each]
    assert unseen == []
    unique(found)


def ours(kind: str, target: str) -> bool:
    known = OURS.get(kind, ())
    return known is None or target.partition("|")[0] in known


def meaningful(text: str) -> None:
    """A screen reader and a notification have nothing else."""
    assert text.strip()
    assert len(text) <= 3_000


def unique(found: list[dict[str, Any]]) -> None:
    """No two elements of a block share an id, no two blocks of a form."""
    for block in found:
        ids = [element["action_id"] for element in interactive(block)]
        assert len(ids) == len(set(ids))
    inputs = [block["block_id"] for block in found if block["type"] == "input"]
    assert len(inputs) == len(set(inputs))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("what", TEXTS)
def test_whatever_is_put_in_slack_takes_it_and_nothing_foreign_is_live(
    name: str, what: str
) -> None:
    for count in COUNTS:
        check(name, Data(TEXTS[what], count))


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("what", ["one letter", "the longest host", "live"])
def test_ten_thousand_of_everything_fit_or_are_left_out(name: str, what: str) -> None:
    check(name, Data(TEXTS[what], MANY))


@pytest.mark.parametrize("name", BUILDERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.text(st.characters(codec=None, exclude_categories=()), max_size=300),
    count=st.integers(0, 40),
)
def test_any_text_at_all(name: str, text: str, count: int) -> None:
    check(name, Data(text, count))


@pytest.mark.parametrize("text", ["\u4e2d" * 900, "W" * 200, "&"])
def test_every_line_of_the_details_stands_on_some_page(text: str) -> None:
    lines = tuple(f"{n} {text}" for n in range(2_000))
    made = details.pages(Story(1, "srv", (("Seen", lines), ("Causes", ("the last",)))))
    assert len(made) > 1
    shown = [
        piece["text"].partition(" ")[0]
        for page in made
        for block in page
        if block["type"] == "rich_text"
        for piece in block["elements"][0]["elements"]
    ]
    assert shown == [*(str(n) for n in range(2_000)), "the"]
    assert all(page[0]["type"] == "header" for page in made)
    for number in (-1, 0, 1, len(made) - 1, len(made), 99_999):
        story = Story(1, "srv", (("Seen", lines),))
        check_view(details.view("1", story, "", page=number, kept="{}"), "modal")


@pytest.mark.parametrize("what", ["live", "links", "escapes"])
def test_the_text_and_the_blocks_say_what_was_typed(what: str) -> None:
    """It is shown, not swallowed: people must see what a target sent."""
    payload = BUILDERS["card"].make(Data(TEXTS[what], 1))
    first = TEXTS[what].split()[0]
    escaped = first.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert escaped.replace("://", ": //") in payload["text"]
    assert any(first in each for each in strings(payload["blocks"]))


def makers() -> dict[tuple[str, int], str]:
    """The functions of ``handlers`` that make blocks: (file, first line) -> name."""
    found = {}
    for path in sorted(Path("handlers").glob("*.py")):
        if path.name in {"blocks.py", "manifest.py"}:  # its parts, and what has a test of its own
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and builds(node):
                line = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                found[path.as_posix(), line] = f"{path.stem}.{node.name}"
    return found


PRIMITIVES = {
    name
    for name, each in vars(blocks).items()
    if callable(each) and getattr(each, "__module__", "") == blocks.__name__
} - {"escape", "fallback", "cut", "seen"}


def builds(node: ast.AST) -> bool:
    """Whether a function calls one of the primitives, or writes a block out itself."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            called = each.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in PRIMITIVES and not isinstance(getattr(called, "value", None), ast.Call):
                return True
        if isinstance(each, ast.Dict) and "type" in [
            getattr(key, "value", "") for key in each.keys
        ]:
            return True
    return False


def test_every_function_that_makes_blocks_is_reached() -> None:
    """A new builder that stands in no entry of ``BUILDERS`` is named here."""
    wanted, reached = makers(), set[tuple[str, int]]()
    root = Path.cwd()

    def seen(frame: FrameType, event: str, _: Any) -> None:
        code: CodeType = frame.f_code
        if event == "call" and "handlers" in code.co_filename:
            path = Path(code.co_filename)
            if path.is_relative_to(root):
                reached.add((path.relative_to(root).as_posix(), code.co_firstlineno))

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        for builder in BUILDERS.values():
            for count in (0, 3):
                builder.make(Data("x", count))
    finally:
        sys.setprofile(before)
    assert len(wanted) > 40
    assert {name for at, name in wanted.items() if at not in reached} == set()


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}},
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},
        {"type": "header", "text": {"type": "plain_text", "text": "x"}, "colour": "red"},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text",
         "text": "x" * 76}, "action_id": "a", "value": "1"}]},
        {"type": "alert", "text": {"type": "plain_text", "text": "only in modals"}},
    ],
)  # fmt: skip
def test_the_second_opinion_can_say_no(wrong: dict[str, Any]) -> None:
    with pytest.raises((sb.InvalidUsageError, TypeError, KeyError)):
        judge_message({"text": "x", "blocks": [wrong]})
