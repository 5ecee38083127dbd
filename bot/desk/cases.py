"""Cases written down as JSON: the input of ``kb diagnose``, of trees and of proof cases."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.catalog.codes import as_reported
from bot.catalog.entries import Catalog
from bot.catalog.report import BadReport
from bot.desk.diagnosis import Told, diagnose, evidence_of
from bot.desk.rdp_file import BadRdpFile, settings_of
from bot.engine import Model, Situation, UnknownEntry
from bot.evidence import BadObservation, Observation
from bot.evidence.rdp_file import Filed

JSON_NAMES: Mapping[type, str] = {list: "a JSON list", str: "a JSON string", dict: "a JSON object"}
KEYS = {"id", "observations", "codes", "message", "report", "evidence", "answers", "truth", "rdp"}


class BadCase(ValueError):
    """A case does not have the form that ``kb diagnose`` reads; the text says where."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case; ``where`` names file and line for messages."""

    where: str
    id: str | None = None
    observations: tuple[Observation, ...] = ()
    told: Told = field(default_factory=Told)
    evidence: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


def read_cases(text: str, name: str) -> list[Case]:
    """Read one object, or one object a line; raises BadCase naming file and line."""
    return [case() for case in each_case(text, name)]


def each_case(text: str, name: str) -> list[Callable[[], Case]]:
    """For each line of a file what reads it: a Case, or BadCase naming file and line.

    Raises BadCase where no line is a case, so that a slip in one big object is told once.
    """
    if not text.strip():
        raise BadCase(f"{name}: it is empty; a case is a JSON object, one a line")
    whole = _parsed(text)
    if not isinstance(whole, Unreadable):
        return [partial(read_case, whole, name)]
    # Not splitlines: a JSON string may hold the other signs that end a line in Unicode.
    rows = [(at, line) for at, line in enumerate(text.split("\n"), 1) if line.strip()]
    parsed = [(f"{name}:{at}", _parsed(line)) for at, line in rows]
    if not any(isinstance(raw, dict) for _, raw in parsed):
        at, fault = (f"{name}:{rows[0][0]}", parsed[0][1]) if len(rows) == 1 else (name, whole)
        raise BadCase(f"{at}: not JSON ({fault}); a case is a JSON object, one a line")
    return [partial(read_case, raw, where) for where, raw in parsed]


class Unreadable(str):
    """Why a text is not JSON."""


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        return Unreadable(error)
    except RecursionError:
        return Unreadable("brackets within brackets too deep")


def read_case(raw: Any, where: str) -> Case:
    """Check one object; raises BadCase."""
    if isinstance(raw, Unreadable):
        raise BadCase(f"{where}: not JSON ({raw})")
    if not isinstance(raw, dict):
        raise BadCase(f"{where}: a case is a JSON object, one a line; this is something else")
    unknown = sorted(set(raw) - KEYS)
    if unknown:
        raise BadCase(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(KEYS))}")
    try:
        return Case(
            where,
            raw.get("id"),
            tuple(Observation.from_json(each) for each in _of(list, raw, "observations")),
            Told(
                tuple(as_reported(str(code)) for code in _of(list, raw, "codes")),
                _of(str, raw, "message"),
                _of(dict, raw, "report"),
                _filed(raw),
            ),
            _of(dict, raw, "evidence"),
            _of(dict, raw, "answers"),
        )
    except (BadObservation, BadReport, BadRdpFile, TypeError) as error:
        raise BadCase(f"{where}: {error}") from None


def _filed(raw: Mapping[str, Any]) -> Filed:
    """The .rdp file of a case, compared with the name that was looked up."""
    if "rdp" not in raw:
        return Filed()
    asked = [
        str(facts["asked"])
        for each in raw.get("observations") or ()
        if isinstance(facts := each.get("facts"), dict) and facts.get("asked")
    ]
    return Filed(settings_of(_of(str, raw, "rdp")), asked[0] if asked else "")


def _of(kind: type, raw: Mapping[str, Any], key: str) -> Any:
    value = raw.get(key)
    if value is None:  # null says as little as a key that is not there
        return kind()
    if not isinstance(value, kind):
        raise TypeError(f"{key!r} must be {JSON_NAMES[kind]}; leave it out where it is not known")
    return value


def situation_of(catalog: Catalog, case: Case) -> Situation:
    """Everything that the case says, as the engine wants it; given evidence wins."""
    try:
        evidence = evidence_of(catalog, case.observations, case.told)
    except BadReport as error:
        raise BadCase(f"{case.where}: {error}") from None
    return Situation(evidence={**evidence, **case.evidence}, answers=case.answers)


def judge(catalog: Catalog, model: Model, case: Case) -> dict[str, Any]:
    """One result of ``kb diagnose``: the case's id, evidence, verdict and next step."""
    situation = situation_of(catalog, case)
    try:
        diagnosis = diagnose(model, situation.evidence, situation.answers, case.observations)
    except UnknownEntry as error:
        raise BadCase(f"{case.where}: {error}") from None
    result = diagnosis.to_json()
    return {**({"id": case.id} if case.id is not None else {}), **result}
