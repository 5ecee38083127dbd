"""A host that is being worked on already: the offer to go to that card, or to open another.

Strategy: what was asked for travels on the button "Open another", because nothing of it is kept;
it is judged again by the host grammar and by the rights of whoever presses.  The key of the first
wish goes along, so that pressing twice opens one ticket.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.desk.intents import BadValue, Opening, Sender
from bot.desk.surface import Note
from bot.store.base import Query, Store, Tenant, Ticket
from bot.targets import parse_host

LONGEST = 1_900
"""Characters; Slack takes 2000 as the value of a button."""
LONGEST_MESSAGE = 1_000
MOST_CODES = 20
MOST_LOOKED_AT = 20
_PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,30}")
_SHORT = 100


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


def offer(opening: Opening, ticket: Ticket) -> Note:
    """What the person is told instead of getting a second card."""
    sender = opening.sender
    owner = ", claimed by somebody" if ticket.owner else ""
    text = f"#{ticket.number} is open for {ticket.host} already, asked by {{by}} at {{at}}{owner}."
    who = (sender.user, sender.channel, sender.reply, ticket.asked_by)
    again = value_of(opening)
    return Note(text, *who, ticket.opened_at, ticket.number, again=again)


def value_of(opening: Opening) -> str:
    """What was asked for, as the value of a button; a long pasted text is cut."""
    kept: dict[str, Any] = {
        "key": opening.sender.key,
        "host": opening.host,
        "port": opening.port,
        "codes": opening.codes[:MOST_CODES],
        "via": opening.via,
        "gateway": opening.gateway,
        "report": {key: value for key, value in opening.report.items() if len(value) <= _SHORT},
    }
    for longest in (LONGEST_MESSAGE, 300, 0):
        made = json.dumps({**kept, "message": opening.message[:longest]}, ensure_ascii=False)
        if len(made) <= LONGEST:
            return made
    return json.dumps({**kept, "message": "", "gateway": None, "report": {}})


def opening_of(value: str, sender: Sender) -> Opening:
    """The inverse for whoever pressed it; raises BadValue."""
    try:
        return _opening(json.loads(value), sender)
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # BadHost among them
        raise BadValue(f"not a wish for another ticket ({type(error).__name__})") from None


def _opening(raw: Mapping[str, Any], sender: Sender) -> Opening:
    host, port = parse_host(raw["host"]).host, int(raw["port"])
    via, gateway = raw["via"], raw["gateway"]
    key = str(raw["key"])[:200]
    if not 1 <= port <= 65535 or not key or (via is not None and not _PLACE.fullmatch(via)):
        raise ValueError("not a port, a place or a key")
    return Opening(
        sender,
        host,
        port,
        tuple(str(each)[:40] for each in raw["codes"][:MOST_CODES]),
        str(raw["message"])[:LONGEST_MESSAGE],
        via,
        None if gateway is None else str(parse_host(gateway)),
        {str(name)[:40]: str(said)[:_SHORT] for name, said in raw["report"].items()},
        again=key,
    )
