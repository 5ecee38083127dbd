"""docs/data.md names every table and column, and every state."""

import re
from pathlib import Path

from bot.store.connection import open_writer

PAGE = Path(__file__).parents[2] / "docs" / "data.md"


def test_the_page_names_the_whole_schema(tmp_path: Path) -> None:
    named = set(re.findall(r"`([^`\n]+)`", PAGE.read_text(encoding="utf-8")))
    db = open_writer(tmp_path / "tickets.db", create=True)
    tables = [name for name in db.table_names() if not re.match(r"_|sqlite_|ticket_fts_", name)]
    schema = {*tables, *(column.name for name in tables for column in db.table(name).columns)}
    states = set(re.findall(r"'([a-z]+)'", " ".join(db.table(name).schema for name in tables)))
    db.close()
    hidden = {"ticket_fts", "rank"}
    assert schema - hidden <= named
    assert states - named <= {"unicode61", "ticket", "number", "card", "note"}
