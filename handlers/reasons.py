"""The forms that ask for a reason: why a step cannot be done; to whom and why it is handed over.

Strategy: what is typed is checked where it stands, before the form closes; whether the person who
was chosen may be told at all needs Slack's answer, so that comes after the acknowledgement.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.desk.api import Verb
from handlers import blocks as b
from handlers.ids import Field, View

LONGEST_WHY = 1_000
_PERSON = re.compile(r"[UW][A-Z0-9]{2,30}")


class Slip(ValueError):
    """A field cannot be taken; ``field`` names it."""

    def __init__(self, field: Field, why: str) -> None:
        super().__init__(why)
        self.field = field


def form(verb: Verb, kept: str, *, second_line: bool) -> b.Block:
    """The form of a verb; ``second_line``: a channel is told where nobody is named."""
    return _escalate(kept, second_line=second_line) if verb is Verb.ESCALATE else _cannot(kept)


def _escalate(kept: str, *, second_line: bool) -> b.Block:
    said = (
        "Leave the name empty for the second line; its channel is told in any case."
        if second_line
        else "There is no channel for the second line, so name somebody: they get a message."
    )
    person = {"type": "users_select", "placeholder": b.plain("A person", 150)}
    why = {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": LONGEST_WHY,
        "placeholder": b.plain("What is needed, and by when. Never a password.", 150),
    }
    blocks = [
        b.field(Field.TO, "To whom?", person, optional=second_line),
        b.field(Field.WHY, "What should the second line know?", why, optional=True),
        b.context(b.plain(said, 150)),
        b.context(b.plain("What was seen, tried and ruled out goes along by itself.", 150)),
    ]
    return b.modal(View.ESCALATE, "Hand over", blocks, private_metadata=kept, submit="Hand over")


def _cannot(kept: str) -> b.Block:
    options = [
        b.option("No rights or no access for it", "access"),
        b.option("Not now, or not possible here", "other"),
    ]
    select = {"type": "radio_buttons", "options": options, "initial_option": options[0]}
    blocks = [b.field(Field.REASON, "Why not?", select)]
    return b.modal(View.CANNOT, "Cannot do this", blocks, private_metadata=kept, submit="Next step")


def field_of(verb: Verb) -> str:
    """The field beside which a form's own trouble is said."""
    fields = {Verb.ESCALATE: Field.WHY, Verb.CAUSE: Field.CAUSE}
    return fields.get(verb, Field.REASON).value


def given(values: Mapping[str, Any], user: str, *, second_line: bool) -> tuple[str, str]:
    """The reason as typed or chosen, and the person it goes to; raises Slip."""
    for field in (Field.REASON, Field.CAUSE):
        if field in values:
            chosen = values[field][field].get("selected_option") or {}
            return str(chosen.get("value") or "other"), ""
    why = str(_state(values, Field.WHY).get("value") or "")
    to = str(_state(values, Field.TO).get("selected_user") or "")
    if to and not _PERSON.fullmatch(to):
        raise Slip(Field.TO, "That is no person of this workspace.")
    if to == user:
        raise Slip(Field.TO, "That is you. Claim the ticket under More, or name somebody else.")
    if not to and not second_line:
        raise Slip(Field.TO, "There is no channel for the second line, so name somebody.")
    if len(why) > LONGEST_WHY:
        raise Slip(Field.WHY, f"That is {len(why)} characters; {LONGEST_WHY} fit.")
    return why, to


def _state(values: Mapping[str, Any], field: Field) -> Mapping[str, Any]:
    found: Mapping[str, Any] = values.get(field.value, {}).get(field.value, {})
    return found
