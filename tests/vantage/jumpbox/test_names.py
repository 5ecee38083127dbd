"""Names through a jump box: its own resolver, its search list, its hosts file, and the rules."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

import asyncssh
import dns.rcode
import pytest
import pytest_asyncio

from bot.evidence import Failure
from bot.targets import Rules, TargetRefused
from bot.vantage.base import Cannot, VantageError
from bot.vantage.jumpbox import Jumpbox, link
from tests.vantage.servers import DnsServer, SshBox, Zone, echo, silence, soon, tcp_server

RESOLVER = ("10.0.0.53", 53)
RESOLV_CONF = "search corp.example other.example\nnameserver 10.0.0.53\n"
ZONE: Zone = {
    ("srv.corp.example", "A"): ["10.0.0.1", "10.0.0.2"],
    ("srv.corp.example", "AAAA"): ["2001:db8::1"],
    ("1.0.0.10.in-addr.arpa", "PTR"): ["srv.corp.example."],
    ("alias.corp.example", "A"): ["CNAME real.corp.example.", "A 10.0.0.3"],
    ("empty.corp.example", "TXT"): ["x"],
    ("broken.corp.example", "A"): dns.rcode.SERVFAIL,
    ("secret.other.example", "A"): ["10.0.0.4"],
}


@pytest_asyncio.fixture
async def resolver(server: SshBox) -> AsyncIterator[DnsServer]:
    dns_server = DnsServer(ZONE)
    server.commands = {
        "cat /etc/resolv.conf": RESOLV_CONF,
        "cat /etc/hosts": "127.0.0.1 localhost\n10.0.0.9 fixed.corp.example fixed\n",
    }
    async with tcp_server(dns_server.handle) as port:
        server.routes[RESOLVER] = port
        yield dns_server


async def test_a_short_name_is_completed_by_the_search_list(
    jumpbox: Jumpbox, resolver: DnsServer
) -> None:
    found = await jumpbox.lookup("srv", soon())
    assert found.facts() == {
        "asked": "srv",
        "status": "ok",
        "addresses": ["10.0.0.1", "10.0.0.2", "2001:db8::1"],
        "canonical": "srv.corp.example",
        "reverse": {"10.0.0.1": "srv.corp.example"},
        "resolver": "10.0.0.53",
    }


async def test_a_full_name_is_asked_for_as_it_is(jumpbox: Jumpbox, resolver: DnsServer) -> None:
    found = await jumpbox.lookup("SRV.corp.example", soon())
    assert (found.status, found.canonical) == ("ok", "srv.corp.example")
    assert resolver.asked[0] == "srv.corp.example"


async def test_aliases_are_followed(jumpbox: Jumpbox, resolver: DnsServer) -> None:
    found = await jumpbox.lookup("alias", soon())
    assert found.addresses == (ip_address("10.0.0.3"),)
    assert found.canonical == "alias.corp.example"  # which certificates are compared with
    assert found.facts()["canonical"] == "real.corp.example"


async def test_an_address_needs_nobody(server: SshBox, jumpbox: Jumpbox) -> None:
    found = await jumpbox.lookup("10.0.0.1", soon())
    assert (found.status, found.addresses) == ("literal", (ip_address("10.0.0.1"),))
    assert not server.connections


async def test_the_hosts_file_of_the_jump_box_counts(jumpbox: Jumpbox, resolver: DnsServer) -> None:
    found = await jumpbox.lookup("fixed", soon())
    assert found.addresses == (ip_address("10.0.0.9"),)
    assert found.canonical == "fixed.corp.example"
    assert found.resolver == "/etc/hosts"
    assert "fixed.corp.example" not in resolver.asked


@pytest.mark.parametrize(
    ("name", "status"),
    [("gone", "nxdomain"), ("empty", "no-answer"), ("broken", "no-answer")],
)
async def test_what_is_missing_is_told_apart(
    jumpbox: Jumpbox, resolver: DnsServer, name: str, status: str
) -> None:
    found = await jumpbox.lookup(name, soon())
    assert found.status == status
    assert found.addresses == ()
    assert f"{name}.corp.example" in found.detail


async def test_a_dead_resolver_is_a_timeout(jumpbox: Jumpbox, resolver: DnsServer) -> None:
    await jumpbox._link.files(soon())
    resolver.dead = True
    found = await jumpbox.lookup("srv", soon(0.2))
    assert found.status == "timeout"
    assert "10.0.0.53" in found.detail


async def test_a_dead_resolver_leaves_time_for_the_next(
    server: SshBox, jumpbox: Jumpbox, resolver: DnsServer
) -> None:
    server.commands = {
        "cat /etc/resolv.conf": "nameserver 10.0.0.54\n" + RESOLV_CONF,
    }
    async with tcp_server(silence) as port:
        server.routes[("10.0.0.54", 53)] = port
        await jumpbox._link.files(soon())
        found = await jumpbox.lookup("srv", soon(1.0))
    assert (found.status, found.resolver) == ("ok", "10.0.0.53")


async def test_a_closed_name_is_refused_after_completion(
    jumpbox: Jumpbox, resolver: DnsServer
) -> None:
    with pytest.raises(TargetRefused, match=r"secret\.other\.example"):
        await jumpbox.lookup("secret", soon())


async def test_a_name_that_no_completion_opens_is_not_asked_for(
    server: SshBox, tmp_path: Path, resolver: DnsServer
) -> None:
    rules = Rules.of(["*.dmz.example"], [], [3389])
    vantage = Jumpbox(server.config(tmp_path, rules=rules))
    with pytest.raises(TargetRefused):
        await vantage.lookup("srv", soon())
    with pytest.raises(TargetRefused):
        await vantage.lookup("srv; id", soon())
    assert resolver.asked == []
    await vantage.close()


async def test_a_second_answer_of_the_dns_changes_nothing(
    server: SshBox, jumpbox: Jumpbox, resolver: DnsServer
) -> None:
    async with tcp_server(echo) as port:
        server.routes |= {("10.0.0.1", 3389): port, ("10.9.0.1", 3389): port}
        found = await jumpbox.lookup("srv", soon())
        resolver.zone[("srv.corp.example", "A")] = ["10.9.0.1"]  # denied
        stream = await jumpbox.connect(found.addresses[0], 3389, soon())
        await stream.close()
        assert server.opened[-1] == ("10.0.0.1", 3389)
        again = await jumpbox.lookup("srv", soon())
        with pytest.raises(TargetRefused):
            await jumpbox.connect(again.addresses[0], 3389, soon())
    assert ("10.9.0.1", 3389) not in server.opened
    assert all(ip_address(host) for host, _ in server.opened)  # never a name


async def test_the_resolver_can_be_given(
    server: SshBox, tmp_path: Path, resolver: DnsServer
) -> None:
    server.routes[("10.0.0.55", 5353)] = server.routes.pop(RESOLVER)
    vantage = Jumpbox(server.config(tmp_path, resolver=(("10.0.0.55", 5353),)))
    found = await vantage.lookup("srv", soon())
    assert (found.status, found.resolver) == ("ok", "10.0.0.55 port 5353")
    await vantage.close()


async def test_without_a_session_the_usual_places_are_tried(tmp_path: Path) -> None:
    server = SshBox()
    server.commands = None
    await server.start()
    vantage = Jumpbox(server.config(tmp_path))
    async with tcp_server(DnsServer(ZONE).handle) as port:
        server.routes[("127.0.0.53", 53)] = port
        found = await vantage.lookup("srv.corp.example", soon())
        assert (found.status, found.resolver) == ("ok", "127.0.0.53")
        del server.routes[("127.0.0.53", 53)]
        with pytest.raises(Cannot, match="dc1 does not tell its resolver"):
            await vantage.lookup("srv.corp.example", soon())
        server.routes[("127.0.0.1", 53)] = port
        found = await vantage.lookup("gone.corp.example", soon())
        assert found.status == "nxdomain"
        assert "dc1 does not tell its resolver" in found.detail
    await vantage.close()
    await server.stop()


async def test_a_jump_box_behind_one_without_a_resolver_cannot_be_found(tmp_path: Path) -> None:
    server = SshBox()
    server.commands = None
    await server.start()
    outer = Jumpbox(server.config(tmp_path))
    inner = Jumpbox(server.config(tmp_path, name="dc2", host="inner.corp.example", via=outer))
    with pytest.raises(VantageError, match="dc1 does not tell its resolver") as caught:
        await inner.session(soon())
    assert caught.value.failure is Failure.JUMPBOX_UNREACHABLE
    await inner.close()
    await outer.close()
    await server.stop()


async def test_forwarding_denied_shows_itself_at_the_first_lookup(
    server: SshBox, jumpbox: Jumpbox, resolver: DnsServer
) -> None:
    server.routes[RESOLVER] = asyncssh.ChannelOpenError(1, "open failed")
    with pytest.raises(VantageError) as caught:
        await jumpbox.lookup("srv", soon())
    assert caught.value.failure is Failure.JUMPBOX_FORWARDING
    assert caught.value.state == "forwarding-denied"


async def test_a_forced_command_that_hangs_costs_only_names_their_time(
    server: SshBox, jumpbox: Jumpbox, resolver: DnsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.commands = {"cat /etc/resolv.conf": "hang", "cat /etc/hosts": "hang"}
    async with tcp_server(echo) as port:
        server.routes[("10.0.0.1", 3389)] = port
        stream = await jumpbox.connect(ip_address("10.0.0.1"), 3389, soon())
        await stream.close()
    with pytest.raises(VantageError) as caught:
        await jumpbox.lookup("srv", soon(0.1))
    assert caught.value.failure is Failure.JUMPBOX_TIMEOUT
    await jumpbox.close()
    monkeypatch.setattr(link, "FILES_TIMEOUT", 0.1)
    with pytest.raises(Cannot, match="dc1 does not tell its resolver"):
        await jumpbox.lookup("srv.corp.example", soon())


async def test_many_lookups_share_one_reading_of_the_files(
    server: SshBox, jumpbox: Jumpbox, resolver: DnsServer
) -> None:
    found = await asyncio.gather(*(jumpbox.lookup("srv", soon()) for _ in range(20)))
    assert {one.status for one in found} == {"ok"}
    read = [line for line in server.ran if line.startswith("cat ")]
    assert sorted(read) == ["cat /etc/hosts", "cat /etc/resolv.conf"]
