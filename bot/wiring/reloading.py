"""SIGHUP: the settings file and the knowledge are read again, and sound ones are for new work.

Strategy: a file is taken over whole or not at all; why not is in the log, and is told to the
administrators.  What runs ends as it began.  What cannot change in a running program (where it
listens, which database it keeps) stays as it is, and is named as needing a restart.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from bot.catalog.source import Source
from bot.desk.access import Members, Rights
from bot.desk.limits import Allowance
from bot.desk.looking import Scout
from bot.desk.nudging import Nudging
from bot.desk.parts import Parts
from bot.desk.reload import Reload, Result
from bot.settings import Settings, SettingsError, read
from bot.wiring.logs import set_up_logs
from bot.wiring.meters import Meters
from bot.wiring.places import Places
from handlers.surface import SlackSurface

log = logging.getLogger(__name__)

FIXED: dict[str, Callable[[Settings], Any]] = {
    "slack.mode": lambda settings: settings.slack.mode,
    "slack.listen": lambda settings: settings.slack.listen,
    "slack.api_url": lambda settings: settings.slack.api_url,
    "store.path": lambda settings: settings.located(settings.store.path),
    "http.listen": lambda settings: settings.http.listen,
    "targets.ports (the first, used where none is typed)": lambda settings: settings.targets.ports[
        :1
    ],
}
"""Settings that need a restart."""


@dataclass(frozen=True, slots=True)
class Live:
    """The parts that follow the settings while they work."""

    parts: Parts
    places: Places
    access: Members
    surface: SlackSurface
    team: str

    def adopt(self, settings: Settings, scout: Scout | None) -> None:
        """Go by other settings from now on; without a scout the places stay."""
        if scout is not None:
            self.places.adopt(scout)
        self.access.adopt(Rights.of(settings, self.team))
        self.surface.group = settings.slack.escalation_group or ""
        parts, desk = self.parts, settings.desk
        parts.allowance.adopt(Allowance.of(settings))
        parts.helpdesk = settings.slack.helpdesk_channels
        parts.escalation = settings.slack.escalation_channel or ""
        parts.abandon = timedelta(days=desk.abandon_days)
        parts.keep = timedelta(days=desk.keep_days)
        parts.nudging = Nudging.of(desk)


@dataclass(slots=True)
class Reloading:
    """Reads again whenever ``asked`` is set; ``settings`` are those in use."""

    settings: Settings
    live: Live
    knowledge: Reload
    meters: Meters
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Wait to be asked, again and again, until cancelled."""
        while True:
            await self.asked.wait()
            self.asked.clear()
            await self._one("settings", self.again)
            await self._one("knowledge", self.knowledge.once)

    async def _one(self, what: str, work: Callable[[], Any]) -> None:
        result = Result.REFUSED
        try:
            result = await work()
        except Exception:
            log.exception("reading the %s again broke off; the old stay in use", what)
        self.meters.reloaded(what, result.value)

    async def again(self) -> Result:
        """Read the settings file once."""
        file = self.settings.file
        if file is None:
            log.warning("the settings were not read from a file; nothing to read again")
            return Result.SAME
        try:
            new = await asyncio.to_thread(read, file)
            scout = self._scout(new)
        except SettingsError as error:
            await self._refused(error)
            return Result.REFUSED
        if new.model_dump() == self.settings.model_dump():
            log.info("the settings are as they were")
            return Result.SAME
        await self._taken(new, scout)
        return Result.TAKEN

    def _scout(self, new: Settings) -> Scout | None:
        """Other places to look from where the file names others; raises SettingsError."""
        if (new.targets, new.jumpbox) == (self.settings.targets, self.settings.jumpbox):
            return None
        try:
            return Scout.of(new)
        except ValueError as error:
            raise SettingsError([f"{new.file}: {error}"]) from None

    async def _taken(self, new: Settings, scout: Scout | None) -> None:
        before = self.settings
        self.live.adopt(new, scout)
        set_up_logs(new, self.meters.handler())
        log.info("the settings were read again and hold for all new work")
        late = [key for key, value in FIXED.items() if value(new) != value(before)]
        for key in late:
            log.warning("%s was changed in the settings: it needs a restart", key)
        self.knowledge = replace(
            self.knowledge,
            source=Source(new.knowledge_folder),
            admins=new.access.admins,
            channels=new.slack.helpdesk_channels,
        )
        text = "The settings were read again and hold for all new work."
        needs = [f"{key}: needs a restart, which is still to do" for key in late]
        self.settings = new
        await self.knowledge.tell(text, needs)

    async def _refused(self, error: SettingsError) -> None:
        for line in error.faults:
            log.error("the settings were not taken over: %s", line)
        log.error("the settings from before are used on")
        await self.knowledge.tell(
            "The settings file was read again and not taken over; the settings from before stay "
            "in use. Mend this and ask again:",
            error.faults,
        )
