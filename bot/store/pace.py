"""How long tickets took and how fixes fared, counted a day, so that a million need not be read.

Strategy: as for the tally, triggers keep the counts beside the rows that they are counted from.
Times are kept as a histogram: each is counted under the smallest bound that holds it, and the
bounds lie a tenth apart, so that a median read from it is within a twentieth of the true one.
"""

# ruff: noqa: S608 - every piece of SQL is a constant of this program

FACTOR = 1.1
FIRST_MS, LAST_MS = 100, 400 * 86_400_000
"""The smallest and the largest bound, in milliseconds; what takes longer counts as the largest."""


def bounds() -> list[int]:
    """The bounds of the histogram in milliseconds, rising."""
    found, bound = [FIRST_MS], float(FIRST_MS)
    while found[-1] < LAST_MS:
        bound *= FACTOR
        found.append(min(LAST_MS, round(bound)))
    return found


PACE = (
    "create table span (upto integer primary key) strict",
    "insert into span (upto) values " + ", ".join(f"({bound})" for bound in bounds()),
    # When the first look was judged; the store sets it from the ticket's events.
    "alter table ticket add column verdict_at text",
    """create table pace (
        enterprise_id text not null,
        team_id text not null,
        day text not null,
        what text not null check (what in ('verdict', 'outcome')),
        upto integer not null,
        tickets integer not null,
        primary key (enterprise_id, team_id, what, upto, day)
    ) strict, without rowid""",
    """create table fared (
        enterprise_id text not null,
        team_id text not null,
        day text not null,
        fix text not null,
        result text not null,
        times integer not null,
        primary key (enterprise_id, team_id, day, fix, result)
    ) strict, without rowid""",
)
"""Tables, and the column of a ticket from which the time to the verdict is counted."""

_RESULT = "json_extract({0}data, '$.result')"
_FIX = "json_extract({0}data, '$.fix')"


def _times(row: str) -> str:
    """What is timed of a ticket (``new`` or ``old``), in milliseconds."""
    since = f"- julianday({row}.opened_at)) * 86400000"
    return f"""select 'verdict' as what, (julianday({row}.verdict_at) {since} as ms
            where {row}.verdict_at is not null
        union all select 'outcome', (julianday({row}.closed_at) {since}
            where {row}.state = 'resolved' and {row}.closed_at is not null"""


_BOUND = f"coalesce((select min(upto) from span where upto >= ms), {LAST_MS})"
_ADD = f"""insert into pace (enterprise_id, team_id, day, what, upto, tickets)
    select new.enterprise_id, new.team_id, substr(new.opened_at, 1, 10), what, {_BOUND}, 1
    from ({_times("new")}) where true
    on conflict do update set tickets = tickets + 1;"""
_SUBTRACT = f"""update pace set tickets = tickets - 1
    where (enterprise_id, team_id, day) =
        (old.enterprise_id, old.team_id, substr(old.opened_at, 1, 10))
    and (what, upto) in (select what, {_BOUND} from ({_times("old")}));"""

PACE_TRIGGERS = {
    "event_verdict": """after insert on event when new.kind = 'observed' begin
        update ticket set verdict_at = new.at
        where number = new.ticket and verdict_at is null; end""",
    "pace_insert": f"after insert on ticket begin {_ADD} end",
    "pace_delete": f"after delete on ticket begin {_SUBTRACT} end",
    "pace_update": f"""after update on ticket
        when (new.verdict_at, new.state, new.closed_at)
            is not (old.verdict_at, old.state, old.closed_at)
        begin {_SUBTRACT} {_ADD} end""",
    "fared_insert": f"""after insert on event
        when {_RESULT.format("new.")} is not null and {_FIX.format("new.")} is not null begin
        insert into fared (enterprise_id, team_id, day, fix, result, times)
            select enterprise_id, team_id, substr(new.at, 1, 10), {_FIX.format("new.")},
                {_RESULT.format("new.")}, 1
            from ticket where number = new.ticket
            on conflict do update set times = times + 1; end""",
    # Before, because its events go with it.
    "fared_delete": f"""before delete on ticket begin
        update fared set times = times - (
            select count(*) from event where ticket = old.number
            and (substr(at, 1, 10), {_FIX.format("")}, {_RESULT.format("")})
                = (fared.day, fared.fix, fared.result))
        where (enterprise_id, team_id) = (old.enterprise_id, old.team_id)
        and (day, fix) in (select substr(at, 1, 10), {_FIX.format("")} from event
            where ticket = old.number and {_RESULT.format("")} is not null); end""",
}

PACE_RECOUNT = (
    """update ticket set verdict_at = (select min(at) from event
        where event.ticket = ticket.number and kind = 'observed')""",
    "delete from pace",
    f"""insert into pace
        select enterprise_id, team_id, day, what, {_BOUND}, count(*) from (
            select enterprise_id, team_id, substr(opened_at, 1, 10) as day, 'verdict' as what,
                (julianday(verdict_at) - julianday(opened_at)) * 86400000 as ms
            from ticket where verdict_at is not null
            union all
            select enterprise_id, team_id, substr(opened_at, 1, 10), 'outcome',
                (julianday(closed_at) - julianday(opened_at)) * 86400000
            from ticket where state = 'resolved' and closed_at is not null
        ) group by 1, 2, 3, 4, 5""",
    "delete from fared",
    f"""insert into fared
        select enterprise_id, team_id, substr(at, 1, 10), {_FIX.format("")}, {_RESULT.format("")},
            count(*)
        from event join ticket on ticket.number = event.ticket
        where {_RESULT.format("")} is not null and {_FIX.format("")} is not null
        group by 1, 2, 3, 4, 5""",
)
"""Makes all of it anew from the tickets and their events."""
