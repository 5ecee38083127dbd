"""Which step comes next: what must be done first, and otherwise what the planner likes best.

Strategy: four rules stand before the planner, in this order.  An undo that is owed is next on
every branch (R2); after the most steps the case is handed over; when nothing known fits, the
probes are run once more before anything else.
"""

from dataclasses import dataclass

from bot.engine.belief import posterior
from bot.engine.model import Model
from bot.engine.planner import Option, Planner
from bot.engine.safety import Permission, permitted, retired
from bot.engine.values import Situation, StepKind

NOTHING_FITS = 0.5
"""Above this probability of ``other`` the probes are run again, once."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The next step and all that led to it; ``id`` is empty for recheck and escalate."""

    kind: StepKind
    id: str
    weights: tuple[float, ...]
    permission: Permission
    options: tuple[Option, ...]
    """What the planner weighed, the best first; empty where a rule decided."""
    remaining: float
    """Expected cost from here to the end, in the planner's minutes."""


def decide(model: Model, situation: Situation) -> Decision:
    """The next step; raises UnknownEntry for ids or states that the model does not have."""
    weights = posterior(model, situation)
    permission = permitted(model, situation, weights)
    escalation = model.catalog.settings.escalation_cost

    def settled(kind: StepKind, step: str = "") -> Decision:
        return Decision(kind, step, tuple(weights), permission, (), escalation)

    if situation.in_force is not None:
        return settled("undo", model.fix(situation.in_force).id)
    if situation.steps >= model.catalog.settings.max_steps:
        return settled("escalate")
    if nothing_fits(model, situation, weights):
        return settled("recheck")
    options = Planner(model, situation, weights, permission).options()
    if options[0].kind == "escalate" and retired(situation) != retired(situation, again=True):
        # What helped a few days ago is better tried again than handed over at once.
        permission = permitted(model, situation, weights, again=True)
        options = Planner(model, situation, weights, permission).options()
    best = options[0]
    return Decision(best.kind, best.id, tuple(weights), permission, tuple(options), best.value)


def nothing_fits(model: Model, situation: Situation, weights: list[float]) -> bool:
    """Whether no known cause fits and a second look at the probes could tell why."""
    if situation.rechecked or weights[model.other] <= NOTHING_FITS:
        return False
    return any(
        model.evidence[item].origin == "probe" and state in model.evidence[item].rows
        for item, state in situation.evidence.items()
    )
