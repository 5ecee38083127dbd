"""What a host has answered to the connection requests of one run, and whether it answers at all."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.wire.cursor import Closed
from bot.wire.negotiation import refusal
from bot.wire.x224 import Answer, Bare, Refused, Selected

SPOKEN = (Selected, Refused, Bare)


class Heard(dict[str, Answer | None]):
    """Answers by request, None for silence; one that came at last replaces none."""

    def __init__(self) -> None:
        super().__init__()
        self._asking = 0
        self._one_less = asyncio.Event()  # is asked, since this was last cleared

    def keep(self, request: str, answer: Answer | None) -> None:
        """Keep an answer, unless there is one."""
        if self.get(request) in (None, Closed()):
            self[request] = answer

    @contextmanager
    def asking(self) -> Iterator[None]:
        """An answer is waited for within the block."""
        self._asking += 1
        try:
            yield
        finally:
            self._asking -= 1
            self._one_less.set()

    async def speaks(self) -> bool:
        """Whether the host has answered any request, once the answers under way are known."""
        while self._asking and not self._spoken:
            self._one_less.clear()
            await self._one_less.wait()
        return self._spoken

    async def choose_tls(self) -> bool:
        """Whether the host has chosen TLS on any connection, once what is under way is known."""
        while self._asking and not self._tls:
            self._one_less.clear()
            await self._one_less.wait()
        return self._tls

    @property
    def _tls(self) -> bool:
        return any(refusal(answer) is None for answer in self.values())

    @property
    def _spoken(self) -> bool:
        return any(isinstance(answer, SPOKEN) for answer in self.values())
