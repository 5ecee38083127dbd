"""What a ticket remembers of former ones: the last time here, and a fix that did not last.

Strategy: only tickets of the same workspace are read.  The last solved ticket of the same host
speaks, else the last one that looked the same; how the fix fared everywhere stands beside it.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.catalog.entries import Catalog
from bot.desk.body import Body
from bot.desk.intents import Opening
from bot.desk.move import Move, with_body
from bot.store.base import Query, Store, Ticket

CAME_BACK = timedelta(days=7)
"""The same person on the same host within that time: what helped last time did not last."""


async def came_back(
    store: Store, opening: Opening, catalog: Catalog, now: datetime
) -> tuple[str, ...]:
    """The fix that this person's last ticket on this host ended with, if that was just now."""
    query = Query(
        tenant=opening.sender.tenant,
        host=opening.host,
        user=opening.sender.user,
        state="resolved",
        limit=1,
    )
    page = await store.search(query)
    return tuple(
        ticket.fix
        for ticket in page.tickets
        if ticket.fix is not None
        and ticket.fix in catalog.fixes
        and ticket.port == opening.port
        and ticket.closed_at is not None
        and now - ticket.closed_at <= CAME_BACK
    )


async def remembering(store: Store, move: Move, catalog: Catalog) -> Move:
    """The move with the last solved ticket of the same host, or of the same signs, in its body."""
    ticket, body = move.ticket, Body.of(move.ticket)
    if body.last is not None:
        return move
    found = await _last(store, ticket, Query(host=ticket.host))
    if found is None and ticket.signature:
        found = await _last(store, ticket, Query(signature=ticket.signature))
    if found is None:
        return move
    last = remembered(found, catalog)
    if found.host.lower() != ticket.host.lower():
        last["host"] = found.host
    if found.fix:
        record = await store.fix_record(ticket.tenant, found.fix)
        last |= {"worked": record.worked, "tried": record.tried}
    return replace(move, ticket=with_body(ticket, replace(body, last=last)))


async def _last(store: Store, ticket: Ticket, query: Query) -> Ticket | None:
    page = await store.search(replace(query, tenant=ticket.tenant, state="resolved", limit=2))
    others = (each for each in page.tickets if each.number != ticket.number)
    return next((each for each in others if each.closed_at is not None), None)


def remembered(ticket: Ticket, catalog: Catalog) -> dict[str, Any]:
    """A solved ticket, as the next one tells of it."""
    cause = catalog.causes.get(ticket.cause or "")
    fix = catalog.fixes.get(ticket.fix or "")
    closed = ticket.closed_at or ticket.opened_at
    return {
        "number": ticket.number,
        "cause": ticket.cause,
        "title": cause.title if cause is not None else "cause not known",
        "fix": fix.title if fix is not None else "",
        "fix_id": ticket.fix or "",
        "closed_at": closed.isoformat(),
        "seconds": max(0.0, (closed - ticket.opened_at).total_seconds()),
    }
