"""Every flow of the product, and how Bolt is told of them."""

from slack_bolt.async_app import AsyncApp

from bot.desk.api import Desk
from handlers.causes import CauseFlow
from handlers.details import DetailsFlow
from handlers.door import Door
from handlers.errors import LastNet
from handlers.filtering import FilterFlow
from handlers.home import HomeFlow
from handlers.joining import JoinFlow
from handlers.pages import HistoryFlow
from handlers.start import StartFlow
from handlers.step import StepFlow
from handlers.triage import TriageFlow


def register_all(app: AsyncApp, desk: Desk, door: Door, port: int = 3389) -> None:
    """Register every flow; ``port`` is the RDP port where none is typed."""
    steps = StepFlow(desk, door)
    for flow in (
        TriageFlow(desk, door, port),
        StartFlow(desk, door, port),
        steps,
        DetailsFlow(desk, door),
        CauseFlow(desk, steps),
        HistoryFlow(desk, door),
        FilterFlow(desk, door),
        HomeFlow(desk, door),
        JoinFlow(desk, door),
        LastNet(door),
    ):
        flow.register(app)
