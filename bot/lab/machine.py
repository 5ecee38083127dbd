"""A simulated machine: its listeners on the loopback and what the network lets through to it."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, repeat

from bot.lab.behaviour import Behaviour, Port, Service
from bot.lab.certificates import VERSIONS, server_context
from bot.lab.hosts import COMPANION_PORTS, MAIN, RDP_PORT, Host
from bot.lab.listener import Listener, idle, ssh_banner, web
from bot.lab.rdp import RdpServer, Seen


@dataclass(frozen=True, slots=True)
class Reach:
    """What becomes of a TCP connection: its fate, the loopback port behind it, and how late."""

    fate: Port
    port: int = 0
    delay_s: float = 0.0


class Machine:
    """One host of the table, alive.  ``seen`` counts what reached its RDP listener."""

    def __init__(self, row: Host) -> None:
        self.row = row
        self.behaviour = row.behaviour
        self.seen = Seen()
        self._contexts: Iterator[ssl.SSLContext | None] = repeat(None)
        server = RdpServer(
            row.name, lambda: self.behaviour, lambda: next(self._contexts), self.seen
        )
        self._services = {
            Service.RDP: Listener(server.converse),
            Service.SSH: Listener(ssh_banner),
            Service.HTTP: Listener(web),
            Service.MUTE: Listener(idle),
        }
        self._companion = Listener(idle)

    async def start(self) -> None:
        """Listen as the row's behaviour says."""
        await self._companion.open()
        await self.behave(self.row.behaviour)

    async def behave(self, behaviour: Behaviour) -> None:
        """Change how the machine behaves; connections made before are cut."""
        self.behaviour = behaviour
        self._contexts = repeat(None)
        if behaviour.tls in VERSIONS:
            members = range(behaviour.members)
            self._contexts = cycle([server_context(behaviour, self.row.name) for _ in members])
        for listener in self._services.values():
            await listener.close()
        if behaviour.port is not Port.REFUSED:
            await self._services[behaviour.service].open()

    async def close(self) -> None:
        """Be gone."""
        for listener in (*self._services.values(), self._companion):
            await listener.close()

    @property
    def port(self) -> int:
        """The loopback port of whatever listens on 3389."""
        return self._services[self.behaviour.service].port

    def reach(self, port: int, place: str = MAIN) -> Reach:
        """What a TCP connection from a jump box to this machine's ``port`` meets."""
        behaviour = self.behaviour
        if not behaviour.awake:
            return Reach(Port.SILENT)
        if behaviour.port is Port.UNREACHABLE:
            return Reach(Port.UNREACHABLE)
        if port == RDP_PORT:
            fate = behaviour.port_from.get(place, behaviour.port)
            return Reach(fate, self.port, behaviour.delay_s)
        if port in COMPANION_PORTS:
            return Reach(Port.OPEN, self._companion.port, behaviour.delay_s)
        # Windows says nothing on a port without a listener, unless its firewall is off.
        return Reach(Port.REFUSED if behaviour.port is Port.REFUSED else Port.SILENT)
