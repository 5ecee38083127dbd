"""`rdp-triage kb learn`: what closed tickets say about the knowledge base, and an epoch of it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import click

from bot.cli.common import (
    Refused,
    catalog_of,
    config_option,
    json_option,
    login,
    print_json,
    settings_required,
)


@click.command("learn")
@click.option("--apply", "write", is_flag=True, help="Make an epoch; without it nothing changes.")
@click.option(
    "--approve", multiple=True, metavar="ID", help="Accept a value that waits (again for more)."
)
@json_option
@config_option
def command(write: bool, approve: tuple[str, ...], as_json: bool, config: str | None) -> None:
    """Learn from closed tickets: show what would change, in words with numbers beside them.

    A value that moves two words or more from what an expert wrote waits until it is approved.
    New tickets use the newest epoch; open ones keep the one that they began with.
    """
    from bot.desk.learning import apply, study
    from bot.store.base import StoreError
    from bot.store.sqlite import SqliteStore

    settings = settings_required(config, "kb learn")
    catalog, now = catalog_of(settings), datetime.now(UTC)

    async def run() -> tuple[Any, bool]:
        store = await SqliteStore.open_existing(settings.located(settings.store.path))
        try:
            found = await study(store, catalog, now, approve)
            if found.proposal.unknown:
                named = ", ".join(found.proposal.unknown)
                raise Refused(f"--approve {named}: no ticket spoke of that value")
            made = write and found.news
            if made:
                await apply(store, catalog, found.proposal, f"cli:{login()}", now)
            return found, made
        finally:
            await store.close()

    try:
        found, made = asyncio.run(run())
    except StoreError as error:
        raise Refused(str(error)) from None
    if as_json:
        print_json(_json(found, made))
        return
    for line in _lines(found, made, write):
        click.echo(line)


def _json(found: Any, made: bool) -> dict[str, Any]:
    """The study as one object."""
    proposal = found.proposal
    return {
        "schema": 1,
        "closed": found.closed,
        "cases": proposal.cases,
        "epoch_before": found.before.hash if found.before is not None else None,
        "epoch": proposal.epoch.hash if proposal.cases else None,
        "made": made,
        "changes": [
            {
                "id": change.id,
                "title": change.what,
                "state": change.state or None,
                "before": change.before,
                "before_word": change.before_word,
                "now": change.now,
                "now_word": change.now_word,
                "tickets": round(change.tickets, 1),
                "among": round(change.among, 1),
                "held": change.held,
            }
            for change in proposal.changes
        ],
    }


def _lines(found: Any, made: bool, write: bool) -> list[str]:
    """The study for people."""
    proposal = found.proposal
    in_force = found.before.hash if found.before is not None else "none, the words as written"
    lines = [f"{found.closed} closed tickets, {proposal.cases} teach something. Epoch: {in_force}."]
    said = "you said" if found.before is None else "so far"
    waits = [change for change in proposal.changes if change.held]
    told = [change for change in proposal.changes if change.told and not change.held]
    if told:
        lines += ["", "Changes its word:" if made else "Would change its word:"]
        lines += [_line(change, said) for change in told]
    if waits:
        lines += ["", "Waits for approval (two words or more), --approve ID:"]
        lines += [_line(change, said) + "?" for change in waits if change.told]
    quiet = len(proposal.changes) - len(told) - len(waits)
    if quiet:
        lines += ["", f"{quiet} more values move within their word."]
    return [*lines, "", _ending(found, made, write)]


def _line(change: Any, said: str) -> str:
    state = f" = {change.state}" if change.state else ""
    return (
        f"  {change.id}{state}\n"
        f"      {change.what}\n"
        f"      {said} {change.before_word} ({_share(change.before)}); "
        f"{round(change.tickets)} of {round(change.among)} tickets: "
        f"{change.now_word} ({_share(change.now)})"
    )


def _share(value: float) -> str:
    return f"{value * 100:.0f} in 100" if value >= 0.095 else f"{value * 100:.1f} in 100"


def _ending(found: Any, made: bool, write: bool) -> str:
    if made:
        return f"Epoch {found.proposal.epoch.hash} is made; new tickets use it."
    if not found.news:
        return "Nothing new to learn."
    return "Nothing was written; --apply makes an epoch of it."
