"""A click and everything that decides what it does: the argument of every rule of the flow."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.catalog.entries import Catalog, Fix
from bot.desk.body import Body, Trial
from bot.desk.intents import Click
from bot.desk.move import Move, OutOfPlace, event, with_body
from bot.engine import Model
from bot.store.base import Ticket


@dataclass(frozen=True, slots=True)
class Scene:
    """One click on one version of a ticket."""

    ticket: Ticket
    body: Body
    click: Click
    model: Model
    now: datetime
    helpdesk: str = ""
    """The channel to share to, empty where none is set."""
    places: tuple[str, ...] = ()
    """Every place that can be looked from."""

    @property
    def catalog(self) -> Catalog:
        """The knowledge that the ticket is pinned to."""
        return self.model.catalog

    @property
    def by(self) -> str:
        """Who clicked."""
        return self.click.sender.user

    def fix(self, kind: str = "fix") -> Fix:
        """The fix that stands on the card; raises OutOfPlace where none does."""
        offer = self.body.offer
        if offer is None or offer.step.kind != kind or offer.step.id != self.click.step:
            raise OutOfPlace("That step is not the one on the card any more.")
        return self.catalog.fixes[offer.step.id]


def look(scene: Scene, fix: str = "") -> Move:
    """Write down what was said, then let the probes look."""
    verb = scene.click.verb
    body = replace(
        scene.body, phase="rechecking", trial=Trial(verb.value, fix, scene.by), notice=""
    )
    said = (event("tried", scene.by, scene.now, fix=fix, said=verb.value),) if fix else ()
    return Move(with_body(scene.ticket, body), said, "look")


def escalate(scene: Scene) -> Move:
    """Hand the ticket over to the second line."""
    body = replace(scene.body, phase="closed", notice="", handed=scene.click.to)
    said = event("escalated", scene.by, scene.now, reason=scene.click.detail, to=scene.click.to)
    return Move(with_body(scene.ticket, body, state="escalated"), (said,))
