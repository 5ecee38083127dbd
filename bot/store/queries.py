"""The search of the history, on a reader's connection.

Strategy: numbers first, newest first and a page at most, then their rows.  An index gives numbers
in order, so a page costs the same whether a word is rare or common; one condition alone may use
its index (the others carry SQLite's unary plus, https://www.sqlite.org/optoverview.html), or a
million rows would be sorted: the one that leaves the fewest, counted a little way along each.
"""

import json
import re
from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from bot.store import dates
from bot.store.base import Page, Query, Tenant
from bot.store.rows import Row, clean, ticket_value

MAX_WORDS = 32
WIDE_PREFIX = 30_000
"""From so many tickets on, those of a host's beginning are not sorted but met going back."""
FEW = 400
"""Up to so many tickets, each is looked for under the words, instead of the words' tickets all."""
MANY = 3_000
"""From so many tickets on, one condition is as good as another."""
SHORT = 6
"""A beginning of so few letters, its quotes and star included, is not looked up among the words."""
ROWS_AN_ENTRY = 10
"""How many entries of the hosts' index, which holds every filter, are read in the time of a row."""
_Condition = tuple[str, ...]
"""Comparisons that all must hold, and that one index can serve together."""

_HOSTS = ("host", "host*")
_ASKED: _Condition = ("asked_by = :user",)
_OWNED: _Condition = ("owner = :user",)
_SIGNED = "ticket.signature <> ''"
_HAS_WORDS: _Condition = (
    "exists (select 1 from ticket_fts where ticket_fts match :match and rowid = number)",
)


def search(db: Database, query: Query) -> Page:
    """One page of tickets."""
    values = {**_values(query), **dates.bounds(db, query)}
    words = bool((query.text or "").strip() or query.code)
    if words and not values["match"]:
        return Page((), more=False)  # no word in it
    best, count = _narrowest(db, query, values)
    if words and not (count <= FEW or _are_few(db, query, best, values)):
        values["newest"] = _newest(db, query, values)
        values["match"] = _columns(query, values["match"])
        sql = _by_words(query)
    elif best == "user":
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
    host = clean(query.host or "").removesuffix("*").removesuffix(".")
    return {
        "enterprise": tenant.enterprise_id,
        "team": tenant.team_id,
        "host": host,
        "host_end": f"{host}/" if _is_short(query) else f"{host}\U0010ffff",
        "host_dot": f"{host}.",
        "user": clean(query.user or ""),
        "state": query.state,
        "cause": clean(query.cause or ""),
        "signature": clean(query.signature or ""),
        "before": query.before,
        "limit": query.limit + 1,
        "match": match_expression(query.text, query.code),
    }


def _columns(query: Query, match: str) -> str:
    """The words, and what else the full-text index knows, so that it meets only what has both."""
    host = (query.host or "").rstrip(".*") + "*" if _is_prefix(query) else ""
    more = [
        f"{column} : {phrase}"
        for column, text in (("cause", (query.cause or "").removesuffix("*")), ("host", host))
        for phrase in _phrases([text])
        if len(phrase) > SHORT
    ]
    return " ".join([match, *more])


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
    return (query.host or "").endswith(("*", "."))


def _is_short(query: Query) -> bool:
    """Whether names that go on after a dot are meant, too; a slash follows the dot."""
    return (query.host or "").endswith(".")


def _conditions(query: Query) -> dict[str, _Condition]:
    """What restricts the rows by name, the one that usually leaves the fewest first."""
    state = "ticket.state = :state"
    tenant = ("ticket.enterprise_id = :enterprise", "ticket.team_id = :team")
    team = tenant if query.tenant else ()
    host = ("ticket.host = :host", *team)
    prefix: _Condition = ("ticket.host >= :host", "ticket.host < :host_end")
    if _is_short(query):  # srv-1-old lies between, too
        prefix = (*prefix, "(ticket.host = :host or ticket.host >= :host_dot)")
    user = "(ticket.asked_by = :user or ticket.owner = :user)"
    table: list[tuple[object, str, _Condition]] = [
        (query.state == "open", "state", (state,)),
        (query.signature, "signature", ("ticket.signature = :signature", _SIGNED, *team)),
        (query.host, *(("host*", prefix) if _is_prefix(query) else ("host", host))),
        (query.user, "user", (user,)),
        (query.cause, "cause", ("ticket.cause = :cause",)),
        (query.state and query.state != "open", "state", (state,)),
        (query.tenant, "tenant", tenant),
    ]
    return {name: condition for wanted, name, condition in table if wanted}


def _narrowest(db: Database, query: Query, values: Row) -> tuple[str | None, int]:
    """The condition that is read soonest, and of how many tickets, counted to a limit."""
    best, fewest, cheapest = None, WIDE_PREFIX, float(MANY + 1)
    for name, condition in _conditions(query).items():
        limit = WIDE_PREFIX if name == "host*" else MANY
        found = sum(_counted(db, terms, values, limit) for terms in _walks(name, condition))
        count = min(found, limit)
        cost = count / ROWS_AN_ENTRY if name in _HOSTS else count
        if cost < cheapest and (count < limit or name != "host*"):
            best, fewest, cheapest = name, count, cost
    return best, fewest


def _are_few(db: Database, query: Query, best: str | None, values: Row) -> bool:
    """Whether all filters but the words leave a few of a host's tickets; the index tells."""
    if best not in _HOSTS:
        return False
    terms = [*_conditions(query)[best], *_plain(query, without=best)]
    return _counted(db, (*terms, *dates.terms(query, "number")), values, FEW + 1) <= FEW


def _walks(name: str, condition: _Condition) -> tuple[_Condition, ...]:
    """What one index each can serve: a person asked for a ticket, or has claimed it."""
    return (_ASKED, _OWNED) if name == "user" else (condition,)


def _counted(db: Database, terms: _Condition, values: Row, most: int) -> int:
    sql = ("select count(*) from (select 1 from ticket where", " and ".join(terms), "limit :most)")
    (count,) = db.execute(" ".join(sql), {**values, "most": most}).fetchone()
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
    # The hosts' index is not in the order of numbers, and a walk in that order may be endless.
    order = "+number" if best in _HOSTS else "number"
    terms = [*driving, *_plain(query, without=best)]
    if not words:
        return _walk(terms, query, order)
    # In order first, so that no more are looked for under the words than a page needs.
    inner = _walk(terms, query, order, limit="-1")
    return f"select number from ({inner}) as found where {_HAS_WORDS[0]} limit :limit"  # noqa: S608 - ours


def _walk(terms: Sequence[str], query: Query, order: str = "number", limit: str = ":limit") -> str:
    return " ".join(
        (
            "select number from ticket where",
            " and ".join([*terms, *dates.terms(query, "number")]) or "true",
            f"order by {order} desc limit {limit}",
        )
    )
