"""Names that BIND knows, has wrong, does not know, or tells differently by who asks."""

import pytest

from tests.netns import map as chart
from tests.netns.judging import evidence, judged, outcome, timeless
from tests.netns.world import World
from tests.real.cli import NAME, Way

pytestmark = pytest.mark.real

FROM_JUMP, FROM_HERE = chart.RESOLVERS["jump"], chart.RESOLVERS["client"]


def resolved(name: str, address: str, resolver: str, reverse: str | None) -> dict[str, object]:
    """The facts of a name that has an address."""
    facts: dict[str, object] = {
        "asked": name,
        "status": "ok",
        "addresses": [address],
        "canonical": name if "." in name else f"{name}.corp.example",
        "resolver": resolver,
    }
    return {**facts, "reverse": {address: reverse}} if reverse else facts


@pytest.mark.parametrize("name", ["good", "good.corp.example"])
@pytest.mark.parametrize(("vantage", "resolver"), [(NAME, FROM_JUMP), ("direct", FROM_HERE)])
def test_a_right_name(world: World, name: str, vantage: str, resolver: str) -> None:
    result = world.check(name, via=vantage)
    expected = resolved(name, chart.GOOD, resolver, "good.corp.example")
    assert timeless(result, "name.lookup", vantage) == expected
    assert result.seen["target"]["addresses"] == [chart.GOOD]
    assert evidence(result, "name-lookup", "certificate-name", "host-names", "ladder") == {
        "name-lookup": "ok",
        "certificate-name": "matches",
        "host-names": "agree",
        "ladder": "ok",
    }
    judged(result, "healthy")


def test_a_right_name_of_a_host_with_nla(world: World) -> None:
    result = world.check("signin")
    assert timeless(result, "name.lookup") == resolved(
        "signin", chart.SIGN_IN, FROM_JUMP, "signin.corp.example"
    )
    told = result.facts("nla.challenge")
    assert (told["computer"], told["dns_computer"]) == ("SIGNIN", "signin")
    assert evidence(result, "certificate-name", "host-names") == {
        "certificate-name": "matches",
        "host-names": "agree",
    }
    judged(result, "healthy")


def test_a_stale_name_leads_to_another_machine(world: World) -> None:
    result = world.check("stale")
    assert timeless(result, "name.lookup") == resolved(
        "stale", chart.SIGN_IN, FROM_JUMP, "signin.corp.example"
    )
    assert result.facts("nla.challenge")["computer"] == "SIGNIN"
    assert result.facts("tls.certificate")["matches_host"] is False
    assert evidence(result, "certificate-name", "host-names", "ladder") == {
        "certificate-name": "differs",
        "host-names": "differ",
        "ladder": "ok",
    }
    judged(result, "found", "wrong-machine")


@pytest.mark.parametrize(("vantage", "resolver"), [(NAME, FROM_JUMP), ("direct", FROM_HERE)])
def test_an_alias_leads_to_the_machine_that_it_is_meant_to(
    world: World, vantage: str, resolver: str
) -> None:
    result = world.check("alias", via=vantage)
    expected = resolved("alias", chart.SIGN_IN, resolver, "signin.corp.example")
    expected["canonical"] = "signin.corp.example"
    assert timeless(result, "name.lookup", vantage) == expected
    # A client compares the certificate with what was typed; the machine is the right one.
    assert evidence(result, "certificate-name", "host-names") == {
        "certificate-name": "differs",
        "host-names": "agree",
    }
    assert result.seen["verdict"]["causes"][0]["id"] != "wrong-machine"


MISSING = {
    "missing.corp.example": ("nxdomain", "name.not_found"),
    "empty.corp.example": ("no-answer", "name.no_answer"),
}


@pytest.mark.parametrize("typed", MISSING)
@pytest.mark.parametrize(("vantage", "resolver"), [(NAME, FROM_JUMP), ("direct", FROM_HERE)])
def test_a_missing_name(world: World, typed: str, vantage: str, resolver: str) -> None:
    status, failure = MISSING[typed]
    result = world.check(typed, via=vantage)
    assert outcome(result, "name.lookup", vantage) == ("failed", failure)
    expected = {"asked": typed, "status": status, "resolver": resolver}
    assert timeless(result, "name.lookup", vantage) == expected
    assert evidence(result, "name-lookup", "ladder") == {"name-lookup": status, "ladder": "name"}
    assert result.seen["ladders"] == {vantage: "name"}
    if status == "nxdomain":
        judged(result, "found", "name-not-found")
    else:  # a server that cannot tell would look the same
        judged(result, "inconclusive")


def test_a_short_name_that_no_completion_has(world: World) -> None:
    result = world.check("missing")
    assert outcome(result, "name.lookup") == ("failed", "name.not_found")
    assert evidence(result, "name-lookup") == {"name-lookup": "nxdomain"}


def test_a_split_name_has_another_address_by_who_asks(world: World) -> None:
    result = world.check("split", via="all")
    inner = resolved("split", chart.GOOD, FROM_JUMP, "good.corp.example")
    assert timeless(result, "name.lookup") == inner
    assert timeless(result, "name.lookup", "direct") == resolved(
        "split", chart.REFUSED, FROM_HERE, None
    )
    assert result.seen["ladders"] == {NAME: "ok", "direct": "port"}
    assert timeless(result, "port.tcp")["state"] == "open"
    assert timeless(result, "port.tcp", "direct") == {
        "state": "refused",
        "address": chart.REFUSED,
    }
    # Of two machines nothing can be said about the way: no firewall is blamed.
    assert evidence(result, "vantages") == {"vantages": "led-apart"}
    assert result.seen["verdict"]["causes"][0]["id"] != "path-blocked-for-user"


def test_a_dead_resolver_of_the_jump_box(world: World) -> None:
    box = world.jumpbox("dead", resolver=chart.DEAD_RESOLVER)
    result = world.check("good", ways=(Way.to(box),))
    assert outcome(result, "name.lookup") == ("failed", "name.timeout")
    assert timeless(result, "name.lookup") == {
        "asked": "good",
        "status": "timeout",
        "resolver": chart.DEAD_RESOLVER,
    }
    assert evidence(result, "jumpbox", "name-lookup", "ladder") == {
        "jumpbox": "ok",
        "name-lookup": "timeout",
        "ladder": "name",
    }
    judged(result, "found", "dns-not-answering")


def test_a_dead_resolver_is_no_matter_where_an_address_was_typed(world: World) -> None:
    box = world.jumpbox("dead", resolver=chart.DEAD_RESOLVER)
    result = world.check(chart.GOOD, ways=(Way.to(box),))
    judged(result, "healthy")


@pytest.mark.parametrize("over_tcp", chart.UDP_ONLY)
@pytest.mark.parametrize("typed", ["good", "good.corp.example"])
def test_a_resolver_of_the_jump_box_that_answers_over_udp_only(
    world: World, over_tcp: str, typed: str
) -> None:
    box = world.jumpbox(over_tcp, resolver=chart.UDP_ONLY[over_tcp])
    result = world.check(typed, ways=(Way.to(box),))
    assert timeless(result, "name.lookup") == resolved(typed, chart.GOOD, "getent", None)
    judged(result, "healthy")


@pytest.mark.parametrize("over_tcp", chart.UDP_ONLY)
def test_a_missing_name_of_such_a_resolver_is_no_dead_resolver(world: World, over_tcp: str) -> None:
    box = world.jumpbox(over_tcp, resolver=chart.UDP_ONLY[over_tcp])
    result = world.check("missing.corp.example", ways=(Way.to(box),))
    assert outcome(result, "name.lookup") == ("failed", "name.no_answer")
    judged(result, "inconclusive")


@pytest.mark.parametrize("over_tcp", chart.UDP_ONLY)
def test_a_jump_box_without_commands_says_that_only_tcp_was_tried(
    world: World, over_tcp: str
) -> None:
    lines = "ForceCommand case $SSH_ORIGINAL_COMMAND in cat*) eval $SSH_ORIGINAL_COMMAND;; esac"
    resolver = chart.UDP_ONLY[over_tcp]
    box = world.jumpbox(f"mute-{over_tcp}", lines=lines, resolver=resolver)
    result = world.check("good", ways=(Way.to(box),))
    (lookup,) = (one for one in result.seen["observations"] if one["probe"] == "name.lookup")
    assert lookup["failure"] == {"refused": "name.no_answer", "dropped": "name.timeout"}[over_tcp]
    assert "asked over TCP" in lookup["detail"]
    assert "nothing about UDP" in lookup["detail"]


@pytest.mark.parametrize("over_tcp", chart.UDP_ONLY)
def test_from_here_a_server_that_answers_over_udp_only_is_heard(
    world: World, over_tcp: str
) -> None:
    """The C library finds the name, and our own question the reverse one."""
    place = world.place(chart.CLIENT, chart.CLIENT_ADDRESS, chart.UDP_ONLY[over_tcp])
    result = world.check("good", via="direct", place=place)
    assert timeless(result, "name.lookup", "direct") == resolved(
        "good", chart.GOOD, chart.UDP_ONLY[over_tcp], "good.corp.example"
    )
