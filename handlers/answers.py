"""Private answers: what only the person sees who asked."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.desk.api import Happening, Meaning, Past, PastPage, Tally, TicketView
from handlers import blocks as b
from handlers.cards import Room, card, fitting, mention
from handlers.ids import Action, View

NOT_TAKEN = "That was not taken: the store is busy. Nothing was lost; try again in a moment."
HELP = """\
*/rdp HOST [codes or the error text]*  look at a host and find out why Remote Desktop fails
*/rdp HOST via NAME*  look from a certain jump box, or from `direct`, or from `all`
*/rdp HOST gateway HOST*  say which RD Gateway is on the way
*/rdp code 0x904 0x7*  what error codes mean
*/rdp ticket 128*  one ticket with its whole story
*/rdp history*  former tickets; *Filter…* under them opens a form
*/rdp history srv-app-07*  of one host; `host:srv-app*` for a beginning
*/rdp history @person*  that somebody asked for or has claimed
*/rdp history lost connection*  with these words anywhere; `conn*` is a beginning
*/rdp history host:… user:… cause:… code:… since:30d until:… state:open*  together
*/rdp mine*  your tickets
*/rdp stats 30d*  how it went: volume, causes, fixes that work, times; also `12w`, `1y`, `all`
A host is looked at without credentials and nothing on it is changed. Never type a password."""
MOST_LINES = 20
LONGEST_OFFER = 1_000
"""Characters beside a button that carries up to 2,000 of its own."""
FIRST, CHUNK = 4, 8
"""Lines of a story that always begin it, and how many stand in one block."""
CHANNEL = re.compile(r"[CG][A-Z0-9]{2,30}")
FIXES = "Fixes that work, the surest first"
BAR = 12
"""Letters of the longest bar."""


def private(text: str, blocks: list[b.Block] | None = None) -> dict[str, Any]:
    """The arguments of a private answer; ``text`` is plain."""
    made: dict[str, Any] = {
        "text": b.fallback(text),
        "response_type": "ephemeral",
    }
    return {**made, "blocks": blocks[: b.MOST_BLOCKS]} if blocks else made


def help_text() -> dict[str, Any]:
    """What can be typed."""
    return {**private("How to use /rdp"), "blocks": [b.section(HELP)]}


def codes(meanings: tuple[Meaning, ...]) -> dict[str, Any]:
    """What codes mean."""
    made = fitting(
        lambda room: [
            b.words(f"{each.code}: " + "\n".join(each.lines), room.text)
            for each in meanings[:MOST_LINES]
        ]
    )
    said = "; ".join(f"{each.code}: {' '.join(each.lines)}" for each in meanings)
    return private(said, made)


def ticket(view: TicketView, told: Sequence[Happening] = ()) -> dict[str, Any]:
    """A ticket as its card shows it, without buttons, and what happened to it."""
    made = fitting(lambda room: [*card(view, room, live=False), *_story(told, room)])
    said = " ".join(f"{each.at:%d %b %H:%M} UTC: {each.text}" for each in _few(told)[0])
    return private(f"{view.summary} What happened: {said}" if said else view.summary, made)


def _story(told: Sequence[Happening], room: Room) -> list[b.Block]:
    """The first and the latest lines; Details has all that lie between."""
    shown, left = _few(told)
    lines = [_line(each, room) for each in shown]
    if left:
        lines.insert(FIRST, f"_and {left} more; Details on the card has them all_")
    chunks = [lines[at : at + CHUNK] for at in range(0, len(lines), CHUNK)]
    heading = [b.divider(), b.header("What happened")] if lines else []
    return [*heading, *(b.section("\n".join(chunk)) for chunk in chunks)]


def _few(told: Sequence[Happening]) -> tuple[list[Happening], int]:
    left = max(0, len(told) - MOST_LINES)
    return [*told[:FIRST], *told[FIRST + left :]], left


def _line(each: Happening, room: Room) -> str:
    who = f", {mention(each.by)}" if each.by else ""
    where = f" to <#{each.channel}>" if CHANNEL.fullmatch(each.channel) else ""
    text = b.cut(b.escape(each.text), room.small)
    return (
        f"{_when(each.at)}{who}: {text.rstrip('.')}{where}."
        if where
        else (f"{_when(each.at)}{who}: {text}")
    )


def _when(at: datetime) -> str:
    """Day and time in the reader's own zone."""
    plain = f"{at:%d %b %H:%M} UTC"
    return f"<!date^{int(at.timestamp())}^{{date_short}} {{time}}|{plain}>"


def offer(said: str, number: int, again: str) -> list[b.Block]:
    """A host is open already: go to that card, or open another one; ``said`` is mrkdwn of ours."""
    join = b.button(Action.TICKET_JOIN, f"Go to #{number}", str(number), style="primary")
    return [
        b.section(b.cut(said, LONGEST_OFFER)),
        *b.actions([join, b.button(Action.TICKET_NEW, "Open another", again)]),
    ]


def again(action_id: str, value: str) -> dict[str, Any]:
    """A form came too late: the same button once more."""
    text = "It was too late to open that form."
    return private(text, [b.words(text), *b.actions([b.button(action_id, "Open again", value)])])


def as_modal(number: str, answer: dict[str, Any]) -> b.Block:
    """A private answer about a ticket as a modal, for where there is no address to answer to."""
    blocks = answer.get("blocks") or [b.words(str(answer["text"]))]
    return b.modal(View.DETAILS, f"Ticket #{number[:10]}", blocks)


def tally(found: Tally) -> dict[str, Any]:
    """How it went: sentences first, then counts, then how fixes fared."""
    said = [*found.lines]
    for each in found.charts:
        counts = ", ".join(f"{count:,} {name}" for count, name in each.bars)
        said.append(f"{each.title}: {counts}.")
    if found.fixes:
        said.append(f"{FIXES}: {'; '.join(found.fixes)}.")
    return private(f"{found.title}. {' '.join(said)}", fitting(lambda room: _tally(found, room)))


def _tally(found: Tally, room: Room) -> list[b.Block]:
    made = [b.header(found.title), *(b.words(line, room.small) for line in found.lines)]
    for each in found.charts:
        made += bars(each.title, each.bars, room.row)
    if found.fixes:
        lines = [b.text_element(f"{b.cut(each, room.row + 60)}\n") for each in found.fixes]
        made += [b.header(FIXES), b.rich_text([b.rich_section(lines)])]
    return made


def bars(title: str, counts: Sequence[tuple[int, str]], longest: int = 120) -> list[b.Block]:
    """Counts that read as text, number first; the bar behind says nothing that it does not."""
    if not counts:
        return []
    most = max(1, *(count for count, _ in counts))
    lines = []
    for count, name in counts:
        bar = "▇" * (max(1, round(BAR * count / most)) if count else 0)
        lines.append(b.text_element(f"{count:,}  {b.cut(name, longest)}  {bar}\n"))
    return [b.header(title), b.rich_text([b.rich_section(lines)])]


def past(page: PastPage, cursor: str) -> dict[str, Any]:
    """One page of former tickets; ``cursor`` is the value of the button for older ones."""
    if not page.lines:
        said = f"{page.title}: no tickets."
        return private(said, [b.words(said), *b.actions([_filter()])])
    made = fitting(lambda room: _page(page, cursor, room))
    said = "; ".join(f"#{each.number} {each.host}, {each.outcome}" for each in page.lines)
    return private(f"{page.title}: {said}", made)


def _page(page: PastPage, cursor: str, room: Room) -> list[b.Block]:
    made = [b.header(page.title), *(line(each, room) for each in page.lines[: b.MOST_BLOCKS])]
    older = [b.button(Action.HISTORY_PAGE, "Older", cursor)] if cursor else []
    return [*made, *b.actions([*older, _filter()])]


def _filter() -> b.Block:
    return b.button(Action.HISTORY_FILTER, "Filter…", "filter")


def line(past: Past, room: Room) -> b.Block:
    """One ticket of a list, with a button that opens it."""

    def short(text: str) -> str:
        return b.cut(b.escape(text), room.small)

    ended = f"{past.outcome}, {past.took}" if past.took else past.outcome
    lines = (
        f"*#{past.number}*  {_day(past.opened_at)}  {short(past.host)}",
        *([short(past.cause)] if past.cause else []),
        f"{short(ended)}, asked by {mention(past.asked_by)}",
    )
    opener = b.button(f"{Action.HISTORY_OPEN}{past.number}", "Open", str(past.number))
    return {**b.section("\n".join(lines)), "accessory": opener}


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"
