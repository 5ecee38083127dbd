"""The diagnosis engine: pure functions from a catalog and a situation to verdict and step.

Strategy: a ``Model`` is compiled once from the knowledge base (and what was learned); everything
else is a function of model and situation.  No clock, no randomness, no I/O: equal situations get
equal answers, byte for byte.
"""

from bot.engine.decision import decide
from bot.engine.drawing import render_mermaid, render_text
from bot.engine.explanation import Alternative, alternatives, explanation_of, step_of
from bot.engine.model import EXPERT, Model
from bot.engine.parts import UnknownEntry
from bot.engine.progress import answered, cannot, changed, proves, reprobed, tried, undone
from bot.engine.sheet import Line, Sheet, sheets, sheets_of, unheard
from bot.engine.tree import tree
from bot.engine.values import (
    CauseShare,
    Epoch,
    Explanation,
    Node,
    Plan,
    Situation,
    Step,
    StepKind,
    Try,
    TryResult,
    Verdict,
    VerdictState,
    Weight,
)
from bot.engine.verdict import verdict

__all__ = [
    "EXPERT",
    "Alternative",
    "CauseShare",
    "Epoch",
    "Explanation",
    "Line",
    "Model",
    "Node",
    "Plan",
    "Sheet",
    "Situation",
    "Step",
    "StepKind",
    "Try",
    "TryResult",
    "UnknownEntry",
    "Verdict",
    "VerdictState",
    "Weight",
    "alternatives",
    "answered",
    "cannot",
    "changed",
    "decide",
    "explanation_of",
    "plan",
    "proves",
    "render_mermaid",
    "render_text",
    "reprobed",
    "sheets",
    "sheets_of",
    "step_of",
    "tree",
    "tried",
    "undone",
    "unheard",
    "verdict",
]


def plan(model: Model, situation: Situation) -> Plan:
    """Verdict, next step and explanation; raises UnknownEntry for ids or states not in the model.

    A healthy host gets a step too: the ticket has a complaint.
    """
    decision = decide(model, situation)
    return Plan(
        verdict(model, situation),
        step_of(model, situation, decision),
        explanation_of(model, situation, decision),
    )
