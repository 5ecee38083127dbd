"""All parts of one local Slack in one place, for the modules that act on them."""

from dataclasses import dataclass

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.journal import Journal
from bot.sandbox.limits import Limits
from bot.sandbox.manifest import App
from bot.sandbox.once import ResponseUrls, Tickets, Triggers
from bot.sandbox.views import Views
from bot.sandbox.world import World


@dataclass(slots=True)
class State:
    """What this Slack knows; ``origin`` is its own http address once it listens."""

    clock: Clock
    app: App
    world: World
    journal: Journal
    limits: Limits
    faults: Faults
    triggers: Triggers
    tickets: Tickets
    urls: ResponseUrls
    views: Views
    origin: str = ""
