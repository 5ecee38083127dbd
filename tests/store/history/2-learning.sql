CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
) STRICT;
CREATE TABLE intent (
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
    ) strict;
CREATE TABLE ticket (
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
    , signature text not null default '') strict;
CREATE TABLE tally (
        enterprise_id text not null,
        team_id text not null,
        day text not null,
        state text not null,
        outcome text not null,
        cause text not null,
        fix text not null,
        tickets integer not null,
        primary key (enterprise_id, team_id, day, state, outcome, cause, fix)
    ) strict, without rowid;
CREATE TABLE event (
        number integer primary key autoincrement,
        ticket integer not null references ticket (number) on delete cascade,
        kind text not null,
        by text not null,
        at text not null,
        data text not null
    ) strict;
CREATE TABLE parcel (
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
    ) strict;
CREATE TABLE knowledge (
        digest text primary key,
        files blob not null
    ) strict;
CREATE VIRTUAL TABLE ticket_fts using fts5(
        host, names, codes, cause, fix, message, notes,
        content='ticket', content_rowid='number', tokenize='unicode61 remove_diacritics 2'
    );
CREATE TABLE epoch (
        number integer primary key autoincrement,
        hash text not null unique,
        knowledge text not null,
        made_at text not null,
        by text not null,
        data text not null
    ) strict;
insert into _sqlite_migrations values (1, 'rdp-triage', 'first_schema', '2026-11-28 12:29:54.614511+00:00');
insert into _sqlite_migrations values (2, 'rdp-triage', 'learning', '2026-11-28 12:29:54.615560+00:00');
insert into intent values (1, 'open:one', 'open', 'E1', 'T1', 'U1', '2026-03-01T12:00:00.000000+00:00', '{"sender":{"channel":"C1","reply":""},"host":"srv-one"}', NULL, NULL, 'done');
insert into intent values (2, 'click:two', 'click', 'E1', 'T1', 'U2', '2026-03-01T12:00:02.000000+00:00', '{"sender":{"channel":"C1","reply":""},"host":"srv-one"}', 2, 1, 'pending');
insert into ticket values (1, 3, 'E1', 'T1', 'srv-one', 3389, 'U1', NULL, '2026-03-01T12:00:00.000000+00:00', '2026-03-01T12:02:00.000000+00:00', 'resolved', 'verified', 'expired', 'renew', 0, NULL, NULL, 'k1', 'e1', 'C1', NULL, 1, '["0x904"]', '["srv-one.corp.example"]', '["jump1"]', 'the dépôt cannot connect', '', '{"phase":"waiting"}', '');
insert into ticket values (2, 1, 'E1', 'T1', 'srv-two', 3389, 'U1', NULL, '2026-03-01T12:00:00.000000+00:00', NULL, 'open', NULL, NULL, NULL, 0, NULL, NULL, 'k1', 'e1', 'C1', NULL, NULL, '["0x904"]', '["srv-two.corp.example"]', '["jump1"]', 'the dépôt cannot connect', '', '{"phase":"waiting"}', '');
insert into ticket values (3, 2, 'E1', 'T1', 'srv-three', 3389, 'U1', NULL, '2026-03-01T12:00:00.000000+00:00', '2026-03-01T12:03:20.000000+00:00', 'escalated', NULL, NULL, NULL, 0, NULL, NULL, 'k1', 'e1', 'C1', NULL, NULL, '["0x904"]', '["srv-three.corp.example"]', '["jump1"]', 'the dépôt cannot connect', '', '{"phase":"waiting"}', '');
insert into tally values ('E1', 'T1', '2026-03-01', 'escalated', '', '', '', 1);
insert into tally values ('E1', 'T1', '2026-03-01', 'open', '', '', '', 1);
insert into tally values ('E1', 'T1', '2026-03-01', 'resolved', 'verified', 'expired', 'renew', 1);
insert into event values (1, 1, 'opened', 'U1', '2026-03-01T12:00:00.000000+00:00', '{}');
insert into event values (2, 1, 'observed', '', '2026-03-01T12:00:06.000000+00:00', '{"evidence":{}}');
insert into event values (3, 1, 'tried', 'U1', '2026-03-01T12:01:30.000000+00:00', '{"fix":"renew","said":"worked","result":"worked"}');
insert into event values (4, 2, 'opened', 'U1', '2026-03-01T12:00:01.000000+00:00', '{}');
insert into event values (5, 3, 'opened', 'U1', '2026-03-01T12:00:03.000000+00:00', '{}');
insert into event values (6, 3, 'escalated', 'U1', '2026-03-01T12:03:20.000000+00:00', '{"reason":"no rights","to":""}');
insert into parcel values (1, 'card', 'card:1', 1, '{}', 'due', 0, NULL, 1, 0, NULL);
insert into parcel values (2, 'note', 'note:3', 3, '{"text":"handed over","user":"U1"}', 'due', 0, NULL, 2, 0, NULL);
insert into knowledge values ('k1', X'78DAAB562A4E2D29C9CC4B2FD6AB4CCCCD51B25250CACF49B15228292A4D8DC953AA0500BEEF0B50');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX intent_one_a_version on intent (ticket, version)
        where state <> 'refused' and version is not null;
CREATE INDEX intent_ticket on intent (ticket) where ticket is not null;
CREATE INDEX intent_pending on intent (id) where state = 'pending';
CREATE INDEX ticket_host on ticket (host, enterprise_id, team_id);
CREATE INDEX ticket_asked_by on ticket (asked_by);
CREATE INDEX ticket_owner on ticket (owner) where owner is not null;
CREATE INDEX ticket_cause on ticket (cause);
CREATE INDEX ticket_state on ticket (state);
CREATE INDEX ticket_tenant on ticket (enterprise_id, team_id);
CREATE INDEX event_ticket on event (ticket);
CREATE INDEX parcel_turn on parcel (turn);
CREATE INDEX parcel_waiting on parcel (turn) where state in ('due', 'sending');
CREATE INDEX parcel_ticket on parcel (ticket) where ticket is not null;
CREATE INDEX epoch_knowledge on epoch (knowledge);
CREATE INDEX ticket_signature on ticket (signature, enterprise_id, team_id) where signature <> '';
CREATE INDEX event_result on event (json_extract(data, '$.fix')) where json_extract(data, '$.result') is not null;
insert into ticket_fts (ticket_fts) values ('rebuild');
CREATE TRIGGER event_no_delete before delete on event
        when exists (select 1 from ticket where number = old.ticket) begin
        select raise(abort, 'events are never deleted'); end;
CREATE TRIGGER event_no_update before update on event begin
        select raise(abort, 'events are never changed'); end;
CREATE TRIGGER tally_delete after delete on ticket begin update tally set tickets = tickets - 1
    where (enterprise_id, team_id, day, state, outcome, cause, fix) =
        (old.enterprise_id, old.team_id, substr(old.opened_at, 1, 10), old.state,
        coalesce(old.outcome, ''), coalesce(old.cause, ''), coalesce(old.fix, '')); end;
CREATE TRIGGER tally_insert after insert on ticket begin insert into tally
    (enterprise_id, team_id, day, state, outcome, cause, fix, tickets)
    values (new.enterprise_id, new.team_id, substr(new.opened_at, 1, 10), new.state,
        coalesce(new.outcome, ''), coalesce(new.cause, ''), coalesce(new.fix, ''), 1)
    on conflict do update set tickets = tickets + 1; end;
CREATE TRIGGER tally_update after update on ticket
        when (new.state, new.outcome, new.cause, new.fix)
            is not (old.state, old.outcome, old.cause, old.fix)
        begin update tally set tickets = tickets - 1
    where (enterprise_id, team_id, day, state, outcome, cause, fix) =
        (old.enterprise_id, old.team_id, substr(old.opened_at, 1, 10), old.state,
        coalesce(old.outcome, ''), coalesce(old.cause, ''), coalesce(old.fix, '')); insert into tally
    (enterprise_id, team_id, day, state, outcome, cause, fix, tickets)
    values (new.enterprise_id, new.team_id, substr(new.opened_at, 1, 10), new.state,
        coalesce(new.outcome, ''), coalesce(new.cause, ''), coalesce(new.fix, ''), 1)
    on conflict do update set tickets = tickets + 1; end;
CREATE TRIGGER ticket_fts_delete after delete on ticket begin insert into
    ticket_fts (ticket_fts, rowid, host, names, codes, cause, fix, message, notes)
    values ('delete', old.number, old.host, old.names, old.codes, old.cause, old.fix, old.message,
        old.notes); end;
CREATE TRIGGER ticket_fts_insert after insert on ticket begin insert into ticket_fts (rowid, host, names, codes, cause, fix, message, notes)
    values (new.number, new.host, new.names, new.codes, new.cause, new.fix, new.message,
        new.notes); end;
CREATE TRIGGER ticket_fts_update after update on ticket
        when (new.host, new.names, new.codes, new.cause, new.fix, new.message, new.notes)
            is not (old.host, old.names, old.codes, old.cause, old.fix, old.message, old.notes)
        begin insert into
    ticket_fts (ticket_fts, rowid, host, names, codes, cause, fix, message, notes)
    values ('delete', old.number, old.host, old.names, old.codes, old.cause, old.fix, old.message,
        old.notes); insert into ticket_fts (rowid, host, names, codes, cause, fix, message, notes)
    values (new.number, new.host, new.names, new.codes, new.cause, new.fix, new.message,
        new.notes); end;
CREATE TRIGGER ticket_no_delete before delete on ticket when old.state = 'open' begin
        select raise(abort, 'an open ticket is never deleted'); end;
CREATE TRIGGER epoch_no_delete before delete on epoch begin
        select raise(abort, 'epochs are never deleted'); end;
CREATE TRIGGER epoch_no_update before update on epoch begin
        select raise(abort, 'epochs are never changed'); end;
pragma application_id = 1380208724;
