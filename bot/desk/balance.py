"""The balance sheet in words: what speaks for and against a cause, with the numbers beside it.

Strategy: one function a line, used by the terminal, the page of the tree and the card's Details,
so that all three say the same.  Points are shown to a tenth; what rounding and the weakest lines
leave stands in a line of its own, so that what is shown adds up to the total that is shown, and
the total gives the probability: 10**(total / 10) shares of all shares.
"""

from dataclasses import dataclass
from math import fsum

from bot.catalog.entries import OTHER, Catalog
from bot.desk.saying import clause
from bot.desk.words import number
from bot.engine import Line, Model, Sheet, Situation, sheets
from bot.engine.verdict import OTHER_TITLE

LEAST = 0.5
"""Points that are as good as none: such a line is not shown, its part stands in the rest."""

ABOUT = 1.1
"""Chances nearer to each other than this are called the same."""

_RESULTS = {
    "failed": "did not help",
    "worked": "helped as a test",
    "came-back": "helped, and the fault came back",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: points to a tenth, what was found, how much oftener with the cause."""

    points: float
    text: str
    odds: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A cause's sheet as shown: ``start`` + ``entries`` + ``rest`` = ``total``, exactly."""

    id: str
    title: str
    probability: float
    start: Entry
    entries: tuple[Entry, ...]
    rest: Entry
    total: float

    @property
    def shares(self) -> float:
        """What the total is worth; a cause's probability is its part of everybody's shares."""
        return 10 ** (self.total / 10)


@dataclass(frozen=True, slots=True)
class Balance:
    """The sheets of the likeliest causes, and the shares of all causes together."""

    accounts: tuple[Account, ...]
    everybody: float


def balance(model: Model, situation: Situation, most: int, lines: int = 99) -> Balance:
    """The sheets of the ``most`` likeliest causes, each of at most so many ``lines``."""
    all_of_them = sheets(model, situation)
    everybody = fsum(10 ** (sheet.total / 10) for sheet in all_of_them)
    accounts = [account(model.catalog, sheet, lines) for sheet in all_of_them[:most]]
    return Balance(tuple(accounts), everybody)


def account(catalog: Catalog, sheet: Sheet, lines: int) -> Account:
    """One sheet in words; the weaker of too many lines are taken together."""
    speaking = [line for line in sheet.lines if abs(line.points) >= LEAST]
    entries = tuple(
        Entry(round(line.points, 1), said(catalog, line), odds(line)) for line in speaking[:lines]
    )
    start = Entry(round(sheet.start, 1), f"how common it is: {_common(catalog, sheet)}")
    total = round(sheet.total, 2)
    left = total - fsum([start.points, *(entry.points for entry in entries)])
    return Account(
        id=sheet.cause.id,
        title=OTHER_TITLE if sheet.cause.id == OTHER else sheet.cause.title,
        probability=sheet.cause.probability,
        start=start,
        entries=entries,
        rest=Entry(round(left, 2), _rest(len(speaking[lines:]), len(sheet.lines) - len(speaking))),
        total=total,
    )


def _common(catalog: Catalog, sheet: Sheet) -> str:
    cause = catalog.causes.get(sheet.cause.id)
    word = f"{cause.prior.word}, " if cause is not None and not _is_number(cause.prior.word) else ""
    return f"{word}{percent(sheet.prior)} of all cases"


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()


def _rest(weaker: int, silent: int) -> str:
    parts = [f"{weaker} weaker findings together"] if weaker else []
    parts += [f"{silent} that hardly speak either way"] if silent else []
    return ", ".join([*parts, "rounding"])


def said(catalog: Catalog, line: Line) -> str:
    """A finding as people read it: what it is about, and how it reads."""
    if line.source == "try":
        title = catalog.fixes[line.item].title
        return f'tried "{title.rstrip(".")}": {_RESULTS.get(line.state, line.state)}'
    return found(catalog, line.item, line.state, asked=line.source == "question")


def found(catalog: Catalog, item: str, state: str, *, asked: bool) -> str:
    """A state of an evidence item or an answer as people read it."""
    if asked:
        question = catalog.questions[item]
        return f"{question.title} {question.answers.get(state, state.replace('-', ' '))}"
    entry = catalog.evidence[item]
    return f"{entry.title}: {entry.states.get(state, state)}"


def odds(line: Line) -> str:
    """How much oftener (or more rarely) a finding is seen with the cause than otherwise."""
    return times(line.likelihood / line.usual)


def times(ratio: float) -> str:
    """A ratio of two chances: 20 times as often, 3.2 times as rarely."""
    if 1 / ABOUT < ratio < ABOUT:
        return "about as often as otherwise"
    if ratio >= 1:
        return f"{number(ratio)} times as often as otherwise"
    return f"{number(1 / ratio)} times as rarely as otherwise"


def percent(probability: float) -> str:
    """A probability as cases: 86.2 in 100."""
    return f"{probability * 100:.1f} in 100"


def signed(points: float, digits: int = 1) -> str:
    """Points with their sign; nothing has none."""
    return f"{points:+.{digits}f}" if round(points, digits) else f"{0:.{digits}f}"


def sums(account: Account, everybody: float) -> str:
    """How the probability follows from the points that stand above it."""
    return (
        f"10^({account.total:.2f} / 10) = {number_of(account.shares)} of "
        f"{number_of(everybody)} shares = {percent(account.probability)}"
    )


def number_of(shares: float) -> str:
    """Shares to five digits, never in powers of ten."""
    digits = max(0, 5 - len(str(int(shares))) + (int(shares) == 0))
    return f"{shares:.{digits}f}"


def lines_of(account: Account, everybody: float) -> list[str]:
    """A sheet as plain lines, for terminal and Details: points, then words."""
    rows = [account.start, *account.entries]
    lines = [
        f"{signed(row.points):>7}  {row.text}" + (f" ({row.odds})" if row.odds else "")
        for row in rows
    ]
    if account.rest.points or account.rest.text != "rounding":
        lines.append(f"{signed(account.rest.points, 2):>8} {account.rest.text}")
    lines.append(f"{signed(account.total, 2):>8} in all: {sums(account, everybody)}")
    return lines


def chapters(model: Model, situation: Situation, most: int) -> list[tuple[str, tuple[str, ...]]]:
    """Sheets as (heading, lines), for Details."""
    made = balance(model, situation, most, lines=8)
    return [
        (f"For and against: {clause(each.title)}", tuple(lines_of(each, made.everybody)))
        for each in made.accounts
    ]
