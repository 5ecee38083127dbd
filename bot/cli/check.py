"""`rdp-triage check`: look at one host, judge, print; no ticket and no store.

Without settings it looks from here at exactly the typed host.  Exit code: 0 healthy, 1 a cause
was found, 3 inconclusive.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from bot.cli.common import (
    FAULT,
    FINE,
    INCONCLUSIVE,
    Refused,
    Seconds,
    catalog_of,
    coloured,
    config_option,
    json_option,
    print_json,
    settings_or_none,
)
from bot.cli.rdpfile import filed, rdp_option, read_rdp

if TYPE_CHECKING:
    from bot.probes.base import Target


@dataclass(frozen=True, slots=True)
class Request:
    """One check as typed."""

    host: str
    port: int
    codes: tuple[str, ...]
    message: str
    via: str | None
    gateway: "Target | None"
    timeout: float
    rdp_file: dict[str, str | int]


@click.command("check")
@click.argument("host")
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option("--via", metavar="NAME|direct|all", help="Where to look from.")
@click.option(
    "--gateway", metavar="HOST[:PORT]", help="The RD Gateway in front of it, looked at too."
)
@click.option("--message", default="", metavar="TEXT", help="The error text that the user saw.")
@rdp_option
@click.option(
    "--timeout",
    type=Seconds(),
    default=10.0,
    show_default=True,
    metavar="S",
    help="Seconds for the whole run.",
)
@click.option("--details", is_flag=True, help="Show the raw facts of every probe.")
@json_option
@config_option
def command(
    host: str,
    codes: tuple[str, ...],
    via: str | None,
    gateway: str | None,
    message: str,
    rdp: str | None,
    timeout: float,
    details: bool,
    as_json: bool,
    config: str | None,
) -> int:
    """Look at HOST without credentials and name the likeliest cause.

    HOST is NAME[:PORT], an IPv4 address with or without :PORT, a bare IPv6 address or
    [IPv6]:PORT.  CODE is an error code as the user saw it: 0x904, or 2308.
    """
    from bot.catalog.codes import BadCode, all_codes
    from bot.desk.looking import gateway_of
    from bot.targets import BadHost, parse_host

    try:
        target = parse_host(host)
        beside = gateway_of(gateway)
        told = all_codes(codes, message)
    except BadHost as error:
        raise Refused(str(error)) from None
    except BadCode as error:
        raise Refused(f"{error}. An error text goes after --message.") from None
    saved = read_rdp(rdp)
    settings = settings_or_none(config)
    port = target.port or (
        settings.targets.ports[0] if settings and settings.targets.ports else 3389
    )
    request = Request(target.host, port, told, message, via, beside, timeout, saved)
    checked = asyncio.run(_look(request, settings))
    if as_json:
        print_json(checked.to_json())
    else:
        from bot.cli.report import render

        click.echo(render(checked, raw=details, colour=coloured()))
    state = checked.diagnosis.verdict.state
    return {"healthy": FINE, "found": FAULT}.get(state, INCONCLUSIVE)


async def _look(request: Request, settings: Any) -> Any:
    from bot.cli.progress import live
    from bot.cli.report import Checked
    from bot.desk.diagnosis import Told, diagnose, evidence_of
    from bot.desk.looking import NoVantage, Scout
    from bot.engine import Model
    from bot.probes.base import Target
    from bot.vantage.base import TargetRefused

    started = time.perf_counter()
    scout = Scout.of(settings) if settings else Scout.exactly(*_only(request))
    target = Target(request.host, request.port, request.gateway)
    try:
        scout.admit(target)
        places = scout.places(request.host, request.via)
        async with scout.reaching(places, request.timeout):
            catalog = await asyncio.to_thread(catalog_of, settings, cases=False)
        with live(catalog, target) as report:
            seen = await scout.look(target, places, seconds=request.timeout, report=report)
    except (NoVantage, TargetRefused) as error:
        raise Refused(str(error)) from None
    finally:
        await scout.close()
    told = Told(request.codes, request.message, filed=filed(request))
    diagnosis = diagnose(Model.of(catalog), evidence_of(catalog, seen, told), {}, seen)
    elapsed = round((time.perf_counter() - started) * 1000, 1)
    return Checked(target, told, catalog, seen, diagnosis, elapsed)


def _only(request: Request) -> list[str]:
    """The hosts of a check without settings, which is said."""
    hosts = [request.host, *([request.gateway.host] if request.gateway else [])]
    click.echo(
        f"No settings file: looking from this machine at {' and '.join(hosts)} and nothing else.",
        err=True,
    )
    return hosts
