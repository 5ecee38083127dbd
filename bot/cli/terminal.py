"""The guided flow in a terminal: the same desk and tickets, cards as text, buttons as words.

Strategy: the desk shows cards through ``Terminal``, which prints each rung once while a look is
going on and the whole card when it is done.  A person answers with a word, a number or the
beginning of a button's label; at the end of input the ticket stays open.
"""

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import click

from bot.cli.lines import Lines
from bot.cli.render import card, choices, row_lines, wrapped
from bot.desk.desk import Desk
from bot.desk.intents import Click, Opening, Sender, Verb
from bot.desk.packet import markdown
from bot.desk.surface import Note
from bot.desk.view import Button, Packet, TicketView
from bot.store.base import Tenant

Extra = Callable[[str], Awaitable[str]]
"""A word that is not a button: gets the rest of the line, returns what to print."""

ASK_WHY = frozenset({Verb.CANNOT, Verb.ESCALATE})


@dataclass(slots=True)
class Terminal:
    """Surface of the desk: prints to stdout; remembers the last view."""

    colour: bool = False
    view: TicketView | None = None
    _shown: set[str] = field(default_factory=set)
    _last: str = ""

    async def show(self, view: TicketView, channel: str, card_id: str | None) -> tuple[str, str]:
        """Print what is new."""
        self.view = view
        if view.state.startswith("looking"):
            self._progress(view)
        else:
            text = card(view, self.colour)
            if text != self._last:
                click.echo(f"\n{text}")
            self._last = text
            self._shown.clear()
        return channel or "terminal", card_id or str(view.number)

    def _progress(self, view: TicketView) -> None:
        """Each rung as it comes; of another look only that it goes on, for most rungs are old."""
        if not self._shown:
            click.echo(f"\n#{view.number}  {view.host}  {view.state} …", err=True)
            self._shown.add("")
        for row in view.rows if view.state.startswith("looking from") else ():
            if row.mark != "…" and row.title not in self._shown:
                self._shown.add(row.title)
                click.echo("\n".join(row_lines([row], self.colour)), err=True)

    async def hand(self, packet: Packet, channel: str, message: str | None) -> tuple[str, str]:
        """Print the packet; a terminal has no second line, so this is for whoever sits there."""
        click.echo(f"\n{markdown(packet)}")
        return channel, message or str(packet.number)

    async def tell(self, note: Note) -> None:
        """Print a sentence."""
        at = note.at.strftime("%H:%M") if note.at else ""
        click.echo(f"\n{note.text.replace('{by}', note.by).replace('{at}', at)}")


@dataclass(slots=True)
class Guide:
    """One conversation about one ticket."""

    desk: Desk
    terminal: Terminal
    user: str
    lines: Lines = field(default_factory=lambda: Lines(sys.stdin.fileno()))
    extras: Mapping[str, Extra] = field(default_factory=dict)
    _count: int = 0

    async def open(self, opening: Opening) -> None:
        """Open the ticket and wait for its verdict."""
        self.desk.start(await self.desk.accept(opening))
        await self._settled()

    async def talk(self) -> None:
        """Read words until the ticket is closed or the input ends."""
        while (view := self.terminal.view) is not None and self._offered(view):
            self._prompt(view)
            line = await self.lines.next()
            if not line:
                click.echo(f"\nEnd of input: ticket #{view.number} stays open.", err=True)
                return
            word = line.strip()
            if word.lower() in {"quit", "exit", "q"}:
                click.echo(f"Ticket #{view.number} stays open.", err=True)
                return
            if word:
                await self._act(view, word)

    def sender(self) -> Sender:
        """Who asks, with a key of its own for each intent."""
        self._count += 1
        key = f"{self.user}:{datetime.now(UTC).isoformat()}:{self._count}"
        return Sender(self.user, Tenant(), key=key)

    async def _act(self, view: TicketView, word: str) -> None:
        head, _, rest = word.partition(" ")
        if head.lower() in self.extras:
            click.echo(await self.extras[head.lower()](rest.strip()))
            return
        if head.lower() == Verb.DETAILS:
            await self._details(view.number)
            return
        button, reason = self._button(view, word)
        if button is None:
            known = [*_words(self._offered(view)), *self.extras, "quit"]
            click.echo(wrapped(f"{word!r} is none of: {', '.join(known)}"), err=True)
            return
        detail = button.detail or (reason if button.verb in ASK_WHY else "")
        made = Click.parse(self.sender(), button.verb, button.value, detail)
        self.desk.start(await self.desk.accept(made))
        await self._settled()

    async def _settled(self) -> None:
        """Wait for the desk's work and for what it has to show."""
        await self.desk.settled()
        await self.desk.flush()

    async def _details(self, number: int) -> None:
        story = await self.desk.story(number, Tenant())
        for heading, lines in story.chapters if story else ():
            click.echo(f"\n{heading}")
            click.echo("\n".join(wrapped(line, "  ", hang=4) for line in lines))

    def _offered(self, view: TicketView) -> tuple[Button, ...]:
        return tuple(
            each
            for each in (*view.buttons, *view.tools, *view.more)
            if each.verb not in (Verb.REOPEN, Verb.SHARE, Verb.CLAIM, Verb.HANDBACK)
            and not (each.verb is Verb.DETAILS and not view.buttons)
        )

    def _prompt(self, view: TicketView) -> None:
        if not sys.stdin.isatty():
            return
        offered = [f"{number} {each.label}" for number, each in enumerate(self._offered(view), 1)]
        click.echo(f"\n{choices([*offered, *self.extras, 'quit'])}\n> ", nl=False)

    def _button(self, view: TicketView, word: str) -> tuple[Button | None, str]:
        """The button that a word means, and what was typed after it."""
        offered = self._offered(view)
        head, _, rest = word.partition(" ")
        if head.isdigit():
            return (offered[int(head) - 1] if 1 <= int(head) <= len(offered) else None), rest
        for each in offered:
            if word.lower() in {_label(each), each.detail, f"answer {each.detail}"}:
                return each, ""
        for each in offered:
            if head.lower() == each.verb.value and each.verb is not Verb.ANSWER:
                return each, rest.strip()
        begun = [each for each in offered if _label(each).startswith(word.lower())]
        return (begun[0] if len(begun) == 1 else None), ""


def _label(button: Button) -> str:
    return button.label.lower().rstrip("…")


def _words(buttons: tuple[Button, ...]) -> list[str]:
    return [each.detail or each.verb.value for each in buttons]
