"""Looking from here: what is open to it, and names by this machine."""

from ipaddress import ip_address

import pytest

from bot.targets import Rules, TargetRefused
from bot.vantage import direct, system
from bot.vantage.direct import Direct, own_files
from bot.vantage.dns import Found
from bot.vantage.names import Files
from tests.vantage.servers import DnsServer, Zone, soon, tcp_server

LOOPBACK = ip_address("127.0.0.1")
RULES = Rules.of(["127.0.0.0/8", "*.corp.example", "localhost"], [], [])


async def test_only_allowed_addresses_are_opened() -> None:
    with pytest.raises(TargetRefused):
        await Direct(RULES).connect(ip_address("10.0.0.1"), 3389, soon())
    with pytest.raises(TargetRefused):
        await Direct(RULES).ping(ip_address("10.0.0.1"), soon())


async def test_localhost_comes_from_the_hosts_file() -> None:
    assert "localhost" in own_files().hosts
    found = await Direct(RULES).lookup("LOCALHOST", soon())
    assert found.status == "ok"
    assert LOOPBACK in found.addresses
    assert found.resolver == "/etc/hosts"
    typed = await Direct(RULES).lookup("127.0.0.1", soon())
    assert typed.status == "literal"


async def test_a_given_dns_server_replaces_the_system() -> None:
    zone: Zone = {("srv.corp.example", "A"): ["127.0.0.9"]}
    async with tcp_server(DnsServer(zone).handle) as port:
        files = Files((("127.0.0.1", port),), ("corp.example",))
        vantage = Direct(RULES, files=files, name="here")
        found = await vantage.lookup("srv", soon())
        assert (found.status, found.canonical) == ("ok", "srv.corp.example")
        assert (await vantage.lookup("gone", soon())).status == "nxdomain"
        with pytest.raises(TargetRefused):
            await Direct(Rules.exactly("other"), files=files).lookup("srv", soon())
        assert vantage.name == "here"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (Found("ok", (LOOPBACK,)), "ok"),
        (Found("nxdomain"), "nxdomain"),
        (Found("timeout"), "timeout"),
        (Found("trouble", detail="try again"), "no-answer"),
    ],
)
async def test_the_system_is_believed_until_it_cannot_tell(
    monkeypatch: pytest.MonkeyPatch, said: Found, wanted: str
) -> None:
    async def answer(name: str, deadline: float) -> Found:
        return said

    monkeypatch.setattr(system, "system_addresses", answer)
    monkeypatch.setattr(direct, "own_files", Files)
    found = await Direct(RULES).lookup("srv.corp.example", soon())
    assert found.status == wanted
    assert "try again" in found.detail or wanted != "no-answer"
