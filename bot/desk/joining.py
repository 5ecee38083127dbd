"""A host that is being worked on already: the offer to go to that card, or to open another.

Strategy: what was asked for stands in the store as the intent that was answered with the offer, so
the button "Open another" carries only its key and nothing typed is lost.  It is judged again by the
target rules and by the rights of whoever presses.
"""

from dataclasses import replace
from datetime import datetime

from bot.desk.access import NotAllowed
from bot.desk.intents import Again, Opening, read
from bot.desk.surface import Note
from bot.store.base import Intent, Query, Store, Tenant, Ticket

MOST_LOOKED_AT = 20
TOO_OLD = "That offer is too old to open a ticket from. Type /rdp HOST again."


async def standing(store: Store, opening: Opening, asked_at: datetime) -> Ticket | None:
    """The newest open ticket of that host and port in this tenant, from before it was asked for.

    One that is as young as the wish may be the wish's own, from before a crash.  A terminal opens
    a ticket each time.
    """
    tenant = opening.sender.tenant
    if opening.again or tenant == Tenant():
        return None
    query = Query(tenant=tenant, host=opening.host, state="open", limit=MOST_LOOKED_AT)
    found = (await store.search(query)).tickets
    same = (each for each in found if each.port == opening.port and each.opened_at < asked_at)
    return next(same, None)


def offer(opening: Opening, ticket: Ticket, key: str) -> Note:
    """What the person is told instead of getting a second card; ``key`` is that of their intent."""
    sender = opening.sender
    owner = ", claimed by somebody" if ticket.owner else ""
    text = f"#{ticket.number} is open for {ticket.host} already, asked by {{by}} at {{at}}{owner}."
    who = (sender.user, sender.channel, sender.reply, ticket.asked_by)
    return Note(text, *who, ticket.opened_at, ticket.number, again=key)


async def opening_of(store: Store, intent: Intent) -> Opening:
    """What an intent wants opened, by whoever sent it; raises NotAllowed for an unknown wish."""
    wish = read(intent)
    if not isinstance(wish, Again):
        return Opening.of(intent)
    first = await store.intent(wish.wish)
    if first is None or first.kind != "open" or first.tenant != intent.tenant:
        raise NotAllowed(TOO_OLD)
    return replace(Opening.of(first), sender=wish.sender, again=True)
