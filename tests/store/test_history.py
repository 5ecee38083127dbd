"""A database of every former schema opens, whole, and is then as one made today."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.cli.main import run
from bot.store.base import FixRecord, Query
from bot.store.migrations import migrations
from bot.store.sqlite import SqliteStore
from tests.store.history import HERE, lived

FILES = sorted(HERE.glob("*.sql"), key=lambda path: int(path.name.partition("-")[0]))
NAMES = [path.stem.partition("-")[2] for path in FILES]
SHADOW = re.compile(r"sqlite_|ticket_fts_(data|idx|docsize|config|content)$")


def former(file: Path, path: Path) -> None:
    """Make the database of a former version."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(file.read_text(encoding="utf-8"))


def schema(path: Path) -> set[tuple[str, str]]:
    """What the database consists of, its words apart by single blanks."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("select name, sql from sqlite_master where sql is not null").fetchall()
    return {(name, " ".join(sql.split())) for name, sql in rows if not SHADOW.match(name)}


def test_every_migration_has_a_database_of_its_time() -> None:
    """A new migration: ``python -m tests.store.history`` writes the file that is missing."""
    with closing(sqlite3.connect(":memory:")) as memory:
        known = [each.name for each in migrations.pending(Database(memory))]
    assert known == NAMES


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_what_a_migration_did_is_never_changed(tmp_path: Path, file: Path) -> None:
    """The migrations up to a version make today what they made then."""
    former(file, tmp_path / "then.db")
    later = NAMES[NAMES.index(file.stem.partition("-")[2]) + 1 :]
    with closing(sqlite3.connect(tmp_path / "now.db", isolation_level=None)) as connection:
        db = Database(connection, execute_plugins=False, strict=True)
        migrations.apply(db, **({"stop_before": later[0]} if later else {}))
    assert schema(tmp_path / "now.db") == schema(tmp_path / "then.db")


@pytest.mark.parametrize("file", FILES, ids=NAMES)
async def test_a_former_database_is_as_one_of_today(tmp_path: Path, file: Path) -> None:
    path = tmp_path / "tickets.db"
    former(file, path)
    store = await SqliteStore.open(path)
    await lived(tmp_path / "today.db")
    today = await SqliteStore.open(tmp_path / "today.db")

    for number in (1, 2, 3):
        assert await store.ticket(number) == await today.ticket(number)
        assert await store.events(number) == await today.events(number)
    (waiting,) = await store.pending()
    assert (waiting.intent.key, waiting.intent.ticket) == ("click:two", 2)
    assert {each.key for each in await store.due(waiting.intent.at)} == {"card:1", "note:3"}
    assert await store.stats() == await today.stats()
    assert (await store.stats()).fared == {"renew": FixRecord(1, 1)}
    for words in ("depot", "srv-three", "0x904", "renew"):
        found = await store.search(Query(text=words))
        assert found == await today.search(Query(text=words))
        assert found.tickets
    assert await store.knowledge("k1") == {"settings.yaml": "old: true\n"}
    await store._write(
        lambda db: db.execute("insert into ticket_fts (ticket_fts) values ('integrity-check')")
    )
    await store.close()
    await today.close()
    assert schema(path) == schema(tmp_path / "today.db")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert db.execute("pragma foreign_key_check").fetchall() == []


@pytest.mark.parametrize("file", FILES, ids=NAMES)
async def test_a_former_database_goes_on(tmp_path: Path, file: Path) -> None:
    """The wish that waited is done, and the ticket closed, as if nothing had happened."""
    path = tmp_path / "tickets.db"
    former(file, path)
    store = await SqliteStore.open(path)
    (waiting,) = await store.pending()
    ticket = await store.ticket(2)
    assert ticket is not None
    changed = await store.change(ticket, [], [], waiting.id)
    assert (changed.version, await store.pending()) == (2, [])
    await store.close()


def test_the_command_line_refuses_a_newer_database_and_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    former(FILES[-1], tmp_path / "tickets.db")
    with closing(sqlite3.connect(tmp_path / "tickets.db")) as db, db:
        db.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) "
            "values ('rdp-triage', 'from_the_future', '')"
        )
    config = tmp_path / "rdp-triage.toml"
    config.write_text('[targets]\n[store]\npath = "tickets.db"\n')
    for command in (["tickets", "list"], ["backup", str(tmp_path / "copy.db")]):
        assert run([*command, "--config", str(config)]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert "written by a newer version of rdp-triage (it has from_the_future)" in said.err
        assert "use that version, or a backup from before" in said.err
    assert not (tmp_path / "copy.db").exists()
