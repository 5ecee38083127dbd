"""A vantage that plays back answers: for tests, for demonstrations and for replays of tickets.

Strategy: a frozen script says what each lookup and each connection meets; nothing touches a
network and nothing waits.  A connection plays the next conversation of its address and port (the
last one repeats).  A conversation is a sequence of turns: the bytes that the peer waits for and
what it then does.  Where the script has the peer stay silent, a read fails at once with
``probe.deadline`` instead of letting the deadline pass.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from bot.evidence import Failure
from bot.targets import Rules
from bot.vantage.base import Address, Lookup, Means, Session, VantageError
from bot.vantage.means import NoMeans


@dataclass(frozen=True, slots=True)
class Turn:
    """The peer waits for ``awaits`` bytes or for given ones, then answers, then may hang up.

    ``awaits`` 0 speaks first.  An answer with ``closes`` is followed by the end of the stream, of
    the kind ``ending``.
    """

    answer: bytes = b""
    awaits: int | bytes = 1
    closes: bool = False
    ending: str = "closed"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one connection meets: a failure to open, or turns."""

    turns: tuple[Turn, ...] = ()
    failure: Failure | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """Everything that a scripted vantage knows.

    ``lookups`` by name in lower case (a name that is missing does not exist); ``ports`` by
    address and port (one that is missing times out); ``pings`` by address.
    """

    name: str = "scripted"
    session: Session | Failure = field(default_factory=Session)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    ports: Mapping[tuple[str, int], tuple[Conversation, ...]] = field(default_factory=dict)
    pings: Mapping[str, str] = field(default_factory=dict)
    means: Means = field(default_factory=lambda: NoMeans("the script says nothing of it"))


class ScriptedStream:
    """One conversation being played; ``sent`` is what the caller wrote so far."""

    def __init__(self, turns: tuple[Turn, ...]) -> None:
        self._turns = list(turns)
        self._waiting = b""
        self._ready = b""
        self._ended = False
        self._ending = "unknown"
        self.sent = b""
        self.closed = False
        self._play()

    async def read(self, limit: int, deadline: float) -> bytes:
        """The next bytes of the script; raises ``probe.deadline`` where it is silent."""
        del deadline
        taken, self._ready = self._ready[:limit], self._ready[limit:]
        if not taken and not self._ended:
            raise VantageError(Failure.PROBE_DEADLINE, "the script is silent here")
        return taken

    async def write(self, data: bytes, deadline: float) -> None:
        """Give the peer bytes; it answers as far as the script allows."""
        del deadline
        self.sent += data
        self._waiting += data
        self._play()

    async def ending(self, deadline: float) -> str:
        """The scripted kind of end; unknown before it."""
        del deadline
        return self._ending if self._ended else "unknown"

    async def close(self) -> None:
        """Hang up."""
        self.closed = True

    def _play(self) -> None:
        while self._turns and not self._ended:
            turn = self._turns[0]
            wanted = turn.awaits if isinstance(turn.awaits, int) else len(turn.awaits)
            if len(self._waiting) < wanted:
                return
            if isinstance(turn.awaits, bytes) and self._waiting[:wanted] != turn.awaits:
                self._ended, self._ending = True, "closed"  # hears something else: hangs up
                return
            self._waiting = self._waiting[wanted:] if isinstance(turn.awaits, bytes) else b""
            self._ready += turn.answer
            self._ended, self._ending = turn.closes, turn.ending
            del self._turns[0]


class Scripted:
    """The vantage; ``streams`` holds every connection that was opened, in order."""

    def __init__(self, script: Script, rules: Rules) -> None:
        self._script = script
        self._rules = rules
        self._playing: dict[tuple[str, int], Iterator[Conversation]] = {}
        self.streams: list[ScriptedStream] = []

    @property
    def name(self) -> str:
        """The script's name for this vantage."""
        return self._script.name

    async def session(self, deadline: float) -> Session:
        """The scripted session; raises VantageError with the scripted failure."""
        del deadline
        if isinstance(self._script.session, Failure):
            raise VantageError(self._script.session, "scripted")
        return self._script.session

    async def lookup(self, name: str, deadline: float) -> Lookup:
        """The scripted lookup; raises TargetRefused when the completed name is closed."""
        await self.session(deadline)
        try:
            return Lookup(name, "literal", (ip_address(name),))
        except ValueError:
            found = self._script.lookups.get(name.lower(), Lookup(name, "nxdomain"))
        self._rules.check_name(found.canonical or name)
        return found

    async def connect(self, address: Address, port: int, deadline: float) -> ScriptedStream:
        """The next conversation of this address and port; raises VantageError, TargetRefused."""
        self._rules.check_address(address)
        await self.session(deadline)
        key = (str(address), port)
        if key not in self._playing:
            lines = self._script.ports.get(key) or (Conversation(failure=Failure.TCP_TIMEOUT),)
            self._playing[key] = itertools.chain(lines, itertools.repeat(lines[-1]))
        conversation = next(self._playing[key])
        if conversation.failure is not None:
            raise VantageError(conversation.failure, conversation.detail)
        stream = ScriptedStream(conversation.turns)
        self.streams.append(stream)
        return stream

    async def ping(self, address: Address, deadline: float) -> str:
        """The scripted answer: reply, silence or (where the script has none) unknown."""
        del deadline
        self._rules.check_address(address)
        return self._script.pings.get(str(address), "unknown")

    async def means(self, deadline: float) -> Means:
        """The script's own."""
        del deadline
        return self._script.means

    async def close(self) -> None:
        """Hang up everywhere."""
        for stream in self.streams:
            await stream.close()
