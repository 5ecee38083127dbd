"""Every builder of a message or view, by name, as a function of hostile and extreme data.

Strategy: ``BUILDERS`` makes what Slack would be sent; ``test_builders`` finds by reading the
source which functions make blocks at all, and fails where one of them is reached by none of these.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.desk.intents import Verb
from bot.desk.packet import markdown
from bot.desk.surface import Note
from bot.desk.view import (
    Button,
    Chart,
    Dashboard,
    Happening,
    Meaning,
    Packet,
    Past,
    PastPage,
    Proof,
    Row,
    StepView,
    Story,
    Suspects,
    Tally,
    TicketView,
)
from handlers import (
    answers,
    cards,
    causes,
    details,
    filtering,
    home,
    joining,
    packets,
    reasons,
    start,
)
from handlers.door import saying
from handlers.pages import cursor_of
from handlers.prose import prose
from handlers.surface import telling
from tests.desk import office as o

Kind = Literal["message", "private", "modal", "home"]
PEOPLE = frozenset({o.ASKER, o.TEAMMATE, o.LEAD})
GROUP = "S0WINDOWS"
PROSE = """\
1. On **srv-1**, PowerShell as administrator:

   ```
   Restart-Service TermService -Force
   ```

2. Open `certlm.msc`:
   - Personal
"""


@dataclass(frozen=True, slots=True)
class Data:
    """Every string is ``text``, every list has ``count`` entries."""

    text: str
    count: int

    def few(self, most: int) -> int:
        """So many, where a part of the product makes no more than ``most``."""
        return min(self.count, most)


@dataclass(frozen=True, slots=True)
class Builder:
    """What it makes, and how."""

    kind: Kind
    make: Callable[[Data], dict[str, Any]]


def ticket(data: Data) -> TicketView:
    text, count = data.text, data.count
    answered = [Button(Verb.ANSWER, text, "1:2:q", f"state-{n}") for n in range(data.few(8))]
    return TicketView(
        number=128,
        version=2,
        host=text,
        state=text,
        asked_by=o.ASKER,
        owner=o.TEAMMATE,
        opened_at=o.NOON,
        sentence=text,
        likelihood=text,
        besides=text,
        notice=text,
        elsewhere=text,
        codes=(text,) * count,
        rows=tuple(Row("fault", text, text) for _ in range(data.few(25))),
        ruled_out=(text,) * count,
        last_time=text,
        step=StepView(text, (text,) * 3, text, PROSE + text, text),
        buttons=(Button(Verb.WORKED, text, "1:2:fix", confirm=text), *answered),
        tools=(Button(Verb.DETAILS, "Details", "1:2:"), Button(Verb.LOOK, text, "1:2:", "dc2")),
        more=(Button(Verb.CLAIM, text, "1:2:"), Button(Verb.CLOSE, "Close", "1:2:")),
    )


def closed(data: Data) -> TicketView:
    proof = Proof((data.text,) * data.count, (data.text,) * data.count, data.text)
    return replace(ticket(data), step=None, buttons=(), proof=proof)


def packet(data: Data) -> Packet:
    lines = (data.text,) * data.count
    button = Button(Verb.CLAIM, data.text, "1:2:")
    return Packet(
        128,
        2,
        data.text,
        data.text,
        o.ASKER,
        o.LEAD,
        o.TEAMMATE,
        data.text,
        data.text,
        tuple((data.text, lines) for _ in range(data.few(12))),
        (button, Button(Verb.PACKET, "As Markdown", "1:2:")),
    )


def past(data: Data) -> PastPage:
    line = Past(7, data.text, o.NOON, data.text, data.text, data.text, o.ASKER)
    lines = tuple(replace(line, number=n + 1) for n in range(data.count))
    return PastPage(data.text, lines, 5 if data.count else None)


def dashboard(data: Data) -> Dashboard:
    lines = past(data).lines
    counts = tuple((n, data.text) for n in range(data.count))
    return Dashboard(lines, lines, lines, counts, counts, data.count, 30)


def named(data: Data) -> tuple[tuple[str, str], ...]:
    """Causes in order of their titles, as the desk gives them."""
    return tuple((f"cause-{n}", f"{n:05} {data.text}") for n in range(data.count))


def happenings(data: Data) -> tuple[Happening, ...]:
    one = Happening(o.NOON, o.TEAMMATE, data.text, "C0HELPDESK")
    return (one, replace(one, by="", channel=""), *(replace(one, by="cli:x"),) * data.count)


def tally(data: Data) -> Tally:
    bars = tuple((n, data.text) for n in range(data.count))
    lines = (data.text,) * data.count
    return Tally(data.text, lines, (Chart(data.text, bars), Chart(data.text, ())), lines)


def story(data: Data) -> Story:
    return Story(1, data.text, tuple((data.text, (data.text,) * data.count) for _ in range(3)))


def note(data: Data, **fields: Any) -> dict[str, Any]:
    return telling(Note(data.text, by=o.LEAD, at=o.NOON, **fields))


def joined(data: Data) -> dict[str, Any]:
    """The answer to "Go to #N": where the card stands, then the ticket."""
    answer = answers.ticket(ticket(data))
    found = [joining.where(7, each, o.ASKER, o.LEAD) for each in ("C0HELPDESK", "D1", "")]
    return {**answer, "blocks": [*found, *answer["blocks"]][:50]}


def history(data: Data) -> dict[str, Any]:
    page = past(data)
    return answers.past(page, cursor_of(filtering_query(data), page))


def filtering_query(data: Data) -> Any:
    from bot.desk.api import Query  # noqa: PLC0415 - only this one needs it

    return Query(tenant=o.TEAM, host=data.text[:200], text=data.text[:200])


def text_of_knowledge(data: Data) -> dict[str, Any]:
    text = data.text * data.few(3)
    return {"text": "prose", "blocks": cards.fitting(lambda room: prose(text[: room.prose]))}


def modal(make: Callable[[Data], dict[str, Any]]) -> Builder:
    return Builder("modal", make)


BUILDERS: dict[str, Builder] = {
    "card": Builder("message", lambda d: cards.message(ticket(d))),
    "card, closed": Builder("message", lambda d: cards.message(closed(d))),
    "card of a terminal": Builder(
        "message",
        lambda d: cards.message(replace(ticket(d), asked_by=d.text or "x", owner=d.text)),
    ),
    "packet": Builder("message", lambda d: packets.message(packet(d))),
    "packet to a group": Builder(
        "message", lambda d: packets.message(replace(packet(d), to="", owner=""), GROUP)
    ),
    "packet as markdown": modal(lambda d: packets.page("128", markdown(packet(d)))),
    "note": Builder("message", note),
    "note with an offer": Builder(
        "message", lambda d: note(d, ticket=7, again=f"{d.text}"[:1_500] or "x")
    ),
    "private answer": Builder("private", lambda d: answers.private(d.text)),
    "help": Builder("private", lambda d: answers.help_text()),
    "codes": Builder(
        "private", lambda d: answers.codes((Meaning(d.text, (d.text,) * d.few(9)),) * d.count)
    ),
    "ticket": Builder("private", lambda d: answers.ticket(ticket(d), happenings(d))),
    "ticket as a modal": modal(lambda d: answers.as_modal(d.text, answers.ticket(ticket(d)))),
    "answer as a modal": modal(lambda d: answers.as_modal(d.text, answers.private(d.text))),
    "joined": Builder("private", joined),
    "stats": Builder("private", lambda d: answers.tally(tally(d))),
    "history": Builder("private", history),
    "too late": Builder("private", lambda d: answers.again("ticket.details", d.text)),
    "details": modal(lambda d: details.view(d.text, story(d), d.text)),
    "a page of details": modal(
        lambda d: details.view(d.text, story(d), d.text, page=d.count, kept="{}")
    ),
    "no details": modal(lambda d: details.view(d.text, None, d.text)),
    "start form": modal(lambda d: start.form("C0HELPDESK", d.text, d.text)),
    "filter form": modal(lambda d: filtering.form(named(d), "{}")),
    "cannot form": modal(lambda d: reasons.form(Verb.CANNOT, "{}", second_line=True)),
    "escalate form": modal(lambda d: reasons.form(Verb.ESCALATE, "{}", second_line=True)),
    "escalate form without a channel": modal(
        lambda d: reasons.form(Verb.ESCALATE, "{}", second_line=False)
    ),
    "cause form": modal(lambda d: causes.form(Suspects(named(d)[:3], named(d)[3:]), "{}")),
    "one moment": modal(lambda d: saying("start", d.text, d.text)),
    "no cause form": modal(lambda d: causes.instead(d.text)),
    "home": Builder("home", lambda d: home.page(dashboard(d))),
    "home, refused": Builder("home", lambda d: home.refused(d.text)),
    "prose": Builder("message", text_of_knowledge),
}
