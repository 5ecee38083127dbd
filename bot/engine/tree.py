"""The policy drawn: every step that the engine would take, branch by branch, from a situation.

Strategy: a node decides exactly as a live session does and moves on by the same functions of
``progress``, so the path of a session lies in the tree.  Branches that are reached too seldom are
cut and planned again when somebody gets there.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from json import dumps

from bot.catalog.entries import NOT_SURE
from bot.engine.decision import Decision, decide
from bot.engine.explanation import explanation_of, step_of
from bot.engine.model import Model
from bot.engine.progress import answered, cannot, tried, undone
from bot.engine.safety import chance
from bot.engine.values import CauseShare, Node, Situation
from bot.engine.verdict import shares

TOP_CAUSES = 3


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the unrolling stands: how it got there, how likely, at what cost."""

    situation: Situation
    path: tuple[str, ...]
    reach: float
    cost: float


def tree(model: Model, situation: Situation, reach: float = 0.02) -> Node:
    """Unroll the policy; what is reached with less than ``reach`` is cut ("then re-planned")."""
    start = _Place(situation, (dumps(situation.to_json(), sort_keys=True),), 1.0, 0.0)
    return _node(model, start, reach)


def node_id(model: Model, path: tuple[str, ...]) -> str:
    """Twelve hexadecimal digits that name a place: knowledge, epoch and the way there."""
    named = dumps([model.catalog.hash, model.epoch, *path])
    return sha256(named.encode()).hexdigest()[:12]


def _node(model: Model, place: _Place, least: float) -> Node:
    name = node_id(model, place.path)
    if place.reach < least:
        return Node(name, "cut", None, place.reach, (), place.cost, 0.0)
    decision = decide(model, place.situation)
    step = step_of(model, place.situation, decision)
    children = [
        (outcome, _child(model, moved, least)) for outcome, moved in _moves(model, place, decision)
    ]
    remaining = decision.remaining
    if not decision.options and children:  # a rule decided: what follows is what remains
        remaining = children[0][1].remaining
    return Node(
        id=name,
        kind=step.kind,
        step=step,
        reach=place.reach,
        causes=_top(model, decision),
        cost=place.cost,
        remaining=remaining,
        children=tuple(sorted(children, key=lambda child: child[0])),
        situation=place.situation,
        explanation=explanation_of(model, place.situation, decision),
    )


def _child(model: Model, moved: _Place | Node, least: float) -> Node:
    return moved if isinstance(moved, Node) else _node(model, moved, least)


def _top(model: Model, decision: Decision) -> tuple[CauseShare, ...]:
    return shares(model, decision.weights)[:TOP_CAUSES]


def _moves(model: Model, place: _Place, decision: Decision) -> list[tuple[str, _Place | Node]]:
    """Every outcome of the decided step and where it leads."""
    match decision.kind:
        case "fix":
            return _after_fix(model, place, decision)
        case "question":
            return _after_question(model, place, decision)
        case "undo":
            moved = undone(model, place.situation, decision.id)
            return [("undone", _on(place, "undone", 1.0, moved, 0.0))]
        case "recheck":
            moved = replace(place.situation, rechecked=True)
            return [("unchanged", _on(place, "unchanged", 1.0, moved, 0.0))]
        case _:
            return []


def _on(place: _Place, outcome: str, share: float, moved: Situation, cost: float) -> _Place:
    return _Place(moved, (*place.path, outcome), place.reach * share, place.cost + cost)


def _after_fix(model: Model, place: _Place, decision: Decision) -> list[tuple[str, _Place | Node]]:
    fix, priced = model.fix(decision.id), decision.options[0].price
    helps, able = chance(fix, decision.weights), model.fix(decision.id).able
    cost = priced if able == 1.0 else priced - fix.price + fix.cost.total
    missed = tried(model, place.situation, fix.id, "failed")
    moves: list[tuple[str, _Place | Node]] = [
        ("failed", _on(place, "failed", (1.0 - helps) * able, missed, cost))
    ]
    if able < 1.0:
        skipped = cannot(model, place.situation, fix.id)
        skip = model.catalog.settings.skip_cost
        moves.append(("cannot", _on(place, "cannot", 1.0 - able, skipped, skip)))
    helps *= able
    if fix.temporary:
        confirmed = tried(model, place.situation, fix.id, "worked")
        return [*moves, ("worked", _on(place, "worked", helps, confirmed, cost))]
    path = (*place.path, "worked")
    total = place.cost + cost
    solved = Node(node_id(model, path), "solved", None, place.reach * helps, (), total, 0.0)
    return [*moves, ("worked", solved)]


def _after_question(
    model: Model, place: _Place, decision: Decision
) -> list[tuple[str, _Place | Node]]:
    question, cost = model.question(decision.id), decision.options[0].price
    shares_by_answer = {
        answer: sum(w * value for w, value in zip(decision.weights, row, strict=True))
        for answer, row in question.answers
    }
    if question.not_sure > 0:
        shares_by_answer[NOT_SURE] = question.not_sure
    return [
        (
            state,
            _on(place, state, share, answered(model, place.situation, question.id, state), cost),
        )
        for state, share in shares_by_answer.items()
    ]
