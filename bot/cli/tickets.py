"""`rdp-triage tickets`: read the history; a read command never creates a database."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from bot.cli.common import (
    Refused,
    catalog_in_use,
    config_option,
    json_option,
    login,
    print_json,
    settings_required,
)
from bot.cli.export import export_command
from bot.cli.people import erase_command, person_command
from bot.cli.stored import with_store
from bot.store.base import Event, Query, Store, Ticket

PAGE = 200
STATES = ("open", "resolved", "escalated", "abandoned", "cancelled")


@click.group("tickets")
def command() -> None:
    """Ticket history: list, show, search, packet, export, cause, purge, person, erase."""


for each in (export_command, person_command, erase_command):
    command.add_command(each)


async def _all(store: Store, query: dict[str, Any], limit: int | None) -> list[Ticket]:
    """Every matching ticket, newest first, read page by page."""
    found: list[Ticket] = []
    before: int | None = None
    while limit is None or len(found) < limit:
        size = PAGE if limit is None else min(PAGE, limit - len(found))
        page = await store.search(Query(**query, before=before, limit=size))
        found += page.tickets
        if not page.more or not page.tickets:
            break
        before = page.tickets[-1].number
    return found


def line(ticket: Ticket) -> str:
    """One ticket as one line of text."""
    outcome = f"{ticket.state}, {ticket.outcome}" if ticket.outcome else ticket.state
    words = (ticket.cause or "cause not known").replace("-", " ")
    when = ticket.opened_at.strftime("%Y-%m-%d %H:%M")
    return (
        f"#{ticket.number:<5} {when}  {ticket.host:<32} {words:<34} {outcome:<20} {ticket.asked_by}"
    )


def _print(tickets: list[Ticket], as_json: bool) -> None:
    from bot.store.rows import export_row

    if as_json:
        for ticket in tickets:
            print_json({"schema": 1, **export_row(ticket)})
        return
    for ticket in tickets:
        click.echo(line(ticket))
    if not tickets:
        click.echo("No tickets.", err=True)


def _digits(number: str) -> str:
    digits = number.removeprefix("#")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        raise Refused(f"{number!r} is not a ticket number, such as 128")
    return digits


def _host(said: str) -> str:
    """A host as the store asks for it, as in `/rdp history`; raises Refused."""
    from bot.targets import BadHost, parse_host

    if said.endswith("*") and said.strip("*"):
        return said.rstrip("*") + "*"
    try:
        host = parse_host(said).host
    except BadHost as error:
        raise Refused(f"--host: {error}") from None
    return host if "." in host or ":" in host else f"{host}."


@command.command("list")
@click.option(
    "--host", help="Only this host; a short name is its full ones, too; NAME* is a beginning."
)
@click.option("--state", type=click.Choice(STATES), help="Only this state.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@json_option
@config_option
def list_command(
    host: str | None, state: str | None, limit: int, as_json: bool, config: str | None
) -> None:
    """List tickets, newest first."""
    query = {"host": _host(host) if host else None, "state": state}
    _print(with_store(config, lambda store: _all(store, query, limit)), as_json)


@command.command("search")
@click.argument("text")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@json_option
@config_option
def search_command(text: str, limit: int, as_json: bool, config: str | None) -> None:
    """Search host, names, codes, cause, fix and notes for TEXT."""
    _print(with_store(config, lambda store: _all(store, {"text": text}, limit)), as_json)


@command.command("show")
@click.argument("number")
@json_option
@config_option
def show_command(number: str, as_json: bool, config: str | None) -> None:
    """Show ticket NUMBER with everything that happened to it."""
    from bot.store.rows import export_row

    digits = _digits(number)

    async def work(store: Store) -> tuple[Ticket | None, list[Event]]:
        return await store.ticket(int(digits)), list(await store.events(int(digits)))

    ticket, events = with_store(config, work)
    if ticket is None:
        raise Refused(f"there is no ticket #{digits}")
    if as_json:
        rows = [
            {"kind": each.kind, "by": each.by, "at": each.at.isoformat(), "data": dict(each.data)}
            for each in events
        ]
        print_json({"schema": 1, **export_row(ticket), "events": rows})
        return
    click.echo(line(ticket))
    for event in events:
        said = json.dumps(dict(event.data), ensure_ascii=False, sort_keys=True)
        click.echo(f"  {event.at:%H:%M:%S}  {event.kind:<10} {event.by:<14} {said[:300]}")


@command.command("packet")
@click.argument("number")
@config_option
def packet_command(number: str, config: str | None) -> None:
    """Print what the second line gets of ticket NUMBER, as Markdown, secrets removed."""
    from bot.desk.library import Library
    from bot.desk.packet import markdown, packet_of
    from bot.desk.showing import view_of
    from bot.engine import Model

    digits, model = _digits(number), Model.of(catalog_in_use(config))

    async def work(store: Store) -> str:
        ticket = await store.ticket(int(digits))
        if ticket is None:
            raise Refused(f"there is no ticket #{digits}")
        catalog = await Library(store, model).catalog(ticket.knowledge)
        events = await store.events(ticket.number)
        return markdown(packet_of(ticket, view_of(ticket, catalog), catalog, events))

    click.echo(with_store(config, work), nl=False)


@command.command("cause")
@click.argument("number")
@click.argument("cause")
@config_option
def cause_command(number: str, cause: str, config: str | None) -> None:
    """Write down the cause that the second line found for the escalated ticket NUMBER."""
    digits = _digits(number)
    if cause not in catalog_in_use(config).causes:
        raise Refused(f"there is no cause {cause!r}; `rdp-triage kb check` lists no such entry")

    async def work(store: Store) -> None:
        ticket = await store.ticket(int(digits))
        if ticket is None or ticket.state != "escalated":
            state = "does not exist" if ticket is None else f"is {ticket.state}, not escalated"
            raise Refused(f"ticket #{digits} {state}")
        now = datetime.now(UTC)
        said = Event("closed", f"cli:{login()}", now, {"second_line": True, "cause": cause})
        named = replace(ticket, cause=cause, closed_at=ticket.closed_at or now)
        await store.change(named, [said])

    with_store(config, work)
    click.echo(f"#{digits}: {cause}. The next `rdp-triage kb learn` counts it.", err=True)


@command.command("purge")
@click.option("--days", type=click.IntRange(1), help="Keep so many days (default: desk.keep_days).")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@config_option
def purge_command(days: int | None, yes: bool, config: str | None) -> None:
    """Delete closed tickets that are older than the settings keep them."""
    kept = days or settings_required(config, "tickets").desk.keep_days
    if not yes:
        question = f"Delete closed tickets older than {kept} days for good?"
        click.confirm(question, abort=True, err=True)
    before = datetime.now(UTC) - timedelta(days=kept)
    count = with_store(config, lambda store: store.purge(before))
    click.echo(f"Deleted {count} tickets older than {kept} days.", err=True)
