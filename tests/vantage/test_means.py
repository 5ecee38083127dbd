"""What a place has for each verb is decided before anything is sent, and said in plain words."""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address

import pytest

from bot.targets import Rules
from bot.vantage import commands
from bot.vantage.base import Cannot, Clock, Datagram, Echo, Means, Socket
from bot.vantage.commands import Command
from bot.vantage.means import CommandMeans, NoMeans
from bot.vantage.outputs import Ran, Survey
from tests.vantage.servers import soon

HOST = ip_address("10.0.0.1")
RULES = Rules.of(["10.0.0.0/8"], [], [])
ALL = Survey("Linux", frozenset({"ss", "ip", "udp", "dd"}), 20221126)
VERBS: dict[str, Callable[[Means], Awaitable[object]]] = {
    "echoes": lambda means: means.echoes(HOST, [1500], soon()),
    "clock": lambda means: means.clock(soon()),
    "neighbour": lambda means: means.neighbour(HOST, soon()),
    "datagram": lambda means: means.datagram(HOST, 3389, b"x", soon()),
    "sockets": lambda means: means.sockets(HOST, 3389, soon()),
}


class Box:
    """A place that prints the same to every command."""

    def __init__(self, survey: Survey, output: str = "") -> None:
        self.ran: list[Command] = []
        self.output = output
        self.means = CommandMeans("jump box dc1", RULES, survey, self._run, self._leg)

    async def _run(self, command: Command, deadline: float) -> Ran:
        self.ran.append(command)
        now = soon(0)
        return Ran(0, self.output, now - 0.2, now)

    async def _leg(self, deadline: float) -> float:
        return 1.5


@pytest.mark.parametrize(
    ("verb", "survey", "reason"),
    [
        *((verb, Survey(trouble="no shell"), "no shell") for verb in VERBS),
        *((verb, Survey("FreeBSD"), "Linux only") for verb in VERBS if verb != "clock"),
        ("echoes", Survey("Linux", ALL.tools), "no ping of iputils"),
        ("neighbour", Survey("Linux"), "no ip command"),
        ("datagram", Survey("Linux", frozenset({"dd"})), "no bash"),
        ("datagram", Survey("Linux", frozenset({"udp"})), "no dd"),
        ("sockets", Survey("Linux"), "no ss command"),
    ],
)
async def test_what_is_missing_is_said_and_nothing_runs(
    verb: str, survey: Survey, reason: str
) -> None:
    box = Box(survey)
    with pytest.raises(Cannot) as caught:
        await VERBS[verb](box.means)
    assert str(caught.value).startswith("jump box dc1 ")
    assert reason in str(caught.value)
    assert box.ran == []


@pytest.mark.parametrize(
    ("verb", "reason"),
    [
        ("echoes", "does not let us ping"),
        ("clock", "no date"),
        ("neighbour", "tells nothing"),
        ("datagram", "cannot send a datagram to 10.0.0.1"),
        ("sockets", "tells nothing"),
    ],
)
async def test_a_tool_that_fails_after_all(verb: str, reason: str) -> None:
    with pytest.raises(Cannot, match=reason):
        await VERBS[verb](Box(ALL, "what?\n").means)


@pytest.mark.parametrize(
    ("verb", "output", "wanted"),
    [
        ("echoes", "1500 rc 1\n", (Echo(1500, "silence"),)),
        ("neighbour", "10.0.0.1 dev a0 FAILED\n", "absent"),
        ("datagram", "sent\n", Datagram("silent")),
        ("sockets", "State\nESTAB 0 0 a b\n\t mss:1448\n", (Socket(mss=1448),)),
    ],
)
async def test_what_a_tool_prints_is_read(verb: str, output: str, wanted: object) -> None:
    box = Box(ALL, output)
    assert await VERBS[verb](box.means) == wanted
    assert len(box.ran) == 1


async def test_a_clock_is_compared_at_the_middle_of_the_way() -> None:
    box = Box(Survey("FreeBSD"), "1000000000.N\n")
    found = await VERBS["clock"](box.means)
    assert isinstance(found, Clock)
    assert found.offset_s < -1e8
    assert found.error_s == pytest.approx(1.1, abs=0.01)
    assert box.ran == [commands.CLOCK]


async def test_old_iputils_get_their_own_ping_for_ipv6() -> None:
    box = Box(Survey("Linux", ping=20121221), "1280 rc 1\n")
    means = CommandMeans("x", Rules.of(["fd00::/8"], [], []), Survey("Linux", ping=20121221),
                         box._run, box._leg)  # fmt: skip
    await means.echoes(ip_address("fd00::1"), [1280], soon())
    assert "ping6 " in box.ran[0].line


async def test_the_way_is_measured_whatever_it_can_run() -> None:
    assert await Box(Survey(trouble="no shell")).means.leg_ms(soon()) == 1.5


async def test_a_place_without_means_gives_one_reason() -> None:
    means = NoMeans("not here")
    for verb in VERBS.values():
        with pytest.raises(Cannot, match="not here"):
            await verb(means)
    with pytest.raises(Cannot, match="not here"):
        await means.leg_ms(soon())
