"""`rdp-triage tickets person` and `erase`: what is kept about somebody, and its end."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import click

from bot.cli.common import Refused, config_option, json_option, login, print_json
from bot.cli.stored import with_store

PERSON = re.compile(r"[UW][A-Z0-9]{1,30}|cli:\S{1,64}")


def _person(text: str) -> str:
    if not PERSON.fullmatch(text):
        raise Refused(
            f"{text!r} is not a person: give a Slack user id such as U0123ABCD (profile, More, "
            "Copy member ID), or cli:LOGIN for somebody at a terminal"
        )
    return text


@click.command("person")
@click.argument("user")
@json_option
@config_option
def person_command(user: str, as_json: bool, config: str | None) -> None:
    """Show everything that the database holds about USER, a Slack user id or cli:LOGIN."""
    who = _person(user)
    found = with_store(config, lambda store: store.traces(who), caring=True)
    if as_json:
        print_json({"schema": 1, "person": who, **found})
        return
    for table, rows in found.items():
        click.echo(f"{table}: {len(rows)}")
        for row in rows:
            click.echo(f"  {json.dumps(row, ensure_ascii=False)}")


@click.command("erase")
@click.argument("user")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@config_option
def erase_command(user: str, yes: bool, config: str | None) -> None:
    """Take USER out of the database: the id becomes a random word, typed text is cleared.

    What happened to tickets stays for the statistics.  Backups and Slack keep what they have.
    """
    who = _person(user)
    if not yes:
        click.confirm(f"Erase {who} from every ticket for good?", abort=True, err=True)

    async def work(store: Any) -> tuple[Any, bool]:
        from bot.store.base import Event

        erased = await store.erase(who, Event("closed", f"cli:{login()}", datetime.now(UTC)))
        return erased, not any(erased.rows.values()) or await store.scrub()

    erased, clean = with_store(config, work, caring=True)
    if not any(erased.rows.values()):
        click.echo(f"The database holds nothing about {who}.", err=True)
        return
    counts = ", ".join(f"{count} {table}" for table, count in erased.rows.items() if count)
    click.echo(f"{who} is {erased.alias} now; rows changed: {counts}.", err=True)
    if not clean:
        click.echo(
            "The write-ahead log beside the database could not be emptied, because a program "
            "reads without end; run this again, or stop the bot and start it again.",
            err=True,
        )
