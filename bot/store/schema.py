"""The schema as SQL: tables, and the triggers that carry promises.

Strategy: what must hold whoever writes stands in the database itself: events stay as they are, the
full-text index and the tally (counts a day, so that statistics need not read a million tickets)
follow every change of a ticket.
"""

from bot.store.pace import PACE_TRIGGERS

TABLES = (
    """create table intent (
        id integer primary key autoincrement,
        key text not null unique,
        kind text not null,
        enterprise_id text not null,
        team_id text not null,
        user text not null,
        at text not null,
        payload text not null,
        ticket integer references ticket (number) on delete cascade,
        version integer,
        state text not null default 'pending' check (state in ('pending', 'done', 'refused'))
    ) strict""",
    """create unique index intent_one_a_version on intent (ticket, version)
        where state <> 'refused' and version is not null""",
    "create index intent_ticket on intent (ticket) where ticket is not null",
    "create index intent_pending on intent (id) where state = 'pending'",
    """create table ticket (
        number integer primary key autoincrement,
        version integer not null,
        enterprise_id text not null,
        team_id text not null,
        host text not null collate nocase,
        port integer not null,
        asked_by text not null,
        owner text,
        opened_at text not null,
        closed_at text,
        state text not null
            check (state in ('open', 'resolved', 'escalated', 'abandoned', 'cancelled')),
        outcome text check (outcome in ('verified', 'word')),
        cause text,
        fix text,
        steps integer not null,
        via text,
        gateway text,
        knowledge text not null,
        epoch text not null,
        channel text,
        card text,
        claim integer unique references intent (id) on delete set null,
        codes text not null,
        names text not null,
        vantages text not null,
        message text not null,
        notes text not null,
        body text not null
    ) strict""",
    # The tenant stands in it so that a host's beginning is judged without reading the rows.
    "create index ticket_host on ticket (host, enterprise_id, team_id)",
    "create index ticket_asked_by on ticket (asked_by)",
    "create index ticket_owner on ticket (owner) where owner is not null",
    "create index ticket_cause on ticket (cause)",
    "create index ticket_state on ticket (state)",
    "create index ticket_tenant on ticket (enterprise_id, team_id)",
    """create table tally (
        enterprise_id text not null,
        team_id text not null,
        day text not null,
        state text not null,
        outcome text not null,
        cause text not null,
        fix text not null,
        tickets integer not null,
        primary key (enterprise_id, team_id, day, state, outcome, cause, fix)
    ) strict, without rowid""",
    """create table event (
        number integer primary key autoincrement,
        ticket integer not null references ticket (number) on delete cascade,
        kind text not null,
        by text not null,
        at text not null,
        data text not null
    ) strict""",
    "create index event_ticket on event (ticket)",
    """create table parcel (
        id integer primary key autoincrement,
        kind text not null check (kind in ('card', 'note')),
        key text not null unique,
        ticket integer references ticket (number) on delete cascade,
        payload text not null,
        state text not null check (state in ('due', 'sending', 'sent', 'dead')),
        tries integer not null,
        not_before text,
        turn integer not null,
        again integer not null default 0,
        holder text
    ) strict""",
    "create index parcel_turn on parcel (turn)",
    "create index parcel_waiting on parcel (turn) where state in ('due', 'sending')",
    "create index parcel_ticket on parcel (ticket) where ticket is not null",
    """create table knowledge (
        digest text primary key,
        files blob not null
    ) strict""",
    """create virtual table ticket_fts using fts5(
        host, names, codes, cause, fix, message, notes,
        content='ticket', content_rowid='number', tokenize='unicode61 remove_diacritics 2'
    )""",
)

LEARNING = (
    # Numbered, because the newest counts and two may be made in one microsecond.
    """create table epoch (
        number integer primary key autoincrement,
        hash text not null unique,
        knowledge text not null,
        made_at text not null,
        by text not null,
        data text not null
    ) strict""",
    "create index epoch_knowledge on epoch (knowledge)",
    "alter table ticket add column signature text not null default ''",
    "create index ticket_signature on ticket (signature, enterprise_id, team_id) "
    "where signature <> ''",
    # How a fix fared: of some thousand events of a ticket's fix only those that tell a result.
    "create index event_result on event (json_extract(data, '$.fix')) "
    "where json_extract(data, '$.result') is not null",
)
"""What learning and "last time here" need, added to the first schema."""

WIDER = (
    "drop index ticket_host",
    """create index ticket_host on ticket
        (host, enterprise_id, team_id, state, cause, asked_by, owner, opened_at)""",
)
"""All that the history can be narrowed by, so that a host's beginning is judged in the index."""

_FORGET = """insert into
    ticket_fts (ticket_fts, rowid, host, names, codes, cause, fix, message, notes)
    values ('delete', old.number, old.host, old.names, old.codes, old.cause, old.fix, old.message,
        old.notes);"""
_LEARN = """insert into ticket_fts (rowid, host, names, codes, cause, fix, message, notes)
    values (new.number, new.host, new.names, new.codes, new.cause, new.fix, new.message,
        new.notes);"""

SEARCH_TRIGGERS = {
    "ticket_fts_insert": f"after insert on ticket begin {_LEARN} end",
    "ticket_fts_delete": f"after delete on ticket begin {_FORGET} end",
    # Most changes touch none of these columns, and the index is what costs most.
    "ticket_fts_update": f"""after update on ticket
        when (new.host, new.names, new.codes, new.cause, new.fix, new.message, new.notes)
            is not (old.host, old.names, old.codes, old.cause, old.fix, old.message, old.notes)
        begin {_FORGET} {_LEARN} end""",
}
_COUNT = """insert into tally
    (enterprise_id, team_id, day, state, outcome, cause, fix, tickets)
    values (new.enterprise_id, new.team_id, substr(new.opened_at, 1, 10), new.state,
        coalesce(new.outcome, ''), coalesce(new.cause, ''), coalesce(new.fix, ''), 1)
    on conflict do update set tickets = tickets + 1;"""
_UNCOUNT = """update tally set tickets = tickets - 1
    where (enterprise_id, team_id, day, state, outcome, cause, fix) =
        (old.enterprise_id, old.team_id, substr(old.opened_at, 1, 10), old.state,
        coalesce(old.outcome, ''), coalesce(old.cause, ''), coalesce(old.fix, ''));"""

TALLY_TRIGGERS = {
    "tally_insert": f"after insert on ticket begin {_COUNT} end",
    "tally_delete": f"after delete on ticket begin {_UNCOUNT} end",
    "tally_update": f"""after update on ticket
        when (new.state, new.outcome, new.cause, new.fix)
            is not (old.state, old.outcome, old.cause, old.fix)
        begin {_UNCOUNT} {_COUNT} end""",
}

GUARD_TRIGGERS = {
    "event_no_update": """before update on event begin
        select raise(abort, 'events are never changed'); end""",
    # Deleting a ticket takes its events along (after its row is gone); nothing else does.
    "event_no_delete": """before delete on event
        when exists (select 1 from ticket where number = old.ticket) begin
        select raise(abort, 'events are never deleted'); end""",
    "ticket_no_delete": """before delete on ticket when old.state = 'open' begin
        select raise(abort, 'an open ticket is never deleted'); end""",
}

EPOCH_TRIGGERS = {
    "epoch_no_update": """before update on epoch begin
        select raise(abort, 'epochs are never changed'); end""",
    "epoch_no_delete": """before delete on epoch begin
        select raise(abort, 'epochs are never deleted'); end""",
}

FIRST_TRIGGERS = {**SEARCH_TRIGGERS, **TALLY_TRIGGERS, **GUARD_TRIGGERS}
TRIGGERS = {**FIRST_TRIGGERS, **EPOCH_TRIGGERS, **PACE_TRIGGERS}

REINDEX = ("insert into ticket_fts (ticket_fts) values ('rebuild')",)
"""Makes the full-text index anew from the tickets."""

RECOUNT = (
    "delete from tally",
    """insert into tally
        select enterprise_id, team_id, substr(opened_at, 1, 10), state, coalesce(outcome, ''),
            coalesce(cause, ''), coalesce(fix, ''), count(*)
        from ticket group by 1, 2, 3, 4, 5, 6, 7""",
)
"""Makes the tally anew from the tickets."""
