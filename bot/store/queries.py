"""The search of the history; it runs on a reader's connection.

Strategy: ticket numbers first, newest first and no more than a page, then their
rows.  An index gives numbers in order, so a page costs the same whether a word is rare or stands
in every ticket; exactly one condition may use its index (the others carry SQLite's unary plus,
https://www.sqlite.org/optoverview.html), or the planner would sort a million rows.  Which one is
found by counting each a little way along its index: the one that leaves the fewest.
"""

import json
import re
from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from bot.store import dates
from bot.store.base import Page, Query, Tenant
from bot.store.rows import Row, clean, ticket_value

MAX_WORDS = 32
WIDE_PREFIX = 20_000
"""From so many tickets on, those of a host's beginning are not sorted but met going back."""
FEW = 400
"""Up to so many tickets, each is looked for under the words, instead of the words' tickets all."""

_Condition = tuple[str, ...]
"""Comparisons that all must hold, and that one index can serve together."""

_ASKED: _Condition = ("asked_by = :user",)
_OWNED: _Condition = ("owner = :user",)
_SIGNED = "ticket.signature <> ''"
_HAS_WORDS: _Condition = (
    "exists (select 1 from ticket_fts where ticket_fts match :match and rowid = ticket.number)",
)


def search(db: Database, query: Query) -> Page:
    """One page of tickets."""
    values = {**_values(query), **dates.bounds(db, query)}
    words = bool((query.text or "").strip() or query.code)
    if words and not values["match"]:
        return Page((), more=False)  # nothing in it that could be a word
    best, count = _narrowest(db, query, values)
    if words and count > FEW:
        values["newest"] = _newest(db, query, values)
        sql = _by_words(query)
    elif best and "user" in best:
        sql = _by_user(query, words)
    else:
        sql = _by_index(query, best, words)
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
        "match": _columns(query, match_expression(query.text, query.code)),
    }


def _columns(query: Query, match: str) -> str:
    """The words, and what else the full-text index knows, so that it meets only what has both."""
    whole = "" if _is_prefix(query) else query.host or ""
    more = [
        f"{column} : {phrase}"
        for column, text in (("cause", query.cause or ""), ("host", whole))
        for phrase in _phrases([text.removesuffix("*")])
    ]
    return " ".join([match, *more]) if match else ""


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


def _conditions(query: Query) -> dict[str, _Condition]:
    """What restricts the rows by name, the one that usually leaves the fewest first."""
    state = "ticket.state = :state"
    tenant = ("ticket.enterprise_id = :enterprise", "ticket.team_id = :team")
    team = tenant if query.tenant else ()
    host = ("ticket.host = :host", *team)
    prefix = ("ticket.host >= :host", "ticket.host < :host_end")
    user = "(ticket.asked_by = :user or ticket.owner = :user)"
    host_name = "host*" if _is_prefix(query) else "host"
    table: list[tuple[object, str, _Condition]] = [
        (query.state == "open", "state", (state,)),
        (query.signature, "signature", ("ticket.signature = :signature", _SIGNED, *team)),
        (query.host, host_name, prefix if _is_prefix(query) else host),
        (query.user, "user", (user,)),
        (query.cause, "cause", ("ticket.cause = :cause",)),
        (query.state and query.state != "open", "state", (state,)),
        (query.tenant, "tenant", tenant),
    ]
    return {name: condition for wanted, name, condition in table if wanted}


def _narrowest(db: Database, query: Query, values: Row) -> tuple[str | None, int]:
    """The condition that leaves the fewest tickets, and how many, counted up to WIDE_PREFIX."""
    best, fewest = None, WIDE_PREFIX + 1
    for name, condition in _conditions(query).items():
        count = sum(_counted(db, terms, values) for terms in _walks(name, condition))
        if min(count, WIDE_PREFIX) < fewest and (count < WIDE_PREFIX or name != "host*"):
            best, fewest = name, min(count, WIDE_PREFIX)
    return best, fewest


def _walks(name: str, condition: _Condition) -> tuple[_Condition, ...]:
    """What one index each can serve: a person asked for a ticket, or has claimed it."""
    return (_ASKED, _OWNED) if name == "user" else (condition,)


def _counted(db: Database, terms: _Condition, values: Row) -> int:
    sql = ("select count(*) from (select 1 from ticket where", " and ".join(terms), "limit :most)")
    (count,) = db.execute(" ".join(sql), {**values, "most": WIDE_PREFIX}).fetchone()
    return int(count)


def _newest(db: Database, query: Query, values: Row) -> int | None:
    """The latest ticket that can fit: the last one of each condition whose index is in order.

    Somebody's tickets of long ago are met at once, instead of after all that came since.
    """
    latest: list[int] = []
    for name, condition in _conditions(query).items():
        if name != "host*":
            sql = " union all ".join(
                f"select max(number) from ticket where {' and '.join(terms)}"  # noqa: S608 - ours
                for terms in _walks(name, condition)
            )
            found = [last for (last,) in db.execute(sql, values) if last is not None]
            latest.append(max(found, default=0))
    return min(latest, default=None)


def _plain(query: Query, *, without: str | None = None) -> list[str]:
    """The comparisons of all other conditions, kept from using an index."""
    return [
        f"+{each}"
        for name, condition in _conditions(query).items()
        if name != without
        for each in condition
    ]


def _by_words(query: Query) -> str:
    terms = ["ticket_fts match :match", *_plain(query), *dates.terms(query, "ticket_fts.rowid")]
    terms.append("ticket_fts.rowid <= coalesce(:newest, 9223372036854775807)")
    return " ".join(
        (
            "select number from ticket_fts cross join ticket on number = ticket_fts.rowid where",
            " and ".join(terms),
            "order by ticket_fts.rowid desc limit :limit",
        )
    )


def _by_user(query: Query, words: bool) -> str:
    """Two walks, each along its own index."""
    others = [*_plain(query, without="user"), *(_HAS_WORDS if words else ())]
    asked, owned = (_walk([*terms, *others], query) for terms in (_ASKED, _OWNED))
    return " ".join(
        (
            *("select number from (", asked, ") union select number from (", owned, ")"),
            "order by number desc limit :limit",
        )
    )


def _by_index(query: Query, best: str | None, words: bool) -> str:
    driving = _conditions(query)[best] if best else ()
    has_words = _HAS_WORDS if words else ()
    return _walk([*driving, *_plain(query, without=best), *has_words], query)


def _walk(terms: Sequence[str], query: Query) -> str:
    return " ".join(
        (
            "select number from ticket where",
            " and ".join([*terms, *dates.terms(query, "number")]) or "true",
            "order by number desc limit :limit",
        )
    )
