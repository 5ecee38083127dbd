"""Where to look from, and looking from all those places at once.

Strategy: the settings name the places; the first jump box whose targets fit is used, plus
``direct`` where allowed.  Observations of different places are never mixed, only listed.
"""

import asyncio
import importlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.evidence import Observation
from bot.probes.base import Report, Target
from bot.probes.conduct import MOST_CONNECTIONS
from bot.probes.door import Door
from bot.probes.run import look
from bot.settings import Settings
from bot.targets import Rules, could_match, parse_host
from bot.vantage.base import Vantage
from bot.vantage.direct import Direct
from bot.wire.gateway import PORT

if TYPE_CHECKING:
    from bot.vantage.jumpbox import Jumpbox

DIRECT = "direct"
CONNECT_TIMEOUT = 4.0


class NoVantage(Exception):
    """There is no place from which this target may be looked at; the text says what to set."""


def jumpboxes(settings: Settings, rules: Rules) -> "dict[str, Jumpbox]":
    """Every jump box of the settings, in their order; raises NoVantage for a circle of ``via``."""
    made: dict[str, Jumpbox] = {}
    if not settings.jumpbox:
        return made
    # SSH takes a third of all the time that imports take; who looks from here needs none.
    ssh = importlib.import_module("bot.vantage.jumpbox")
    wanted = {box.name: box for box in settings.jumpbox}

    def make(name: str, asked_for: tuple[str, ...]) -> "Jumpbox":
        if name in asked_for:
            raise NoVantage(f"the jump boxes go through each other: {' via '.join(asked_for)}")
        box = wanted[name]
        if name not in made:
            made[name] = ssh.Jumpbox(
                ssh.JumpboxConfig(
                    name=name,
                    host=box.host,
                    port=box.port,
                    user=box.user,
                    key=settings.located(box.key),
                    known_hosts=settings.located(box.known_hosts),
                    rules=rules,
                    via=make(box.via, (*asked_for, name)) if box.via else None,
                )
            )
        return made[name]

    return {name: make(name, ()) for name in wanted}


def gateway_of(text: str | None) -> Target | None:
    """A typed RD Gateway, HOST[:PORT], port 443 unless it is typed; raises BadHost."""
    if text is None:
        return None
    typed = parse_host(text)
    return Target(typed.host, typed.port or PORT)


class Scout:
    """All places of one settings file; connections are made when first needed."""

    def __init__(
        self,
        rules: Rules,
        boxes: Mapping[str, Vantage],
        fits: Mapping[str, Sequence[str]],
        direct: Vantage | None,
        gateway: Target | None = None,
    ) -> None:
        self._rules = rules
        self._boxes = dict(boxes)
        self._fits = fits
        self._direct = direct
        self._gateway = gateway

    @classmethod
    def of(cls, settings: Settings) -> "Scout":
        """Build every place that the settings name; nothing is connected yet."""
        rules = Rules.of(settings.targets.allow, settings.targets.deny, settings.targets.ports)
        boxes = jumpboxes(settings, rules)
        direct = Direct(rules) if settings.targets.direct else None
        fits = {box.name: box.targets for box in settings.jumpbox}
        return cls(rules, boxes, fits, direct, gateway_of(settings.targets.gateway))

    @classmethod
    def exactly(cls, *hosts: str) -> "Scout":
        """The place of a check without settings: from here, at exactly the typed hosts."""
        rules = Rules.exactly(*hosts)
        return cls(rules, {}, {}, Direct(rules))

    def admit(self, target: Target) -> None:
        """Judge what can be judged before looking; raises TargetRefused."""
        self._rules.check_port(target.port)
        self._rules.check_typed(target.host)
        gateway = target.gateway or self._gateway
        if gateway is not None:
            self._rules.check_typed(gateway.host)

    def places(self, host: str, via: str | None = None) -> tuple[str, ...]:
        """Names of the places to look from; raises NoVantage."""
        known = [*self._boxes, *([DIRECT] if self._direct else [])]
        if via == "all":
            return tuple(known)
        if via is not None:
            if via not in known:
                names = ", ".join(known) or "none"
                raise NoVantage(
                    f"there is no place to look from called {via[:60]!r}; known: {names}"
                )
            return (via,)
        found = [box for box, patterns in self._fits.items() if could_match(patterns, host)][:1]
        if self._direct:
            found.append(DIRECT)
        if not found:
            raise NoVantage(
                f"no jump box looks at {host}: its targets do not match and direct is off "
                "(settings, [[jumpbox]] targets and [targets] direct)"
            )
        return tuple(found)

    @asynccontextmanager
    async def reaching(self, places: Sequence[str], seconds: float) -> AsyncIterator[None]:
        """Log in to jump boxes while something else is done; what fails, the look will show."""
        deadline = asyncio.get_running_loop().time() + seconds
        boxes = [self._boxes[place] for place in places if place in self._boxes]
        logins = [asyncio.create_task(box.session(deadline)) for box in boxes]
        try:
            yield
        finally:
            for login in logins:
                login.cancel()  # the login itself goes on, for those who look
            await asyncio.gather(*logins, return_exceptions=True)

    async def look(  # noqa: PLR0913 - each is a decision of the caller
        self,
        target: Target,
        places: Sequence[str],
        *,
        seconds: float,
        only: frozenset[str] | None = None,
        connections: int = MOST_CONNECTIONS,
        report: Report | None = None,
    ) -> list[Observation]:
        """Look from all places at once, for at most ``seconds``; the answers are in their order.

        A target without a gateway has that of the settings, if there is one.
        ``connections`` limits those to the RDP port from each place.
        Raises TargetRefused when the completed name or an address is closed by the rules.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        connect = min(CONNECT_TIMEOUT, seconds)
        target = replace(target, gateway=target.gateway or self._gateway)
        door = Door()

        async def one(place: str) -> list[Observation]:
            vantage = self._direct if place == DIRECT else self._boxes.get(place)
            if vantage is None:  # the settings have changed since the ticket was opened
                raise NoVantage(f"there is no place to look from called {place!r}")
            return await look(
                vantage,
                target,
                deadline=deadline,
                connect_timeout=connect,
                report=report,
                only=only,
                connections=connections,
                door=door,
            )

        tasks = [asyncio.create_task(one(place)) for place in places]
        try:
            seen = await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        return [observation for part in seen for observation in part]

    async def close(self) -> None:
        """Close every connection."""
        for vantage in [*self._boxes.values(), *([self._direct] if self._direct else [])]:
            await vantage.close()
