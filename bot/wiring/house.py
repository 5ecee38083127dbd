"""Builds every part from the settings, in the order in which they need each other."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.catalog.source import Source
from bot.desk.access import Members, Rights
from bot.desk.desk import Desk
from bot.desk.library import Library
from bot.desk.limits import Allowance
from bot.desk.looking import Scout
from bot.desk.nudging import Nudging
from bot.desk.parts import Parts
from bot.desk.planning import WorkerPlanner
from bot.desk.reload import Reload
from bot.desk.sound import sound
from bot.engine import Model
from bot.settings import Settings
from bot.store.lock import ServeLock
from bot.store.operated import OperatedStore
from bot.tokens import Tokens
from bot.wiring.meters import Meters
from bot.wiring.places import Places
from bot.wiring.reloading import Live, Reloading
from bot.wiring.slack import Bolt, bolt, door_of, who_am_i
from bot.wiring.vitals import Vitals
from handlers.directory import SlackDirectory
from handlers.door import Door
from handlers.flows import register_all
from handlers.surface import SlackSurface


@dataclass(frozen=True, slots=True)
class House:
    """What the program runs with."""

    desk: Desk
    app: Bolt
    door: Door
    vitals: Vitals
    reloading: Reloading


async def build(settings: Settings, tokens: Tokens, stack: AsyncExitStack, meters: Meters) -> House:
    """Build every part; what must be closed is on the stack.

    Raises BadKnowledge, StoreError, CannotServe and OSError.
    """
    source = Source(settings.knowledge_folder)
    model = await asyncio.to_thread(lambda: Model.of(sound(source)))
    path = settings.located(settings.store.path)
    stack.enter_context(ServeLock(path))
    store = await OperatedStore.open(path)
    stack.push_async_callback(store.close)
    store.meter = meters
    places = Places(Scout.of(settings), meters)
    stack.push_async_callback(places.close)
    planner = WorkerPlanner(meters.planned)
    stack.push_async_callback(planner.close)
    door = await door_of(settings, tokens, stack)
    me = await who_am_i(door.client)
    library = Library(store, model)
    access = Members(Rights.of(settings, me["team_id"]), SlackDirectory(door.client), now)
    surface = SlackSurface(door, settings.slack.escalation_group or "")
    parts = Parts(
        store=store,
        scout=places,
        planner=planner,
        access=access,
        surface=surface,
        library=library,
        clock=now,
        allowance=Allowance.of(settings),
        helpdesk=settings.slack.helpdesk_channels,
        escalation=settings.slack.escalation_channel or "",
        abandon=timedelta(days=settings.desk.abandon_days),
        nudging=Nudging.of(settings.desk),
        keep=timedelta(days=settings.desk.keep_days),
    )
    desk = Desk(parts)
    app = bolt(settings, tokens, me, meters.acknowledged)
    register_all(app, desk, door, settings.targets.ports[0] if settings.targets.ports else 3389)
    planner.warm(model)
    told = (settings.access.admins, settings.slack.helpdesk_channels)
    knowledge = Reload(source, library, now, planner.warm, *told)
    live = Live(parts, places, access, surface, me["team_id"])
    vitals = Vitals(store, planner, library, desk, meters, delivered=lambda: app.delivered)
    return House(desk, app, door, vitals, Reloading(settings, live, knowledge, meters))


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)
