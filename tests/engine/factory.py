"""Small catalogs for tests: entries with the fields that matter, everything else plain."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.catalog.entries import (
    AccessGroup,
    Catalog,
    Cause,
    Cure,
    Evidence,
    Fix,
    Question,
    Review,
    Says,
    Settings,
    Worded,
)
from bot.engine.values import Situation, Try

REVIEW = Review("tests", "2026-01-01")


def worded(value: float) -> Worded:
    return Worded(value, f"{value:g}")


def cause(id: str, prior: float = 1.0, layer: str = "network", **more: Any) -> Cause:  # noqa: A002
    fields: dict[str, Any] = {
        "title": f"Cause {id}",
        "text": "",
        "who_feels_it": "user",
        "applies_to": (),
        "escalate_only": False,
        "source": (),
        "reviewed": REVIEW,
    }
    return Cause(id=id, layer=layer, prior=worded(prior), **{**fields, **more})


def says(rows: Mapping[str, Mapping[str, float]]) -> tuple[Says, ...]:
    """{cause: {state: probability}} as an entry lists it."""
    return tuple(
        Says(state, name, worded(often))
        for name, states in rows.items()
        for state, often in states.items()
    )


def evidence(
    id: str,  # noqa: A002
    otherwise: Mapping[str, float],
    rows: Mapping[str, Mapping[str, float]],
    **more: Any,
) -> Evidence:
    fields: dict[str, Any] = {
        "title": f"Evidence {id}",
        "origin": "probe",
        "probe": "port.tcp",
        "states": {state: state for state in otherwise},
        "usual_state": next(iter(otherwise)),
        "abnormal": frozenset(),
        "matches": {},
        "same_check": None,
        "trust": "firm",
        "refines": (),
        "source": (),
        "reviewed": REVIEW,
    }
    return Evidence(id=id, otherwise=dict(otherwise), says=says(rows), **{**fields, **more})


def question(
    id: str,  # noqa: A002
    otherwise: Mapping[str, float],
    rows: Mapping[str, Mapping[str, float]],
    **more: Any,
) -> Question:
    fields: dict[str, Any] = {
        "title": f"Question {id}",
        "ask": f"{id}?",
        "answers": {state: state for state in otherwise},
        "where_to_look": "",
        "effort": worded(1),
        "annoyance": "none",
        "needs_access": None,
        "not_sure_share": 0.0,
        "only_if": {},
        "not_if": {},
        "same_check": None,
        "source": (),
        "reviewed": REVIEW,
    }
    fields |= more
    if isinstance(fields["effort"], (int, float)):
        fields["effort"] = worded(fields["effort"])
    return Question(id=id, otherwise=dict(otherwise), says=says(rows), **fields)


def fix(id: str, cures: Mapping[str, float], effort: float = 5.0, **more: Any) -> Fix:  # noqa: A002
    fields: dict[str, Any] = {
        "title": f"Fix {id}",
        "text": f"Do {id}.",
        "waiting": 0.0,
        "who_can": "user",
        "needs_access": None,
        "disturbs_others": False,
        "risk": 0,
        "undo": "Put it back.",
        "check": (),
        "changes": (),
        "only_if": {},
        "not_if": {},
        "before": (),
        "after": (),
        "temporary": False,
        "limit_minutes": None,
        "approver": False,
        "permanent_fix": (),
        "cuts_access": False,
        "source": (),
        "reviewed": REVIEW,
    }
    named = tuple(Cure(name, worded(well)) for name, well in cures.items())
    return Fix(id=id, cures=named, effort=worded(effort), **{**fields, **more})


def test_fix(id: str, cures: Mapping[str, float], **more: Any) -> Fix:  # noqa: A002
    """A temporary test of tier 3, complete as the linter wants it."""
    fields: dict[str, Any] = {
        "risk": 3,
        "temporary": True,
        "limit_minutes": 30,
        "approver": True,
        "permanent_fix": (),
    }
    return fix(id, cures, **{**fields, **more})


test_fix.__test__ = False  # type: ignore[attr-defined]


def settings(**more: Any) -> Settings:
    fields: dict[str, Any] = {
        "escalation_cost": 75.0,
        "other_prior": 0.05,
        "safety_threshold": 0.05,
        "skip_cost": 0.5,
        "max_steps": 12,
        "helper_weight": 1.0,
        "waiting_weight": 0.3,
        "annoyance": {"none": 0.0, "some": 2.0, "much": 6.0},
        "disruption": 0.0,
        "risk_price": (0.0, 0.0, 0.0, 0.0),
        "access_groups": {},
        "forbidden": (),
        "review_days": 365,
    }
    groups = more.pop("groups", {})
    fields |= more
    fields["access_groups"] = {
        name: AccessGroup(name, f"Group {name}", entry) for name, entry in groups.items()
    }
    return Settings(**fields)


Entry = Cause | Evidence | Question | Fix


def catalog(entries: Iterable[Any], the_hash: str = "h", **more: Any) -> Catalog:
    """A catalog of these entries; ``more`` are settings (``groups`` maps ids to entry costs)."""
    kinds: dict[type, dict[str, Any]] = {Cause: {}, Evidence: {}, Question: {}, Fix: {}}
    for entry in entries:
        kinds[type(entry)][entry.id] = entry
    return Catalog(
        hash=the_hash,
        causes=kinds[Cause],
        evidence=kinds[Evidence],
        questions=kinds[Question],
        fixes=kinds[Fix],
        codes={},
        settings=settings(**more),
        files={},
    )


def situation(
    evidence_states: Mapping[str, str] | None = None,
    tries: Iterable[tuple[str, Any]] = (),
    **more: Any,
) -> Situation:
    """A situation; tries as (fix, result) pairs."""
    return Situation(
        evidence=dict(evidence_states or {}),
        tries=tuple(Try(name, result) for name, result in tries),
        **more,
    )
