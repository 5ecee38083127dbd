"""A form with every kind of input that the tests fill in."""

from tests.sandbox.support import Json, actions, button, entry, plain

HOST = {"type": "plain_text_input", "action_id": "host", "max_length": 20, "min_length": 2}
AFFECTED = {
    "type": "radio_buttons",
    "action_id": "affected",
    "options": [{"text": plain("Only me"), "value": "me"}],
}
CODES = {
    "type": "checkboxes",
    "action_id": "codes",
    "options": [{"text": plain(code), "value": code} for code in ("0x904", "0x7")],
}
FORM: Json = {
    "type": "modal",
    "callback_id": "start",
    "private_metadata": "C0HELPDESK",
    "title": plain("Start"),
    "submit": plain("Go"),
    "notify_on_close": True,
    "blocks": [
        entry("host", HOST),
        entry("gateway", {"type": "plain_text_input", "action_id": "gateway"}, optional=True),
        entry("affected", AFFECTED, optional=True),
        entry("codes", CODES, optional=True),
        entry(
            "since",
            {"type": "datepicker", "action_id": "since", "initial_date": "2026-11-20"},
            optional=True,
        ),
        actions(button("Check", "check"), block_id="row"),
    ],
}
