"""A port that does not open, for every reason that a network has: facts, rung, verdict."""

from dataclasses import dataclass

import pytest

from tests.netns import map as chart
from tests.netns.judging import evidence, judged, outcome, timeless
from tests.netns.world import World
from tests.real.cli import NAME, Result

pytestmark = pytest.mark.real

COMPANIONS = ("445", "135", "5985", "22", "443")
ALIVE = frozenset({"refused"})
SILENT = frozenset({"timeout"})
UNREACHABLE = frozenset({"unreachable"})
# A machine is asked for three seconds before the kernel gives up; a companion waits for less.
GIVEN_UP = frozenset({"timeout", "unreachable"})


@dataclass(frozen=True, slots=True)
class Truth:
    """What must be said of one address.

    ``others`` are the states that its other ports may have, ``neighbour`` is what the table of
    the same link says (None: it is elsewhere).
    """

    state: str
    others: frozenset[str]
    ping: str
    ladder: str
    verdict: tuple[str, ...]
    neighbour: str | None = None

    @property
    def life(self) -> str:
        return "answers" if self.ping == "reply" else "silent"


DOWN = ("found", "host-down-or-asleep")
NO_WAY = ("found", "host-down-or-asleep", "network-path-down")

TRUTHS = {
    chart.DROPPED: Truth(
        "timeout", ALIVE, "reply", "port", ("inconclusive", "firewall-blocks-port")
    ),
    chart.REFUSED: Truth(
        "refused", ALIVE, "reply", "port", ("inconclusive", "rdp-service-or-listener-down")
    ),
    chart.PROHIBITED: Truth(
        "unreachable", ALIVE, "reply", "port", ("inconclusive", "firewall-blocks-port")
    ),
    chart.GONE: Truth("timeout", SILENT, "silence", "host", DOWN),
    chart.NOBODY: Truth("unreachable", GIVEN_UP, "silence", "host", DOWN),
    chart.NEIGHBOUR_GONE: Truth("unreachable", GIVEN_UP, "silence", "host", DOWN, "absent"),
    chart.BLACKHOLE: Truth("unreachable", UNREACHABLE, "unknown", "host", NO_WAY),
    chart.UNREACHABLE: Truth("unreachable", UNREACHABLE, "unknown", "host", NO_WAY),
    chart.FORBIDDEN: Truth("unreachable", UNREACHABLE, "unknown", "host", NO_WAY),
    chart.NO_ROUTE: Truth("unreachable", UNREACHABLE, "unknown", "host", NO_WAY),
}
FAILURES = {"timeout": "tcp.timeout", "refused": "tcp.refused", "unreachable": "tcp.unreachable"}
BEHIND = ("rdp.negotiation", "tls.hello", "tls.certificate", "nla.challenge")


@pytest.mark.parametrize("address", TRUTHS)
def test_a_shut_port_from_the_jump_box(world: World, address: str) -> None:
    # A kernel gives a neighbour up after three seconds, which on a busy machine come late.
    longer = ("--timeout", "40") if address in (chart.NOBODY, chart.NEIGHBOUR_GONE) else ()
    right(world.check(address, *longer), address)


@pytest.mark.parametrize(
    "address",
    [chart.REFUSED, chart.PROHIBITED, chart.BLACKHOLE, chart.FORBIDDEN, chart.NO_ROUTE],
)
def test_a_shut_port_from_here(world: World, address: str) -> None:
    right(world.check(address, via="direct"), address, "direct")


def right(result: Result, address: str, vantage: str = NAME) -> None:
    """Every fact of the path, the rung and the verdict."""
    truth = TRUTHS[address]
    assert timeless(result, "name.lookup", vantage) == {
        "asked": address,
        "status": "literal",
        "addresses": [address],
    }
    assert outcome(result, "port.tcp", vantage) == ("failed", FAILURES[truth.state])
    assert timeless(result, "port.tcp", vantage) == {"state": truth.state, "address": address}
    companions = dict(result.facts("host.companions", vantage))
    ports = companions.pop("ports")
    assert set(ports) <= set(COMPANIONS)
    assert len(ports) >= 3  # on a busy machine there may be no time left for the last ones
    assert set(ports.values()) <= truth.others
    neighbour = {} if truth.neighbour is None else {"neighbour": truth.neighbour}
    assert companions == {"ping": truth.ping, **neighbour}
    assert {outcome(result, probe, vantage) for probe in BEHIND} == {("not_run", None)}
    assert evidence(result, "ladder", "name-lookup", "port-state", "host-life", "neighbour") == {
        "ladder": truth.ladder,
        "name-lookup": "literal",
        "port-state": truth.state,
        "host-life": truth.life,
        **neighbour,
    }
    assert result.seen["ladders"] == {vantage: truth.ladder}
    judged(result, *truth.verdict)


def test_a_neighbour_that_drops_everything_is_not_down(world: World) -> None:
    result = world.check(chart.NEIGHBOUR_MUTE)
    assert timeless(result, "port.tcp") == {"state": "timeout", "address": chart.NEIGHBOUR_MUTE}
    companions = result.facts("host.companions")
    assert set(companions["ports"].values()) == SILENT
    assert (companions["ping"], companions["neighbour"]) == ("silence", "answers")
    assert evidence(result, "port-state", "neighbour") == {
        "port-state": "timeout",
        "neighbour": "answers",
    }
    assert result.seen["verdict"]["causes"][0]["id"] != "host-down-or-asleep"


def test_two_places_see_two_things(world: World) -> None:
    """The inner network is open to the host's own segment only: nothing is blamed on the host."""
    result = world.check(chart.GOOD, via="all")
    assert result.seen["ladders"] == {"direct": "ok", NAME: "ok"}
    assert evidence(result, "vantages") == {"vantages": "agree"}
    judged(result, "healthy")
