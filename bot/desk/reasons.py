"""Why a case is judged so and why this step comes next, as plain JSON, every number beside it.

Strategy: one value that the terminal prints and a program reads, so that both say the same; the
balance sheets in it add up to the probabilities in it.
"""

from typing import Any

from bot.desk.balance import Account, Entry, balance, found
from bot.engine import (
    Model,
    Situation,
    alternatives,
    decide,
    explanation_of,
    sheets,
    step_of,
    unheard,
    verdict,
)

SHEETS = 4
"""Causes whose sheets are shown line by line; of the others only the total."""


def reasons(model: Model, situation: Situation) -> dict[str, Any]:
    """Verdict, step, alternatives, what a rule held back, and a balance sheet a cause.

    Raises UnknownEntry.
    """
    decision = decide(model, situation)
    step = step_of(model, situation, decision)
    explained = explanation_of(model, situation, decision)
    judged = verdict(model, situation)
    made = balance(model, situation, SHEETS)
    return {
        "knowledge": model.catalog.hash,
        "epoch": model.epoch,
        "evidence": dict(sorted(situation.evidence.items())),
        "answers": dict(sorted(situation.answers.items())),
        "verdict": {"state": judged.state, "ruled_out": list(judged.ruled_out)},
        "next": {
            "kind": step.kind,
            "id": step.id,
            "title": step.title,
            "why": step.why,
            "helps_in": explained.helps_in,
            "minutes": explained.minutes,
            "expected_minutes": decision.remaining,
        },
        "not_taken": [
            {
                "kind": each.step.kind,
                "id": each.step.id,
                "title": each.step.title,
                "more": each.more,
            }
            for each in alternatives(model, decision)
        ],
        "held_back": list(explained.held_back),
        "sheets": [_sheet(account) for account in made.accounts],
        "causes": [
            {
                "id": sheet.cause.id,
                "title": sheet.cause.title,
                "probability": sheet.cause.probability,
                "points": sheet.total,
            }
            for sheet in sheets(model, situation)
        ],
        "shares": made.everybody,
        "not_counted": [
            {"reads": _reads(model, situation, item, state), "because_of": louder}
            for item, state, louder in unheard(model, situation)
        ],
    }


def _reads(model: Model, situation: Situation, item: str, state: str) -> str:
    return found(model.catalog, item, state, asked=situation.answers.get(item) == state)


def _sheet(account: Account) -> dict[str, Any]:
    return {
        "cause": account.id,
        "title": account.title,
        "probability": account.probability,
        "start": _line(account.start),
        "lines": [_line(entry) for entry in account.entries],
        "rest": _line(account.rest),
        "total": account.total,
        "shares": account.shares,
    }


def _line(entry: Entry) -> dict[str, Any]:
    return {"points": entry.points, "text": entry.text, "odds": entry.odds}
