"""Echoes from a socket of this process, as the kernel's loopback answers them."""

import asyncio
import errno
import json
import os
import socket
import struct
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest

from bot.targets import Rules
from bot.vantage import icmp
from bot.vantage.base import Cannot, Echo
from bot.vantage.direct import Direct
from bot.vantage.icmp_sockets import FAMILIES, EchoSocket
from bot.vantage.local import OwnMeans
from bot.vantage.outputs import Survey
from tests.vantage.servers import soon

LOOPBACK = ip_address("127.0.0.1")
RULES = Rules.of(["127.0.0.0/8"], [], [])
SPACE = """\
import asyncio, json, sys
from ipaddress import ip_address
from bot.vantage import icmp

async def ask(address):
    now = asyncio.get_running_loop().time()
    found = await icmp.echoes(ip_address(address), (84, 576, 1300, 1280, 1300, 1400), now + 1)
    return [(echo.size, echo.state, echo.mtu, echo.rtt_ms) for echo in found]

async def main():
    try:
        await ask("192.0.2.1")
    except icmp.Unsent:
        print(json.dumps([await ask("127.0.0.1"), await ask("::1")]))

asyncio.run(main())
"""


@pytest.mark.parametrize("groups", ["0 2147483647", "1 0"], ids=["datagram", "raw"])
def test_a_small_link_and_no_route(groups: str) -> None:
    """A namespace with nothing but a loopback of 1350 bytes: replies, its own MTU, no route."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a network namespace")
    if os.environ.get("RDP_TRIAGE_REAL") != "required":
        pytest.skip("namespaces are made where RDP_TRIAGE_REAL=required asks for them")
    script = (
        "ip link set lo mtu 1350 up && "
        f'echo "{groups}" >/proc/sys/net/ipv4/ping_group_range && exec "$0" -c "$1"'
    )
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", script, sys.executable, SPACE],
        capture_output=True, text=True, check=True, timeout=60,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    for told in json.loads(done.stdout):
        assert [row[:3] for row in told] == [
            [84, "reply", None],
            [576, "reply", None],
            [1300, "reply", None],
            [1280, "reply", None],
            [1400, "too-big", 1350],
        ]
        assert all(0 <= row[3] < 1000 for row in told if row[1] == "reply")


class Played(socket.socket):
    """A socket to which answers are played, as a router and a host would send them."""

    def __init__(self) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_DGRAM)
        self.sent = list[bytes]()
        self.refusals = list[OSError]()
        self.plain = list[bytes]()
        self.errors = list[tuple[bytes, int, int]]()

    def send(self, data: bytes, flags: int = 0) -> int:  # type: ignore[override]
        if self.refusals:
            raise self.refusals.pop(0)
        self.sent.append(data)
        return len(data)

    def recvmsg(self, *sizes: int) -> tuple[bytes, list[tuple[int, int, bytes]], int, None]:
        if sizes[2] and self.errors:
            data, origin, info = self.errors.pop(0)
            value = struct.pack("=IBBBxII", errno.EMSGSIZE, origin, 3, 4, info, 0)
            return data, [(0, 11, value)], 0, None
        if not sizes[2] and self.plain:
            return self.plain.pop(0), [], 0, None
        raise BlockingIOError


async def burst(played: Played, ident: int | None = None) -> icmp._Burst:
    opened = EchoSocket(played, FAMILIES[4], ident)
    return icmp._Burst(opened, asyncio.get_running_loop().create_future())


async def test_a_router_that_names_an_mtu_once_speaks_for_all_larger_sizes() -> None:
    with Played() as played:
        asked = await burst(played)
        asked.send((1500, 1492, 1400))
        played.errors = [(played.sent[0][:8], 2, 1420)]
        asked.listen()
        assert not asked.over.done()
        played.plain = [b"\0" + played.sent[2][1:]]
        asked.listen()
        assert asked.over.done()
        big, bigger, reply = asked.told((1500, 1492, 1400))
        assert (big, bigger) == (Echo(1500, "too-big", mtu=1420), Echo(1492, "too-big", mtu=1420))
        assert (reply.size, reply.state) == (1400, "reply")


async def test_only_what_was_sent_counts_as_its_reply() -> None:
    with Played() as played:
        asked = await burst(played)
        asked.send((84, 100))
        stranger = bytearray(b"\0" + played.sent[0][1:])
        stranger[20] ^= 1
        other = b"\0\0\0\0\0\0\0\x63" + played.sent[0][8:]
        played.plain = [bytes(stranger), other, b"", b"\0\0", b"\3" + played.sent[1][1:]]
        asked.listen()
        assert [echo.state for echo in asked.told((84, 100))] == ["silence", "silence"]
        played.plain = [b"\0" + played.sent[1][1:40]]  # cut short by the host
        asked.listen()
        assert [echo.state for echo in asked.told((84, 100))] == ["silence", "reply"]


async def test_a_raw_socket_hears_only_what_bears_our_identifier() -> None:
    """It is handed whole IP packets, and those that answer others on this machine as well."""
    with Played() as played:
        asked = await burst(played, ident=0xBEEF)
        asked.send((84, 101, 1500))
        assert [packet[4:8] for packet in played.sent] == [
            b"\xbe\xef\0\1",
            b"\xbe\xef\0\2",
            b"\xbe\xef\0\3",
        ]
        assert [summed(packet) for packet in played.sent] == [0xFFFF] * 3
        replies = [b"\0\0\0\0" + packet[4:] for packet in played.sent]
        stranger = b"\0\0\0\0\xbe\xee" + replies[0][6:]
        played.plain = [b"", b"\x45", b"\x4f" + bytes(40), HEAD + stranger]
        played.errors = [(played.sent[2][:4] + b"\xbe\xee\0\3", 2, 1420)]
        asked.listen()
        assert {echo.state for echo in asked.told((84, 101, 1500))} == {"silence"}
        options = b"\x46" + HEAD[1:] + bytes(4)
        played.plain = [HEAD + replies[0], options + replies[1]]
        played.errors = [(played.sent[2][:8], 2, 1420)]
        asked.listen()
        assert [echo.state for echo in asked.told((84, 101, 1500))] == ["reply", "reply", "too-big"]


HEAD = b"\x45" + bytes(19)
"""An IPv4 header without options (RFC 791)."""


def summed(packet: bytes) -> int:
    """RFC 1071, word by word; a packet with its right sum comes to all ones."""
    even = packet + bytes(len(packet) % 2)
    total: int = sum(struct.unpack(f"!{len(even) // 2}H", even))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


async def test_a_socket_that_is_refused_is_tried_as_the_raw_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = list[int]()

    def refuse(family: int, how: int, protocol: int) -> socket.socket:
        asked.append(how & ~socket.SOCK_NONBLOCK)
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(socket, "socket", refuse)
    assert await icmp.echoes(LOOPBACK, [84], soon()) is None
    assert asked == [socket.SOCK_DGRAM, socket.SOCK_RAW]


async def test_an_error_for_an_earlier_echo_does_not_stop_the_next() -> None:
    with Played() as played:
        asked = await burst(played)
        played.refusals = [OSError(errno.EMSGSIZE, "Message too long")]
        asked.send((84,))
        assert len(played.sent) == 1


async def test_a_packet_filter_that_forbids_is_no_silence() -> None:
    with Played() as played:
        asked = await burst(played)
        played.refusals = [OSError(errno.EPERM, "Operation not permitted")] * 9
        asked.send((84,))
        with pytest.raises(icmp.Unsent):
            asked.told((84,))


async def test_without_such_a_socket_the_program_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(*args: object) -> None:
        return None

    monkeypatch.setattr(icmp, "echoes", none)
    with pytest.raises(Cannot, match="has no ping of iputils"):
        await OwnMeans(RULES, Survey("Linux")).echoes(LOOPBACK, [84], soon())


async def test_an_echo_that_cannot_leave_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unsent(*args: object) -> None:
        raise icmp.Unsent("Network is unreachable")

    monkeypatch.setattr(icmp, "echoes", unsent)
    with pytest.raises(Cannot, match=r"cannot send a ping \(Network is unreachable\)"):
        await OwnMeans(RULES, Survey("Linux")).echoes(LOOPBACK, [84], soon())
    assert await Direct(RULES).ping(LOOPBACK, soon()) == "unknown"
