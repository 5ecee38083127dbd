"""What the lab's jump box answers to the shell scripts that find out about a path.

Strategy: a pure function, as in ``shell``: what a script is for is read from its words, and a
small Debian's answer to that is printed.  The box has bash, iproute2's ip and iputils, but no ss.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.lab.behaviour import Port

Awake = Callable[[str, int], bool]
Udp = Callable[[str, int], Port]
"""Whether an address answers a ping of so many bytes, and what a datagram to a port of it meets."""

SURVEY = "survey 42\nsystem Linux\nping ping from iputils 20221126\nhas ip\nhas udp\nhas dd\n"
MTU = 1500
_PING = re.compile(r"\bping6? [^&;]*-s \$2 ([0-9a-f.:]+)")
_SHOT = re.compile(r"\be (\d+) (\d+);")
_ROUTE = re.compile(r"\bip route get ([0-9a-f.:]+)")
_UDP = re.compile(r"/dev/udp/([0-9a-f.:]+)/(\d+)\b.*?\bdd bs=(\d+) count=1")


@dataclass(frozen=True, slots=True)
class Network:
    """What the scripts can meet."""

    awake: Awake
    udp: Udp


def wanted(script: str) -> int:
    """How many bytes of standard input a script reads before it does anything."""
    found = _UDP.search(script)
    return int(found[3]) if found else 0


def run(script: str, network: Network, feed: bytes) -> str | None:
    """What a script prints; None for one that does nothing the lab knows."""
    if "uname -s" in script:
        return SURVEY
    if ping := _PING.search(script):
        return _echoes(ping[1], _SHOT.findall(script), network.awake)
    if route := _ROUTE.search(script):
        return f"{route[1]} via 10.0.2.1 dev eth0 src 10.0.2.15 uid 1000 \n    cache \n"
    if udp := _UDP.search(script):
        return _datagram(network.udp(udp[1], int(udp[2])), feed)
    return None


def _echoes(address: str, shots: list[tuple[str, str]], awake: Awake) -> str:
    lines: list[str] = []
    for size, load in shots:
        got = awake(address, int(size))
        lines.append(f"{size} PING {address} ({address}) {load}({size}) bytes of data.")
        if int(size) > MTU:
            lines.append(f"{size} ping: local error: message too long, mtu={MTU}")
        elif got:
            reply = f"{int(load) + 8} bytes from {address}: icmp_seq=1 ttl=127 time=0.412 ms"
            lines.append(f"{size} {reply}")
        lines.append(f"{size} rc {0 if got and int(size) <= MTU else 1}")
    return "".join(f"{line}\n" for line in lines)


def _datagram(fate: Port, feed: bytes) -> str:
    if fate is Port.REFUSED:
        return "sent\ndd: error reading 'standard input': Connection refused\n"
    if fate is Port.SILENT:
        return "sent\n0+0 records in\n0+0 records out\n"
    answer = _syn_ack(feed)
    rows = [answer[start : start + 16] for start in range(0, len(answer), 16)]
    return "sent\n0+1 records in\n0+1 records out\n" + "".join(f" {row.hex(' ')}\n" for row in rows)


def _syn_ack(syn: bytes) -> bytes:
    """MS-RDPEUDP 3.1.5.1.3: our number acknowledged, flags SYN and ACK, 1232 bytes."""
    head = syn[8:12].ljust(4, b"\0") + b"\x04\x00" + b"\x00\x05" + b"\x12\x34\x56\x78"
    return (head + b"\x04\xd0\x04\xd0").ljust(1232, b"\0")
