"""Pattern lists of the settings, and the address ranges that wide patterns do not open."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Self

from bot.targets.host import normal_name

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052 section 2.1
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")  # RFC 8215; where the IPv4 stands in it is local
_6TO4 = IPv6Network("2002::/16")  # RFC 3056 section 2
_TEREDO = IPv6Network("2001::/32")  # RFC 4380 section 4
_COMPATIBLE = IPv6Network("::/96")  # RFC 4291 section 2.5.5.1
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")  # RFC 2765 section 2.1
CLOSED: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(text), kind)
    for text, kind in (
        ("0.0.0.0/8", "unspecified"),
        ("::/128", "unspecified"),
        ("127.0.0.0/8", "loopback"),
        ("::1/128", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("fe80::/10", "link-local"),
        ("169.254.169.254/32", "cloud metadata"),
        ("169.254.170.2/32", "cloud metadata"),
        ("169.254.170.23/32", "cloud metadata"),
        ("fd00:ec2::254/128", "cloud metadata"),
        ("fd00:ec2::23/128", "cloud metadata"),
        ("fd20:ce::254/128", "cloud metadata"),
        ("100.100.100.200/32", "cloud metadata"),
        ("192.0.0.192/32", "cloud metadata"),
        ("168.63.129.16/32", "cloud metadata"),
        ("224.0.0.0/4", "multicast"),
        ("ff00::/8", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        (str(_LOCAL_NAT64), "translated (NAT64)"),
        (str(_6TO4), "tunnelled (6to4)"),
        (str(_TEREDO), "tunnelled (Teredo)"),
        (str(_COMPATIBLE), "IPv4-compatible"),
        (str(_TRANSLATED), "IPv4-translated"),
    )
)


def inner(address: Address) -> Address:
    """The address that is judged: the IPv4 inside an IPv4-mapped or NAT64 form, else itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def carried(address: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses to which a tunnel or translator may take an IPv6 address.

    Of local NAT64 the form with 96 bits before the IPv4 is read, which is the usual one.
    """
    if not isinstance(address, IPv6Address):
        return ()
    if address in _6TO4:
        return (IPv4Address(int(address) >> 80 & 0xFFFFFFFF),)
    if address in _TEREDO:  # the server, and the client with all bits turned over
        client = ~int(address) & 0xFFFFFFFF
        return IPv4Address(int(address) >> 64 & 0xFFFFFFFF), IPv4Address(client)
    if address in _LOCAL_NAT64 or address in _TRANSLATED:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    if address in _COMPATIBLE and int(address) > 1:  # "::" and "::1" carry nothing
        return (IPv4Address(int(address)),)
    return ()


@lru_cache(maxsize=1024)  # asked before every connection
def as_address(host: str) -> Address | None:
    """The address that a host text is, as it is judged; None for a name."""
    try:
        return inner(ip_address(host))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Patterns:
    """One list of the settings, sorted into name patterns and ranges."""

    names: tuple[str, ...]
    ranges: tuple[Network, ...]

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Self:
        """Sort a list; raises BadHost for what is neither a range nor a name pattern."""
        names, ranges = [], []
        for pattern in patterns:
            try:
                ranges.append(_inner_network(ip_network(pattern)))
            except ValueError:
                names.append(_normal_pattern(pattern))
        return cls(tuple(names), tuple(ranges))

    def name(self, name: str) -> str | None:
        """The first pattern that fits a normal name."""
        return next((pattern for pattern in self.names if _fits(pattern, name)), None)

    def covering(self, address: Address) -> list[Network]:
        """The ranges that an address lies in."""
        return [net for net in self.ranges if within(address, net)]


def _normal_pattern(pattern: str) -> str:
    if pattern == "*":
        return pattern
    star, rest = ("*.", pattern[2:]) if pattern.startswith("*.") else ("", pattern)
    return star + normal_name(rest)


def _fits(pattern: str, name: str) -> bool:
    if pattern.startswith("*"):
        return name.endswith(pattern[1:])
    return name == pattern


def within(address: Address, network: Network) -> bool:
    """Whether an address lies in a range; those of the other family never do."""
    return address.version == network.version and address in network


def inside(network: Network, closed: Network) -> bool:
    """Whether a range lies wholly in another one."""
    if isinstance(network, IPv4Network):
        return isinstance(closed, IPv4Network) and network.subnet_of(closed)
    return isinstance(closed, IPv6Network) and network.subnet_of(closed)


def _inner_network(network: Network) -> Network:
    """A range in IPv4-mapped or NAT64 form is the IPv4 range inside it."""
    for outer in (IPv6Network("::ffff:0:0/96"), _NAT64):
        if inside(network, outer):
            low = IPv4Address(int(network.network_address) & 0xFFFFFFFF)
            return IPv4Network((low, network.prefixlen - 96))
    return network
