"""Everything that passed between the local Slack, the app and the people, in order.

Entries are plain values so that tests, the inspector of the page and a JSON Lines file read the
same thing. Tokens and signing secrets never get into an entry.
"""

import asyncio
import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.sandbox.clock import Clock


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: ``at`` is Slack's time in seconds, ``kind`` one of ``KINDS``."""

    number: int
    at: float
    kind: str
    data: dict[str, Any]

    def get(self, key: str) -> Any:
        """One value of the entry, None when it has none of that name."""
        return self.data.get(key)


# call: a Web API request and its answer   envelope: something sent to the app   ack: its answer
# hook: a response_url was used            socket: a connection opened, closed, was told something
# person: somebody did something           notice: somebody was told something by Slack itself
# warning: legal, but real Slack would complain or people would suffer
KINDS = frozenset({"call", "envelope", "ack", "hook", "socket", "person", "notice", "warning"})


class Journal:
    """An append-only list of entries, copied line by line into a file when one is named."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock = clock
        self._entries: list[Entry] = []
        self._file = path.open("a", encoding="utf-8") if path else None
        self._news = asyncio.Event()

    def record(self, kind: str, **data: Any) -> Entry:
        """Append one entry; an unknown kind is a mistake of the emulator and raises KeyError."""
        if kind not in KINDS:
            raise KeyError(kind)
        entry = Entry(len(self._entries), self._clock.now(), kind, copy.deepcopy(data))
        self._entries.append(entry)
        self._news.set()
        if self._file:
            self._file.write(json.dumps(asdict(entry), default=str) + "\n")
            self._file.flush()
        return entry

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def of(self, kind: str, **wanted: Any) -> list[Entry]:
        """Entries of one kind whose data has all the wanted values."""
        return [
            entry
            for entry in self._entries
            if entry.kind == kind and all(entry.get(key) == wanted[key] for key in wanted)
        ]

    def calls(self, method: str | None = None, **wanted: Any) -> list[Entry]:
        """Web API calls, oldest first."""
        return self.of("call", **({"method": method} if method else {}), **wanted)

    def acks(self, **wanted: Any) -> list[Entry]:
        """Acks with ``latency`` in seconds, oldest first."""
        return self.of("ack", **wanted)

    def since(self, number: int) -> list[Entry]:
        """Entries from this number on."""
        return self._entries[number:]

    async def changed(self, within: float) -> None:
        """Wait for the next entry, at most ``within`` real seconds."""
        self._news.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), within)

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file:
            self._file.close()
