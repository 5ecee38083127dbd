"""The raw facts of a look as a terminal shows them: a block a place, a table a probe.

Strategy: exact values, in the order of the path; what a target sent is one cleaned line each.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.cli.render import filled
from bot.desk.ladder import by_place
from bot.desk.words import place
from bot.evidence import Observation, Status
from bot.probes import PROBES
from bot.redact import clean

LONGEST = 400
"""A string is cut to this many characters."""
PROBE, FACT = 17, 20
"""Columns of a probe's name and of a fact's."""
_ORDER = {name: at for at, name in enumerate(PROBES)}


def details(observations: Sequence[Observation]) -> str:
    """Every observation with its facts."""
    lines: list[str] = []
    for vantage, seen in by_place(observations).items():
        lines += ["", f"Details, seen from {place(vantage)}:"]
        for each in sorted(seen, key=lambda one: _ORDER.get(one.probe, len(_ORDER))):
            lines += _block(each)
    return "\n".join(lines[1:])


def _block(seen: Observation) -> Iterator[str]:
    name = f"  {seen.probe:<{PROBE}} "
    if seen.status is Status.NOT_RUN:
        reason = f"not run: {clean(seen.detail, LONGEST)}"
        yield from filled(reason, name, " " * len(name))
        return
    status = f"failed: {seen.failure.value}" if seen.failure else "passed"
    yield f"{name}{status}, took {seen.duration_ms:g} ms"
    for fact, value in sorted(seen.facts.items()):
        yield from _fact(fact, value)
    if seen.detail:
        yield from _line("note", clean(seen.detail, LONGEST))


def _fact(name: str, value: Any) -> Iterator[str]:
    """One line, or for a table one line an entry."""
    if isinstance(value, Mapping):
        yield f"    {clean(name, LONGEST)}"
        for key, each in value.items():
            row = each.values() if isinstance(each, Mapping) else (each,)
            yield from _line(str(key), _text(list(row)), "      ")
    else:
        yield from _line(
            name,
            f"{value} ({value:#x})" if name == "flags" and isinstance(value, int) else _text(value),
        )


def _line(name: str, text: str, indent: str = "    ") -> Iterator[str]:
    first = f"{indent}{clean(name, LONGEST):<{4 + FACT - len(indent)}} "
    yield from filled(text, first, " " * (5 + FACT)) or [first.rstrip()]


def _text(value: Any) -> str:
    """A value as it is; a list in a row."""
    match value:
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return ", ".join(map(_text, value))
        case _:
            return clean(str(value), LONGEST)
