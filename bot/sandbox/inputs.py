"""What people type and choose: from a plain value to the state that Slack reports of an element.

Slack's client refuses what an element does not allow before anything is sent; so does this.
"""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.blocks import interactive
from bot.sandbox.errors import ImpossibleInSlack

Json = dict[str, Any]
TYPED = frozenset({"plain_text_input", "number_input", "email_text_input", "url_text_input"})
ONE_OPTION = frozenset({"static_select", "radio_buttons"})
MANY_OPTIONS = frozenset({"multi_static_select", "checkboxes"})
PICKED = {  # element -> (key in the state, key of the initial value)
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
STATEFUL = TYPED | ONE_OPTION | MANY_OPTIONS | PICKED.keys()


def initial(blocks: list[Json]) -> dict[str, dict[str, Any]]:
    """The state of all elements that hold a value, before anybody touched them."""
    values: dict[str, dict[str, Any]] = {}
    for block, element in elements(blocks):
        if element["type"] in STATEFUL:
            held = values.setdefault(block["block_id"], {})
            held[element["action_id"]] = _initial(element)
    return values


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every (block, element) pair that a person can act on."""
    for block in blocks:
        for element in interactive(block):
            yield block, element


def entered(element: Json, value: Any) -> Json:
    """The state after a person entered or chose ``value``; raises ImpossibleInSlack."""
    kind = element["type"]
    if kind in TYPED:
        return {"type": kind, "value": _fits(element, str(value))}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": option(element, str(value))}
    if kind in MANY_OPTIONS:
        return {"type": kind, "selected_options": [option(element, str(one)) for one in value]}
    return {"type": kind, PICKED[kind][0]: value}


def is_empty(state: Json) -> bool:
    """Whether an element holds nothing."""
    return not any(value for key, value in state.items() if key != "type")


def option(element: Json, wanted: str) -> Json:
    """The option with this value, this verb at the head of its value, or this label."""
    options = options_of(element)
    for match in (_value_is, _label_is, _verb_is):
        for one in options:
            if match(one, wanted):
                return one
    labels = [one["text"]["text"] for one in options]
    raise ImpossibleInSlack(f"no option {wanted!r} among {labels}")


def options_of(element: Json) -> list[Json]:
    """All options, those in groups included."""
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(one for group in groups for one in group["options"])]


def _value_is(one: Json, wanted: str) -> bool:
    return bool(one["value"] == wanted)


def _label_is(one: Json, wanted: str) -> bool:
    return bool(one["text"]["text"] == wanted)


def _verb_is(one: Json, wanted: str) -> bool:
    return str(one["value"]).split(":")[0] == wanted


def _fits(element: Json, value: str) -> str | None:
    if len(value) > element.get("max_length", 3000):
        raise ImpossibleInSlack(f"{element['action_id']} takes {element.get('max_length')} letters")
    if value and len(value) < element.get("min_length", 0):
        raise ImpossibleInSlack(f"{element['action_id']} needs {element['min_length']} letters")
    if "\n" in value and not element.get("multiline"):
        raise ImpossibleInSlack(f"{element['action_id']} has one line")
    return value or None


def _initial(element: Json) -> Json:
    kind = element["type"]
    if kind in TYPED:
        return {"type": kind, "value": element.get("initial_value") or None}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in MANY_OPTIONS:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    key, first = PICKED[kind]
    return {"type": kind, key: element.get(first)}
