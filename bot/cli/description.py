"""What the knowledge base holds about an id, as lines for a terminal."""

from collections.abc import Callable, Iterator
from typing import Any

from bot.cli.render import filled, wrapped
from bot.desk.balance import percent, signed
from bot.desk.saying import minutes

Entry = dict[str, Any]
MOST = 8
"""Causes that a state names on either side; the rest is counted."""

_ABOVE = " " * 9


def text(entry: Entry) -> str:
    """One description."""
    lines = [f"{entry['id']}  ({entry['kind']})"]
    if entry["kind"] != "evidence" or entry["title"]:
        lines += filled(entry["title"])
    lines += [*_KINDS[entry["kind"]](entry), "", *_sources(entry)]
    return "\n".join(lines)


def _sources(entry: Entry) -> Iterator[str]:
    yield from filled("; ".join(entry["source"]), "Sources: ", "  ")
    yield f"Reviewed {entry['reviewed']['on']} by {entry['reviewed']['by']}"


def _block(heading: str, lines: Iterator[str]) -> Iterator[str]:
    """Lines under a heading; nothing where there are none."""
    listed = list(lines)
    if listed:
        yield ""
        yield heading
        yield from listed


def _facts(*facts: tuple[str, str | None]) -> Iterator[str]:
    for name, value in facts:
        if value:
            yield from filled(value, f"  {name:<16} ", " " * 19)


def _cause(entry: Entry) -> Iterator[str]:
    common = entry["how_common"]
    word = "" if common["word"].replace(".", "").isdigit() else f"{common['word']}, "
    yield from _facts(
        ("layer", entry["layer"]),
        ("how common", f"{word}{percent(common['share'])} of all cases"),
        ("who feels it", entry["who_feels_it"]),
        ("applies to", ", ".join(entry["applies_to"])),
        ("cure", "none here: hand it over" if entry["escalate_only"] else None),
    )
    if entry["text"]:
        yield ""
        yield wrapped(_unbroken(entry["text"]), "  ")
    for heading, key in (
        ("What points to it", "points_to_it"),
        ("What points away", "points_away"),
    ):
        probes = (each for each in entry[key] if each["kind"] == "evidence")
        yield from _block(f"{heading}:", (line for each in probes for line in _pointer(each)))
    asked = (each for each in entry["points_to_it"] if each["kind"] == "question")
    heading = "Questions that help, and the answer that points to it:"
    yield from _block(heading, (line for each in asked for line in _pointer(each)))
    asked = (each for each in entry["points_away"] if each["kind"] == "question")
    heading = "Answers that point away:"
    yield from _block(heading, (line for each in asked for line in _pointer(each)))
    yield from _block("Fixes:", (line for each in entry["fixes"] for line in _cure(each)))


def _unbroken(text: str) -> str:
    """Paragraphs without the line breaks that they were written with."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _pointer(each: Entry) -> Iterator[str]:
    odds = f"{percent(each['with_it'])} with it, {percent(each['otherwise'])} otherwise"
    yield from filled(f"{each['reads']} ({odds})", f"{signed(each['points']):>7}  ", _ABOVE)


def _cure(fix: Entry) -> Iterator[str]:
    what = "confirms it, as a test," if fix["temporary"] else "cures it"
    wait = f", then {fix['waiting']:g} min of waiting" if fix["waiting"] else ""
    said = (
        f"{fix['title']} [{fix['id']}]: {what} in {percent(fix['chance'])}; "
        f"{minutes(fix['minutes'])}{wait}, {fix['who']}, {fix['risk']['word']}"
    )
    yield from filled(said, "  - ", "    ")


def _evidence(entry: Entry) -> Iterator[str]:
    yield from _facts(
        ("set by", entry["set_by"]),
        ("trust", entry["trust"]),
        ("usually", entry["usual_state"]),
        ("same check as", ", ".join(entry["same_check"])),
        ("proves", "; ".join(each["title"] for each in entry["proves"])),
    )
    for state in entry["states"]:
        mark = ", a fault" if state["abnormal"] else ""
        heading = f"{state['state']}{mark}: {state['reads']}"
        yield from _state(heading, state)
        for key, values in state["matches"].items():
            said = (
                "; ".join(f"{name} {' or '.join(each)}" for name, each in values.items())
                if isinstance(values, dict)
                else ", ".join(values)
            )
            yield from filled(said, f"         set by {key}: ", " " * 11)


def _state(heading: str, state: Entry) -> Iterator[str]:
    """A state or answer: how usual it is, what it speaks for and against."""
    yield ""
    yield from filled(f"{heading} ({percent(state['otherwise'])} without a listed cause)")
    for key in ("points_to", "points_away_from"):
        for each in state[key][:MOST]:
            said = f"{each['title']} [{each['cause']}] ({percent(each['with_it'])} with it)"
            yield from filled(said, f"{signed(each['points']):>7}  ", _ABOVE)
        if state[key][MOST:]:
            side = "for" if key == "points_to" else "against"
            yield f"{_ABOVE}and less strongly {side} {len(state[key]) - MOST} more causes"


def _question(entry: Entry) -> Iterator[str]:
    yield from filled(entry["ask"], "  ", "  ")
    yield from _facts(
        ("effort", minutes(entry["minutes"])),
        ("annoyance", entry["annoyance"]),
        ("needs access", entry["needs_access"]),
        ("not sure", f"{percent(entry['not_sure'])} cannot tell"),
        ("where to look", " ".join(entry["where_to_look"].split())),
        *_conditions(entry),
        ("same check as", ", ".join(entry["same_check"])),
    )
    for answer in entry["answers"]:
        yield from _state(f"{answer['state']}: {answer['reads']}", answer)


def _conditions(entry: Entry) -> Iterator[tuple[str, str]]:
    for name, key in (("only if", "only_if"), ("not if", "not_if")):
        for each in entry[key]:
            yield name, " or ".join(each["reads"])


def _fix(entry: Entry) -> Iterator[str]:
    yield from _facts(
        ("effort", minutes(entry["minutes"])),
        ("waiting", f"{entry['waiting']:g} min" if entry["waiting"] else None),
        ("who", entry["who"]),
        ("needs access", entry["needs_access"]),
        ("risk", f"{entry['risk']['tier']} of 3: {entry['risk']['word']}"),
        ("temporary", _temporary(entry)),
        ("approval", "a second person allows it first" if entry["needs_approval"] else None),
        ("way in", "can cut the only one: another must be open" if entry["cuts_access"] else None),
        ("priced at", f"{entry['price']:.1f} minutes, waiting and disturbance included"),
        ("proved by", "; ".join(each["title"] for each in entry["proved_by"])),
        ("looked at again", ", ".join(entry["looked_at_again"])),
        *_conditions(entry),
        ("comes after", "; ".join(each["title"] for each in entry["comes_after"])),
        ("comes before", "; ".join(each["title"] for each in entry["comes_before"])),
        ("goes on to", "; ".join(each["title"] for each in entry["goes_on_to"])),
    )
    cures = (
        line
        for each in entry["cures"]
        for line in filled(
            f"{each['title']} [{each['cause']}]", f"  {percent(each['chance']):>11}  ", " " * 15
        )
    )
    yield from _block("Confirms, as a test:" if entry["temporary"] else "Cures:", cures)
    yield ""
    yield wrapped(entry["text"], "  ")
    if entry["undo"]:
        yield ""
        yield from filled(" ".join(entry["undo"].split()), "Undo: ", "  ")


def _temporary(entry: Entry) -> str | None:
    if not entry["temporary"]:
        return None
    return f"a test of at most {entry['limit_minutes']} minutes; its undo is the next step"


_KINDS: dict[str, Callable[[Entry], Iterator[str]]] = {
    "cause": _cause,
    "evidence": _evidence,
    "question": _question,
    "fix": _fix,
}
