"""The form in which the second line writes down what it found, the ticket's own causes first.

Strategy: the knowledge base may have more causes than one list of a select can hold, so they stand
in groups by the first letter of the title; a group may have a hundred entries.
Limits: docs.slack.dev/reference/block-kit/block-elements/select-menu-element.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.desk.api import Desk, NotAllowed, Suspects
from handlers import blocks as b
from handlers.ids import Action, Field, View
from handlers.sending import Body, card_of, clicker
from handlers.step import StepFlow

MOST = 100
BUDGET = 200_000
"""Bytes of options; a view may have 250,000 in all."""


@dataclass(frozen=True, slots=True)
class CauseFlow:
    """Opens the form; ``steps`` takes what is submitted, like every reason."""

    desk: Desk
    steps: StepFlow

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which id leads here."""
        app.action(Action.TICKET_CAUSE.value)(self.asked)

    async def asked(self, ack: AsyncAck, body: Body, action: dict[str, Any]) -> None:
        """Ask for the cause; nothing is decided yet."""
        await ack()
        sender, value = clicker(body), str(action["value"])
        number = value.partition(":")[0]
        try:
            await self.desk.may_read(sender.user, sender.tenant, sender.channel)
        except NotAllowed as refusal:
            view = instead(str(refusal))
        else:
            kept = {"value": value, "channel": sender.channel, "card": card_of(body)}
            known = number.isdigit() and len(number) <= 15
            found = await self.desk.suspects(int(number), sender.tenant) if known else None
            view = form(found or Suspects((), ()), json.dumps(kept))
        await self.steps.open_or_offer(body, action, view)


def grouped(causes: Iterable[tuple[str, str]]) -> list[b.Block]:
    """Causes by title as groups of options, one a letter."""
    return _within(
        [
            group
            for letter, some in groupby(causes, key=lambda cause: cause[1][:1].upper())
            for group in _groups(letter, some)
        ]
    )


def form(found: Suspects, kept: str) -> b.Block:
    """The form; without any cause to choose from it says so."""
    groups = [*_groups("Likeliest on this ticket", found.likely), *grouped(found.others)]
    if not groups:
        return instead("There is no such ticket.")
    select = {
        "type": "static_select",
        "placeholder": b.plain("Choose, or type to search", 150),
        "option_groups": _within(groups),
    }
    blocks = [b.field(Field.CAUSE, "What was it?", select)]
    return b.modal(View.CAUSE, "Cause found", blocks, private_metadata=kept, submit="Write it down")


def _within(groups: list[b.Block]) -> list[b.Block]:
    """The first groups, as many as a view can hold."""
    sizes = accumulate(len(json.dumps(each, ensure_ascii=False).encode()) for each in groups)
    return [group for group, size in zip(groups[:MOST], sizes, strict=False) if size <= BUDGET]


def instead(why: str) -> b.Block:
    """Why there is no form."""
    return b.modal(View.DETAILS, "Cause found", [b.words(why)])


def _groups(title: str, causes: Iterable[tuple[str, str]]) -> list[b.Block]:
    options = [b.option(name, cause) for cause, name in causes]
    return [
        {"label": b.plain(title, 75), "options": options[start : start + MOST]}
        for start in range(0, len(options), MOST)
    ]
