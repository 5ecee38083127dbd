"""Mistakes with the database, the knowledge and the machine."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.doctor.kit import http, mistake
from tests.doctor.setup import Setup

ROOT = Path(__file__).parents[2]


def sql(setup: Setup, *statements: str) -> None:
    """Change the database behind the program's back."""
    with closing(sqlite3.connect(setup.database)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@mistake("store.foreign", "newer")
def database_newer(setup: Setup) -> None:
    sql(
        setup,
        "insert into _sqlite_migrations (migration_set, name, applied_at) "
        "values ('rdp-triage', 'from_the_future', '2030-01-01')",
    )


@mistake("store.foreign", "store.path")
def database_of_another_program(setup: Setup) -> None:
    sql(setup, "pragma application_id = 7")


@mistake("store.damaged", "backup")
def database_damaged(setup: Setup) -> None:
    data = bytearray(setup.database.read_bytes())
    data[4096:] = b"\xaa" * (len(data) - 4096)
    setup.database.write_bytes(data)


@mistake("store.damaged", "backup")
def database_is_no_database(setup: Setup) -> None:
    setup.database.write_text("not a database, but long enough to be taken for one" * 40)


@mistake("store.search-triggers", "restart", "serve")
def search_triggers_missing(setup: Setup) -> None:
    sql(setup, "drop trigger ticket_fts_insert")


@mistake("store.triggers", "restart", "serve")
def guard_triggers_missing(setup: Setup) -> None:
    sql(setup, "drop trigger event_no_delete")


@mistake("store.disk-full", "store.path")
def disk_full(setup: Setup) -> None:
    setup.change('path = "data/tickets.db"', 'path = "/proc/tickets.db"')  # has no free blocks


@mistake("store.not-writable", "chown", "known_hosts")
def folder_is_a_file(setup: Setup) -> None:
    setup.change('path = "data/tickets.db"', 'path = "known_hosts/tickets.db"')


@mistake("store.open", "chmod 600", "tickets.db")
def database_open(setup: Setup) -> None:
    setup.database.chmod(0o644)


@mistake("knowledge.bad", "rdp-triage kb check", "knowledge.folder")
def knowledge_missing(setup: Setup) -> None:
    setup.change("[store]", '[knowledge]\nfolder = "mine"\n\n[store]')


def own_knowledge(setup: Setup) -> Path:
    """A copy of the knowledge that came with the program, in use."""
    folder = setup.folder / "mine"
    shutil.copytree(ROOT / "knowledge", folder)
    setup.change("[store]", '[knowledge]\nfolder = "mine"\n\n[store]')
    return folder


@mistake("knowledge.bad", "rdp-triage kb check")
def knowledge_broken(setup: Setup) -> None:
    (own_knowledge(setup) / "settings.yaml").write_text("review_days: never\n", "utf-8")


@mistake("knowledge.overdue", "rdp-triage kb check", "reviewed")
def knowledge_overdue(setup: Setup) -> None:
    cause = sorted(own_knowledge(setup).glob("causes/*/*.md"))[0]
    text, count = re.subn(
        r"reviewed: (.*)20\d\d-", r"reviewed: \g<1>2019-", cause.read_text("utf-8")
    )
    assert count == 1
    cause.write_text(text, "utf-8")


@mistake("machine.http-listen-taken", "ss -ltnp", "http.listen")
def health_taken(setup: Setup) -> None:
    setup.change(
        '[http]\nlisten = "127.0.0.1:0"', f'[http]\nlisten = "127.0.0.1:{setup.box.server.port}"'
    )


@mistake("machine.slack-listen-taken", "ss -ltnp", "slack.listen")
def request_url_taken(setup: Setup) -> None:
    http(setup)
    text = setup.file.read_text("utf-8").splitlines()
    setup.change(text[2], f'listen = "127.0.0.1:{setup.box.server.port}"')


@mistake("machine.health-exposed", "127.0.0.1:9464")
def health_exposed(setup: Setup) -> None:
    setup.change('listen = "127.0.0.1:0"', 'listen = "0.0.0.0:0"')


@mistake("machine.log-debug", 'level = "info"')
def log_debug(setup: Setup) -> None:
    setup.change('level = "info"', 'level = "debug"')


@mistake("machine.settings-open", "chmod go-w", "rdp-triage.toml")
def settings_open(setup: Setup) -> None:
    setup.file.chmod(0o666)
