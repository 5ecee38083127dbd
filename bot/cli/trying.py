"""The result of `kb try` for people and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from bot.desk.leading import Step
from bot.desk.trial import CaseChange, Judged, Sessions, Trial
from bot.engine import Model

SMALL = {"recheck": "look again", "escalate": "hand over"}


def plain(found: Trial) -> dict[str, Any]:
    """One object."""
    return {
        "schema": 1,
        "before": found.before,
        "after": found.after,
        "differs": [asdict(each) for each in found.difference.entries],
        "cases": {
            "count": found.cases,
            "planned": found.planned,
            "not_planned": found.left,
            "changes": [_case(each) for each in found.changes],
        },
        "sessions": _sessions(found.sessions),
    }


def lines(found: Trial, before: Model, after: Model, most: int) -> list[str]:
    """The comparison in words, at most so many cases in full."""
    return [
        f"knowledge {found.before} -> {found.after}",
        *_differing(found),
        "",
        *_cases(found, before, after, most),
        "",
        *_drawn(found.sessions, before, after),
    ]


def _case(change: CaseChange) -> dict[str, Any]:
    return {
        "file": change.case.file,
        "line": change.case.line,
        "cause": change.case.cause,
        "expect": change.case.expect,
        "why": change.case.why,
        "before": _judged(change.before),
        "after": _judged(change.after),
        "complaint": change.complaint,
    }


def _judged(judged: Judged) -> dict[str, Any]:
    step = judged.step
    return {
        "state": judged.state,
        "cause": judged.cause,
        "probability": round(judged.probability, 4),
        "next": None if step is None else {"kind": step[0], "id": step[1]},
    }


def _sessions(drawn: Sessions) -> dict[str, Any]:
    return {
        "count": drawn.count,
        "seed": drawn.seed,
        "touched": drawn.touched,
        "planned": drawn.planned,
        "first_step_changes": round(drawn.share(drawn.first), 4),
        "later_step_changes": round(drawn.share(drawn.later), 4),
        "ways": [
            {
                "before": {"kind": before[0], "id": before[1]},
                "after": {"kind": after[0], "id": after[1]},
                "count": count,
            }
            for before, after, count in drawn.ways
        ],
    }


def _differing(found: Trial) -> Iterator[str]:
    for each in found.difference.entries:
        yield f"  {each.how:9} {each.kind} {each.id}"
    if not found.difference.entries:
        yield "  only proof cases differ"


def _cases(found: Trial, before: Model, after: Model, most: int) -> Iterator[str]:
    verdicts = sum(each.verdict for each in found.changes)
    steps = sum(_stepped(each) for each in found.changes)
    broken = sum(each.complaint is not None for each in found.changes)
    yield (
        f"Proof cases: of {found.cases}, {verdicts} change their verdict, {steps} their next step"
        + (f"; {broken} do not hold any more" if broken else "")
        + "."
    )
    if found.left:
        yield f"  {found.left} more may take another step and were not planned (--all)."
    for change in found.changes[:most]:
        yield f"  {change.case.file}:{change.case.line}  {change.case.why}"
        yield f"    verdict  {_verdict(change.before)} -> {_verdict(change.after)}"
        if change.before.step is not None and change.after.step is not None:
            was, now = _step(change.before.step, before), _step(change.after.step, after)
            yield f"    next     {was} -> {now}" if was != now else f"    next     {was}, as before"
        if change.complaint is not None:
            yield f"    fails    {change.complaint}"
    if len(found.changes) > most:
        yield f"  and {len(found.changes) - most} more; --json lists all."


def _stepped(change: CaseChange) -> bool:
    return change.before.step != change.after.step


def _verdict(judged: Judged) -> str:
    return f"{judged.state}: {judged.cause} {judged.probability:.2f}"


def _step(step: Step, model: Model) -> str:
    kind, name = step
    if kind in SMALL:
        return SMALL[kind]
    entry = model.catalog.questions.get(name) or model.catalog.fixes[name]
    return f"{kind} {name} ({entry.title})"


def _drawn(drawn: Sessions, before: Model, after: Model) -> Iterator[str]:
    yield (
        f"Simulated sessions: of {drawn.count} (seed {drawn.seed}), the change may touch "
        f"{drawn.touched}; {drawn.planned} of these were led."
    )
    if not drawn.planned:
        return
    first, later = drawn.share(drawn.first), drawn.share(drawn.later)
    yield f"  {first:.1%} of all take another first step, {later:.1%} a later one:"
    for was, now, count in drawn.ways:
        yield f"  {count:4} x  {_step(was, before)} -> {_step(now, after)}"
