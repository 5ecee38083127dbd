from ipaddress import ip_address, ip_network

import pytest

from bot.evidence.observation import LADDER_STATES
from bot.lab.behaviour import HEALTHY, Behaviour, Port, Service, Tls
from bot.lab.hosts import HOSTS, Host

DOCUMENTATION = [ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24")]


def test_names_and_addresses_are_unique() -> None:
    assert len({row.name for row in HOSTS}) == len({row.address for row in HOSTS}) == len(HOSTS)


@pytest.mark.parametrize("row", HOSTS, ids=lambda row: row.name)
def test_a_row_is_whole(row: Host) -> None:
    assert any(ip_address(row.address) in network for network in DOCUMENTATION)
    assert row.ladder in LADDER_STATES
    assert row.wrong.endswith(".")
    assert row.repair.endswith(".")
    assert len(row.name) <= 15, "NetBIOS names are cut there"


@pytest.mark.parametrize("row", HOSTS, ids=lambda row: row.name)
def test_a_repaired_host_has_nothing_wrong(row: Host) -> None:
    sound = row.repaired
    assert (sound.in_dns, sound.awake, sound.port) == (True, True, Port.OPEN)
    assert (sound.service, sound.security) == (Service.RDP, HEALTHY.security)
    assert sound.tls in {Tls.UP_TO_12, Tls.UP_TO_13}
    assert sound.valid_days[0] <= 0 < sound.valid_days[1]
    assert (sound.identity, sound.certificate_name) == (None, None)
    assert (sound.credssp, sound.ntlm, sound.skew_s) == (6, True, 0)
    assert sound.key_bits >= 2048


@pytest.mark.parametrize("row", HOSTS, ids=lambda row: row.name)
def test_only_a_faulty_host_differs_from_its_repaired_self(row: Host) -> None:
    slow_only = Behaviour(
        tls=row.behaviour.tls,
        version=row.behaviour.version,
        delay_s=row.behaviour.delay_s,
        members=row.behaviour.members,
    )
    if row.cause is None:
        assert row.behaviour == slow_only
    else:
        assert row.behaviour != row.repaired
