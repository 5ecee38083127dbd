"""Names that must exist: causes, evidence, states, fixes, probes, access groups.

A catalog with a dangling name cannot be used, so the loader raises these together with faults of
form.  An entry whose own file is at fault still counts as existing: one slip, one message.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.catalog.contract import PROBES
from bot.catalog.parsing import Parsed
from bot.catalog.problems import Problem, did_you_mean
from bot.catalog.report import CHOICES, KEYS
from bot.catalog.yamltree import Path
from bot.evidence.rdp_file import READINGS

LADDER = "ladder"
_KINDS = ("cause", "fix", "evidence", "question")


@dataclass(frozen=True, slots=True)
class Known:
    """All ids by kind; ``groups`` and ``states`` only where their files could be read."""

    ids: Mapping[str, Collection[str]]
    groups: Collection[str] | None
    states: Mapping[str, Collection[str]]


def reference_problems(parsed: Iterable[Parsed], known: Known) -> Iterator[Problem]:
    """Every name in sound files that leads nowhere."""
    for each in parsed:
        finder = _Finder(each, known)
        match each.kind:
            case "evidence":
                yield from finder.evidence()
            case "question":
                yield from finder.question()
            case "fix":
                yield from finder.fix()
            case "cases":
                yield from finder.cases()
            case _:
                pass


@dataclass(frozen=True, slots=True)
class _Finder:
    parsed: Parsed
    known: Known

    @property
    def form(self) -> Any:
        return self.parsed.form

    def at(self, path: Path, message: str) -> Problem:
        return Problem(self.parsed.file, *self.parsed.tree.place(path), message)

    def name(self, kind: str, name: str, path: Path) -> Iterator[Problem]:
        ids = self.known.ids[kind]
        if name not in ids:
            yield self.at(path, f"unknown {kind} {name!r}{did_you_mean(name, ids)}")

    def state(self, state: str, states: Collection[str], path: Path) -> Iterator[Problem]:
        if state not in states:
            yield self.at(path, f"unknown state {state!r}{did_you_mean(state, states)}")

    def group(self) -> Iterator[Problem]:
        group, groups = self.form.needs_access, self.known.groups
        if group is not None and groups is not None and group not in groups:
            message = f"unknown access group {group!r}{did_you_mean(group, groups)}"
            yield self.at(("needs_access",), message)

    def probe(self, probe: str, path: Path) -> Iterator[Problem]:
        if probe not in PROBES:
            yield self.at(path, f"unknown probe {probe!r}{did_you_mean(probe, PROBES)}")

    def conditions(self) -> Iterator[Problem]:
        for field in ("only_if", "not_if"):
            for item, accepted in getattr(self.form, field).items():
                path: Path = (field, item)
                yield from self.name("evidence", item, path)
                for index, state in enumerate(accepted):
                    if item in self.known.states:
                        yield from self.state(state, self.known.states[item], (*path, index))

    def says(self, states: Collection[str]) -> Iterator[Problem]:
        seen: set[tuple[str, str]] = set()
        total: dict[str, float] = {}
        for index, row in enumerate(self.form.says):
            for cause in row.if_cause:
                yield from self.name("cause", cause, ("says", index, "if_cause"))
            for says in row.entries():
                field = ("says", index, "states" if row.states else "state")
                yield from self.state(says.state, states, field)
                if (says.state, says.cause) in seen:
                    yield self.at(
                        ("says", index), f"{says.cause}: {says.state!r} stands here twice"
                    )
                seen.add((says.state, says.cause))
                total[says.cause] = total.get(says.cause, 0.0) + says.often.value
                if total[says.cause] > 1 + 1e-9:
                    message = f"{says.cause}: its states add up to {total[says.cause]:.2f}"
                    yield self.at(("says", index), f"{message}, more than 1")

    def evidence(self) -> Iterator[Problem]:
        form = self.form
        if form.probe is not None:
            yield from self.probe(form.probe, ("probe",))
        yield from self.state(form.usual_state, form.states, ("usual_state",))
        for index, state in enumerate(form.abnormal):
            yield from self.state(state, form.states, ("abnormal", index))
        for field in ("otherwise", "matches"):
            for state in getattr(form, field):
                yield from self.state(state, form.states, (field, state))
        if sum(word.value for word in form.otherwise.values()) >= 1:
            yield self.at(("otherwise",), "adds up to 1 or more: nothing is left")
        for state in form.states:
            if state not in form.otherwise and state != form.usual_state:
                yield self.at(("otherwise",), f"the state {state!r} is missing here")
        yield from self.says(form.states)
        yield from self.matches()
        yield from self.refines()

    def refines(self) -> Iterator[Problem]:
        rungs = self.known.states.get(LADDER)
        for index, rung in enumerate(self.form.refines if rungs is not None else ()):
            yield from self.state(rung, rungs or (), ("refines", index))

    def matches(self) -> Iterator[Problem]:
        form = self.form
        if bool(form.probe) == bool(form.matches):
            yield self.at(("matches",), "set by a probe or by matches: exactly one of the two")
        for state, match in form.matches.items():
            yield from self.chosen(match.report, CHOICES, KEYS, ("matches", state, "report"))
            path: Path = ("matches", state, "rdp_file")
            yield from self.chosen(match.rdp_file, READINGS, tuple(READINGS), path)

    def chosen(
        self,
        given: Mapping[str, tuple[str, ...]],
        choices: Mapping[str, tuple[str, ...]],
        keys: tuple[str, ...],
        path: Path,
    ) -> Iterator[Problem]:
        """Keys and values that stand in a fixed list."""
        for key, values in given.items():
            if key not in keys:
                near = did_you_mean(key, keys)
                yield self.at((*path, key), f"unknown {path[-1]} key {key!r}{near}")
            for value in values:
                if key in choices and value not in choices[key]:
                    near = did_you_mean(value, choices[key])
                    yield self.at((*path, key), f"unknown value {value!r} of {key}{near}")

    def question(self) -> Iterator[Problem]:
        for answer in self.form.otherwise:
            yield from self.state(answer, self.form.answers, ("otherwise", answer))
        yield from self.says(self.form.answers)
        yield from self.conditions()
        yield from self.group()

    def fix(self) -> Iterator[Problem]:
        form = self.form
        for index, cure in enumerate(form.cures):
            yield from self.name("cause", cure.cause, ("cures", index, "cause"))
        for index, item in enumerate(form.check):
            yield from self.name("evidence", item, ("check", index))
        for index, probe in enumerate(form.changes):
            yield from self.probe(probe, ("changes", index))
        for field in ("before", "after", "permanent_fix"):
            for index, other in enumerate(getattr(form, field)):
                yield from self.name("fix", other, (field, index))
        yield from self.conditions()
        yield from self.group()

    def cases(self) -> Iterator[Problem]:
        yield from self.name("cause", self.parsed.id, ())
        for index, case in enumerate(self.form.root):
            if case.winner is not None:
                yield from self.name("cause", case.winner, (index, "winner"))


def known_names(paths: Iterable[tuple[str, str]], parsed: Iterable[Parsed]) -> Known:
    """What exists: ids from the files' names, groups and states from sound files."""
    ids: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    for kind, name in paths:
        ids.setdefault(kind, set()).add(name)
    groups: Collection[str] | None = None
    states: dict[str, Collection[str]] = {}
    for each in parsed:
        form: Any = each.form
        if each.kind == "settings":
            groups = set(form.access_groups)
        elif each.kind == "evidence":
            states[each.id] = set(form.states)
    return Known(ids, groups, states)
