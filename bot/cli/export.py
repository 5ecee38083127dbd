"""`rdp-triage tickets export`: the whole history for a spreadsheet or another program.

Strategy: page by page to stdout, so that a million tickets need no more memory than two hundred.
"""

import csv
import io
import json
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import click

from bot.cli.common import cell, config_option
from bot.store.base import Query, Store, Ticket
from bot.store.rows import export_row, iso

PAGE = 200
COLUMNS = [
    *("number", "host", "port", "asked_by", "opened_at", "closed_at", "state", "outcome"),
    *("cause", "fix", "codes", "vantages", "knowledge", "epoch", "steps"),
]
MORE = [
    *("owner", "enterprise_id", "team_id", "via", "gateway", "names", "message", "notes"),
    *("signature", "channel", "card"),
]
"""Columns that only `--full` gives; with it JSON also has `events` and `body`."""


@click.command("export")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="json")
@click.option("--full", is_flag=True, help="Every field; in JSON also its events.")
@config_option
def export_command(form: str, full: bool, config: str | None) -> None:
    """Write all tickets to stdout, newest first, as CSV or as JSON Lines."""
    from bot.cli.stored import with_store

    writers: dict[str, Callable[[Store, bool], Any]] = {"csv": _csv, "json": _json}
    with_store(config, lambda store: writers[form](store, full))


async def _csv(store: Store, full: bool) -> None:
    """Text that begins like a formula gets an apostrophe, as OWASP's "CSV Injection" says."""
    _line([*COLUMNS, *(MORE if full else [])])
    async for ticket in every(store):
        _line([cell(value) for value in row_of(ticket, full).values()])


def _line(values: list[Any]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(values)
    sys.stdout.write(out.getvalue())


async def _json(store: Store, full: bool) -> None:
    async for ticket in every(store):
        row: dict[str, Any] = {"schema": 1, **row_of(ticket, full)}
        if full:
            row["body"] = dict(ticket.body)
            row["events"] = [
                {"kind": event.kind, "by": event.by, "at": iso(event.at), "data": dict(event.data)}
                for event in await store.events(ticket.number)
            ]
        sys.stdout.write(f"{json.dumps(row, ensure_ascii=False)}\n")


async def every(store: Store) -> AsyncIterator[Ticket]:
    """Every ticket, newest first."""
    before: int | None = None
    while True:
        page = await store.search(Query(before=before, limit=PAGE))
        for ticket in page.tickets:
            yield ticket
        if not page.more or not page.tickets:
            return
        before = page.tickets[-1].number


def row_of(ticket: Ticket, full: bool) -> dict[str, Any]:
    """One row, its keys those of COLUMNS and, in full, of MORE."""
    row = export_row(ticket)
    if not full:
        return row
    more = {
        **{name: getattr(ticket, name) for name in MORE if hasattr(ticket, name)},
        "enterprise_id": ticket.tenant.enterprise_id,
        "team_id": ticket.tenant.team_id,
        "names": list(ticket.names),
    }
    return {**row, **{name: more[name] for name in MORE}}
