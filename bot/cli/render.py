"""Cards and reports as plain text for a terminal.

Strategy: words carry every meaning; colour is added on a terminal only, and never alone.  Text of
the knowledge base is Markdown; it is readable as it stands, only its paragraphs are wrapped.
"""

import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence

import click

from bot.desk.view import Row, StepView, TicketView

WIDEST, NARROWEST = 100, 40
_TOGETHER = re.compile(
    r"(?<=[0-9]) (?=(?:(?:in|of) [0-9]+|ms|s|min|minutes?|hours?|days?|bytes)\b)"
    r"|(?<=[0-9] in) (?=[0-9])|(?<=[0-9] of) (?=[0-9])"
)
_COMMAND = re.compile(r"`[^`]+`")
BESIDE = " " * 28
"""What stands left of a rung's detail: its mark and its name."""

UNDER = " " * 4
LEAST_BESIDE = 24
"""Columns below which text stands under what it belongs to, not beside it."""

COLOURS = {"ok": "green", "fault": "red", "not checked": "yellow", "…": "cyan"}


def width() -> int:
    """Columns to fill: the terminal's, between what can be read and what is pleasant."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))


def wrapped(text: str, indent: str = "", hang: int | None = None) -> str:
    """Wrap each paragraph; code blocks keep their lines.

    Further lines of a paragraph stand under its text, or ``hang`` characters in.
    """
    lines: list[str] = []
    code = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            code = not code
        elif code or not line.strip():
            lines.append(f"{indent}    {line}".rstrip() if code else "")
        else:
            lead = indent + line[: len(line) - len(line.lstrip())]
            mark = _mark_of(line)
            below = lead + " " * len(mark) if hang is None else " " * hang
            lines += filled(line.strip().removeprefix(mark), lead + mark, below)
    return "\n".join(lines)


def _mark_of(line: str) -> str:
    """The mark of a list item, which never stands alone in a line; empty for a paragraph."""
    found = re.match(r"\s*([0-9]+\. +|[-*] +)", line)
    return found[1] if found else ""


def filled(text: str, first: str = "", below: str = "") -> list[str]:
    """Lines of at most the width; a number is never parted from its unit.

    A command in backticks is never broken, however long it is: it is there to be copied.
    """
    whole = _COMMAND.sub(lambda found: found[0].replace(" ", "\u00a0"), text)
    made = textwrap.wrap(
        _TOGETHER.sub("\u00a0", whole),
        width(),
        initial_indent=first,
        subsequent_indent=below,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace("\u00a0", " ") for line in made]


def choices(labels: Sequence[str]) -> str:
    """Labels in brackets; one is never broken over two lines."""
    whole = (f"[{label}]".replace(" ", "\u00a0") for label in labels)
    return "\n".join(filled(" ".join(whole)))


def roomy(hang: int) -> bool:
    """Whether a text that stands ``hang`` characters in has room beside what is left of it."""
    return width() - hang >= LEAST_BESIDE


def row_lines(rows: Sequence[Row], colour: bool) -> Iterator[str]:
    """One line a rung: mark, name, detail; where that is too narrow, the detail below them."""
    below = BESIDE if roomy(len(BESIDE)) else UNDER
    for row in rows:
        mark = f"{row.mark:<12}"
        shown = click.style(mark, fg=COLOURS[row.mark]) if colour else mark
        lines = filled(row.detail, below, below)
        beside = lines.pop(0).removeprefix(below) if lines and below == BESIDE else ""
        yield f"{shown} {row.title:<15}{beside}".rstrip()
        yield from lines


def verdict(sentence: str, likelihood: str, colour: bool) -> str:
    """The first thing to read, with how likely it is."""
    said = wrapped("   ".join(filter(None, (sentence, likelihood.replace(" ", "\u00a0")))))
    return click.style(said, bold=True) if colour else said


def step_lines(step: StepView) -> Iterator[str]:
    """The next step with its effort, risk, prose and undo."""
    yield wrapped(f"Next: {step.title}")
    if step.facts:
        yield wrapped(" · ".join(step.facts), "  ")
    if step.why:
        yield wrapped(step.why, "  ")
    if step.prose:
        yield ""
        yield wrapped(step.prose, "  ")
    if step.undo:
        yield ""
        yield wrapped(f"Undo: {step.undo}", "  ")


def card(view: TicketView, colour: bool = False) -> str:
    """A ticket's card, from headline to next step; the buttons are printed by the caller."""
    head = f"#{view.number}  {view.host}"
    lines = [f"{head:<60}  {view.state}" if width() == WIDEST else f"{head}  {view.state}"]
    if view.notice:
        lines.append(wrapped(view.notice))
    if view.proof is not None:
        lines += [wrapped(f"Before  {text}", hang=8) for text in view.proof.before]
        lines += [wrapped(f"Now     {text}", hang=8) for text in view.proof.now]
        lines.append(verdict(view.proof.closing, "", colour))
    elif view.sentence:
        lines.append(verdict(view.sentence, view.likelihood, colour))
        lines += [wrapped(view.besides)] if view.besides else []
    lines += [wrapped(code, "  ") for code in view.codes]
    lines += ["", *row_lines(view.rows, colour), ""]
    if view.ruled_out:
        lines.append(wrapped(f"Ruled out: {', '.join(view.ruled_out)}."))
    if view.last_time:
        lines.append(wrapped(view.last_time))
    if view.step is not None:
        lines += ["", "-" * 60, *step_lines(view.step)]
    return "\n".join(lines)
