"""What bounds a greedy run from below, and which fixes a cause's mass concerns."""

from bot.engine.model import Model


def least_cost(total: float, floor: float, escalation: float, rate: float) -> float:
    """The least that going on can cost where nothing cures more than ``rate`` a minute.

    To bring the mass from W down to x costs at least the integral of mass over minutes,
    (W*W - x*x) / (2*rate); adding x times the escalation cost is concave in x, so the least lies
    at an end: x = W (escalate now) or x = ``floor``, the mass that outlasts all fixes.
    """
    if rate <= 0.0:
        return total * escalation
    down = (total * total - floor * floor) / (2.0 * rate) + floor * escalation
    return min(total * escalation, down)


def touched_by(model: Model) -> tuple[tuple[int, ...], ...]:
    """Per cause the fixes that cure it."""
    touched: list[list[int]] = [[] for _ in model.causes]
    for number, fix in enumerate(model.fixes):
        for cause, _ in fix.cures:
            touched[cause].append(number)
    return tuple(map(tuple, touched))
