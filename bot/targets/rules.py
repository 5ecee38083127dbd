"""Which names, addresses and ports may be looked at: the settings' [targets] table as a value.

Strategy: a name is judged after the vantage's search list completed it, an address before it is
opened, and only judged addresses are opened.  Deny wins.  Loopback, link-local and the like are
closed ranges: a wide rule does not open them, only an entry that lies inside such a range.  So
are the forms of IPv6 that a tunnel or translator turns into IPv4; even where an entry opens them,
the IPv4 inside is judged as well.
An allow list without ranges leaves every address open that is in no closed range, so that a
typed address is then not limited by name patterns; list a range to limit it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from bot.targets.host import BadHost, normal_name
from bot.targets.patterns import (
    CLOSED,
    Address,
    Patterns,
    as_address,
    carried,
    inner,
    inside,
    within,
)


class TargetRefused(Exception):
    """The target rules close this name, address or port; nothing was sent to it."""

    def __init__(self, thing: str, rule: str) -> None:
        super().__init__(f"{thing} is outside what may be looked at ({rule})")
        self.thing = thing
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be looked at; every check raises TargetRefused or returns nothing."""

    _allow: Patterns
    _deny: Patterns
    _ports: frozenset[int] | None
    _exact: frozenset[str] | None = None

    @classmethod
    def of(cls, allow: Iterable[str], deny: Iterable[str], ports: Iterable[int]) -> Self:
        """The rules of the settings' patterns; an empty ``allow`` denies all."""
        return cls(Patterns.of(allow), Patterns.of(deny), frozenset(ports))

    @classmethod
    def exactly(cls, *hosts: str) -> Self:
        """For a check without settings: these hosts, any port, whatever they resolve to."""
        nothing = Patterns((), ())
        return cls(nothing, nothing, None, frozenset(_normal_host(host) for host in hosts))

    def check_typed(self, host: str) -> None:
        """Judge a typed host as far as that is possible before a vantage completes it."""
        address = as_address(host)
        if address is not None:
            self.check_address(address)
        elif self._exact is not None or not self._allows_something():
            self.check_name(host)
        else:
            self._check_denied_name(host)

    def check_name(self, name: str) -> None:
        """Judge a name as the vantage's search list completed it."""
        plain = _normal_or_refused(name)
        if self._exact is not None:
            if any(plain == host or plain.startswith(f"{host}.") for host in self._exact):
                return
            raise TargetRefused(name, "without settings only the typed host is looked at")
        self._check_denied_name(name)
        if not self._allows_something():
            raise TargetRefused(name, "targets.allow is empty")
        if self._allow.names and self._allow.name(plain) is None:
            raise TargetRefused(name, "no name in targets.allow fits it")

    def check_line(self, typed: str, first: str) -> None:
        """Judge a line of a hosts file by the typed name and its first: both mean one host.

        One of them must be open, and neither denied.
        """
        for name in (typed, first):
            self._check_denied_name(name)
        try:
            self.check_name(typed)
        except TargetRefused:
            self.check_name(first)

    def check_address(self, address: Address) -> None:
        """Judge an address that is about to be opened."""
        judged = inner(address)
        if self._exact is not None:
            self._check_exact(judged)
            return
        if not self._allows_something():
            raise TargetRefused(str(address), "targets.allow is empty")
        for each in (judged, address, *carried(judged)):
            denied = self._deny.covering(each)
            if denied:
                raise TargetRefused(str(address), f"targets.deny has {denied[0]}")
        if self._allow.ranges and not self._allow.covering(judged):
            raise TargetRefused(str(address), "no range in targets.allow has it")
        for each in (judged, *carried(judged)):
            self._check_closed(address, each)

    def _check_closed(self, address: Address, judged: Address) -> None:
        """Refuse what lies in a closed range, unless an entry inside that range has it."""
        allowed = self._allow.covering(judged)
        for closed, kind in CLOSED:
            if within(judged, closed) and not any(inside(net, closed) for net in allowed):
                raise TargetRefused(str(address), f"{kind} addresses need an entry of their own")

    def check_port(self, port: int) -> None:
        """Judge the RDP port; companion and gateway ports follow the host and are not judged."""
        if self._ports is not None and port not in self._ports:
            listed = ", ".join(str(known) for known in sorted(self._ports)) or "none"
            raise TargetRefused(f"port {port}", f"targets.ports has {listed}")

    def _allows_something(self) -> bool:
        return bool(self._allow.names or self._allow.ranges)

    def _check_denied_name(self, name: str) -> None:
        pattern = self._deny.name(_normal_or_refused(name))
        if pattern is not None:
            raise TargetRefused(name, f"targets.deny has {pattern}")

    def _check_exact(self, judged: Address) -> None:
        """A typed name may resolve to anything; without one only the typed addresses are open."""
        typed = [as_address(host) for host in self._exact or ()]
        if None not in typed and judged not in typed:
            raise TargetRefused(str(judged), "without settings only the typed host is looked at")


def matches(patterns: Iterable[str], name: str | None, addresses: Iterable[Address]) -> bool:
    """Whether a completed name (None: an address was typed) and its addresses fit a pattern list.

    The list is read as ``allow`` is; addresses that are not known yet are not held against it.
    """
    rules = Rules.of(patterns, (), ())
    known = tuple(addresses)
    try:
        if name is not None:
            rules.check_name(name)
    except TargetRefused:
        return False
    if not known:
        return name is not None
    return any(_opens(rules, address) for address in known)


def could_match(patterns: Iterable[str], host: str) -> bool:
    """Whether a typed host may fit a pattern list once a vantage has completed and resolved it."""
    listed = tuple(patterns)
    address = as_address(host)
    if address is not None:
        return matches(listed, None, [address])
    if matches(listed, host, ()):
        return True
    plain = normal_name(host)
    return "." not in plain and any(
        pattern.startswith("*.") or pattern.startswith(f"{plain}.")
        for pattern in Patterns.of(listed).names
    )


def _opens(rules: Rules, address: Address) -> bool:
    try:
        rules.check_address(address)
    except TargetRefused:
        return False
    return True


def _normal_host(host: str) -> str:
    address = as_address(host)
    return normal_name(host) if address is None else str(address)


def _normal_or_refused(name: str) -> str:
    try:
        return normal_name(name)
    except BadHost as error:
        raise TargetRefused(name, str(error)) from None
