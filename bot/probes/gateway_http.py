"""Does the role RD Gateway answer to the first request of a client?

The request opens the HTTP transport and carries no credentials; the head of the answer ends the
conversation.  A healthy gateway asks for a sign-in (401); a proxy, another web server or a
stopped service answers otherwise.  Source: MS-TSGU 3.3.5.1.
"""

from typing import Any
from uuid import uuid4

from bot.evidence import Failure, Observation
from bot.probes.base import Context, Tunnel
from bot.probes.conduct import Conduct
from bot.probes.talk import hear
from bot.vantage.base import VantageError
from bot.wire.cursor import Closed, Malformed
from bot.wire.gateway import Head, HeadReader, reading, request

NAME = "gateway.http"
ANSWERS = "answers"


async def probe(ctx: Context) -> Observation | None:
    """Ask once and name what the answer means; nothing where there is no gateway."""
    gateway, conduct = ctx.target.gateway, ctx.gateway
    if gateway is None or conduct is None:
        return None
    tunnel = await ctx.need(ctx.trail.tunnel)
    message = request(gateway.host, gateway.port, str(uuid4()))
    async with conduct.keeping(tunnel.line):
        answer = await _ask(conduct, tunnel, message)
    if isinstance(answer, str):
        return Observation.failed(NAME, Failure.GATEWAY_HTTP, reading=answer)
    word = reading(answer)
    facts: dict[str, Any] = {
        "status": answer.status,
        "schemes": list(answer.schemes),
        "reading": word,
    }
    if word == ANSWERS:
        return Observation.passed(NAME, **facts)
    return Observation.failed(NAME, Failure.GATEWAY_HTTP, **facts)


async def _ask(conduct: Conduct, tunnel: Tunnel, message: bytes) -> Head | str:
    """The head of the answer, or a reading for what came instead of one."""
    deadline, reader = tunnel.line.patience(), HeadReader()
    try:
        await tunnel.stream.write(message, deadline)
        answer: Head | Closed = await hear(tunnel.stream, reader, deadline)
    except Malformed:
        return "other" if reader.begun else "not-http"
    except VantageError as error:
        silent = conduct.answer_to(error) is Failure.PROBE_DEADLINE
        return "silent" if silent else "closed"
    return "closed" if isinstance(answer, Closed) else answer
