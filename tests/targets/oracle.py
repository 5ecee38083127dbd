"""The target rules once more, written from the documentation alone, with plain numbers.

Strategy: nothing of the product is used, so that a slip there is not repeated here.  An address is
a (version, number); a range is a version and two numbers.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_network

Number = tuple[int, int]
Span = tuple[int, int, int]

IN_IPV4 = """
0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 169.254.169.254 169.254.170.2 169.254.170.23
100.100.100.200 192.0.0.192 168.63.129.16 224.0.0.0/4 255.255.255.255
"""
IN_IPV6 = """
::/128 ::1 fe80::/10 fd00:ec2::254 fd00:ec2::23 fd20:ce::254 ff00::/8
64:ff9b:1::/48 2002::/16 2001::/32 ::/96 ::ffff:0:0:0/96
"""
MAPPED, NAT64 = 0xFFFF << 32, 0x64FF9B << 96


def span(text: str) -> Span:
    """A range as numbers; one in IPv4-mapped or NAT64 form is the IPv4 range in it."""
    net = ip_network(text)
    low, high = int(net.network_address), int(net.broadcast_address)
    if net.version == 6 and low >> 32 == high >> 32 and low >> 32 << 32 in (MAPPED, NAT64):
        return 4, low & 0xFFFFFFFF, high & 0xFFFFFFFF
    return net.version, low, high


CLOSED = [span(text) for text in (IN_IPV4 + IN_IPV6).split()]


def judged(address: IPv4Address | IPv6Address) -> Number:
    """The address that counts."""
    number = int(address)
    if address.version == 6 and number >> 32 << 32 in (MAPPED, NAT64):
        return 4, number & 0xFFFFFFFF
    return address.version, number


def inner(address: Number) -> list[Number]:
    """The IPv4 addresses that lie in a tunnel's or translator's form."""
    version, number = address
    low = number & 0xFFFFFFFF
    if version == 4:
        return []
    if number >> 112 == 0x2002:
        return [(4, number >> 80 & 0xFFFFFFFF)]
    if number >> 96 == 0x20010000:
        return [(4, number >> 64 & 0xFFFFFFFF), (4, low ^ 0xFFFFFFFF)]
    if number >> 80 == 0x64FF9B0001 or number >> 32 == 0xFFFF0000:
        return [(4, low)]
    if number >> 32 == 0 and number > 1:
        return [(4, low)]
    return []


def lies(address: Number, ranges: Iterable[Span]) -> list[Span]:
    """The ranges that have an address."""
    return [each for each in ranges if each[0] == address[0] and each[1] <= address[1] <= each[2]]


def may_open(address: IPv4Address | IPv6Address, allow: list[str], deny: list[str]) -> bool:
    """Whether an address may be opened when nothing but ranges is listed."""
    opening, closing = [span(text) for text in allow], [span(text) for text in deny]
    counts = judged(address)
    every = [counts, *inner(counts)]
    outer = (address.version, int(address))
    if not lies(counts, opening) or any(lies(each, closing) for each in (*every, outer)):
        return False
    return all(
        any(shut[1] <= each[1] and each[2] <= shut[2] for each in lies(one, opening))
        for one in every
        for shut in lies(one, CLOSED)
    )
