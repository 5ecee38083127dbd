"""Reading: each function runs on a reader's connection and returns values.

Strategy of the search: ticket numbers first, newest first and no more than a page, then their
rows.  An index gives numbers in order, so a page costs the same whether a word is rare or stands
in every ticket; exactly one condition may use its index (the others carry SQLite's unary plus,
https://www.sqlite.org/optoverview.html), or the planner would sort a million rows.
"""

import json
import re
from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from bot.store import dates
from bot.store.base import Claim, Event, Intent, Page, Query, Tenant, Ticket
from bot.store.rows import Row, clean, event_value, intent_value, taken, ticket_value

MAX_WORDS = 32
WIDE_PREFIX = 20_000
"""From so many tickets on, those of a host's beginning are not sorted but met going back."""

_Condition = tuple[str, ...]
"""Comparisons that all must hold, and that one index can serve together."""


def search(db: Database, query: Query) -> Page:
    """One page of tickets."""
    values = {**_values(query), **dates.bounds(db, query)}
    if (query.text or "").strip() or query.code:
        if not values["match"]:
            return Page((), more=False)  # nothing in it that could be a word
        sql = _by_words(query)
    elif query.user and not _is_narrow(query):
        sql = _by_user(query)
    else:
        wide = query.state != "open" and _is_prefix(query) and _is_wide(db, values)
        sql = _by_index(query, indexed=not wide)
    numbers = [row["number"] for row in db.query(sql, values)]
    found = db.query(
        "select ticket.* from json_each(?) as found join ticket on number = found.value "
        "order by number desc",
        [json.dumps(numbers[: query.limit])],
    )
    return Page(tuple(map(ticket_value, found)), more=len(numbers) > query.limit)


def _values(query: Query) -> Row:
    tenant = query.tenant or Tenant()
    host = clean(query.host or "").removesuffix("*")
    return {
        "enterprise": tenant.enterprise_id,
        "team": tenant.team_id,
        "host": host,
        "host_end": f"{host}\U0010ffff",
        "user": clean(query.user or ""),
        "state": query.state,
        "cause": clean(query.cause or ""),
        "signature": clean(query.signature or ""),
        "before": query.before,
        "limit": query.limit + 1,
        "match": match_expression(query.text, query.code),
    }


def match_expression(text: str | None, code: str | None) -> str:
    """User text as an FTS5 expression, every word a quoted phrase; empty if nothing can match.

    A quoted phrase has no syntax but its quotes, which are taken out, like control characters.
    """
    codes = [f"codes : {each}" for each in _phrases([(code or "").removesuffix("*")])]
    words = _phrases((text or "").split())
    hopeless = (code and not codes) or ((text or "").strip() and not words)
    return "" if hopeless else " ".join(codes + words)


def _phrases(words: Iterable[str]) -> list[str]:
    phrases = []
    for word in words:
        plain = re.sub(r'["\x00-\x1f\x7f]', " ", clean(word))
        if any(letter.isalnum() for letter in plain):
            phrases.append(f'"{plain}"*' if plain.endswith("*") else f'"{plain}"')
    return phrases[:MAX_WORDS]


def _is_prefix(query: Query) -> bool:
    return (query.host or "").endswith("*")


def _is_narrow(query: Query) -> bool:
    """Whether another index leaves fewer rows than that of the users."""
    return query.state == "open" or (bool(query.host) and not _is_prefix(query))


def _conditions(query: Query) -> list[_Condition]:
    """What restricts the rows, the one that usually leaves the fewest first."""
    state = "ticket.state = :state"
    tenant = ("ticket.enterprise_id = :enterprise", "ticket.team_id = :team")
    team = tenant if query.tenant else ()
    host = ("ticket.host = :host", *team)
    prefix = ("ticket.host >= :host", "ticket.host < :host_end")
    user = "(ticket.asked_by = :user or ticket.owner = :user)"
    table: list[tuple[object, _Condition]] = [
        (query.state == "open", (state,)),
        (query.signature, ("ticket.signature = :signature", "ticket.signature <> ''", *team)),
        (query.host, prefix if _is_prefix(query) else host),
        (query.cause, ("ticket.cause = :cause",)),
        (query.state and query.state != "open", (state,)),
        (query.tenant, tenant),
        (query.user, (user,)),
    ]
    return [condition for wanted, condition in table if wanted]


def _plain(conditions: Sequence[_Condition]) -> list[str]:
    """The comparisons, kept from using an index."""
    return [f"+{each}" for condition in conditions for each in condition]


def _by_words(query: Query) -> str:
    terms = ["ticket_fts match :match", *_plain(_conditions(query))]
    terms += dates.terms(query, "ticket_fts.rowid")
    return " ".join(
        (
            "select number from ticket_fts cross join ticket on number = ticket_fts.rowid where",
            " and ".join(terms),
            "order by ticket_fts.rowid desc limit :limit",
        )
    )


def _by_user(query: Query) -> str:
    """Two walks, each along its own index."""
    others = _plain(_conditions(query))
    asked = _walk(["asked_by = :user", *others], query)
    owned = _walk(["owner = :user", *others], query)
    return " ".join(
        (
            *("select number from (", asked, ") union select number from (", owned, ")"),
            "order by number desc limit :limit",
        )
    )


def _by_index(query: Query, indexed: bool) -> str:
    conditions = _conditions(query)
    driving = conditions[:1] if indexed else []
    terms = [each for condition in driving for each in condition]
    return _walk([*terms, *_plain(conditions[len(driving) :])], query)


def _walk(terms: Sequence[str], query: Query) -> str:
    return " ".join(
        (
            "select number from ticket where",
            " and ".join([*terms, *dates.terms(query, "number")]) or "true",
            "order by number desc limit :limit",
        )
    )


def _is_wide(db: Database, values: Row) -> bool:
    (count,) = db.execute(
        "select count(*) from (select 1 from ticket where host >= :host and host < :host_end "
        "limit :most)",
        {**values, "most": WIDE_PREFIX},
    ).fetchone()
    return bool(count == WIDE_PREFIX)


def ticket(db: Database, number: int) -> Ticket | None:
    """One ticket."""
    rows = db.query("select * from ticket where number = ?", [number])
    return next(map(ticket_value, rows), None)


def events(db: Database, number: int) -> list[Event]:
    """A ticket's events, oldest first."""
    rows = db.query("select * from event where ticket = ? order by number", [number])
    return [event_value(row) for row in rows]


def unfinished(db: Database) -> list[Ticket]:
    """Open tickets, oldest first."""
    rows = db.query("select * from ticket where state = 'open' order by number")
    return [ticket_value(row) for row in rows]


def intent(db: Database, key: str) -> Intent | None:
    """The intent with a key."""
    rows = db.query("select * from intent where key = ?", [clean(key)])
    return next(map(intent_value, rows), None)


def pending(db: Database) -> list[Claim]:
    """Pending intents, oldest first."""
    rows = db.query("select * from intent where state = 'pending' order by id")
    return [taken(row) for row in rows]


def knowledge(db: Database, digest: str) -> bytes | None:
    """The packed files of a knowledge base."""
    rows = db.query("select files from knowledge where digest = ?", [digest])
    return next((row["files"] for row in rows), None)
