"""The start form: opened by ``/rdp`` alone or by the message shortcut, which fills it in.

Strategy: what the form asks are keys of the report, so that the engine can use them; the host
goes through the same grammar as the command.  Where the command was typed decides where the card
will stand, so the channel travels with the form.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.catalog.codes import find_codes
from bot.desk.api import BadRdpFile, Desk, Opening, StoreBusy, settings_of
from bot.targets import BadHost, parse_host, unwrap
from handlers import answers
from handlers import blocks as b
from handlers.command import LONGEST_MESSAGE, Slip, Triage
from handlers.command import read as read_command
from handlers.door import Door
from handlers.ids import Field, Shortcut, View
from handlers.sending import Body, clicker

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
TOO_LATE = (
    "It was too late to open the form. Choose “Triage this host” once more, or type /rdp HOST."
)
_WORD = re.compile(r"[^\s,;()'\"]+")


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
        if not await self.door.open(body["trigger_id"], form(channel, host, text)):
            await self.door.answer(str(body.get("response_url") or ""), answers.private(TOO_LATE))

    async def submitted(self, ack: AsyncAck, body: Body, view: dict[str, Any]) -> None:
        """Commit the intent, acknowledge (which closes the form), let the desk do the rest."""
        try:
            opening = self._opening(body, view)
            claim = await self.desk.accept(opening)
        except BadHost as error:
            await ack(response_action="errors", errors={Field.HOST.value: str(error)})
        except Slip as slip:
            await ack(response_action="errors", errors={Field.GATEWAY.value: str(slip)})
        except BadRdpFile as error:
            await ack(response_action="errors", errors={Field.RDP_FILE.value: str(error)})
        except StoreBusy:
            await ack(response_action="errors", errors={Field.HOST.value: answers.NOT_TAKEN})
        else:
            await ack()
            self.desk.start(claim)

    def _opening(self, body: Body, view: dict[str, Any]) -> Opening:
        given = _given(view["state"]["values"])
        host = parse_host(unwrap(given[Field.HOST]))
        said = read_command(f"x {given[Field.CODES]}")
        codes, text = (said.codes, said.message) if isinstance(said, Triage) else ((), "")
        gateway = given[Field.GATEWAY]
        if gateway:
            gateway = _gateway(gateway)
        return Opening(
            clicker(body, str(view["private_metadata"])),
            host.host,
            host.port or self.port,
            codes,
            text,
            gateway=gateway or None,
            report={key: given[field] for field, key in REPORT.items() if given[field]},
            # Read here, so that its secrets are in no row of the store.
            rdp_file=settings_of(pasted) if (pasted := given[Field.RDP_FILE]).strip() else {},
        )


def form(channel: str, host: str = "", text: str = "") -> b.Block:
    """The form; ``channel`` is where the card will stand if it is a helpdesk channel."""
    blocks = [
        b.field(Field.HOST, "Host", _input(host, "srv-app-07, or srv-app-07:3390", 300)),
        b.field(
            Field.CODES,
            "Error codes or the text that the user saw",
            {**_input(text, "0x904 0x7", LONGEST_MESSAGE), "multiline": True},
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
    return b.modal(
        View.START, "Triage a host", blocks, private_metadata=channel, submit="Look at it"
    )


def found_in(text: str) -> tuple[str, str]:
    """The likeliest host in a message, and the whole text where it holds an error code."""
    plain = unwrap(text)
    named = [word.strip(".:!?") for word in _WORD.findall(plain)]
    host = next((word for word in named if _looks_like_host(word)), "")
    return host, plain[:LONGEST_MESSAGE] if find_codes(plain) else ""


def _looks_like_host(word: str) -> bool:
    """A host of the grammar that no ordinary word is: with a dot, or with a hyphen and a digit."""
    inner = word.partition(":")[0]
    told = "." in inner or ("-" in inner and any(char.isdigit() for char in inner))
    try:
        parse_host(word)
    except BadHost:
        return False
    return told and not word.casefold().startswith("0x")


def _gateway(text: str) -> str:
    try:
        return str(parse_host(unwrap(text)))
    except BadHost as error:
        raise Slip(str(error)) from None


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
