"""TicketView -> one Slack message: blocks within Slack's limits and a text that says the same.

Strategy: pure.  What a target or a person sent goes into plain text or rich text elements, where
nothing is live; our own words use mrkdwn with foreign parts escaped.  A card that is too long
for one message is made again with less, the verdict and the buttons last to go.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.desk.api import Button, Row, StepView, TicketView, Verb
from handlers import blocks as b
from handlers.ids import BUTTONS, MENU, Action
from handlers.prose import prose

BUDGET = 9_500
"""Characters of blocks in one message; Slack refuses somewhere above 13,000 (msg_blocks_too_long,
bolt-js issue 2509) and publishes no number."""

PROSE = (4_000, 1_500, 600, 0)
"""How much prose is kept in each attempt to fit."""

_USER = re.compile(r"[UW][A-Z0-9]{2,30}")


def message(view: TicketView) -> dict[str, Any]:
    """``text`` and ``blocks`` of the card's message."""
    made: list[b.Block] = []
    for most in PROSE:
        made = card(view, most)
        if len(json.dumps(made)) <= BUDGET:
            break
    return {"text": b.cut(b.escape(view.summary), b.FALLBACK), "blocks": made[: b.MOST_BLOCKS]}


def card(view: TicketView, most: int = PROSE[0], *, live: bool = True) -> list[b.Block]:
    """The blocks of a card; without ``live`` it has no buttons."""
    made = [b.header(f"#{view.number}  {view.host}"), _head(view)]
    made += [b.words(f"{line}") for line in view.codes[:3]]
    if view.notice:
        made.append(b.words(view.notice))
    if view.proof is not None:
        made += _proof(view, most)
    elif view.sentence:
        made.append(b.words(_said(view)))
    made.append(_rows(view.rows, 200 if most else 80))
    made += _small(view, most)
    if view.step is not None:
        made += [b.divider(), *_step(view.step, most)]
    if live:
        made += b.actions([_button(each) for each in view.buttons])
        made += b.actions([*(_button(each) for each in view.tools), *_menu(view)])
    return made


def mention(user: str) -> str:
    """A person as Slack shows them; somebody at a terminal stays plain text."""
    return f"<@{user}>" if _USER.fullmatch(user) else b.escape(user)


def moment(at: datetime) -> str:
    """A time in the reader's own zone, with UTC for those who cannot show it."""
    return f"<!date^{int(at.timestamp())}^{{time}}|{at:%H:%M} UTC>"


def _head(view: TicketView) -> b.Block:
    said = f"{b.escape(view.state)}, asked by {mention(view.asked_by)}"
    if view.owner:
        said += f", claimed by {mention(view.owner)}"
    return b.context(b.mrkdwn(said))


def _said(view: TicketView) -> str:
    return f"{view.sentence}   {view.likelihood}" if view.likelihood else view.sentence


def _rows(rows: Sequence[Row], longest: int) -> b.Block:
    """The ladder, one line a rung; a word stands for each state, never a mark alone."""
    pieces: list[b.Block] = []
    for row in rows:
        pieces.append(b.text_element(f"{row.mark}  ", code=row.mark == "fault"))
        pieces.append(b.text_element(row.title, bold=True))
        pieces.append(b.text_element(f"  {b.cut(row.detail, longest)}\n" if row.detail else "\n"))
    return b.rich_text([b.rich_section(pieces or [b.text_element("nothing seen yet")])])


def _small(view: TicketView, most: int) -> list[b.Block]:
    texts = []
    if view.ruled_out:
        texts.append(b.plain("Ruled out: " + ", ".join(view.ruled_out), 600 if most else 200))
    if view.last_time:
        texts.append(b.plain(view.last_time, 300))
    return [b.context(*texts)] if texts else []


def _proof(view: TicketView, most: int) -> list[b.Block]:
    proof = view.proof
    if proof is None:
        return []
    pieces: list[b.Block] = []
    for word, lines in (("Before", proof.before), ("Now", proof.now)):
        for line in lines:
            pieces.append(b.text_element(f"{word}  ", bold=True))
            pieces.append(b.text_element(f"{b.cut(line, 200)}\n"))
    made = [b.rich_text([b.rich_section(pieces)])] if pieces else []
    return [*made, b.words(proof.closing)]


def _step(step: StepView, most: int) -> list[b.Block]:
    made = [b.section(f"*Next:* {b.escape(step.title)}")]
    facts = [*step.facts, *(["undo listed"] if step.undo else [])]
    small = [b.plain(" · ".join(facts), 300)] if facts else []
    if step.why:
        small.append(b.plain(step.why, 500))
    if small:
        made.append(b.context(*small))
    made += prose(step.prose[:most])
    if step.undo and most:
        made.append(b.context(b.plain(f"To undo: {step.undo}", 500)))
    return made


def _button(button: Button) -> b.Block:
    if button.verb is Verb.ANSWER:
        action = f"{Action.ANSWER}{button.detail}"
    else:
        action = BUTTONS[button.verb]
    return b.button(str(action), button.label, button.value, button.style, button.confirm)


def _menu(view: TicketView) -> list[b.Block]:
    options = [
        b.option(each.label, f"{each.verb.value}:{view.number}:{view.version}")
        for each in view.more
        if each.verb in MENU
    ]
    return [b.overflow(Action.TICKET_MORE, options)] if options else []
