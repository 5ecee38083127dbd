"""Names by the jump box itself, where its resolver does not answer us.

Strategy: SSH carries TCP and no UDP, so a resolver that answers over UDP only looks dead from here.
Where TCP brings no answer, or takes long, the jump box looks the name up by itself (``getent``), if
it runs commands for us; whoever finds addresses first is heard.  What it finds is judged as any
other answer.  Nobody waits for it in the ordinary case.
"""

import asyncio
from dataclasses import dataclass, replace

from bot.vantage.base import Address, Cannot, VantageError
from bot.vantage.commands import own_lookup
from bot.vantage.dns import MAX_ADDRESSES, Found, Resolver
from bot.vantage.jumpbox.link import Link
from bot.vantage.outputs import own_lookup as read_lookup

GETENT = "getent"
"""Who is said to have answered."""
# So long the answer over TCP is waited for alone, in seconds; of a short time left, this part.
PATIENCE = 1.0
PART = 1 / 3
# No answer sooner than this is one: the C library waits for a silent server so long at least.
QUICK = 0.9
_WAY = "DNS was asked over TCP (SSH carries nothing else), which says nothing about UDP"


@dataclass(frozen=True, slots=True)
class _Own:
    """What the jump box itself found; ``said`` is for people where that is nothing."""

    addresses: tuple[Address, ...] = ()
    said: str = ""
    answered: bool = False


class OwnNames:
    """Finds the names of one lookup: by ``resolver`` over TCP, or as the jump box does."""

    def __init__(self, link: Link, resolver: Resolver) -> None:
        self._link = link
        self._resolver = resolver
        self._patience = PATIENCE

    async def find(self, name: str, deadline: float) -> Found:
        """What one absolute name has; raises VantageError (``jumpbox.*``)."""
        tcp = asyncio.create_task(self._resolver.addresses(name, deadline))
        own: asyncio.Task[_Own] | None = None
        try:
            if await _ended(tcp, self._patience, deadline) and tcp.result().heard:
                return tcp.result()
            own = asyncio.create_task(self._look(name, deadline))
            await asyncio.wait({tcp, own}, return_when=asyncio.FIRST_COMPLETED)
            if own.done() and own.result().answered and not own.result().addresses:
                await _ended(tcp, self._patience, deadline)
            elif not own.done() or not own.result().addresses:
                await tcp
            self._patience = 0.0  # further names need not wait for it
            if tcp.done() and tcp.result().heard:
                return tcp.result()
            return _joined(tcp, await own)
        finally:
            tasks = {task for task in (tcp, own) if task is not None}
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            if not tcp.cancelled():
                tcp.exception()  # it was heard, or came too late to matter

    async def _look(self, name: str, deadline: float) -> _Own:
        try:
            connection, survey = await self._link.survey(deadline)
            if survey.trouble:
                return _Own()
            ran = await connection.execute(own_lookup(name), deadline)
        except (Cannot, VantageError):
            return _Own(said="its own lookup did not end in time")
        found = read_lookup(ran.output)
        if found is None:
            return _Own(said="it could not look by itself")
        quick = ran.heard - ran.began < QUICK
        said = f"its own lookup ({GETENT}) has no address either"
        return _Own(found[:MAX_ADDRESSES], said, answered=quick)


async def _ended(tcp: "asyncio.Task[Found]", seconds: float, deadline: float) -> bool:
    """Wait for a while; of a short time left, not for all of it."""
    left = deadline - asyncio.get_running_loop().time()
    await asyncio.wait({tcp}, timeout=max(0.0, min(seconds, left * PART)))
    return tcp.done()


def _joined(tcp: "asyncio.Task[Found]", own: _Own) -> Found:
    """What is to be told where nothing came over TCP."""
    if own.addresses:
        return Found("ok", own.addresses, GETENT)
    found = tcp.result() if tcp.done() else Found("no-answer", detail="its resolver is silent")
    said = "; ".join(part for part in (found.detail, _WAY, own.said) if part)
    return replace(found, status="no-answer" if own.answered else found.status, detail=said)
