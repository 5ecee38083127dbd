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
    , signature text not null default '', verdict_at text) strict;
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
CREATE TABLE span (upto integer primary key) strict;
CREATE TABLE pace (
        enterprise_id text not null,
        team_id text not null,
        day text not null,
        what text not null check (what in ('verdict', 'outcome')),
        upto integer not null,
        tickets integer not null,
        primary key (enterprise_id, team_id, what, upto, day)
    ) strict, without rowid;
CREATE TABLE fared (
        enterprise_id text not null,
        team_id text not null,
        day text not null,
        fix text not null,
        result text not null,
        times integer not null,
        primary key (enterprise_id, team_id, day, fix, result)
    ) strict, without rowid;
insert into _sqlite_migrations values (1, 'rdp-triage', 'first_schema', '2026-11-28 12:29:55.515784+00:00');
insert into _sqlite_migrations values (2, 'rdp-triage', 'learning', '2026-11-28 12:29:55.516892+00:00');
insert into _sqlite_migrations values (3, 'rdp-triage', 'pace', '2026-11-28 12:29:55.518371+00:00');
insert into intent values (1, 'open:one', 'open', 'E1', 'T1', 'U1', '2026-03-01T12:00:00.000000+00:00', '{"sender":{"channel":"C1","reply":""},"host":"srv-one"}', NULL, NULL, 'done');
insert into intent values (2, 'click:two', 'click', 'E1', 'T1', 'U2', '2026-03-01T12:00:02.000000+00:00', '{"sender":{"channel":"C1","reply":""},"host":"srv-one"}', 2, 1, 'pending');
insert into ticket values (1, 3, 'E1', 'T1', 'srv-one', 3389, 'U1', NULL, '2026-03-01T12:00:00.000000+00:00', '2026-03-01T12:02:00.000000+00:00', 'resolved', 'verified', 'expired', 'renew', 0, NULL, NULL, 'k1', 'e1', 'C1', NULL, 1, '["0x904"]', '["srv-one.corp.example"]', '["jump1"]', 'the dépôt cannot connect', '', '{"phase":"waiting"}', '', '2026-03-01T12:00:06.000000+00:00');
insert into ticket values (2, 1, 'E1', 'T1', 'srv-two', 3389, 'U1', NULL, '2026-03-01T12:00:00.000000+00:00', NULL, 'open', NULL, NULL, NULL, 0, NULL, NULL, 'k1', 'e1', 'C1', NULL, NULL, '["0x904"]', '["srv-two.corp.example"]', '["jump1"]', 'the dépôt cannot connect', '', '{"phase":"waiting"}', '', NULL);
insert into ticket values (3, 2, 'E1', 'T1', 'srv-three', 3389, 'U1', NULL, '2026-03-01T12:00:00.000000+00:00', '2026-03-01T12:03:20.000000+00:00', 'escalated', NULL, NULL, NULL, 0, NULL, NULL, 'k1', 'e1', 'C1', NULL, NULL, '["0x904"]', '["srv-three.corp.example"]', '["jump1"]', 'the dépôt cannot connect', '', '{"phase":"waiting"}', '', NULL);
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
insert into span values (100);
insert into span values (110);
insert into span values (121);
insert into span values (133);
insert into span values (146);
insert into span values (161);
insert into span values (177);
insert into span values (195);
insert into span values (214);
insert into span values (236);
insert into span values (259);
insert into span values (285);
insert into span values (314);
insert into span values (345);
insert into span values (380);
insert into span values (418);
insert into span values (459);
insert into span values (505);
insert into span values (556);
insert into span values (612);
insert into span values (673);
insert into span values (740);
insert into span values (814);
insert into span values (895);
insert into span values (985);
insert into span values (1083);
insert into span values (1192);
insert into span values (1311);
insert into span values (1442);
insert into span values (1586);
insert into span values (1745);
insert into span values (1919);
insert into span values (2111);
insert into span values (2323);
insert into span values (2555);
insert into span values (2810);
insert into span values (3091);
insert into span values (3400);
insert into span values (3740);
insert into span values (4114);
insert into span values (4526);
insert into span values (4979);
insert into span values (5476);
insert into span values (6024);
insert into span values (6626);
insert into span values (7289);
insert into span values (8018);
insert into span values (8820);
insert into span values (9702);
insert into span values (10672);
insert into span values (11739);
insert into span values (12913);
insert into span values (14204);
insert into span values (15625);
insert into span values (17187);
insert into span values (18906);
insert into span values (20797);
insert into span values (22876);
insert into span values (25164);
insert into span values (27680);
insert into span values (30448);
insert into span values (33493);
insert into span values (36842);
insert into span values (40527);
insert into span values (44579);
insert into span values (49037);
insert into span values (53941);
insert into span values (59335);
insert into span values (65268);
insert into span values (71795);
insert into span values (78975);
insert into span values (86872);
insert into span values (95559);
insert into span values (105115);
insert into span values (115627);
insert into span values (127190);
insert into span values (139908);
insert into span values (153899);
insert into span values (169289);
insert into span values (186218);
insert into span values (204840);
insert into span values (225324);
insert into span values (247856);
insert into span values (272642);
insert into span values (299906);
insert into span values (329897);
insert into span values (362887);
insert into span values (399175);
insert into span values (439093);
insert into span values (483002);
insert into span values (531302);
insert into span values (584432);
insert into span values (642876);
insert into span values (707163);
insert into span values (777880);
insert into span values (855668);
insert into span values (941234);
insert into span values (1035358);
insert into span values (1138894);
insert into span values (1252783);
insert into span values (1378061);
insert into span values (1515867);
insert into span values (1667454);
insert into span values (1834200);
insert into span values (2017619);
insert into span values (2219381);
insert into span values (2441320);
insert into span values (2685451);
insert into span values (2953997);
insert into span values (3249396);
insert into span values (3574336);
insert into span values (3931770);
insert into span values (4324946);
insert into span values (4757441);
insert into span values (5233185);
insert into span values (5756504);
insert into span values (6332154);
insert into span values (6965370);
insert into span values (7661907);
insert into span values (8428097);
insert into span values (9270907);
insert into span values (10197998);
insert into span values (11217797);
insert into span values (12339577);
insert into span values (13573535);
insert into span values (14930888);
insert into span values (16423977);
insert into span values (18066375);
insert into span values (19873012);
insert into span values (21860313);
insert into span values (24046345);
insert into span values (26450979);
insert into span values (29096077);
insert into span values (32005685);
insert into span values (35206253);
insert into span values (38726879);
insert into span values (42599567);
insert into span values (46859523);
insert into span values (51545476);
insert into span values (56700023);
insert into span values (62370026);
insert into span values (68607028);
insert into span values (75467731);
insert into span values (83014504);
insert into span values (91315954);
insert into span values (100447550);
insert into span values (110492305);
insert into span values (121541535);
insert into span values (133695689);
insert into span values (147065258);
insert into span values (161771784);
insert into span values (177948962);
insert into span values (195743858);
insert into span values (215318244);
insert into span values (236850068);
insert into span values (260535075);
insert into span values (286588583);
insert into span values (315247441);
insert into span values (346772185);
insert into span values (381449404);
insert into span values (419594344);
insert into span values (461553778);
insert into span values (507709156);
insert into span values (558480072);
insert into span values (614328079);
insert into span values (675760887);
insert into span values (743336975);
insert into span values (817670673);
insert into span values (899437740);
insert into span values (989381514);
insert into span values (1088319666);
insert into span values (1197151632);
insert into span values (1316866796);
insert into span values (1448553475);
insert into span values (1593408823);
insert into span values (1752749705);
insert into span values (1928024676);
insert into span values (2120827143);
insert into span values (2332909857);
insert into span values (2566200843);
insert into span values (2822820927);
insert into span values (3105103020);
insert into span values (3415613322);
insert into span values (3757174654);
insert into span values (4132892120);
insert into span values (4546181332);
insert into span values (5000799465);
insert into span values (5500879411);
insert into span values (6050967353);
insert into span values (6656064088);
insert into span values (7321670497);
insert into span values (8053837546);
insert into span values (8859221301);
insert into span values (9745143431);
insert into span values (10719657774);
insert into span values (11791623552);
insert into span values (12970785907);
insert into span values (14267864497);
insert into span values (15694650947);
insert into span values (17264116042);
insert into span values (18990527646);
insert into span values (20889580411);
insert into span values (22978538452);
insert into span values (25276392297);
insert into span values (27804031527);
insert into span values (30584434679);
insert into span values (33642878147);
insert into span values (34560000000);
insert into pace values ('E1', 'T1', '2026-03-01', 'outcome', 127190, 1);
insert into pace values ('E1', 'T1', '2026-03-01', 'verdict', 6024, 1);
insert into fared values ('E1', 'T1', '2026-03-01', 'renew', 'worked', 1);
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
CREATE TRIGGER event_verdict after insert on event when new.kind = 'observed' begin
        update ticket set verdict_at = new.at
        where number = new.ticket and verdict_at is null; end;
CREATE TRIGGER fared_delete before delete on ticket begin
        update fared set times = times - (
            select count(*) from event where ticket = old.number
            and (substr(at, 1, 10), json_extract(data, '$.fix'), json_extract(data, '$.result'))
                = (fared.day, fared.fix, fared.result))
        where (enterprise_id, team_id) = (old.enterprise_id, old.team_id)
        and (day, fix) in (select substr(at, 1, 10), json_extract(data, '$.fix') from event
            where ticket = old.number and json_extract(data, '$.result') is not null); end;
CREATE TRIGGER fared_insert after insert on event
        when json_extract(new.data, '$.result') is not null and json_extract(new.data, '$.fix') is not null begin
        insert into fared (enterprise_id, team_id, day, fix, result, times)
            select enterprise_id, team_id, substr(new.at, 1, 10), json_extract(new.data, '$.fix'),
                json_extract(new.data, '$.result'), 1
            from ticket where number = new.ticket
            on conflict do update set times = times + 1; end;
CREATE TRIGGER pace_delete after delete on ticket begin update pace set tickets = tickets - 1
    where (enterprise_id, team_id, day) =
        (old.enterprise_id, old.team_id, substr(old.opened_at, 1, 10))
    and (what, upto) in (select what, coalesce((select min(upto) from span where upto >= ms), 34560000000) from (select 'verdict' as what, (julianday(old.verdict_at) - julianday(old.opened_at)) * 86400000 as ms
            where old.verdict_at is not null
        union all select 'outcome', (julianday(old.closed_at) - julianday(old.opened_at)) * 86400000
            where old.state = 'resolved' and old.closed_at is not null)); end;
CREATE TRIGGER pace_insert after insert on ticket begin insert into pace (enterprise_id, team_id, day, what, upto, tickets)
    select new.enterprise_id, new.team_id, substr(new.opened_at, 1, 10), what, coalesce((select min(upto) from span where upto >= ms), 34560000000), 1
    from (select 'verdict' as what, (julianday(new.verdict_at) - julianday(new.opened_at)) * 86400000 as ms
            where new.verdict_at is not null
        union all select 'outcome', (julianday(new.closed_at) - julianday(new.opened_at)) * 86400000
            where new.state = 'resolved' and new.closed_at is not null) where true
    on conflict do update set tickets = tickets + 1; end;
CREATE TRIGGER pace_update after update on ticket
        when (new.verdict_at, new.state, new.closed_at)
            is not (old.verdict_at, old.state, old.closed_at)
        begin update pace set tickets = tickets - 1
    where (enterprise_id, team_id, day) =
        (old.enterprise_id, old.team_id, substr(old.opened_at, 1, 10))
    and (what, upto) in (select what, coalesce((select min(upto) from span where upto >= ms), 34560000000) from (select 'verdict' as what, (julianday(old.verdict_at) - julianday(old.opened_at)) * 86400000 as ms
            where old.verdict_at is not null
        union all select 'outcome', (julianday(old.closed_at) - julianday(old.opened_at)) * 86400000
            where old.state = 'resolved' and old.closed_at is not null)); insert into pace (enterprise_id, team_id, day, what, upto, tickets)
    select new.enterprise_id, new.team_id, substr(new.opened_at, 1, 10), what, coalesce((select min(upto) from span where upto >= ms), 34560000000), 1
    from (select 'verdict' as what, (julianday(new.verdict_at) - julianday(new.opened_at)) * 86400000 as ms
            where new.verdict_at is not null
        union all select 'outcome', (julianday(new.closed_at) - julianday(new.opened_at)) * 86400000
            where new.state = 'resolved' and new.closed_at is not null) where true
    on conflict do update set tickets = tickets + 1; end;
pragma application_id = 1380208724;
