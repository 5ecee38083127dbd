"""The form that narrows the history: host, person, cause, code, words, state and days.

Strategy: where the list stood that the form was opened from travels with it, so the first page
comes privately to the same place; later pages are buttons like those of any history.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.desk.api import Desk, NotAllowed, Query, Sender
from bot.targets import BadHost, sought_host, unwrap
from handlers import answers
from handlers import blocks as b
from handlers.causes import grouped
from handlers.door import Door, saying
from handlers.filters import STATES
from handlers.ids import Action, Field, View
from handlers.pages import PAGE, cursor_of
from handlers.sending import Body, clicker

TITLE = "Former tickets, filtered"
FIELDS = (Field.HOST, Field.USER, Field.CAUSE, Field.CODE, Field.TEXT, Field.STATE)
_TOO_LATE = "It was too late to open that form; press Filter… once more."


class _Slip(ValueError):
    """A field cannot be read; ``field`` names it."""

    def __init__(self, field: Field, why: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True, slots=True)
class FilterFlow:
    """The form and the list that it makes."""

    desk: Desk
    door: Door

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which id leads here."""
        app.action(Action.HISTORY_FILTER.value)(self.asked)
        app.view(View.HISTORY.value)(self.submitted)

    async def asked(self, ack: AsyncAck, body: Body) -> None:
        """Open the form; who may read is judged here and again when it is submitted."""
        await ack()
        sender = clicker(body)
        kept = json.dumps({"channel": sender.channel, "reply": sender.reply})

        async def made() -> b.Block:
            try:
                await self.desk.may_read(sender.user, sender.tenant, sender.channel)
            except NotAllowed as refusal:
                return saying(View.HISTORY, TITLE, str(refusal))
            return form(self.desk.causes(), kept)

        if not await self.door.open_then(body["trigger_id"], View.HISTORY, TITLE, made):
            await self.door.answer(sender.reply, answers.private(_TOO_LATE))

    async def submitted(self, ack: AsyncAck, body: Body, view: dict[str, Any]) -> None:
        """The first page, privately; what cannot be read is said beside its field."""
        kept = json.loads(view["private_metadata"])
        sender = clicker(body, str(kept["channel"]))
        try:
            query = self._query(sender, view["state"]["values"])
        except _Slip as slip:
            await ack(response_action="errors", errors={slip.field.value: str(slip)})
            return
        await ack()
        answer = await self._answer(sender, query)
        if not await self.door.answer(str(kept["reply"]), answer):
            await self.door.whisper(sender.channel, sender.user, answer)

    async def _answer(self, sender: Sender, query: Query) -> dict[str, Any]:
        try:
            await self.desk.may_read(sender.user, sender.tenant, sender.channel)
        except NotAllowed as refusal:
            return answers.private(str(refusal))
        page = await self.desk.history(query, TITLE)
        return answers.past(page, cursor_of(query, page))

    def _query(self, sender: Sender, values: Mapping[str, Any]) -> Query:
        """What was filled in; raises _Slip."""
        given = {field.value: _given(values, field) for field in FIELDS}
        first, last = (_day(values, field) for field in (Field.FIRST, Field.LAST))
        if first and last and last < first:
            raise _Slip(Field.LAST, "This day is before the first one.")
        since, until = self.desk.days(first, last)
        host = _host(given.pop(Field.HOST.value))
        found: dict[str, Any] = {name: value[:200] for name, value in given.items() if value}
        return Query(tenant=sender.tenant, host=host, since=since, until=until, limit=PAGE, **found)


def form(causes: tuple[tuple[str, str], ...], kept: str) -> b.Block:
    """The form; every field may stay empty."""
    states = {"options": [b.option(each.capitalize(), each) for each in STATES]}
    elements = {
        Field.HOST: ("Host", _typed("srv-app-07, or srv-app* for a beginning")),
        Field.USER: ("Asked for or claimed by", {"type": "users_select"}),
        Field.CAUSE: ("Cause", {"type": "static_select", "option_groups": grouped(causes)}),
        Field.CODE: ("Error code", _typed("0x904")),
        Field.TEXT: ("Words", _typed("lost connection")),
        Field.STATE: ("State", {"type": "static_select", **states}),
        Field.FIRST: ("Opened from", {"type": "datepicker"}),
        Field.LAST: ("Opened up to", {"type": "datepicker"}),
    }
    blocks = [
        b.field(field, label, element, optional=True)
        for field, (label, element) in elements.items()
        if element.get("option_groups") != []
    ]
    return b.modal(View.HISTORY, TITLE, blocks, private_metadata=kept, submit="Show")


def _typed(example: str) -> b.Block:
    return {"type": "plain_text_input", "placeholder": b.plain(example, 150), "max_length": 200}


def _given(values: Mapping[str, Any], field: Field) -> str:
    """What a field holds, of whatever kind it is."""
    state = values.get(field.value, {}).get(field.value, {})
    chosen = (state.get("selected_option") or {}).get("value")
    return str(state.get("value") or state.get("selected_user") or chosen or "").strip()


def _day(values: Mapping[str, Any], field: Field) -> date | None:
    said = values.get(field.value, {}).get(field.value, {}).get("selected_date")
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise _Slip(field, "This is not a day.") from None


def _host(text: str) -> str | None:
    """What the field asks for; None when it is empty."""
    try:
        return sought_host(unwrap(text)) if text else None
    except BadHost as error:
        raise _Slip(Field.HOST, str(error)) from None
