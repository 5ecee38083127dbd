"""Cards and reports as plain text for a terminal.

Strategy: words carry every meaning; colour is added on a terminal only, and never alone.  Text of
the knowledge base is Markdown; it is readable as it stands, only its paragraphs are wrapped.
"""

import json
import textwrap
from collections.abc import Iterator, Sequence

import click

from bot.desk.view import Row, StepView, TicketView
from bot.evidence import Observation

WIDTH = 96
COLOURS = {"ok": "green", "fault": "red", "not checked": "yellow", "…": "cyan"}


def wrapped(text: str, indent: str = "") -> str:
    """Wrap each paragraph; code blocks and list items keep their lines."""
    lines: list[str] = []
    code = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            code = not code
            continue
        if code or not line.strip():
            lines.append(f"{indent}    {line}".rstrip() if code else "")
            continue
        lead = len(line) - len(line.lstrip())
        hang = " " * (lead + (3 if line.lstrip()[:2].rstrip(".").isdigit() else 2))
        first = indent + line[:lead]
        rest = indent + (hang if line.lstrip()[:1] in "-*0123456789" else line[:lead])
        lines += textwrap.wrap(
            line.strip(),
            WIDTH,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


def row_lines(rows: Sequence[Row], colour: bool) -> Iterator[str]:
    """One line a rung: mark, name, detail."""
    for row in rows:
        mark = f"{row.mark:<12}"
        shown = click.style(mark, fg=COLOURS[row.mark]) if colour else mark
        hang = " " * 29
        text = textwrap.wrap(row.detail, WIDTH - 29, break_long_words=False) or [""]
        yield f"{shown} {row.title:<16}{text[0]}".rstrip()
        yield from (hang + more for more in text[1:])


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
    lines = ["", f"{head:<60}  {view.state}"]
    if view.notice:
        lines.append(wrapped(view.notice))
    said = "   ".join(part for part in (view.sentence, view.likelihood) if part)
    if said:
        bold = wrapped(said)
        lines.append(click.style(bold, bold=True) if colour else bold)
    lines += [wrapped(code, "  ") for code in view.codes]
    lines += ["", *row_lines(view.rows, colour), ""]
    if view.ruled_out:
        lines.append(wrapped(f"Ruled out: {', '.join(view.ruled_out)}."))
    if view.last_time:
        lines.append(wrapped(view.last_time))
    if view.proof is not None:
        lines += [f"Before  {text}" for text in view.proof.before]
        lines += [f"Now     {text}" for text in view.proof.now]
        lines.append(wrapped(view.proof.closing))
    if view.step is not None:
        lines += ["-" * 60, *step_lines(view.step)]
    return "\n".join(lines)


def details(observations: Sequence[Observation]) -> str:
    """Every observation with its raw facts, one block a probe."""
    lines = []
    for each in observations:
        failure = f" {each.failure.value}" if each.failure else ""
        lines.append(
            f"{each.vantage}  {each.probe}  {each.status.value}{failure}  {each.duration_ms:g} ms"
        )
        if each.detail:
            lines.append(f"    {each.detail}")
        lines += [
            f"    {name} = {json.dumps(value, ensure_ascii=True)}"
            for name, value in sorted(each.facts.items())
        ]
    return "\n".join(lines)
