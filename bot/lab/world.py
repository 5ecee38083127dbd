"""The whole simulated world: hosts, DNS and jump box in one event loop, on the loopback only."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from bot.lab import certificates
from bot.lab.behaviour import Port, Service
from bot.lab.gateway import GatewayMachine
from bot.lab.gateways import GATEWAYS, Gateway
from bot.lab.hosts import BRANCH, DOMAIN, HOSTS, MAIN, RDP_PORT, RESOLVER, Host
from bot.lab.jumpbox import USER, Jumpbox, JumpboxState
from bot.lab.machine import Machine, Reach
from bot.lab.nameserver import NameServer
from bot.lab.scripts import Network

SETTINGS = """\
[[jumpbox]]
name = "lab"
host = "127.0.0.1"
port = {port}
user = "{user}"
key = "lab_key"
known_hosts = "lab_known_hosts"
targets = ["*.{domain}", "192.0.2.0/24", "198.51.100.0/24"]

[[jumpbox]]
name = "branch"
host = "127.0.0.1"
port = {branch}
user = "{user}"
key = "lab_key"
known_hosts = "lab_known_hosts"
targets = ["*.{domain}", "192.0.2.0/24", "198.51.100.0/24"]

[targets]
allow = ["*.{domain}", "192.0.2.0/24", "198.51.100.0/24"]
"""


class NoSuchHost(LookupError):
    """The lab has no host, gateway or jump box of this name."""


class Place(NamedTuple):
    """Where a look comes from: a jump box, and the DNS server that it asks."""

    box: Jumpbox
    names: NameServer


class Lab:
    """An asynchronous context manager; inside it the hosts live on loopback ports."""

    def __init__(self) -> None:
        self._machines = {row.name: Machine(row) for row in HOSTS}
        self._gateways = {row.name: GatewayMachine(row) for row in GATEWAYS}
        self._by_address = {each.row.address: each for each in self._all}
        self.nameserver = NameServer(self._zone)
        network = Network(self._answers_ping, self._datagram)
        self.jumpbox = Jumpbox(self.reach, network)
        self.branch = Jumpbox(partial(self.reach, place=BRANCH), network, self.jumpbox.client_key)
        self.places = {
            MAIN: Place(self.jumpbox, self.nameserver),
            BRANCH: Place(self.branch, NameServer(partial(self._zone, BRANCH))),
        }

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Make the certificates and listen everywhere."""
        for machine in self._all:
            await machine.start()
        for place in self.places.values():
            await place.names.start()
            await place.box.start()

    async def close(self) -> None:
        """End every listener, connection and task."""
        for place in self.places.values():
            await place.box.close()
            await place.names.close()
        for machine in self._all:
            await machine.close()

    @property
    def _all(self) -> tuple[Machine | GatewayMachine, ...]:
        return (*self._machines.values(), *self._gateways.values())

    def faults(self) -> tuple[Host, ...]:
        """The table: one row a host, healthy ones included."""
        return HOSTS

    def host(self, name: str) -> Machine:
        """A host by its short or full name; raises NoSuchHost."""
        try:
            return self._machines[name.lower().removesuffix(f".{DOMAIN}")]
        except KeyError:
            raise NoSuchHost(f"the lab has no host {name!r}") from None

    def gateway(self, name: str) -> GatewayMachine:
        """A gateway by its short or full name; raises NoSuchHost."""
        try:
            return self._gateways[name.lower().removesuffix(f".{DOMAIN}")]
        except KeyError:
            raise NoSuchHost(f"the lab has no gateway {name!r}") from None

    async def repair_gateway(self, name: str) -> Gateway:
        """The administrator's act at a gateway; returns the repaired row."""
        machine = self.gateway(name)
        await machine.behave(machine.row.repaired)
        return machine.row

    async def repair(self, name: str) -> Host:
        """The administrator's act, which the product never does; returns the repaired row."""
        machine = self.host(name)
        await machine.behave(machine.row.repaired)
        return machine.row

    async def damage(self, name: str) -> Host:
        """Bring a repaired host's fault back; returns its row."""
        machine = self.host(name)
        await machine.behave(machine.row.behaviour)
        return machine.row

    async def switch_jumpbox(self, state: JumpboxState, place: str = MAIN) -> None:
        """Break or repair a jump box; raises NoSuchHost."""
        if place not in self.places:
            raise NoSuchHost(f"the lab has no jump box {place!r}; it has: {', '.join(self.places)}")
        self.places[place].names.dead = state is JumpboxState.DEAD_RESOLVER
        await self.places[place].box.switch(state)

    def reach(self, host: str, port: int, place: str = MAIN) -> Reach:
        """What a connection from a jump box meets; a name is resolved as the zone is now."""
        address = self._zone(place).get(host.lower(), host)
        if address == RESOLVER and port == 53:
            return Reach(Port.OPEN, self.places[place].names.tcp_port)
        machine = self._by_address.get(address)
        if isinstance(machine, Machine):
            return machine.reach(port, place)
        return machine.reach(port) if machine else Reach(Port.SILENT)

    def settings_toml(self, folder: Path, more: str = "") -> Path:
        """Write key, known_hosts, roots and rdp-triage.toml (plus ``more``) into ``folder``.

        Returns the settings file; with it the product looks at the lab through its jump box, and
        with ``SSL_CERT_FILE`` naming ``lab_roots.pem`` it trusts the gateways' certificates.
        """
        (folder / "lab_roots.pem").write_bytes(certificates.root())
        key = folder / "lab_key"
        key.touch(mode=0o600)
        key.write_bytes(self.jumpbox.client_key.export_private_key("openssh"))
        (folder / "lab_known_hosts").write_text(
            self.jumpbox.known_hosts + self.branch.known_hosts, encoding="utf-8"
        )
        settings = folder / "rdp-triage.toml"
        ports = {"port": self.jumpbox.port, "branch": self.branch.port}
        text = SETTINGS.format(**ports, user=USER, domain=DOMAIN)
        settings.write_text(f"{text}\n{more}" if more else text, encoding="utf-8")
        return settings

    def _zone(self, place: str = MAIN) -> Mapping[str, str]:
        hosts = [each for each in self._machines.values() if each.behaviour.in_dns]
        named: list[Machine | GatewayMachine] = [*hosts, *self._gateways.values()]
        zone = {each.row.fqdn: each.row.address for each in named}
        for each in hosts:
            zone[each.row.fqdn] = each.behaviour.address_from.get(place, each.row.address)
        return zone

    def _answers_ping(self, address: str, size: int) -> bool:
        machine = self._by_address.get(address)
        if isinstance(machine, GatewayMachine):
            return True
        return machine is not None and (
            machine.behaviour.awake
            and machine.behaviour.port is not Port.UNREACHABLE
            and size <= machine.behaviour.largest_packet
        )

    def _datagram(self, address: str, port: int) -> Port:
        """RDP over UDP lives beside a healthy listener; Windows says nothing on other ports."""
        machine = self._by_address.get(address)
        if port != RDP_PORT or not isinstance(machine, Machine) or not machine.behaviour.awake:
            return Port.SILENT
        speaks = machine.behaviour.service is Service.RDP
        return machine.behaviour.port if speaks else Port.SILENT
