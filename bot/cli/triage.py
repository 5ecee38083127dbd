"""`rdp-triage triage`: the whole guided flow in the terminal, with a ticket in the store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import click

from bot.cli.common import (
    FAULT,
    FINE,
    INCONCLUSIVE,
    Refused,
    catalog_of,
    coloured,
    config_option,
    login,
    settings_required,
)
from bot.cli.rdpfile import rdp_option, read_rdp


@click.command("triage")
@click.argument("host")
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option("--via", metavar="NAME|direct|all", help="Where to look from.")
@click.option(
    "--gateway", metavar="HOST[:PORT]", help="The RD Gateway in front of it, looked at too."
)
@click.option("--message", default="", metavar="TEXT", help="The error text that the user saw.")
@rdp_option
@config_option
def command(
    host: str,
    codes: tuple[str, ...],
    via: str | None,
    gateway: str | None,
    message: str,
    rdp: str | None,
    config: str | None,
) -> int:
    """Look at HOST, then lead through the steps; each answer is a word or a number.

    Without a terminal attached it reads one button word a line (worked, failed, cannot, unsure,
    undone, an answer, recheck, escalate, cancel, close); at the end of input the ticket stays open.
    """
    from bot.catalog.codes import BadCode, all_codes
    from bot.store.base import StoreError
    from bot.targets import BadHost, parse_host

    settings = settings_required(config, "triage")
    try:
        target = parse_host(host)
        beside = str(parse_host(gateway)) if gateway is not None else None
        told = all_codes(codes, message)
    except BadHost as error:
        raise Refused(str(error)) from None
    except BadCode as error:
        raise Refused(f"{error}. An error text goes after --message.") from None
    port = target.port or (settings.targets.ports[0] if settings.targets.ports else 3389)
    wish = {"host": target.host, "port": port, "codes": told, "message": message}
    wish |= {"via": via, "gateway": beside, "rdp_file": read_rdp(rdp)}
    try:
        return asyncio.run(_run(settings, wish))
    except StoreError as error:
        raise Refused(str(error)) from None


async def _run(settings: Any, wish: dict[str, Any]) -> int:
    from bot.cli.terminal import Guide, Terminal
    from bot.desk.intents import Opening
    from bot.desk.looking import NoVantage, Scout, gateway_of
    from bot.probes.base import Target
    from bot.targets import TargetRefused

    scout = Scout.of(settings)
    try:
        scout.admit(Target(wish["host"], wish["port"], gateway_of(wish["gateway"])))
        scout.places(wish["host"], wish["via"])
    except (NoVantage, TargetRefused) as error:
        await scout.close()
        raise Refused(str(error)) from None
    terminal = Terminal(colour=coloured())
    async with opened_desk(settings, scout, terminal) as desk:
        guide = Guide(desk, terminal, f"cli:{login()}")
        await guide.open(Opening(guide.sender(), **wish))
        await guide.talk()
    return exit_code(terminal)


def exit_code(terminal: Any) -> int:
    """What the conversation came to, in the words of `check`."""
    view = terminal.view
    if view is None or view.verdict == "inconclusive":
        return INCONCLUSIVE
    return FINE if view.verdict == "healthy" or view.state.startswith("resolved") else FAULT


@asynccontextmanager
async def opened_desk(settings: Any, scout: Any, surface: Any) -> AsyncIterator[Any]:
    """A desk for the terminal over the store of the settings; closed in order."""
    from bot.desk.access import Owner
    from bot.desk.desk import Desk
    from bot.desk.library import Library
    from bot.desk.limits import Allowance
    from bot.desk.parts import Parts
    from bot.desk.planning import InlinePlanner
    from bot.engine import Model
    from bot.store.terminal import TerminalStore

    async with AsyncExitStack() as stack:
        stack.push_async_callback(scout.close)
        store = await TerminalStore.open(settings.located(settings.store.path))
        stack.push_async_callback(store.close)
        parts = Parts(
            store=store,
            scout=scout,
            planner=InlinePlanner(),
            access=Owner(),
            surface=surface,
            library=Library(store, Model.of(catalog_of(settings))),
            clock=lambda: datetime.now(UTC),
            allowance=Allowance(),
        )
        desk = Desk(parts)
        stack.push_async_callback(desk.drain, 5.0)
        yield desk
