"""From a typed name to addresses, as a given machine would do it.

Strategy: the machine's own files come first (/etc/hosts for the name as typed; resolv.conf for
servers and search list), then each completed name is asked for in the order of the C library.
The completed name is what the target rules judge: a name that no completion could open is
refused before anything is asked, one that resolves is refused unless its completion is open.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from bot.targets import Rules, TargetRefused
from bot.vantage.base import Lookup
from bot.vantage.dns import Found, Resolver
from bot.vantage.exchange import GRACE, Server
from bot.vantage.hosts_file import Entry, HostsFile, normal, plain, read_address

HOSTS_FILE = "/etc/hosts"
RESOLV_CONF = "/etc/resolv.conf"
MAX_SERVERS = 3
MAX_SEARCH = 10
MAX_NDOTS = 15

_ZONE = re.compile(r"[0-9A-Za-z._-]{1,15}")
Find = Callable[[str, float], Awaitable[Found]]
# The later in this list, the more it says about a failed lookup of several completions.
_GRAVITY = ("nxdomain", "no-answer", "timeout")


@dataclass(frozen=True, slots=True)
class Files:
    """What a machine's own files say about names."""

    servers: tuple[Server, ...] = ()
    search: tuple[str, ...] = ()
    ndots: int = 1
    hosts: Mapping[str, Entry] = field(default_factory=dict)

    @classmethod
    def read(cls, resolv_conf: str, hosts: str) -> "Files":
        """Read both files' text; lines that make no sense are passed over, as resolvers do.

        Limits are those of resolv.conf(5); names are compared byte by byte there, so one that is
        not ASCII is never found.
        """
        servers: list[Server] = []
        search: tuple[str, ...] = ()
        ndots = 1
        for line in resolv_conf.splitlines():
            match line.split():
                case ["nameserver", address, *_] if _is_server(address):
                    servers.append((address, 53))
                case ["search" | "domain", *names]:  # the last such line wins
                    search = tuple(islice(filter(None, map(plain, names)), MAX_SEARCH))
                case ["options", *options]:
                    ndots = _ndots(options, ndots)
                case _:
                    pass
        return cls(tuple(servers[:MAX_SERVERS]), search, ndots, HostsFile(hosts))

    def completions(self, name: str) -> tuple[str, ...]:
        """The absolute names that a typed one may stand for, in the order of the C library."""
        searched = tuple(f"{name}.{domain}".removesuffix(".").lower() for domain in self.search)
        if name.count(".") >= self.ndots:
            return (name, *searched)
        return (*searched, name)


async def look_up(name: str, files: Files, rules: Rules, find: Find, deadline: float) -> Lookup:
    """Complete and resolve a name; ``find`` resolves an absolute one.

    Raises TargetRefused, and VantageError (``jumpbox.*``) from ``find``.
    """
    typed = normal(name)
    if typed is None:
        raise TargetRefused(name, "it is not a host name")
    entry = files.hosts.get(typed)
    if entry is not None:
        rules.check_line(typed, entry.canonical)
        return Lookup(name, "ok", entry.addresses, entry.canonical, resolver=HOSTS_FILE)
    completions = files.completions(typed)
    _check_any(completions, typed, rules)
    worst = Found("nxdomain")
    asked: list[str] = []
    for completed in completions:
        asked.append(completed)
        found = await find(completed, deadline)
        if found.status == "ok":
            rules.check_name(completed)
            alias_of = plain(found.leads_to or "")
            return Lookup(
                name, "ok", found.addresses, completed, resolver=found.resolver, alias_of=alias_of
            )
        if _GRAVITY.index(found.status) >= _GRAVITY.index(worst.status):
            worst = found
        if found.status == "timeout" or asyncio.get_running_loop().time() >= deadline:
            break
    detail = f"{worst.detail}; asked for {', '.join(asked)}"
    return Lookup(name, worst.status, resolver=worst.resolver, detail=detail)


async def courtesy(resolver: Resolver, lookup: Lookup, started: float, deadline: float) -> Lookup:
    """The lookup with reverse names, which may take as long again as the lookup itself took."""
    if lookup.status != "ok":
        return lookup
    now = asyncio.get_running_loop().time()
    until = min(deadline, now + max(GRACE, now - started))
    return replace(lookup, reverse=await resolver.reverse(lookup.addresses, until))


def literal(name: str) -> Lookup | None:
    """The lookup of a typed address, which nobody needs to be asked for."""
    address = read_address(name)
    return Lookup(name, "literal", (address,)) if address else None


def _check_any(completions: tuple[str, ...], typed: str, rules: Rules) -> None:
    """Refuse when no completion is open: then nothing needs to be asked."""
    for completed in completions:
        try:
            rules.check_name(completed)
        except TargetRefused:
            continue
        return
    rules.check_name(typed)


def _ndots(options: list[str], known: int) -> int:
    for option in options:
        key, _, value = option.partition(":")
        if key == "ndots" and value.isascii() and value.isdigit():
            known = min(int(value), MAX_NDOTS)
    return known


def _is_server(text: str) -> bool:
    """An address; the zone of a link-local one names an interface, and nothing else."""
    zone = text.partition("%")[2]
    return read_address(text) is not None and (not zone or _ZONE.fullmatch(zone) is not None)
