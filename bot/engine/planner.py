"""LOOK2: greedy repair, questions by what they save, and one step of look-ahead over the best few.

Strategy: ``G`` is the cost of repairing greedily; ``V`` also weighs asking one question first;
each candidate step is judged by its own cost plus V of what follows.  Weights are never
normalised inside (all costs are linear in them), so branches need no division.  Look-ahead takes
the situation's prices as they are: what a second "not sure" would do to them is left to the next
plan.  Optimum <= LOOK2 <= V <= G.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from operator import mul
from typing import Literal

from bot.engine.belief import DOUBT, Finding, findings
from bot.engine.greedy import Greedy
from bot.engine.model import Model
from bot.engine.parts import ModelQuestion, Row
from bot.engine.safety import Permission, mask
from bot.engine.values import Situation

CANDIDATES = 4
INNER_QUESTIONS = 8
TIE = 1e-9
UNSURE_IN_A_ROW = 2

_ORDER = {"fix": 0, "question": 1, "escalate": 2}

Weights = Sequence[float]


@dataclass(frozen=True, slots=True)
class Option:
    """A candidate step and the expected cost of the case when it is taken."""

    kind: Literal["fix", "question", "escalate"]
    number: int
    id: str
    value: float
    tier: int = 0
    price: float = 0.0


@dataclass(frozen=True, slots=True)
class State:
    """A place in the look-ahead: belief (not normalised) and what is still open."""

    weights: Weights
    fixes: int
    questions: int
    entered: int
    told: frozenset[tuple[str, str]] | None = None
    """The answers that led here, where nothing else did."""

    @property
    def total(self) -> float:
        """The mass that is left."""
        return sum(self.weights)


class Planner:
    """Decides one step for one situation; nothing is kept between situations."""

    def __init__(
        self, model: Model, situation: Situation, weights: Weights, permission: Permission
    ) -> None:
        self.model = model
        self.permission = permission
        self.greedy = Greedy(model, permission)
        self.escalation = model.catalog.settings.escalation_cost
        tired = situation.unsure_streak >= UNSURE_IN_A_ROW
        self.patience = 2.0 if tired else 1.0
        entered = sum(1 << n for n, group in enumerate(model.groups) if group in situation.entered)
        self.root = State(weights, permission.fixes, permission.questions, entered, frozenset())
        self.spoken: dict[str, Finding] = {
            found.item.same_check: found
            for found in findings(model, situation)
            if found.item.same_check is not None
        }
        self.inner: tuple[int, ...] = ()
        self._repaired: dict[frozenset[tuple[str, str]], float] = {}
        self._same = {question.id: _same(model, question) for question in model.questions}

    def options(self) -> list[Option]:
        """Every candidate, the best first; ties go to the gentler, then fixes, cost, id."""
        root = self.root
        base, first = self.greedy.run(root.weights, root.fixes, root.entered)
        asked = self._asked(base)
        self.inner = tuple(number for _, number in asked)
        chosen = self.greedy.ranked(root.weights, root.fixes, root.entered)[:CANDIDATES]
        if first >= 0 and first not in chosen:
            chosen.append(first)
        found = [Option("escalate", -1, "", self.escalation * root.total)]
        found += [self._question(number, base, asked) for _, number in asked[:CANDIDATES]]
        found += [self._fix(number) for number in chosen]
        found += [self._test(number) for number in self.permission.tests]
        return _in_order(found)

    def _asked(self, base: float) -> list[tuple[float, int]]:
        """(cost of asking first, question) of the best few questions."""
        asked: list[tuple[float, int]] = []
        for number in _bits(self.root.questions):
            limit = asked[-1][0] if len(asked) == INNER_QUESTIONS else inf
            value = self.eco(self.root, number, base, limit)
            asked = sorted([*asked, (value, number)])[:INNER_QUESTIONS]
        return asked

    def value(self, state: State) -> float:
        """V: the lesser of repairing greedily and of asking one of the best questions first."""
        best = base = self._repair(state)
        for number in self.inner:
            if state.questions >> number & 1:
                best = min(best, self.eco(state, number, base, best))
        return best

    def eco(self, state: State, number: int, base: float, limit: float) -> float:
        """Expected cost of asking first, then repairing greedily; stops once past ``limit``.

        ``base`` is G of the state: after "not sure" the belief is what it was, so that branch
        costs its share of G.
        """
        question = self.model.questions[number]
        cost = self.price(question, state.entered) * state.total + question.not_sure * base
        for _, after in self.branches(state, question):
            if cost >= limit:
                break
            cost += self._repair(after)
        return cost

    def _repair(self, state: State) -> float:
        """G of a state; the same answers in another order lead to the same one."""
        if state.told is None:
            return self.greedy.run(state.weights, state.fixes, state.entered)[0]
        if state.told not in self._repaired:
            base, _ = self.greedy.run(state.weights, state.fixes, state.entered)
            self._repaired[state.told] = base
        return self._repaired[state.told]

    def price(self, question: ModelQuestion, entered: int) -> float:
        """What asking costs: the price (doubled after two "not sure"), and the way in."""
        return question.price * self.patience + self._entry(question.group, entered)

    def _entry(self, group: int, entered: int) -> float:
        return 0.0 if group < 0 or entered >> group & 1 else self.model.entry[group]

    def branches(self, state: State, question: ModelQuestion) -> Iterator[tuple[str, State]]:
        """What each answer leads to; "not sure" is not among them."""
        spoken = self.spoken.get(question.item.same_check or "")
        left = state.questions & ~self._same[question.id]
        entered = _inside(question.group, state.entered)
        for (answer, row), (fixes, questions) in zip(
            question.answers, question.closes, strict=True
        ):
            after = list(map(mul, state.weights, row))
            told = None if state.told is None else state.told | {(question.id, answer)}
            if spoken is not None:  # what such an answer does to the odds depends on the order
                after = _instead(state.weights, after, question.item.rows[answer], spoken)
                told = None
            yield answer, State(after, state.fixes & ~fixes, left & ~questions, entered, told)

    def _fix(self, number: int) -> Option:
        fix, root = self.model.fixes[number], self.root
        weights = list(root.weights)
        for cause, solves in fix.planned:
            weights[cause] *= 1.0 - solves
        price = fix.price + self._entry(fix.group, root.entered)
        entered = _inside(fix.group, root.entered)
        after = State(weights, root.fixes & ~(1 << number), root.questions, entered)
        value = price * root.total + self.value(after)
        return Option("fix", number, fix.id, value, fix.tier, price)

    def _test(self, number: int) -> Option:
        """A temporary test ends nothing: like a question, it only tells two cases apart."""
        fix, root = self.model.fixes[number], self.root
        works = dict(fix.cures)
        row = [works.get(cause, DOUBT) for cause in range(len(root.weights))]
        price = fix.price + self._entry(fix.group, root.entered)
        entered = _inside(fix.group, root.entered)
        value = price * root.total
        for chances in (row, [1.0 - chance for chance in row]):
            weights = list(map(mul, root.weights, chances))
            value += self.value(State(weights, root.fixes, root.questions, entered))
        return Option("fix", number, fix.id, value, fix.tier, price)

    def _question(self, number: int, base: float, asked: list[tuple[float, int]]) -> Option:
        question, root = self.model.questions[number], self.root
        price = self.price(question, root.entered)
        after_not_sure = min([base, *(value for value, other in asked if other != number)])
        value = price * root.total + question.not_sure * after_not_sure
        value += sum(self.value(after) for _, after in self.branches(root, question))
        return Option("question", number, question.id, value, 0, price)


def _inside(group: int, entered: int) -> int:
    """The groups that are open once a step of that group (-1: none) was taken."""
    return entered if group < 0 else entered | 1 << group


def _same(model: Model, question: ModelQuestion) -> int:
    """The question itself and all that check the same: one of them counts."""
    group = question.item.same_check
    return mask(
        number
        for number, other in enumerate(model.questions)
        if other is question or (group is not None and other.item.same_check == group)
    )


def _instead(weights: Weights, after: list[float], row: Row, spoken: Finding) -> list[float]:
    """The branch of an answer whose check has spoken already: only the stronger counts.

    The branch is as likely as the answer; what is believed in it follows the stronger of the two.
    """
    shape = list(weights)
    if max(row) / min(row) > max(spoken.row) / min(spoken.row):
        shape = [
            weight * new / old for weight, new, old in zip(weights, row, spoken.row, strict=True)
        ]
    scale = sum(after) / sum(shape)
    return [weight * scale for weight in shape]


def _in_order(options: list[Option]) -> list[Option]:
    """Least value first; values that are equal to a billionth are tied."""
    left = sorted(options, key=lambda each: (each.value, *_tie(each)))
    ordered = []
    while left:
        best = left[0].value
        tied = [each for each in left if each.value <= best * (1.0 + TIE)]
        first = min(tied, key=_tie)
        ordered.append(first)
        left.remove(first)
    return ordered


def _tie(option: Option) -> tuple[bool, int, int, float, str]:
    over = option.kind == "escalate"
    return over, option.tier, _ORDER[option.kind], option.price, option.id


def _bits(bits: int) -> Iterator[int]:
    number = 0
    while bits:
        if bits & 1:
            yield number
        bits >>= 1
        number += 1
