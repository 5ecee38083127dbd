"""Jump boxes that allow less than usual, and one that stands behind another."""

import pytest

from tests.netns import map as chart
from tests.netns.judging import evidence, judged, outcome, timeless
from tests.netns.world import World
from tests.real.cli import NAME, Way

pytestmark = pytest.mark.real


def test_one_session_is_enough(world: World) -> None:
    """MaxSessions counts commands; streams to hosts are no sessions."""
    box = world.jumpbox("single", lines="MaxSessions 1")
    result = world.check("good", ways=(Way.to(box),))
    assert timeless(result, "jumpbox.session") == {"state": "ok"}
    assert timeless(result, "name.lookup")["addresses"] == [chart.GOOD]
    judged(result, "healthy")


@pytest.mark.parametrize(
    "lines",
    [
        "MaxSessions 0",
        "ForceCommand /bin/false",
        "ForceCommand /bin/echo choose",
        "ForceCommand sleep 600",
    ],
)
def test_a_jump_box_that_runs_no_command(world: World, lines: str) -> None:
    """Everything that goes by a stream still works; what needs a command is not run."""
    name = lines.replace(" ", "-").replace("/", "")
    ways = (Way.to(world.jumpbox(name, lines=lines)),)
    result = world.check(chart.GOOD, ways=ways)
    assert evidence(result, "jumpbox", "ladder") == {"jumpbox": "ok", "ladder": "ok"}
    judged(result, "healthy")
    assert outcome(result, "udp.transport") == ("not_run", None)
    shut = world.check(chart.REFUSED, ways=ways)
    assert timeless(shut, "port.tcp") == {"state": "refused", "address": chart.REFUSED}
    assert shut.facts("host.companions")["ping"] == "unknown"
    assert evidence(shut, "jumpbox", "ladder") == {"jumpbox": "ok", "ladder": "port"}


def test_a_jump_box_without_forwarding(world: World) -> None:
    box = world.jumpbox("shut", lines="PermitOpen none")
    result = world.check("good", ways=(Way.to(box),))
    assert outcome(result, "jumpbox.session") == ("failed", "jumpbox.forwarding")
    assert timeless(result, "jumpbox.session") == {"state": "forwarding-denied"}
    assert evidence(result, "jumpbox", "ladder") == {"jumpbox": "forwarding", "ladder": "unknown"}
    judged(result, "inconclusive")


def test_a_jump_box_behind_a_jump_box(world: World) -> None:
    """The inner one sees what only it can reach; the outer one does not."""
    outer, inner = Way.to(world.jumpbox(NAME)), world.inner()
    result = world.check(chart.INNER_ONLY, via="inner", ways=(outer, inner))
    assert timeless(result, "jumpbox.session", "inner") == {"state": "ok"}
    assert timeless(result, "port.tcp", "inner") == {"state": "open", "address": chart.INNER_ONLY}
    assert result.facts("rdp.negotiation", "inner")["server"] == "xrdp"
    judged(result, "healthy")
    both = world.check(chart.INNER_ONLY, via="all", ways=(outer, inner))
    assert both.seen["ladders"] == {NAME: "port", "inner": "ok", "direct": "port"}
    assert both.seen["evidence"]["vantages"] == "box-worse"


def test_the_outer_jump_box_is_named_where_it_fails(world: World) -> None:
    outer, inner = Way.to(world.jumpbox(NAME)), world.inner()
    gone = Way(9, outer.pinned, outer.key, outer.host)
    result = world.check(chart.GOOD, via="inner", ways=(gone, inner))
    assert outcome(result, "jumpbox.session", "inner") == ("failed", "jumpbox.unreachable")
    (session,) = (one for one in result.seen["observations"] if one["status"] == "failed")
    assert NAME in session["detail"]
    assert evidence(result, "jumpbox", "ladder") == {
        "jumpbox": "unreachable",
        "ladder": "unknown",
    }
    judged(result, "inconclusive")
