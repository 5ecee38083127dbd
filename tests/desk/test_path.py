"""A live ticket's path lies in the tree of the shipped knowledge, whatever people press.

Clicks go through the desk's own rules.  A branch that the tree cut, or that no plan gives a chance
(nobody can do it, nobody knows whether it helped), is planned again from where the ticket stands.
"""

from dataclasses import dataclass, replace

import pytest

from bot.catalog import load, shipped
from bot.catalog.entries import NOT_SURE
from bot.desk.body import Body, Offer
from bot.desk.flow import clicked
from bot.desk.intents import Click, Sender, Verb
from bot.desk.move import onward, with_body
from bot.desk.scene import Scene
from bot.engine import Model, Node, Plan, Situation, Try, plan, tree, tried
from bot.engine.decision import decide
from bot.store.base import Ticket
from tests.desk import office as o
from tests.engine.worlds import Dice

MODEL = Model.of(load(shipped()))
REACH = 0.15
CLICKS = 7

STARTS = {
    "nothing known": Situation(),
    "healthy, refused after the password": Situation(
        evidence={"ladder": "ok", "security-layer": "nla-required", "fails-at": "after-credentials"}
    ),
    "TLS closed, tests allowed": Situation(
        evidence={"ladder": "tls", "tls-hello": "closed", "server-kind": "windows"}, approved=True
    ),
    "port silent": Situation(evidence={"ladder": "port", "port-state": "timeout"}),
}


@dataclass
class Live:
    """One open ticket, the node of the tree on which it stands, and the way there."""

    ticket: Ticket
    way: list[Node]
    dice: Dice
    drawn: int = 0
    """Steps that led to a node which the tree had drawn."""

    @property
    def body(self) -> Body:
        return Body.of(self.ticket)

    def judged(self) -> Plan:
        """The plan of the moment, put on the card; it is what the tree shows here."""
        made, node = plan(MODEL, self.body.situation), self.way[-1]
        assert node.situation == self.body.situation
        assert (node.step, node.explanation) == (made.step, made.explanation)
        body = replace(self.body, phase="waiting", offer=Offer.of(made))
        self.ticket = with_body(self.ticket, body)
        return made

    def press(self, verb: Verb, step: str, detail: str, outcome: str) -> None:
        """One click, and the node to which it leads."""
        click = Click(Sender(o.ASKER, o.TEAM, "D1", "t"), verb, 1, 1, step, detail)
        move = clicked(Scene(self.ticket, self.body, click, MODEL, o.NOON))
        self.ticket = move.ticket
        if move.then == "look":  # and everything looks as it did
            result = (
                "undone" if verb is Verb.UNDONE else "failed" if verb is Verb.FAILED else "unsure"
            )
            after = tried(MODEL, self.body.situation, step, result)  # type: ignore[arg-type]
            self.ticket = with_body(self.ticket, onward(self.body, after))
        child = dict(self.way[-1].children).get(outcome)
        if child is None or child.kind == "cut":
            child = tree(MODEL, self.body.situation, REACH)
        else:
            self.drawn += 1
        self.way.append(child)

    def back(self) -> None:
        """Back, to the node before."""
        click = Click(Sender(o.ASKER, o.TEAM, "D1", "t"), Verb.BACK, 1, 1)
        self.ticket = clicked(Scene(self.ticket, self.body, click, MODEL, o.NOON)).ticket
        self.way.pop()

    def go_on(self, made: Plan) -> bool:
        """Do one thing that a person could do now; False at the end."""
        kind, step = made.step.kind, made.step.id
        if kind in ("escalate", "recheck"):
            return False
        if self.body.history and self.body.situation.in_force is None and self.dice.chance(0.2):
            self.back()
        elif kind == "undo":
            self.press(Verb.UNDONE, step, "", "undone")
        elif kind == "question":
            states = [*MODEL.catalog.questions[step].answers, NOT_SURE]
            state = states[self.dice.below(len(states))]
            verb = Verb.UNSURE if state == NOT_SURE else Verb.ANSWER
            self.press(verb, step, state, state)
        else:
            ways = (
                (Verb.FAILED, "", "failed"),
                (Verb.FAILED, "", "failed"),
                (Verb.CANNOT, "", "cannot"),
                (Verb.CANNOT, "access", "no access"),
                (Verb.UNSURE, "", "unsure"),
            )
            verb, detail, outcome = ways[self.dice.below(len(ways))]
            self.press(verb, step, detail, outcome)
        return True


def opened(situation: Situation, seed: int) -> Live:
    ticket = Ticket(1, o.TEAM, o.HOST, 3389, o.ASKER, o.NOON, "open", 1, "k", "expert")
    way = [tree(MODEL, situation, REACH)]
    return Live(with_body(ticket, Body(phase="waiting", situation=situation)), way, Dice(seed))


def came_back(situation: Situation) -> Situation:
    """The same, where the first fix that the engine would have tried was tried last week."""
    options = decide(MODEL, situation).options
    first = next(option.id for option in options if option.kind == "fix")
    return replace(situation, tries=(Try(first, "came-back"),))


@pytest.mark.parametrize("start", STARTS)
def test_a_live_path_lies_in_the_tree(start: str) -> None:  # property 15
    drawn = 0
    for seed, situation in enumerate((STARTS[start], came_back(STARTS[start]))):
        live = opened(situation, seed)
        for _ in range(CLICKS):
            if not live.go_on(live.judged()):
                break
        live.judged()
        drawn += live.drawn
    assert drawn > 0
