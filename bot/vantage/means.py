"""What a place can do besides opening streams: nothing, or what its commands can.

Strategy: one implementation for every place that runs commands; how it runs them (an SSH
session, a process here) is a function that it is given.  The survey of the place decides before
anything is sent whether a verb can do its work, and says why not.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NoReturn

from bot.targets import Rules
from bot.vantage import commands, outputs, ss
from bot.vantage.base import Address, Cannot, Clock, Datagram, Echo, Socket
from bot.vantage.commands import Command
from bot.vantage.outputs import Ran, Survey

# A command is told to end this long before its caller leaves, so that its output still arrives.
MARGIN = 0.4

Run = Callable[[Command, float], Awaitable[Ran]]
"""Run a command until a deadline; raises Cannot (refused) and VantageError."""


class NoMeans:
    """A place that can do nothing besides; every verb raises Cannot with the same reason."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    async def echoes(
        self, address: Address, sizes: Sequence[int], deadline: float
    ) -> tuple[Echo, ...]:
        """Raises Cannot."""
        del address, sizes, deadline
        self._cannot()

    async def clock(self, deadline: float) -> Clock:
        """Raises Cannot."""
        del deadline
        self._cannot()

    async def neighbour(self, address: Address, deadline: float) -> str:
        """Raises Cannot."""
        del address, deadline
        self._cannot()

    async def datagram(
        self, address: Address, port: int, payload: bytes, deadline: float
    ) -> Datagram:
        """Raises Cannot."""
        del address, port, payload, deadline
        self._cannot()

    async def sockets(self, address: Address, port: int, deadline: float) -> tuple[Socket, ...]:
        """Raises Cannot."""
        del address, port, deadline
        self._cannot()

    async def leg_ms(self, deadline: float) -> float:
        """Raises Cannot."""
        del deadline
        self._cannot()

    def _cannot(self) -> NoReturn:
        raise Cannot(self._reason)


class CommandMeans:
    """What commands can do at ``place`` (a name for people); ``leg`` measures the way there."""

    def __init__(
        self,
        place: str,
        rules: Rules,
        survey: Survey,
        run: Run,
        leg: Callable[[float], Awaitable[float]],
    ) -> None:
        self._place = place
        self._rules = rules
        self._survey = survey
        self._run = run
        self._leg = leg

    async def echoes(
        self, address: Address, sizes: Sequence[int], deadline: float
    ) -> tuple[Echo, ...]:
        """All sizes at the same time, by iputils ping."""
        self._rules.check_address(address)
        self._needs_linux()
        if self._survey.ping is None:
            self._cannot("has no ping of iputils, which alone forbids fragments (-M do)")
        command = commands.echoes(
            address, sizes, _left(deadline) - MARGIN, ping6=self._survey.ping6
        )
        found = outputs.echoes((await self._run(command, deadline)).output, sizes)
        return found if found is not None else self._cannot("does not let us ping")

    async def clock(self, deadline: float) -> Clock:
        """The place's ``date`` against our clock at the middle of the way there and back."""
        self._needs_shell()
        ran = await self._run(commands.CLOCK, deadline)
        here = time.time() - asyncio.get_running_loop().time()
        told = outputs.clock(ran.output)
        if told is None:
            self._cannot("has no date that tells seconds")
        there, fineness = told
        middle = here + (ran.began + ran.heard) / 2
        error = (ran.heard - ran.began) / 2 + fineness
        return Clock(round(there - middle, 6), round(error, 6))

    async def neighbour(self, address: Address, deadline: float) -> str:
        """By ``ip neigh``: answers, absent, unsure or elsewhere."""
        self._rules.check_address(address)
        self._needs("ip", "has no ip command (package iproute2)")
        ran = await self._run(commands.neighbour(address), deadline)
        return outputs.neighbour(ran.output) or self._cannot("has an ip command that tells nothing")

    async def datagram(
        self, address: Address, port: int, payload: bytes, deadline: float
    ) -> Datagram:
        """One datagram by bash's ``/dev/udp``."""
        self._rules.check_address(address)
        self._needs("udp", "has no bash that opens /dev/udp")
        self._needs("dd", "has no dd with iflag=fullblock, or no od")
        seconds = _left(deadline) - MARGIN
        command = commands.datagram(address, port, payload, seconds)
        found = outputs.datagram((await self._run(command, deadline)).output)
        return found or self._cannot(f"cannot send a datagram to {commands.plain(address)}")

    async def sockets(self, address: Address, port: int, deadline: float) -> tuple[Socket, ...]:
        """By ``ss -tin``."""
        self._rules.check_address(address)
        self._needs("ss", "has no ss command (package iproute2)")
        ran = await self._run(commands.sockets(address, port), deadline)
        found = ss.sockets(ran.output)
        return found if found is not None else self._cannot("has an ss command that tells nothing")

    async def leg_ms(self, deadline: float) -> float:
        """One round trip to the place."""
        return await self._leg(deadline)

    def _needs(self, tool: str, otherwise: str) -> None:
        self._needs_linux()
        if tool not in self._survey.tools:
            self._cannot(otherwise)

    def _needs_linux(self) -> None:
        self._needs_shell()
        if self._survey.system != "Linux":
            self._cannot(f"runs {self._survey.system}; this can be done on Linux only")

    def _needs_shell(self) -> None:
        if self._survey.trouble:
            raise Cannot(f"{self._place} runs no commands for us: {self._survey.trouble}")

    def _cannot(self, what: str) -> NoReturn:
        raise Cannot(f"{self._place} {what}")


def _left(deadline: float) -> float:
    return deadline - asyncio.get_running_loop().time()
