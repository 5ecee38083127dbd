"""What may stand inside blocks: buttons, menus, pickers, inputs (docs.slack.dev Block Kit).

``external_select`` and file and rich text inputs are left out on purpose: they need answers or
scopes that this emulator does not give, so using them is an error here.
"""

from bot.sandbox.check import (
    Check,
    among,
    boolean,
    exactly_one,
    integer,
    items,
    plain,
    shape,
    string,
    tagged,
    text,
)

IDENTIFIER = string(255)
STYLE = among("primary", "danger")
CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": STYLE},
)
COMMON: dict[str, Check] = {"action_id": IDENTIFIER, "confirm": CONFIRM, "focus_on_load": boolean}


def _option(label: Check, **more: Check) -> Check:
    return shape({"text": label, "value": string(150)}, {"description": plain(75), **more})


OPTION = _option(plain(75))
MARKED_OPTION = shape(  # checkboxes and radio buttons may carry mrkdwn
    {"text": text(75), "value": string(150)}, {"description": text(75)}
)
OPTION_GROUP = shape({"label": plain(75), "options": items(OPTION, 1, 100)})
CHOICES: dict[str, Check] = {
    "options": items(OPTION, 1, 100),
    "option_groups": items(OPTION_GROUP, 1, 100),
}
PLACEHOLDER: dict[str, Check] = {"placeholder": plain(150)}

IMAGE = shape(
    {"alt_text": string(2000)},
    {"image_url": string(3000), "slack_file": shape({}, {"id": string(255), "url": string(3000)})},
    exactly_one("image_url", "slack_file"),
)
BUTTON = shape(
    {"text": plain(75)},
    {
        "action_id": IDENTIFIER,
        "url": string(3000),
        "value": string(2000),
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)
OVERFLOW = shape(
    {"options": items(_option(plain(75), url=string(3000)), 1, 5)},
    {"action_id": IDENTIFIER, "confirm": CONFIRM},
)
STATIC_SELECT = shape(
    {},
    {**COMMON, **CHOICES, **PLACEHOLDER, "initial_option": OPTION},
    exactly_one("options", "option_groups"),
)
MULTI_STATIC_SELECT = shape(
    {},
    {
        **COMMON,
        **CHOICES,
        **PLACEHOLDER,
        "initial_options": items(OPTION, 1, 100),
        "max_selected_items": integer(1, 100),
    },
    exactly_one("options", "option_groups"),
)


def _picker(initial: str) -> Check:
    return shape({}, {**COMMON, **PLACEHOLDER, initial: string(255)})


SELECTS: dict[str, Check] = {
    "static_select": STATIC_SELECT,
    "users_select": _picker("initial_user"),
    "channels_select": _picker("initial_channel"),
    "conversations_select": _picker("initial_conversation"),
}
RADIO_BUTTONS = shape(
    {"options": items(MARKED_OPTION, 1, 10)}, {**COMMON, "initial_option": MARKED_OPTION}
)
CHECKBOXES = shape(
    {"options": items(MARKED_OPTION, 1, 10)},
    {**COMMON, "initial_options": items(MARKED_OPTION, 1, 10)},
)
PICKERS: dict[str, Check] = {
    "datepicker": _picker("initial_date"),
    "timepicker": shape(
        {}, {**COMMON, **PLACEHOLDER, "initial_time": string(5), "timezone": string(255)}
    ),
    "datetimepicker": shape({}, {**COMMON, "initial_date_time": integer(10**9, 10**10 - 1)}),
    "radio_buttons": RADIO_BUTTONS,
    "checkboxes": CHECKBOXES,
}
TYPED: dict[str, Check] = {
    "action_id": IDENTIFIER,
    "focus_on_load": boolean,
    "dispatch_action_config": shape(
        {"trigger_actions_on": items(among("on_enter_pressed", "on_character_entered"), 1, 2)}
    ),
    **PLACEHOLDER,
}
TEXT_INPUT = shape(
    {},
    {
        **TYPED,
        "initial_value": string(3000, shortest=0),
        "multiline": boolean,
        "min_length": integer(0, 3000),
        "max_length": integer(1, 3000),
    },
)
NUMBER_INPUT = shape(
    {"is_decimal_allowed": boolean},
    {
        **TYPED,
        "initial_value": string(255),
        "min_value": string(255),
        "max_value": string(255),
    },
)
ADDRESS_INPUT = shape({}, {**TYPED, "initial_value": string(3000)})

ACTION_ELEMENTS = tagged({"button": BUTTON, "overflow": OVERFLOW, **SELECTS, **PICKERS})
ACCESSORIES = tagged(
    {
        "button": BUTTON,
        "overflow": OVERFLOW,
        "image": IMAGE,
        "multi_static_select": MULTI_STATIC_SELECT,
        **SELECTS,
        **PICKERS,
    }
)
INPUT_ELEMENTS = tagged(
    {
        "plain_text_input": TEXT_INPUT,
        "number_input": NUMBER_INPUT,
        "email_text_input": ADDRESS_INPUT,
        "url_text_input": ADDRESS_INPUT,
        "multi_static_select": MULTI_STATIC_SELECT,
        **SELECTS,
        **PICKERS,
    }
)
CONTEXT_ELEMENTS = tagged(
    {
        "image": IMAGE,
        "plain_text": shape({"text": string(3000)}, {"emoji": boolean}),
        "mrkdwn": shape({"text": string(3000)}, {"verbatim": boolean}),
    }
)
