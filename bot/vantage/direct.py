"""Looking from the bot's own network: its TCP connections and the operating system's names.

Strategy: the C library finds addresses, because a technician expects what the machine itself
would find (hosts file, search list, VPN resolvers).  Our own DNS question is asked only to tell
a silent resolver from a broken one, and for reverse names.
"""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.targets import Rules
from bot.vantage import icmp, system
from bot.vantage.base import Address, Lookup, Means, Session
from bot.vantage.dns import Found, Resolver
from bot.vantage.exchange import server_label
from bot.vantage.local import OwnMeans
from bot.vantage.names import HOSTS_FILE, RESOLV_CONF, Files, courtesy, literal, look_up
from bot.vantage.tcp import DirectStream, open_tcp

# The IP packet of an ordinary ping, in bytes; no link is too small for it.
ORDINARY = 84


class Direct:
    """The vantage ``direct``.

    ``files`` replaces this machine's resolv.conf and hosts file, and with them the system's own
    lookup: a laboratory names its DNS server so.
    """

    def __init__(self, rules: Rules, *, files: Files | None = None, name: str = "direct") -> None:
        self._rules = rules
        self._files = files
        self._name = name
        self._means = OwnMeans(rules)

    @property
    def name(self) -> str:
        """The name that stands in observations."""
        return self._name

    async def session(self, deadline: float) -> Session:
        """Always ready."""
        del deadline
        return Session()

    async def lookup(self, name: str, deadline: float) -> Lookup:
        """Resolve as this machine does; raises TargetRefused for a closed name."""
        typed = literal(name)
        if typed is not None:
            return typed
        started = asyncio.get_running_loop().time()
        files = self._files or own_files()
        resolver = Resolver(files.servers, open_tcp, datagrams=True)

        async def find(completed: str, until: float) -> Found:
            if self._files is not None:
                return await resolver.addresses(completed, until)
            return await _ask_system(completed, resolver, files, until)

        found = await look_up(name, files, self._rules, find, deadline)
        return await courtesy(resolver, found, started, deadline)

    async def connect(self, address: Address, port: int, deadline: float) -> DirectStream:
        """Open a TCP stream; raises VantageError (``tcp.*``) and TargetRefused."""
        self._rules.check_address(address)
        return await open_tcp(address, port, deadline)

    async def ping(self, address: Address, deadline: float) -> str:
        """One echo: reply, silence or unknown; raises TargetRefused."""
        self._rules.check_address(address)
        try:
            found = await icmp.echoes(address, (ORDINARY,), deadline)
        except icmp.Unsent:
            return "unknown"
        return found[0].state if found else await system.ping(address, deadline)

    async def means(self, deadline: float) -> Means:
        """What this machine can do; always the same, and what it can run is found out once."""
        del deadline
        return self._means

    async def close(self) -> None:
        """Nothing is held."""


def own_files() -> Files:
    """Read resolv.conf and hosts file of this machine; without them nothing is known."""
    return Files.read(_text(RESOLV_CONF), _text(HOSTS_FILE))


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


async def _ask_system(name: str, resolver: Resolver, files: Files, deadline: float) -> Found:
    """The C library's answer; where it only says "try again", the resolver's own words."""
    found = await system.system_addresses(name, deadline)
    if found.status == "trouble":
        said = await resolver.addresses(name, deadline)
        return replace(said, detail=f"{found.detail}; {said.detail}")
    return replace(found, resolver=server_label(files.servers[0]) if files.servers else None)
