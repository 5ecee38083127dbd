"""Everything that the knowledge base holds about one id, as plain JSON with words beside numbers.

Strategy: one function a kind of entry.  What points to a cause and away from it is read from the
compiled model, so that learned numbers show wherever there are some.
"""

from bot.catalog.entries import Cause, Evidence, Fix, Question
from bot.desk.leaning import Entry, known, matches, pointers, same, speaks
from bot.desk.showing import RISK, WHO
from bot.engine import Model


def describe(model: Model, name: str) -> list[Entry]:
    """One description for each kind of entry that has this id; empty where none has."""
    catalog = model.catalog
    made: list[Entry] = []
    if name in catalog.causes:
        made.append(_cause(model, catalog.causes[name]))
    if name in catalog.evidence:
        made.append(_evidence(model, catalog.evidence[name]))
    if name in catalog.questions:
        made.append(_question(model, catalog.questions[name]))
    if name in catalog.fixes:
        made.append(_fix(model, catalog.fixes[name]))
    return made


def ids(model: Model) -> list[str]:
    """Every id that can be described."""
    catalog = model.catalog
    return sorted({*catalog.causes, *catalog.evidence, *catalog.questions, *catalog.fixes})


def _cause(model: Model, cause: Cause) -> Entry:
    place = model.causes.index(cause.id)
    towards, away = pointers(model, place)
    return {
        "kind": "cause",
        "id": cause.id,
        "title": cause.title,
        "layer": cause.layer,
        "text": cause.text.strip(),
        "how_common": {"word": cause.prior.word, "share": model.prior[place]},
        "who_feels_it": cause.who_feels_it,
        "applies_to": list(cause.applies_to),
        "escalate_only": cause.escalate_only,
        "points_to_it": towards,
        "points_away": away,
        "fixes": _fixes(model, place),
        **_sources(cause),
    }


def _fixes(model: Model, place: int) -> list[Entry]:
    cures = [(chance, fix) for fix in model.fixes for cause, chance in fix.cures if cause == place]
    made = []
    for chance, fix in sorted(cures, key=lambda each: (-each[0], each[1].id)):
        entry = model.catalog.fixes[fix.id]
        made.append({"id": fix.id, "title": entry.title, "chance": chance, **_effort(entry)})
    return made


def _effort(fix: Fix) -> Entry:
    return {
        "minutes": fix.effort.value,
        "waiting": fix.waiting,
        "who": WHO[fix.who_can],
        "risk": {"tier": fix.risk, "word": RISK[fix.risk]},
        "temporary": fix.temporary,
    }


def _sources(entry: Cause | Evidence | Question | Fix) -> Entry:
    review = entry.reviewed
    return {"source": list(entry.source), "reviewed": {"by": review.by, "on": review.on}}


def _evidence(model: Model, evidence: Evidence) -> Entry:
    item = model.evidence[evidence.id]
    return {
        "kind": "evidence",
        "id": evidence.id,
        "title": evidence.title,
        "set_by": evidence.probe or "what the user reports",
        "trust": evidence.trust,
        "usual_state": evidence.usual_state,
        "states": [
            {
                "state": state,
                "reads": evidence.states[state],
                "abnormal": state in evidence.abnormal,
                "matches": matches(evidence, state),
                **speaks(model, item, state),
            }
            for state in item.rows
        ],
        "proves": _titled(
            model, [fix.id for fix in model.catalog.fixes.values() if evidence.id in fix.check]
        ),
        "same_check": same(model.catalog, evidence),
        **_sources(evidence),
    }


def _question(model: Model, question: Question) -> Entry:
    item = model.question(question.id).item
    return {
        "kind": "question",
        "id": question.id,
        "title": question.title,
        "ask": question.ask,
        "where_to_look": question.where_to_look.strip(),
        "minutes": question.effort.value,
        "annoyance": question.annoyance,
        "needs_access": _access(model, question),
        "not_sure": question.not_sure_share,
        "answers": [
            {"state": state, "reads": question.answers[state], **speaks(model, item, state)}
            for state in item.rows
        ],
        **_conditions(model, question),
        "same_check": same(model.catalog, question),
        **_sources(question),
    }


def _access(model: Model, entry: Question | Fix) -> str | None:
    group = entry.needs_access
    return None if group is None else model.catalog.settings.access_groups[group].title


def _conditions(model: Model, entry: Question | Fix) -> Entry:
    return {
        "only_if": known(model.catalog, entry.only_if),
        "not_if": known(model.catalog, entry.not_if),
    }


def _titled(model: Model, fixes: list[str] | tuple[str, ...]) -> list[Entry]:
    return [{"id": fix, "title": model.catalog.fixes[fix].title} for fix in sorted(fixes)]


def _fix(model: Model, fix: Fix) -> Entry:
    catalog, compiled = model.catalog, model.fix(fix.id)
    return {
        "kind": "fix",
        "id": fix.id,
        "title": fix.title,
        "text": fix.text.strip(),
        **_effort(fix),
        "needs_access": _access(model, fix),
        "disturbs_others": fix.disturbs_others,
        "price": compiled.price,
        "cures": [
            {
                "cause": model.causes[place],
                "title": catalog.causes[model.causes[place]].title,
                "chance": chance,
            }
            for place, chance in sorted(compiled.cures, key=lambda each: (-each[1], each[0]))
        ],
        "undo": fix.undo,
        "proved_by": [{"id": each, "title": catalog.evidence[each].title} for each in fix.check],
        "looked_at_again": list(fix.changes),
        **_conditions(model, fix),
        "comes_after": _titled(model, fix.after),
        "comes_before": _titled(model, fix.before),
        "limit_minutes": fix.limit_minutes,
        "needs_approval": fix.approver,
        "goes_on_to": _titled(model, fix.permanent_fix),
        "cuts_access": fix.cuts_access,
        **_sources(fix),
    }
