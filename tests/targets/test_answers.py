"""Attacks by whoever answers for a name: rebinding, aliases, search lists, hosts files.

Strategy: a whole look against real DNS servers and real listeners; what counts is what this process
or the jump box really opened, not what the program says of it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import dns.message
import pytest

from bot.evidence import Observation
from bot.probes import Target
from bot.probes.run import look
from bot.targets import Rules, TargetRefused
from bot.vantage.base import Vantage
from bot.vantage.direct import Direct
from bot.vantage.jumpbox import Jumpbox
from bot.vantage.names import Files
from tests.real.processes import free_port
from tests.targets.wires import opened
from tests.vantage.servers import DnsServer, SshBox, Zone, tcp_server

GOOD, EVIL, DENIED = "127.0.10.1", "127.0.20.1", "127.0.10.9"
NAME = "srv.corp.example"
RULES = Rules.of(["*.corp.example", "127.0.10.0/24"], [DENIED, "*.secret.corp.example"], [])


class Flipping(DnsServer):
    """Gives each question for an address the next of its answers, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        super().__init__({})
        self._answers = list(answers)

    def reply(self, query: dns.message.Message) -> dns.message.Message:
        if dns.rdatatype.to_text(query.question[0].rdtype) == "A":
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            asked = query.question[0].name.to_text(omit_final_dot=True).lower()
            self.zone = {(asked, "A"): answer}
        return super().reply(query)


@dataclass
class Scene:
    """An RDP port on a good and on an evil address, and the resolver that leads to them."""

    port: int
    resolver: int
    reached: dict[str, int]

    def files(self, search: tuple[str, ...] = (), hosts: str = "") -> Files:
        return Files((("127.0.0.1", self.resolver),), search, hosts=Files.read("", hosts).hosts)


@asynccontextmanager
async def scene(server: DnsServer) -> AsyncIterator[Scene]:
    # The address where others listen too comes first: its free port is free on the rest.
    reached = dict.fromkeys(("127.0.0.1", GOOD, EVIL, DENIED), 0)

    def take(address: str) -> Callable[..., None]:
        def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            reached[address] += 1
            writer.transport.abort()

        return accept

    async with AsyncExitStack() as stack:
        resolver = await stack.enter_async_context(tcp_server(server.handle))
        port = 0
        for address in reached:
            listening = await asyncio.start_server(take(address), address, port)
            port = listening.sockets[0].getsockname()[1]
            stack.push_async_callback(_shut, listening)
        yield Scene(port, resolver, reached)


async def _shut(server: asyncio.Server) -> None:
    server.close()
    await server.wait_closed()


async def seen(vantage: Vantage, target: Target) -> list[Observation] | TargetRefused:
    """What a whole look shows, or that the rules refuse it."""
    deadline = asyncio.get_running_loop().time() + 3
    try:
        return await look(vantage, target, deadline=deadline, connect_timeout=1)
    except TargetRefused as refusal:
        return refusal


def only(reached: dict[str, int], *allowed: str) -> None:
    assert {address for address, count in reached.items() if count} == set(allowed)


async def test_a_name_that_leads_elsewhere_the_second_time_is_opened_as_checked() -> None:
    async with scene(Flipping([GOOD], [EVIL])) as it:
        vantage = Direct(RULES, files=it.files())
        with opened() as wires:
            assert isinstance(await seen(vantage, Target(NAME, it.port)), list)
            assert isinstance(await seen(vantage, Target(NAME, it.port)), TargetRefused)
        only(it.reached, GOOD)
        resolver = (ip_address("127.0.0.1"), it.resolver)
        assert {each[0] for each in wires if each != resolver} == {ip_address(GOOD)}
        assert resolver in wires


ANSWERS = {
    "evil alone": ([EVIL], ()),
    "evil and good": ([EVIL, GOOD, "127.0.0.1"], (GOOD,)),
    "denied and good": ([DENIED, GOOD], (GOOD,)),
    "alias": (["CNAME localhost.", "A 127.0.0.1"], ()),
    "alias of aliases": (["CNAME a.evil.example.", "CNAME b.evil.example.", f"A {EVIL}"], ()),
    "alias to the good": (["CNAME a.evil.example.", f"A {GOOD}"], (GOOD,)),
    "unspecified": (["0.0.0.1"], ()),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_of_an_answer_only_allowed_addresses_are_opened(case: str) -> None:
    answer, allowed = ANSWERS[case]
    async with scene(DnsServer({(NAME, "A"): answer})) as it:
        with opened() as wires:
            found = await seen(Direct(RULES, files=it.files()), Target(NAME, it.port))
        only(it.reached, *allowed)
        assert {str(each[0]) for each in wires if each[1] != it.resolver} == set(allowed)
        assert isinstance(found, list) == bool(allowed)


@pytest.mark.parametrize("form", ["::1", f"::ffff:{EVIL}", f"64:ff9b::{EVIL}", "fe80::1"])
async def test_an_ipv6_answer_is_no_way_round(form: str) -> None:
    zone: Zone = {(NAME, "A"): [GOOD], (NAME, "AAAA"): [form]}
    async with scene(DnsServer(zone)) as it:
        with opened() as wires:
            await seen(Direct(RULES, files=it.files()), Target(NAME, it.port))
        only(it.reached, GOOD)
        assert {str(each[0]) for each in wires if each[1] != it.resolver} == {GOOD}


async def test_a_gateway_is_judged_as_a_host_is() -> None:
    zone: Zone = {(NAME, "A"): [GOOD], ("gw.corp.example", "A"): [EVIL]}
    async with scene(DnsServer(zone)) as it:
        vantage = Direct(RULES, files=it.files())
        for gateway in ("gw.corp.example", EVIL, DENIED, "127.0.0.1", "gw.evil.example"):
            target = Target(NAME, it.port, Target(gateway, it.port))
            with opened() as wires:
                assert isinstance(await seen(vantage, target), TargetRefused), gateway
            assert {str(each[0]) for each in wires if each[1] != it.resolver} <= {GOOD}
        assert not any(it.reached[address] for address in (EVIL, DENIED, "127.0.0.1"))


@pytest.mark.parametrize(
    ("typed", "search", "zone", "allowed"),
    [
        ("srv", "evil.example corp.example", ["srv.evil.example", NAME], ()),
        ("srv", "evil.example corp.example", [NAME], (GOOD,)),
        ("srv", "secret.corp.example corp.example", ["srv.secret.corp.example", NAME], ()),
        ("srv.corp", "evil.example", ["srv.corp.evil.example"], ()),
        ("srv.", "evil.example", ["srv.evil.example"], ()),
        (f"{NAME}.", "evil.example", [NAME], (GOOD,)),
        (NAME.upper(), "evil.example", [NAME], (GOOD,)),
        ("srv", "corp.example.", ["srv", NAME], (GOOD,)),
    ],
)
async def test_the_name_that_a_search_list_makes_is_the_one_that_is_judged(
    typed: str, search: str, zone: list[str], allowed: tuple[str, ...]
) -> None:
    async with scene(DnsServer({(name, "A"): [GOOD] for name in zone})) as it:
        vantage = Direct(RULES, files=it.files(tuple(search.split())))
        found = await seen(vantage, Target(typed, it.port))
        only(it.reached, *allowed)
        assert isinstance(found, list) == bool(allowed)


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        (f"{EVIL} {NAME}", ()),
        (f"127.0.0.1 {NAME}", ()),
        (f"{DENIED} {NAME}", ()),
        (f"::ffff:{EVIL} {NAME}", ()),
        (f"{GOOD} {NAME}", (GOOD,)),
        (f"{GOOD} x.secret.corp.example {NAME}", ()),
        (f"{EVIL} {NAME}\n{GOOD} {NAME}", (GOOD,)),
    ],
)
async def test_a_hosts_file_opens_nothing(line: str, allowed: tuple[str, ...]) -> None:
    async with scene(DnsServer({})) as it:
        found = await seen(Direct(RULES, files=it.files(hosts=line)), Target(NAME, it.port))
        only(it.reached, *allowed)
        assert isinstance(found, list) == bool(allowed)


async def test_all_ports_beside_the_rdp_port_are_tried_at_the_checked_address_only() -> None:
    """Companion ports follow the host, whose RDP port is shut here."""
    zone: Zone = {(NAME, "A"): [EVIL, GOOD], (NAME, "AAAA"): ["::1"]}
    async with scene(DnsServer(zone)) as it:
        with opened() as wires:
            await seen(Direct(RULES, files=it.files()), Target(NAME, free_port()))
        ports = {port for address, port in wires if address == ip_address(GOOD)}
        assert {445, 135, 5985, 22, 443} <= ports
        assert {str(each[0]) for each in wires if each[1] != it.resolver} == {GOOD}


@pytest.mark.parametrize("hosts", ["", f"{EVIL} {NAME}\n", f"169.254.169.254 {NAME}\n"])
async def test_the_same_through_a_jump_box(tmp_path: Path, hosts: str) -> None:
    """What counts is what the jump box was asked to open, and the commands that it was given."""
    box = SshBox()
    box.commands = {
        "cat /etc/resolv.conf": "search evil.example corp.example\nnameserver 10.0.0.53\n",
        "cat /etc/hosts": hosts,
    }
    zone: Zone = {(NAME, "A"): [EVIL, "169.254.169.254", DENIED, GOOD]}
    async with tcp_server(DnsServer(zone).handle) as resolver:
        box.routes[("10.0.0.53", 53)] = resolver
        await box.start()
        vantage = Jumpbox(box.config(tmp_path, rules=RULES))
        try:
            found = await seen(vantage, Target(NAME, 3389))
        finally:
            await vantage.close()
            await box.stop()
    assert isinstance(found, list) == (not hosts)
    assert {host for host, _ in box.opened} - {"10.0.0.53"} == (set() if hosts else {GOOD})
    shut = (EVIL, "169.254", DENIED)
    assert not [line for line in box.ran if any(address in line for address in shut)]
