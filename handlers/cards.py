"""TicketView -> one Slack message: blocks within Slack's limits and a text that says the same.

Strategy: pure.  What a target or a person sent goes into plain text or rich text elements, where
nothing is live; our own words use mrkdwn with foreign parts escaped.  A card that is too long
for one message is made again with less, the verdict and the buttons last to go.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.desk.api import Button, Proof, Row, StepView, TicketView, Verb
from handlers import blocks as b
from handlers.ids import BUTTONS, MENU, Action
from handlers.prose import prose

BUDGET = 9_500
"""Bytes of blocks in one message; Slack refuses somewhere above 13,000 (msg_blocks_too_long,
bolt-js issue 2509) and publishes no number."""

_USER = re.compile(r"[UW][A-Z0-9]{2,30}")
_GROUP = re.compile(r"S[A-Z0-9]{2,30}")


@dataclass(frozen=True, slots=True)
class Room:
    """How many characters the parts of a card may have: a paragraph, a row, small print, prose."""

    text: int
    row: int
    small: int
    prose: int


ROOMS = (
    Room(1_500, 200, 500, 4_000),
    Room(800, 120, 300, 1_500),
    Room(400, 80, 200, 600),
    Room(80, 24, 60, 0),
)
"""What is tried in turn until a card fits."""


def message(view: TicketView) -> dict[str, Any]:
    """``text`` and ``blocks`` of the card's message."""
    return {
        "text": b.fallback(view.summary),
        "blocks": fitting(lambda room: card(view, room)),
    }


def fitting(make: Callable[[Room], list[b.Block]]) -> list[b.Block]:
    """The roomiest blocks that fit into one message; in the worst case some are left out.

    Those with buttons stay as long as anything does, then the first ones.
    """
    made: list[b.Block] = []
    for room in ROOMS:
        made = make(room)
        if _fits(made):
            return made
    made = [*made[: b.MOST_BLOCKS], *made[b.MOST_BLOCKS :][-2:]]
    while not _fits(made):
        passive = [at for at, block in enumerate(made) if block["type"] not in _PRESSED]
        del made[passive[-1] if len(passive) > 1 else -1]
    return made


_PRESSED = ("actions", "input")


def _fits(made: list[b.Block]) -> bool:
    size = len(json.dumps(made, ensure_ascii=False).encode("utf-8", "replace"))
    return len(made) <= b.MOST_BLOCKS and size <= BUDGET


def card(view: TicketView, room: Room, *, live: bool = True) -> list[b.Block]:
    """The blocks of a card; without ``live`` it has no buttons."""
    made = [b.header(f"#{view.number}  {view.host}"), _head(view), *_verdict(view, room)]
    if view.codes:
        made.append(b.context(*(b.plain(line, room.small) for line in view.codes[:3])))
    if view.rows:
        made.append(_rows(view.rows, room.row))
    made += _small(view, room)
    if view.step is not None:
        made += [b.divider(), *_step(view.step, room)]
    if live:
        made += b.actions([press(each) for each in view.buttons])
        made += b.actions([*(press(each) for each in view.tools), *_menu(view)])
    return made


def mention(user: str) -> str:
    """A person or user group as Slack shows them; somebody at a terminal stays plain text."""
    if _GROUP.fullmatch(user):
        return f"<!subteam^{user}>"
    return f"<@{user}>" if _USER.fullmatch(user) else b.escape(user)


def moment(at: datetime) -> str:
    """A time in the reader's own zone, with UTC for those who cannot show it."""
    return f"<!date^{int(at.timestamp())}^{{time}}|{at:%H:%M} UTC>"


def _head(view: TicketView) -> b.Block:
    said = f"{b.escape(view.state)}, asked by {mention(view.asked_by)}"
    if view.owner:
        said += f", claimed by {mention(view.owner)}"
    return b.context(b.mrkdwn(said))


def _verdict(view: TicketView, room: Room) -> list[b.Block]:
    """What is wrong, or what ended it; before it what just happened, after it who suffers too."""
    made = [b.words(view.notice, room.text)] if view.notice else []
    if view.proof is not None:
        made += _proof(view.proof, room)
    elif view.sentence:
        made.append(b.words(_said(view), room.text))
    return [*made, *([b.words(view.elsewhere, room.text)] if view.elsewhere else [])]


def _said(view: TicketView) -> str:
    first = "   ".join(filter(None, (view.sentence, view.likelihood)))
    return "\n".join(filter(None, (first, view.besides)))


def _rows(rows: Sequence[Row], longest: int) -> b.Block:
    """The ladder, one line a rung; a word stands for each state, never a mark alone."""
    pieces: list[b.Block] = []
    for row in rows:
        detail = f"  {b.cut(row.detail, longest)}" if row.detail else ""
        pieces.append(b.text_element(row.mark, code=row.mark == "fault"))
        pieces.append(b.text_element("  "))
        pieces.append(b.text_element(b.cut(row.title, longest), bold=True))
        pieces.append(b.text_element(f"{detail}\n"))
    return b.rich_text([b.rich_section(pieces)])


def _small(view: TicketView, room: Room) -> list[b.Block]:
    texts = []
    if view.ruled_out:
        texts.append(b.plain("Ruled out: " + ", ".join(view.ruled_out), room.small))
    if view.last_time:
        texts.append(b.plain(view.last_time, room.small))
    return [b.context(*texts)] if texts else []


def _proof(proof: Proof, room: Room) -> list[b.Block]:
    pieces: list[b.Block] = []
    for word, lines in (("Before", proof.before), ("Now", proof.now)):
        for line in lines[:5]:
            pieces.append(b.text_element(f"{word}  ", bold=True))
            pieces.append(b.text_element(f"{b.cut(line, room.row)}\n"))
    made = [b.rich_text([b.rich_section(pieces)])] if pieces else []
    return [*made, b.words(proof.closing, room.text)]


def _step(step: StepView, room: Room) -> list[b.Block]:
    made = [b.section(f"*Next:* {b.escape(b.cut(step.title, room.small))}")]
    small = [b.plain(" · ".join(step.facts), room.small)] if step.facts else []
    if step.why:
        small.append(b.plain(step.why, room.small))
    if small:
        made.append(b.context(*small))
    made += prose(step.prose[: room.prose])
    if step.undo and room.prose:
        made += prose(f"To undo: {step.undo}"[: room.small])
    return made


def press(button: Button) -> b.Block:
    """A button of the desk's as one of Slack's."""
    begins = {Verb.ANSWER: Action.ANSWER, Verb.LOOK: Action.TICKET_LOOK}.get(button.verb)
    action = f"{begins}{button.detail}" if begins is not None else BUTTONS[button.verb]
    return b.button(str(action), button.label, button.value, button.style, button.confirm)


def _menu(view: TicketView) -> list[b.Block]:
    options = [
        b.option(each.label, f"{each.verb.value}:{view.number}:{view.version}")
        for each in view.more
        if each.verb in MENU
    ]
    return [b.overflow(Action.TICKET_MORE, options)] if options else []
