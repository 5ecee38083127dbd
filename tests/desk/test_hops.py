"""What several tickets share on the way to their hosts."""

from datetime import timedelta
from typing import Any

import pytest

from bot.desk.hops import Hop, Sufferer, Trouble, hops_of, troubles
from bot.evidence import Failure, Observation
from tests.desk import office as o

WAY = Hop("way", "10.1.2.0/24", "dc1")


def at_dc1(*seen: Observation) -> list[Observation]:
    return [each.stamped("dc1", 5.0) for each in seen]


def port(failure: Failure, address: str = "10.1.2.3") -> Observation:
    return Observation.failed("port.tcp", failure, address=address)


def gateway(*, opens: bool = False) -> list[Observation]:
    name = "rdg.corp.example"
    shut = Observation.failed("gateway.tcp", Failure.TCP_TIMEOUT, asked=name)
    if not opens:
        return at_dc1(shut)
    rest = [Observation.passed("gateway.tls"), Observation.passed("gateway.http")]
    return at_dc1(shut, Observation.passed("gateway.tcp", asked=name), *rest)


def certificate(**facts: Any) -> list[Observation]:
    told = {"issuer": "CN=Corp Issuing CA 1", "days_left": -1.0, "self_signed": False, **facts}
    return at_dc1(Observation.passed("tls.certificate", **told))


def name_server(failure: Failure) -> list[Observation]:
    return at_dc1(Observation.failed("name.lookup", failure, resolver="10.0.0.53"))


def silent(*beside: Observation) -> list[Observation]:
    return at_dc1(port(Failure.TCP_TIMEOUT), *beside)


BEHIND = at_dc1(
    Observation.failed("jumpbox.session", Failure.JUMPBOX_TIMEOUT, state="timeout", box="dmz")
)
"""dc1 lies behind dmz, which does not answer."""


@pytest.mark.parametrize(
    ("seen", "hops"),
    [
        (o.healthy(), set()),
        (o.switched_off(), set()),
        (o.expired(), set()),  # a certificate that the host made for itself
        (o.box_down(), {Hop("jump box", "dc1")}),
        (BEHIND, {Hop("jump box", "dmz")}),
        (gateway(), {Hop("gateway", "rdg.corp.example")}),
        (gateway(opens=True), set()),
        (name_server(Failure.NAME_NO_ANSWER), {Hop("name server", "10.0.0.53")}),
        (name_server(Failure.NAME_NOT_FOUND), set()),  # that is an answer
        (certificate(), {Hop("issuer", "CN=Corp Issuing CA 1")}),
        (certificate(days_left=3.0), set()),
        (certificate(self_signed=True), set()),
        (certificate(issuer="\u202e\x00"), set()),
        (silent(), {WAY}),
        (at_dc1(port(Failure.TCP_UNREACHABLE, "fd00::1:2")), {Hop("way", "fd00::/64", "dc1")}),
        (silent(port(Failure.TCP_REFUSED, "10.1.2.4")), set()),
        (silent(Observation.passed("port.tcp", state="open", address="10.1.2.4")), set()),
        (silent(Observation.passed("host.companions", ports={"445": "open"})), set()),
        (silent(Observation.passed("host.companions", ping="reply")), set()),
        (silent(Observation.passed("host.companions", ports={"445": "timeout"})), {WAY}),
        (at_dc1(port(Failure.TCP_TIMEOUT, "no address")), set()),
    ],
)
def test_a_hop_is_named_only_where_it_may_be_at_fault(
    seen: list[Observation], hops: set[Hop]
) -> None:
    assert hops_of(seen) == hops


def sufferers(
    *minutes: int, hosts: int = 9, hops: frozenset[Hop] = frozenset({WAY})
) -> list[Sufferer]:
    return [
        Sufferer(number, f"srv-{number % hosts}", o.NOON + timedelta(minutes=after), hops)
        for number, after in enumerate(minutes, 1)
    ]


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        (sufferers(0, 5), []),
        (sufferers(0, 5, 10), [(1, 2, 3)]),
        (sufferers(0, 60, 120), [(1, 2, 3)]),
        (sufferers(0, 61, 122), []),
        (sufferers(0, 5, 10, 200, 205, 210), [(1, 2, 3), (4, 5, 6)]),
        (sufferers(0, 5, 10, hosts=2), []),
        (sufferers(0, 5, 10, 15, hosts=3), [(1, 2, 3, 4)]),
        (sufferers(10, 5, 0), [(3, 2, 1)]),
        (sufferers(0, 5, 10, hops=frozenset()), []),
        ([], []),
    ],
)
def test_three_hosts_one_after_another_are_one_trouble(
    given: list[Sufferer], numbers: list[tuple[int, ...]]
) -> None:
    assert [each.numbers for each in troubles(given)] == numbers


def test_the_nearest_hop_comes_first_and_places_are_kept_apart() -> None:
    other = Hop("way", "10.1.2.0/24", "dc2")
    both = frozenset({WAY, Hop("jump box", "dc1")})
    found = troubles(sufferers(0, 1, 2, hops=both))
    assert [each.hop.kind for each in found] == ["jump box", "way"]
    apart = [*sufferers(0, 1), *sufferers(2, hops=frozenset({other}))]
    assert troubles(apart) == ()


def test_a_card_names_the_others_and_counts_the_rest() -> None:
    said = Trouble(Hop("gateway", "rdg"), (1, 2, 3)).said_to(2)
    assert (
        said == "Not this host alone: #1 and #3 failed at the RD Gateway rdg too. Look there first."
    )
    assert "#2, #3, #4, #5, #6 and 4 more failed" in Trouble(WAY, tuple(range(1, 11))).said_to(1)
