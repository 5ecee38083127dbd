"""What "optimal" means, written plainly: the exact recursion over (fixes failed x answers).

    U(w) = min( C*W, min_f c[f]*W + U(w*(1-s[f])), min_q c[q]*W + sum_a U(w*L[q][a]) )

Weights are not normalised.  Rule R1, access groups and order are honoured as the engine has to
honour them.  Slow on purpose: nothing here is shared with the planner except the compiled model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.catalog.entries import NOT_SURE
from bot.engine.belief import posterior
from bot.engine.decision import Decision, decide
from bot.engine.greedy import Greedy
from bot.engine.model import Model
from bot.engine.planner import Planner, State
from bot.engine.progress import answered, tried
from bot.engine.safety import Permission, permitted
from bot.engine.values import Situation

Weights = tuple[float, ...]


@dataclass
class Exact:
    """The optimum of a model, by dynamic programming."""

    model: Model
    waits: tuple[int, ...] | None = None
    _known: dict[tuple[int, tuple[int, ...], int], float] = field(default_factory=dict)

    def optimum(self, weights: Sequence[float] | None = None) -> float:
        start = tuple(self.model.prior if weights is None else weights)
        total = sum(start)
        start = tuple(weight / total for weight in start)
        asked = (-1,) * len(self.model.questions)
        return self._least(start, (1 << len(self.model.fixes)) - 1, asked, 0)

    def _least(self, w: Weights, fixes: int, asked: tuple[int, ...], entered: int) -> float:
        key = (fixes, asked, entered)
        if key not in self._known:
            self._known[key] = self._compute(w, fixes, asked, entered)
        return self._known[key]

    def _compute(self, w: Weights, fixes: int, asked: tuple[int, ...], entered: int) -> float:
        model, total = self.model, sum(w)
        best = model.catalog.settings.escalation_cost * total
        for number in allowed(model, w, fixes, self.waits):
            fix = model.fixes[number]
            cost, inside = way_in(model, fix.group, entered)
            after = failed(model, w, number)
            value = (fix.price + cost) * total
            value += self._least(after, fixes & ~(1 << number), asked, inside)
            best = min(best, value)
        for number, question in enumerate(model.questions):
            if asked[number] >= 0:
                continue
            cost, inside = way_in(model, question.group, entered)
            value = (question.price + cost) * total
            for answer, (_, row) in enumerate(question.answers):
                then = (*asked[:number], answer, *asked[number + 1 :])
                after = tuple(x * y for x, y in zip(w, row, strict=True))
                value += self._least(after, fixes, then, inside)
            if question.not_sure > 0:
                then = (*asked[:number], len(question.answers), *asked[number + 1 :])
                after = tuple(x * question.not_sure for x in w)
                value += self._least(after, fixes, then, inside)
            best = min(best, value)
        return best


def allowed(
    model: Model, w: Sequence[float], fixes: int, waits: Sequence[int] | None = None
) -> list[int]:
    """Fixes that order and R1 let through, straight from the rules."""
    waits = waits if waits is not None else [0] * len(model.fixes)
    ready = [n for n in range(len(model.fixes)) if fixes >> n & 1 and not waits[n] & fixes]
    fair = model.catalog.settings.safety_threshold * sum(w)
    gentle = [model.fixes[n].tier for n in ready if mass(model, w, n) >= fair]
    return [
        n
        for n in ready
        if model.fixes[n].tier < 2 or not any(tier < model.fixes[n].tier for tier in gentle)
    ]


def mass(model: Model, w: Sequence[float], number: int) -> float:
    return sum(w[cause] * solves for cause, solves in model.fixes[number].cures)


def failed(model: Model, w: Sequence[float], number: int) -> Weights:
    cures = dict(model.fixes[number].cures)
    return tuple(weight * (1.0 - cures.get(cause, 0.0)) for cause, weight in enumerate(w))


def way_in(model: Model, group: int, entered: int) -> tuple[float, int]:
    if group < 0:
        return 0.0, entered
    cost = 0.0 if entered >> group & 1 else model.entry[group]
    return cost, entered | 1 << group


def plain_greedy(
    model: Model, w: Sequence[float], fixes: int, waits: Sequence[int], entered: int = 0
) -> tuple[float, list[tuple[int, float]]]:
    """G without a heap: the sequence of (fix, efficiency) and the best prefix's cost."""
    escalation = model.catalog.settings.escalation_cost
    w, spent, sequence = tuple(w), 0.0, []
    best = sum(w) * escalation
    while fixes:
        ranked = _elements(model, w, allowed(model, w, fixes, waits), entered)
        if not ranked:
            break
        rate, number = max(ranked, key=lambda pair: pair[0])
        cost, entered = way_in(model, model.fixes[number].group, entered)
        spent += (model.fixes[number].price + cost) * sum(w)
        w, fixes = failed(model, w, number), fixes & ~(1 << number)
        sequence.append((number, rate))
        best = min(best, spent + sum(w) * escalation)
    return best, sequence


def _elements(
    model: Model, w: Sequence[float], numbers: list[int], entered: int
) -> list[tuple[float, int]]:
    """Every single fix, and every closed group by its best prefix."""
    found = []
    groups: dict[int, list[int]] = {}
    for number in numbers:
        group = model.fixes[number].group
        if group >= 0 and not entered >> group & 1:
            groups.setdefault(group, []).append(number)
        else:
            found.append((mass(model, w, number) / model.fixes[number].price, number))
    for group, members in groups.items():
        members.sort(key=lambda n: (-mass(model, w, n) / model.fixes[n].price, n))
        best = 0.0
        for size in range(1, len(members) + 1):
            part = members[:size]
            cured = sum(mass(model, w, n) for n in part)
            best = max(best, cured / (model.entry[group] + sum(model.fixes[n].price for n in part)))
        found.append((best, members[0]))
    return found


def engine_cost(model: Model, situation: Situation | None = None) -> float:
    """What the engine's own policy costs, exactly: its whole tree is walked."""
    return _walk(model, situation or Situation(), decide)


def _walk(
    model: Model, situation: Situation, choose: Callable[[Model, Situation], Decision]
) -> float:
    made = choose(model, situation)
    weights = posterior(model, situation)
    entered = sum(1 << n for n, name in enumerate(model.groups) if name in situation.entered)
    if made.kind == "fix":
        fix = model.fix(made.id)
        cost, _ = way_in(model, fix.group, entered)
        missed = 1.0 - mass(model, weights, model.fix_index[fix.id])
        after = tried(model, situation, fix.id, "failed")
        return fix.price + cost + missed * _walk(model, after, choose)
    if made.kind == "question":
        question = model.question(made.id)
        cost, _ = way_in(model, question.group, entered)
        value = question.price + cost
        for state, row in question.answers:
            share = sum(x * y for x, y in zip(weights, row, strict=True))
            value += share * _walk(model, answered(model, situation, question.id, state), choose)
        if question.not_sure > 0:
            after = answered(model, situation, question.id, NOT_SURE)
            value += question.not_sure * _walk(model, after, choose)
        return value
    return model.catalog.settings.escalation_cost


def start(model: Model, situation: Situation | None = None) -> tuple[Planner, State, Permission]:
    """A planner at a situation, with its root state."""
    situation = situation or Situation()
    weights = posterior(model, situation)
    permission = permitted(model, situation, weights)
    planner = Planner(model, situation, weights, permission)
    return planner, planner.root, permission


def promised(model: Model, situation: Situation | None = None) -> tuple[float, float]:
    """(V, G) at a situation."""
    planner, root, permission = start(model, situation)
    base, _ = Greedy(model, permission).run(root.weights, root.fixes, root.entered)
    planner.options()
    return planner.value(root), base
