"""The scripted vantage keeps to its script and to the target rules."""

from ipaddress import ip_address

import pytest

from bot.evidence import Failure
from bot.targets import Rules, TargetRefused
from bot.vantage.base import Lookup, Session, Vantage, VantageError
from bot.vantage.scripted import Conversation, Script, Scripted, Turn

HOST = ip_address("10.0.0.1")
RULES = Rules.of(["*.corp.example", "10.0.0.0/8"], [], [3389])


def scripted(**parts: object) -> Scripted:
    return Scripted(Script(**parts), RULES)  # type: ignore[arg-type]


async def test_conversations_are_played_turn_by_turn() -> None:
    turns = (Turn(b"hello", awaits=0), Turn(b"one", awaits=b"AB"), Turn(b"two", closes=True))
    vantage = scripted(ports={("10.0.0.1", 3389): (Conversation(turns),)})
    stream = await vantage.connect(HOST, 3389, 0.0)
    assert await stream.read(3, 0.0) == b"hel"
    assert await stream.read(9, 0.0) == b"lo"
    await stream.write(b"A", 0.0)
    with pytest.raises(VantageError) as silent:
        await stream.read(9, 0.0)
    assert silent.value.failure is Failure.PROBE_DEADLINE
    await stream.write(b"B", 0.0)
    assert await stream.read(9, 0.0) == b"one"
    await stream.write(b"anything", 0.0)
    assert await stream.read(9, 0.0) == b"two"
    assert await stream.read(9, 0.0) == b""
    assert stream.sent == b"ABanything"
    await vantage.close()
    assert stream.closed


async def test_a_peer_that_hears_something_else_hangs_up() -> None:
    line = Conversation((Turn(b"yes", awaits=b"AB"),))
    stream = await scripted(ports={("10.0.0.1", 22): (line,)}).connect(HOST, 22, 0.0)
    await stream.write(b"XY", 0.0)
    assert await stream.read(9, 0.0) == b""


async def test_connections_take_turns_and_the_last_one_repeats() -> None:
    lines = (Conversation(failure=Failure.TCP_REFUSED, detail="no"), Conversation())
    vantage = scripted(ports={("10.0.0.1", 3389): lines})
    with pytest.raises(VantageError, match="no") as refused:
        await vantage.connect(HOST, 3389, 0.0)
    assert refused.value.failure is Failure.TCP_REFUSED
    await vantage.connect(HOST, 3389, 0.0)
    await vantage.connect(HOST, 3389, 0.0)
    assert len(vantage.streams) == 2
    with pytest.raises(VantageError) as unknown:
        await vantage.connect(HOST, 445, 0.0)
    assert unknown.value.failure is Failure.TCP_TIMEOUT


async def test_lookups_and_pings_come_from_the_script() -> None:
    found = Lookup("srv", "ok", (HOST,), canonical="srv.corp.example")
    vantage = scripted(lookups={"srv": found}, pings={"10.0.0.1": "reply"})
    assert await vantage.lookup("SRV", 0.0) == found
    assert (await vantage.lookup("10.0.0.9", 0.0)).status == "literal"
    assert (await vantage.lookup("gone.corp.example", 0.0)).status == "nxdomain"
    assert await vantage.ping(HOST, 0.0) == "reply"
    assert await vantage.ping(ip_address("10.0.0.2"), 0.0) == "unknown"
    assert await vantage.session(0.0) == Session()


async def test_the_rules_hold_here_too() -> None:
    vantage = scripted(lookups={"srv": Lookup("srv", "ok", (HOST,), canonical="srv.evil.example")})
    with pytest.raises(TargetRefused):
        await vantage.lookup("srv", 0.0)
    with pytest.raises(TargetRefused):
        await vantage.connect(ip_address("11.0.0.1"), 3389, 0.0)
    with pytest.raises(TargetRefused):
        await vantage.ping(ip_address("11.0.0.1"), 0.0)


async def test_a_broken_jump_box_breaks_everything_behind_it() -> None:
    vantage: Vantage = scripted(name="dc1", session=Failure.JUMPBOX_AUTH)
    assert vantage.name == "dc1"
    for attempt in (
        vantage.session(0.0),
        vantage.lookup("srv", 0.0),
        vantage.connect(HOST, 1, 0.0),
    ):
        with pytest.raises(VantageError) as broken:
            await attempt
        assert broken.value.failure is Failure.JUMPBOX_AUTH
