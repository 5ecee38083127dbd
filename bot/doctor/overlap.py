"""Do two target patterns have a host in common, and does one hold all of the other?

Names and ranges are apart: a list without names opens every name, one without ranges every address.
"""

from ipaddress import ip_network

from bot.targets.patterns import Network, Patterns


def parsed(pattern: str) -> "str | Network":
    """A pattern as the rules read it: a normal name pattern or a range."""
    one = Patterns.of([pattern])
    return one.names[0] if one.names else one.ranges[0]


def meets(one: "str | Network", other: "str | Network") -> bool:
    """Whether some name or address fits both."""
    if isinstance(one, str) and isinstance(other, str):
        return holds(one, other) or holds(other, one)
    if isinstance(one, str) or isinstance(other, str):
        return False
    return one.version == other.version and ip_network(one).overlaps(ip_network(other))


def holds(outer: "str | Network", inner: "str | Network") -> bool:
    """Whether all that fits ``inner`` fits ``outer``."""
    if isinstance(outer, str) and isinstance(inner, str):
        if outer in {"*", inner}:
            return True
        if not outer.startswith("*"):
            return False
        return inner.removeprefix("*").endswith(outer[1:]) and inner != "*"
    if isinstance(outer, str) or isinstance(inner, str):
        return False
    return (
        outer.version == inner.version
        and int(outer.network_address) <= int(inner.network_address)
        and int(outer.broadcast_address) >= int(inner.broadcast_address)
    )


def opened(patterns: Patterns, one: "str | Network") -> bool:
    """Whether a list, read as ``allow`` is, opens something of a pattern."""
    if not patterns.names and not patterns.ranges:
        return False
    if isinstance(one, str):
        return not patterns.names or any(meets(each, one) for each in patterns.names)
    return not patterns.ranges or any(meets(each, one) for each in patterns.ranges)


def closed(deny: Patterns, one: "str | Network") -> bool:
    """Whether ``deny`` takes all of a pattern."""
    listed: tuple[str | Network, ...] = (*deny.names, *deny.ranges)
    return any(holds(each, one) for each in listed)
