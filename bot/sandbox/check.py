"""A small language for saying what a JSON value must look like, reporting JSON pointers.

A check is a function that appends (pointer, fault) pairs; Block Kit is a table of them. The
wording follows what Slack answers where examples are known and is a guess elsewhere.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

Faults = list[tuple[str, str]]
Check = Callable[[Any, str, Faults], None]


def string(longest: int, *, shortest: int = 1) -> Check:
    """A string of so many characters."""

    def check(value: Any, at: str, faults: Faults) -> None:
        if not isinstance(value, str):
            faults.append((at, "must be a string"))
        elif len(value) < shortest:
            faults.append((at, f"must be more than {shortest - 1} characters"))
        elif len(value) > longest:
            faults.append((at, f"must be less than {longest + 1} characters"))

    return check


def integer(least: int, most: int) -> Check:
    """A whole number in a range."""

    def check(value: Any, at: str, faults: Faults) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            faults.append((at, "must be an integer"))
        elif not least <= value <= most:
            faults.append((at, f"must be between {least} and {most}"))

    return check


def boolean(value: Any, at: str, faults: Faults) -> None:
    """True or false."""
    if not isinstance(value, bool):
        faults.append((at, "must be a boolean"))


def among(*allowed: str) -> Check:
    """One of these words."""

    def check(value: Any, at: str, faults: Faults) -> None:
        if value not in allowed:
            faults.append((at, f"must be one of: {', '.join(allowed)}"))

    return check


def items(check_item: Check, least: int, most: int) -> Check:
    """A list of so many items, each checked."""

    def check(value: Any, at: str, faults: Faults) -> None:
        if not isinstance(value, list):
            faults.append((at, "must be an array"))
            return
        if len(value) < least:
            faults.append((at, f"no fewer than {least} items allowed"))
        if len(value) > most:
            faults.append((at, f"no more than {most} items allowed"))
        for number, item in enumerate(value):
            check_item(item, f"{at}/{number}", faults)

    return check


def shape(
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    *rules: Check,
) -> Check:
    """An object with these keys and no others; ``rules`` see the whole object."""
    known = {**required, **(optional or {})}

    def check(value: Any, at: str, faults: Faults) -> None:
        if not isinstance(value, dict):
            faults.append((at, "must be an object"))
            return
        faults.extend(
            (at, f"missing required field: {key}") for key in required if key not in value
        )
        for key, item in value.items():
            if key in known:
                known[key](item, f"{at}/{key}", faults)
            elif key != "type":
                faults.append((f"{at}/{key}", "unknown property"))
        for rule in rules:
            rule(value, at, faults)

    return check


def tagged(kinds: Mapping[str, Check]) -> Check:
    """An object whose ``type`` decides by which check it is judged."""

    def check(value: Any, at: str, faults: Faults) -> None:
        if not isinstance(value, dict):
            faults.append((at, "must be an object"))
        elif "type" not in value:
            faults.append((at, "missing required field: type"))
        elif value["type"] not in kinds:
            faults.append((f"{at}/type", f"unsupported type: {value['type']}"))
        else:
            kinds[value["type"]](value, at, faults)

    return check


def exactly_one(*keys: str) -> Check:
    """A rule: one of these keys and no second one."""

    def rule(value: Mapping[str, Any], at: str, faults: Faults) -> None:
        if sum(key in value for key in keys) != 1:
            faults.append((at, f"exactly one of these is needed: {', '.join(keys)}"))

    return rule


def at_least_one(*keys: str) -> Check:
    """A rule: one of these keys or several."""

    def rule(value: Mapping[str, Any], at: str, faults: Faults) -> None:
        if not any(key in value for key in keys):
            faults.append((at, f"at least one of these is needed: {', '.join(keys)}"))

    return rule


def text(longest: int, kinds: Collection[str] = ("plain_text", "mrkdwn")) -> Check:
    """A text object; ``emoji`` belongs to plain_text only, ``verbatim`` to mrkdwn only."""
    body = {"text": string(longest)}
    every = {
        "plain_text": shape(body, {"emoji": boolean}),
        "mrkdwn": shape(body, {"verbatim": boolean}),
    }
    return tagged({kind: every[kind] for kind in kinds})


def plain(longest: int) -> Check:
    """A text object that may only be plain_text."""
    return text(longest, ("plain_text",))
