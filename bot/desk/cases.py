"""Cases written down as JSON: the input of ``kb diagnose``, of trees and of proof cases."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.catalog.codes import as_reported
from bot.catalog.entries import Catalog
from bot.catalog.report import BadReport
from bot.desk.diagnosis import Told, diagnose, evidence_of
from bot.desk.rdp_file import BadRdpFile, settings_of
from bot.engine import Model, Situation, UnknownEntry
from bot.evidence import BadObservation, Observation
from bot.evidence.rdp_file import Filed

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
    if not text.strip():
        raise BadCase(f"{name}: it is empty; a case is a JSON object, one a line")
    try:
        raw = json.loads(text)
    except ValueError:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        return [
            read_case(_parsed(line, f"{name}:{number}"), f"{name}:{number}")
            for number, line in lines
        ]
    return [read_case(raw, name)]


def _parsed(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise BadCase(f"{where}: not JSON ({error})") from None


def read_case(raw: Any, where: str) -> Case:
    """Check one object; raises BadCase."""
    if not isinstance(raw, dict):
        raise BadCase(f"{where}: a case is a JSON object")
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
        for each in raw.get("observations", ())
        if isinstance(facts := each.get("facts"), dict) and facts.get("asked")
    ]
    return Filed(settings_of(_of(str, raw, "rdp")), asked[0] if asked else "")


def _of(kind: type, raw: Mapping[str, Any], key: str) -> Any:
    value = raw.get(key, kind())
    if not isinstance(value, kind):
        raise TypeError(f"{key!r} must be a JSON {'string' if kind is str else kind.__name__}")
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
