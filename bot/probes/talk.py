"""Asking and hearing: what every probe does on a connection of its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol, TypeVar

from bot.evidence import Failure
from bot.probes.base import Context
from bot.probes.conduct import Conduct, Line, Spent
from bot.vantage.base import Stream, VantageError
from bot.wire.cursor import Closed, Malformed
from bot.wire.negotiation import lacks_certificate
from bot.wire.x224 import REQUESTS, Answer, ConfirmReader, NotRdp, connection_request

PIECE = 16 * 1024
MOST_REFUSED = 2
"""So often a machine without certificate is let go for another one behind the same name."""
COOKIE = "rdptriage"
"""Says in the host's logs who asked; it also ends a line, so that servers of line-by-line
protocols (HTTP) answer at once instead of waiting for more."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Reader(Protocol[T_co]):
    """A reader of ``bot.wire``: bytes in, at some point an answer out."""

    def feed(self, data: bytes, /) -> T_co | None:
        """The answer, or None while bytes are missing; ``b""`` is the end of the stream."""
        ...


async def hear(stream: Stream, reader: Reader[T], deadline: float) -> T:
    """Feed a reader until it answers.

    Raises VantageError (``probe.deadline`` when the peer is silent) and Malformed.
    """
    while True:
        data = await stream.read(PIECE, deadline)
        answer = reader.feed(data)
        if answer is not None:
            return answer
        if not data:
            raise Malformed("the stream ended inside an answer")


async def negotiate(conduct: Conduct, line: Line, request: str) -> Answer | None:
    """Send one of the five connection requests; None says that the host stayed silent.

    A stranger that stops in the middle of its first bytes is reported with what it sent.  Raises
    VantageError for a fault of the jump box.
    """
    reader, deadline = ConfirmReader(), line.patience()
    answer: Answer | None
    try:
        with conduct.answers.asking():
            await line.write(connection_request(REQUESTS[request], COOKIE), deadline)
            answer = await hear(line, reader, deadline)
    except Malformed:
        answer = NotRdp(reader.first_bytes)
    except VantageError as error:
        answer = _after(conduct.answer_to(error), reader)
    conduct.note(request, answer)
    return answer


@asynccontextmanager
async def asked(ctx: Context, request: str) -> AsyncIterator[tuple[Line, Answer | None]]:
    """A connection of its own and the answer to a request on it.

    A host that drops this one and answers others is asked again: it may take few at a time.  So is
    one that has no certificate here and chose TLS elsewhere: another machine may answer.
    """
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(ctx.line(urgent=True))
        answer = await negotiate(ctx.conduct, line, request)
        for count in range(MOST_REFUSED):
            if not await _in_doubt(ctx.conduct, answer, first=count == 0):
                break
            await stack.aclose()
            try:
                async with ctx.conduct.alone():
                    line = await stack.enter_async_context(ctx.line())
                    answer = await negotiate(ctx.conduct, line, request)
            except Spent:
                break
            except VantageError as error:
                ctx.conduct.answer_to(error)
                break
        yield line, answer


async def _in_doubt(conduct: Conduct, answer: Answer | None, *, first: bool) -> bool:
    """Whether other answers make this one worth asking for again."""
    if answer in (None, Closed()):
        return first and await conduct.answers.speaks()
    return lacks_certificate(answer) and await conduct.answers.choose_tls()


def _after(failure: Failure, reader: ConfirmReader) -> Answer | None:
    if failure is not Failure.PROBE_DEADLINE:
        return Closed()
    first = reader.first_bytes
    return NotRdp(first) if first and first[0] != 3 else None
