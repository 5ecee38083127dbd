"""The vantage: a jump box, its names, and the streams that it opens for us.

Strategy: names are resolved through the tunnel by our own questions to the jump box's resolver
(where it answers none of them, by the jump box itself, beside the streams), and hosts are opened by
address only.  So one slow name cannot stall every stream (sshd resolves in the connection's only
process), the target rules see each address before it is opened, and nothing that a person typed
is ever part of a command line.
"""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from bot.evidence import Failure
from bot.targets import BadHost, Rules
from bot.vantage.base import Address, Cannot, Lookup, Means, Session, VantageError
from bot.vantage.commands import plain
from bot.vantage.direct import Direct
from bot.vantage.dns import Resolver
from bot.vantage.exchange import Server
from bot.vantage.jumpbox import words
from bot.vantage.jumpbox.connection import Connection
from bot.vantage.jumpbox.link import Link
from bot.vantage.jumpbox.login import Account, log_in, offered_key
from bot.vantage.jumpbox.own_names import GETENT, OwnNames
from bot.vantage.jumpbox.stream import SshStream
from bot.vantage.jumpbox.trust import OfferedKey
from bot.vantage.means import CommandMeans
from bot.vantage.names import courtesy, literal, look_up
from bot.vantage.outputs import Survey
from bot.vantage.system import ping_state

# Where a jump box that runs no command for us may have its resolver: a local or a stub one.
GUESSES: tuple[Server, ...] = (("127.0.0.1", 53), ("127.0.0.53", 53))

ITSELF = "127.0.0.1"

# So often the way to the jump box is measured; the quickest round trip counts.
LEG_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class JumpboxConfig:
    """How to log in and what may be looked at from there.

    ``via`` is another jump box to go through; ``resolver`` replaces the DNS servers that the
    jump box names; ``channels`` is how many streams may be open at the same time.
    """

    name: str
    host: str
    port: int
    user: str
    key: Path
    known_hosts: Path
    rules: Rules
    via: "Jumpbox | None" = None
    resolver: tuple[Server, ...] | None = None
    channels: int = 128


class Jumpbox:
    """A jump box as a vantage; connected when first needed, and again whenever it was lost."""

    def __init__(self, config: JumpboxConfig) -> None:
        self._config = config
        self._account = Account(
            config.name, config.host, config.port, config.user, config.key, config.known_hosts
        )
        self._link: Link = Link(
            config.name,
            config.channels,
            self._log_in,
            config.via._link if config.via else None,
        )

    @property
    def name(self) -> str:
        """The name that stands in observations."""
        return self._config.name

    async def session(self, deadline: float) -> Session:
        """Be connected; raises VantageError (``jumpbox.*``, with its ``state``)."""
        connection = await self._link.ready(deadline)
        return Session("ok", round(connection.connect_ms, 1))

    async def lookup(self, name: str, deadline: float) -> Lookup:
        """Resolve as the jump box does.

        Raises TargetRefused, VantageError (``jumpbox.*``), and Cannot without a resolver.
        """
        typed = literal(name)
        return typed or await self._resolved(name, self._config.rules, deadline)

    async def connect(self, address: Address, port: int, deadline: float) -> SshStream:
        """Open a stream; raises TargetRefused and VantageError (``tcp.*``, ``jumpbox.*``)."""
        self._config.rules.check_address(address)
        return await self._link.open(str(address), port, deadline)

    async def ping(self, address: Address, deadline: float) -> str:
        """One echo from the jump box: reply, silence, or unknown where it cannot ping.

        Raises TargetRefused and VantageError (``jumpbox.*``).
        """
        self._config.rules.check_address(address)
        if (await self._link.survey(deadline))[1].trouble:
            return "unknown"  # what answers there is no ping: a forced command ends as it likes
        seconds = max(1, int(deadline - asyncio.get_running_loop().time()))
        command = f"ping -n -c 1 -W {seconds} {plain(address)}"
        ran = await self._link.run(command, deadline)
        return ping_state(ran.status, ran.output) if ran else "unknown"

    async def means(self, deadline: float) -> Means:
        """What it can run for us; found out once for each connection."""
        connection, survey = await self._link.survey(deadline)

        async def leg(until: float) -> float:
            trips = [await connection.round_trip(until) for _ in range(LEG_SAMPLES)]
            return round(min(trips) * 1000, 3)

        place = f"jump box {self.name}"
        return CommandMeans(place, self._config.rules, survey, connection.execute, leg)

    async def forwards_itself(self, port: int, deadline: float) -> bool:
        """Whether it lets a stream to itself through; raises VantageError (``jumpbox.*``)."""
        return await self._lets_through(ITSELF, port, deadline)

    async def forwards_names(self, deadline: float) -> dict[Server, bool]:
        """Which of the DNS servers that it asks it lets through; raises VantageError."""
        files = await self._link.files(deadline)
        servers = self._config.resolver or files.servers or GUESSES
        through = [self._lets_through(str(host), port, deadline) for host, port in servers]
        return dict(zip(servers, await asyncio.gather(*through), strict=True))

    async def forwards_to(self, address: Address, port: int, deadline: float) -> bool:
        """Whether it lets a stream to a host through, which may be down for all that.

        Raises TargetRefused and VantageError (``jumpbox.*``).
        """
        self._config.rules.check_address(address)
        return await self._lets_through(str(address), port, deadline)

    async def survey(self, deadline: float) -> Survey:
        """What it can run; raises VantageError (``jumpbox.*``)."""
        return (await self._link.survey(deadline))[1]

    async def offered_key(self, deadline: float) -> OfferedKey:
        """The host key that it shows now, for people to compare; raises VantageError."""
        outer = await self._outer(deadline)
        return await offered_key(self._account, self._locate, outer, deadline)

    async def close(self) -> None:
        """End the connection and everything on it; never raises."""
        await self._link.close()

    async def _log_in(self) -> Connection:
        deadline = asyncio.get_running_loop().time() + 3600  # those who wait have their own
        return await log_in(self._account, self._locate, await self._outer(deadline))

    async def _outer(self, deadline: float) -> Connection | None:
        return await self._config.via._link.ready(deadline) if self._config.via else None

    async def _locate(self, host: str, deadline: float) -> tuple[Address, ...]:
        """The addresses of this jump box, as the place before it resolves them."""
        found = literal(host) or await self._resolved_before(host, deadline)
        if not found.addresses:
            raise VantageError(
                Failure.JUMPBOX_UNREACHABLE,
                f"the name {host} of jump box {self.name} has no address "
                f"({found.status}{': ' if found.detail else ''}{found.detail})",
                words.UNREACHABLE,
                self.name,
            )
        return found.addresses

    async def _resolved_before(self, host: str, deadline: float) -> Lookup:
        try:
            rules = Rules.exactly(host)  # the target rules are for targets
        except BadHost as error:
            return Lookup(host, "nxdomain", detail=str(error))
        via = self._config.via
        if via is not None:
            try:
                return await via._resolved(host, rules, deadline)
            except Cannot as error:
                return Lookup(host, "no-answer", detail=str(error))
        return await Direct(rules).lookup(host, deadline)

    async def _resolved(self, name: str, rules: Rules, deadline: float) -> Lookup:
        started = asyncio.get_running_loop().time()
        files = await self._link.files(deadline)
        servers = self._config.resolver or files.servers
        reached = list[Address]()

        async def open_server(address: Address, port: int, until: float) -> SshStream:
            stream = await self._open_any(address, port, until)
            reached.append(address)
            return stream

        resolver = Resolver(servers or GUESSES, open_server)
        names = OwnNames(self._link, resolver)
        found = await look_up(name, files, rules, names.find, deadline)
        if found.resolver == GETENT:
            return found  # of the other one nothing is to be had
        if not servers and found.status != "ok":
            detail = f"jump box {self.name} does not tell its resolver"
            if not reached and found.status != "nxdomain":  # nobody was asked, so nothing is known
                places = " or ".join(host for host, _ in GUESSES)
                raise Cannot(f"{detail}, and none answers at {places}; an address would do")
            return replace(found, detail=f"{detail}; {found.detail}")
        return await courtesy(resolver, found, started, deadline)

    async def _lets_through(self, host: str, port: int, deadline: float) -> bool:
        try:
            stream = await self._link.open(host, port, deadline)
        except VantageError as error:
            if error.failure is Failure.JUMPBOX_FORWARDING:
                return False
            if error.failure.value.startswith("jumpbox."):
                raise
        else:
            await stream.close()
        return True

    async def _open_any(self, address: Address, port: int, deadline: float) -> SshStream:
        """Open without target rules: for the resolver only."""
        return await self._link.open(str(address), port, deadline)
