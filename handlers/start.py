"""The start form: opened by ``/rdp`` alone or by the message shortcut, which fills it in.

Strategy: what the form asks are keys of the report, so that the engine can use them; the host
goes through the same grammar as the command.  Where the command was typed decides where the card
will stand, so the channel travels with the form.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.catalog.codes import find_codes
from bot.desk.api import (
    BadRdpFile,
    Desk,
    NotAllowed,
    Opening,
    Sender,
    StoreBusy,
    settings_of,
)
from bot.targets import BadHost, parse_host, unwrap
from handlers import answers
from handlers import blocks as b
from handlers.command import Triage, looks_like_host
from handlers.command import read as read_command
from handlers.door import Door, saying
from handlers.ids import Field, Shortcut, View
from handlers.sending import Body, clicker
from handlers.slip import Slip

AFFECTED = {
    "only-this-user": "Only one user",
    "only-this-client": "Only one PC",
    "only-this-host": "Only this host, everybody",
    "everybody": "Many hosts, everybody",
}
SINCE = {
    "suddenly": "Suddenly, nothing was changed",
    "after-update": "Since an update",
    "after-move": "Since a move (host, user or network)",
    "new-setup": "It never worked",
    "intermittent": "Now and then",
}
LONGEST_INPUT = 3_000
"""What Slack takes in one text field; a file of a client has about 2,500 characters."""
REPORT = {Field.AFFECTED: "scope", Field.SINCE: "onset"}
TOO_LATE = "It was too late to open the form. Choose it once more, or type /rdp HOST."
TITLE = "Triage a host"
_WORD = re.compile(r"[^\s,;()'\"]+")


Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class StartFlow:
    """The form and what becomes of it."""

    desk: Desk
    door: Door
    port: int = 3389

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which id leads here."""
        app.shortcut(Shortcut.TRIAGE_HOST.value)(self.picked)
        app.view(View.START.value)(self.submitted)

    async def picked(self, ack: AsyncAck, body: Body) -> None:
        """Somebody chose "Triage this host" on a message."""
        await ack()
        message = body.get("message") or {}
        host, text = found_in(str(message.get("text") or ""))
        channel = str((body.get("channel") or {}).get("id") or "")
        found = Prefilled(channel, host, text)
        if not await begin(self.desk, self.door, body["trigger_id"], clicker(body), found):
            await self.door.answer(str(body.get("response_url") or ""), answers.private(TOO_LATE))

    async def submitted(self, ack: AsyncAck, body: Body, view: dict[str, Any]) -> None:
        """Commit the intent, acknowledge (which closes the form), let the desk do the rest."""
        try:
            opening = self._opening(body, view)
            claim = await self.desk.accept(opening)
        except FieldSlip as slip:
            await ack(response_action="errors", errors={slip.field.value: str(slip)})
        except StoreBusy:
            await ack(response_action="errors", errors={Field.HOST.value: answers.NOT_TAKEN})
        else:
            await ack()
            self.desk.start(claim)

    def _opening(self, body: Body, view: dict[str, Any]) -> Opening:
        """What was filled in; raises FieldSlip."""
        given = _given(view["state"]["values"])
        host = _read(Field.HOST, lambda: parse_host(unwrap(given[Field.HOST])))
        said = _read(Field.CODES, lambda: read_command(f"x {given[Field.CODES]}"))
        told = said if isinstance(said, Triage) else Triage(host)
        typed = given[Field.GATEWAY]
        gateway = _read(Field.GATEWAY, lambda: str(parse_host(unwrap(typed)))) if typed else None
        pasted = given[Field.RDP_FILE].strip()
        return Opening(
            clicker(body, str(view["private_metadata"])),
            host.host,
            host.port or self.port,
            told.codes,
            told.message,
            told.via,
            gateway or told.gateway,
            report={key: given[field] for field, key in REPORT.items() if given[field]},
            # Read here, so that its secrets are in no row of the store.
            rdp_file=_read(Field.RDP_FILE, lambda: settings_of(pasted)) if pasted else {},
        )


class FieldSlip(ValueError):
    """A field cannot be read; ``field`` names it, the text says why."""

    def __init__(self, field: Field, why: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What the form begins with; ``channel`` is where the card will stand if it may."""

    channel: str = ""
    host: str = ""
    text: str = ""


async def begin(desk: Desk, door: Door, trigger: str, sender: Sender, found: Prefilled) -> bool:
    """Open the start form; False when it was too late.

    It opens empty within the trigger's three seconds; who may not triage is told so in it, instead
    of filling it in for nothing.
    """

    async def made() -> b.Block:
        try:
            await desk.may_read(sender.user, sender.tenant, sender.channel or found.channel)
        except NotAllowed as refusal:
            return saying(View.START, TITLE, str(refusal))
        return form(found.channel, found.host, found.text)

    return await door.open_then(trigger, View.START, TITLE, made)


def form(channel: str, host: str = "", text: str = "") -> b.Block:
    """The form; ``channel`` is where the card will stand if it is a helpdesk channel."""
    blocks = [
        b.field(Field.HOST, "Host", _input(host, "srv-app-07, or srv-app-07:3390", 300)),
        b.field(
            Field.CODES,
            "Error codes or the text that the user saw",
            {**_input(text, "0x904 0x7", LONGEST_INPUT), "multiline": True},
            optional=True,
        ),
        b.field(Field.AFFECTED, "Who is affected?", _select(AFFECTED), optional=True),
        b.field(Field.SINCE, "Since when?", _select(SINCE), optional=True),
        b.field(Field.GATEWAY, "RD Gateway", _input("", "rdg.corp.example", 300), optional=True),
        b.field(
            Field.RDP_FILE,
            "The text of the .rdp file",
            {**_input("", "full address:s:srv-app-07", LONGEST_INPUT), "multiline": True},
            optional=True,
        ),
        b.context(b.plain("Never type a password here; none is needed.", 100)),
    ]
    return b.modal(View.START, TITLE, blocks, private_metadata=channel, submit="Look at it")


def found_in(text: str) -> tuple[str, str]:
    """The likeliest host in a message, and the whole text where it holds an error code."""
    plain = unwrap(text)
    named = [word.strip(".:!?") for word in _WORD.findall(plain)]
    host = next((word for word in named if looks_like_host(word)), "")
    return host, plain[:LONGEST_INPUT] if find_codes(plain) else ""


def _read(field: Field, reader: Callable[[], Read]) -> Read:
    """What stands in a field; raises FieldSlip with the reader's own words."""
    try:
        return reader()
    except (BadHost, Slip, BadRdpFile) as error:
        raise FieldSlip(field, str(error)) from None


def _input(value: str, example: str, longest: int) -> b.Block:
    made: b.Block = {
        "type": "plain_text_input",
        "placeholder": b.plain(example, 150),
        "max_length": longest,
    }
    value = b.seen(value)[:longest]
    return {**made, "initial_value": value} if value else made


def _select(choices: Mapping[str, str]) -> b.Block:
    options = [b.option(label, value) for value, label in choices.items()]
    return {"type": "static_select", "placeholder": b.plain("Choose", 150), "options": options}


def _given(values: Mapping[str, Any]) -> dict[str, str]:
    """What was filled in, by field; empty where nothing was."""
    found: dict[str, str] = {}
    for field in (
        Field.HOST,
        Field.CODES,
        Field.AFFECTED,
        Field.SINCE,
        Field.GATEWAY,
        Field.RDP_FILE,
    ):
        state = values.get(field.value, {}).get(field.value, {})
        chosen = (state.get("selected_option") or {}).get("value")
        found[field] = str(state.get("value") or chosen or "")
    return found
