"""Why a case is judged so, as lines for a terminal."""

from collections.abc import Iterator
from typing import Any

from bot.cli.render import filled
from bot.desk.balance import number_of, percent, signed
from bot.desk.saying import share

MOST_OTHERS = 5
"""Steps that were not taken and are named."""

LEAST = 0.01
"""Causes less likely than this are counted, not named."""

_KINDS = {
    "fix": "do",
    "question": "ask",
    "recheck": "look again",
    "escalate": "hand over",
    "undo": "undo",
}


def text(made: dict[str, Any]) -> str:
    """One explained case."""
    return "\n".join(_lines(made))


def _lines(made: dict[str, Any]) -> Iterator[str]:
    first = made["causes"][0]
    name = f"{made['id']}: " if "id" in made else ""
    yield from filled(f"{name}{made['verdict']['state']}. {first['title']}")
    yield from filled(share(first["probability"]), "  ", "  ")
    yield ""
    yield from _step(made)
    yield ""
    yield from filled(
        "Points: 10 times the decimal logarithm of how much oftener a finding is seen with the "
        "cause than otherwise. 3 points double, 10 points are ten times. A cause's probability is "
        "its part of all shares, and 10^(points / 10) are its shares."
    )
    for sheet in made["sheets"]:
        yield ""
        yield from _sheet(sheet, made["shares"])
    yield ""
    yield from _others(made)
    for silent in made["not_counted"]:
        said = f"{silent['reads']} (the same check as {silent['because_of']}, which says more)"
        yield from filled(said, "Not counted: ", "  ")


def _step(made: dict[str, Any]) -> Iterator[str]:
    step = made["next"]
    yield from filled(f"Next, {_KINDS[step['kind']]}: {step['title']}")
    yield from filled(step["why"], "  ", "  ")
    facts = [f"expected {step['expected_minutes']:.1f} minutes from here to the end"]
    if step["helps_in"]:
        facts.insert(0, f"ends {percent(step['helps_in'])} such cases")
    if step["minutes"]:
        facts.insert(0, f"takes {step['minutes']:g} minutes")
    yield from filled(", ".join(facts), "  ", "  ")
    if made["not_taken"]:
        yield "Not taken, and what it would cost more in the mean:"
    for each in made["not_taken"][:MOST_OTHERS]:
        lead = f"  {each['more']:5.1f} min  {_KINDS[each['kind']]}: "
        yield from filled(each["title"], lead, " " * 13)
    for sentence in made["held_back"]:
        yield from filled(sentence, "Held back by a rule: ", "  ")


def _sheet(sheet: dict[str, Any], everybody: float) -> Iterator[str]:
    yield from filled(f"{percent(sheet['probability'])}  {sheet['title']}")
    for line in (sheet["start"], *sheet["lines"]):
        said = f"{line['text']} ({line['odds']})" if line["odds"] else line["text"]
        yield from filled(said, f"{signed(line['points']):>8}   ", " " * 11)
    rest = sheet["rest"]
    yield from filled(rest["text"], f"{signed(rest['points'], 2):>9}  ", " " * 11)
    yield (
        f"{signed(sheet['total'], 2):>9}  in all: {number_of(sheet['shares'])} of "
        f"{number_of(everybody)} shares = {percent(sheet['probability'])}"
    )


def _others(made: dict[str, Any]) -> Iterator[str]:
    """The causes without a sheet: their totals, and the rest together."""
    left = made["causes"][len(made["sheets"]) :]
    named = [each for each in left if each["probability"] >= LEAST]
    if named:
        yield "Further causes:"
    for each in named:
        lead = f"{signed(each['points'], 2):>9}  {percent(each['probability'])}  "
        yield from filled(each["title"], lead, " " * 24)
    few = left[len(named) :]
    if few:
        together = sum(each["probability"] for each in few)
        yield f"{' ' * 11}{percent(together)}  {len(few)} more causes together"
