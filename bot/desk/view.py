"""Everything that a card or a terminal shows of a ticket, as frozen values: words, no markup.

The strings are plain text; those that came from a target were cleaned, and every surface still
escapes them.  ``prose`` alone is Markdown, from the reviewed knowledge base.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.desk.intents import Verb

Mark = Literal["ok", "fault", "not checked", "…"]


@dataclass(frozen=True, slots=True)
class Row:
    """One rung: its mark in words, its name, what was seen."""

    mark: Mark
    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press.  ``detail`` is the state of an answer; ``confirm`` is asked first."""

    verb: Verb
    label: str
    value: str
    detail: str = ""
    style: Literal["", "primary", "danger"] = ""
    confirm: str = ""


@dataclass(frozen=True, slots=True)
class StepView:
    """The next step: what, how long, who, what it risks, how, and how to go back."""

    title: str
    facts: tuple[str, ...] = ()
    """Minutes, who, risk: short words that stand in one line."""
    why: str = ""
    prose: str = ""
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the probes saw before and see now; ``closing`` says what ended the ticket."""

    before: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    closing: str = ""


@dataclass(frozen=True, slots=True)
class TicketView:
    """One ticket at one version."""

    number: int
    version: int
    host: str
    state: str
    """A few words: looking from dc1; open; resolved, verified; escalated."""
    asked_by: str
    verdict: str = ""
    """found, healthy or inconclusive; empty before the first one."""
    owner: str = ""
    opened_at: datetime | None = None
    sentence: str = ""
    likelihood: str = ""
    besides: str = ""
    """What else to know of the places looked from: one could not look, or sees less."""
    elsewhere: str = ""
    """That other tickets failed at the same hop, and at which."""
    notice: str = ""
    codes: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    ruled_out: tuple[str, ...] = ()
    last_time: str = ""
    proof: Proof | None = None
    step: StepView | None = None
    buttons: tuple[Button, ...] = ()
    """The answers to the step."""
    tools: tuple[Button, ...] = ()
    """Details, re-check, escalate: what can always be done."""
    more: tuple[Button, ...] = ()
    """What stands behind the overflow menu."""

    @property
    def summary(self) -> str:
        """One sentence that says the same, for notifications and screen readers."""
        said = " ".join(
            part for part in (self.notice, self.sentence, self.likelihood, self.besides) if part
        )
        if self.proof is not None and self.proof.closing:
            said = self.proof.closing
        step = f" Next: {self.step.title}" if self.step is not None else ""
        said = f"{said} {self.elsewhere}".strip()
        return f"#{self.number} {self.host}, {self.state}. {said}{step}".strip()


@dataclass(frozen=True, slots=True)
class Packet:
    """What the second line gets of a ticket: one line first, then (heading, lines) chapters.

    ``to`` is a person, or empty for the second line as a whole; ``after`` how long it took until
    it was handed over.
    """

    number: int
    version: int
    host: str
    state: str
    by: str = ""
    to: str = ""
    owner: str = ""
    after: str = ""
    sentence: str = ""
    chapters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    buttons: tuple[Button, ...] = ()

    @property
    def summary(self) -> str:
        """One sentence that says the same; ``{by}`` stands for whoever handed it over."""
        return f"#{self.number} {self.host} was handed over by {{by}}. {self.sentence}".strip()


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket's raw facts: one (heading, lines) pair a place or chapter, for Details."""

    number: int
    host: str
    chapters: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a ticket's story; ``by`` is empty where the bot did it by itself."""

    at: datetime
    by: str
    text: str
    channel: str = ""
    """Where the card went, if it was shared."""


@dataclass(frozen=True, slots=True)
class Past:
    """One line of the history."""

    number: int
    host: str
    opened_at: datetime
    cause: str
    outcome: str
    took: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class PastPage:
    """A page of the history, newest first; ``older`` is the cursor of the next one, if any."""

    title: str
    lines: tuple[Past, ...]
    older: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Counts with what they count; a bar beside one says nothing that the number does not."""

    title: str
    bars: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How it went in a span of time: a title, sentences, counts, and how fixes fared."""

    title: str
    lines: tuple[str, ...]
    charts: tuple[Chart, ...] = ()
    fixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suspects:
    """Causes to choose from, as (id, title): those of the ticket, likeliest first, and the rest."""

    likely: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A person's open tickets, those of the team, and what the team meets most of late."""

    mine: tuple[Past, ...]
    unclaimed: tuple[Past, ...]
    """Open, somebody else's, and nobody has claimed them."""
    claimed: tuple[Past, ...]
    causes: tuple[tuple[int, str], ...]
    """How many resolved tickets had the commonest causes, by title."""
    hosts: tuple[tuple[int, str], ...]
    """Hosts with more than one ticket among the latest."""
    open: int
    days: int
    """The span that causes and hosts are counted over."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error code means; ``says`` is empty where it is not known."""

    code: str
    lines: tuple[str, ...]
