"""`rdp-triage jumpbox trust`: show a jump box's host key, ask, and pin it."""

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from bot.cli.common import FINE, INCONCLUSIVE, Refused, config_option, settings_required
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.vantage.jumpbox import OfferedKey

TIMEOUT_S = 20.0


@click.group("jumpbox")
def command() -> None:
    """Jump boxes: pin a host key."""


@command.command("trust")
@click.argument("name")
@click.option(
    "--fingerprint",
    metavar="SHA256:…",
    help="Pin only a key with this fingerprint, and do not ask.",
)
@click.option("--replace", is_flag=True, help="Allow another key in place of the pinned one.")
@config_option
def trust(name: str, fingerprint: str | None, replace: bool, config: str | None) -> int:
    """Show the host key of jump box NAME, ask whether it is the right one, and pin it.

    Compare it with what the machine itself says, for example at its console:
    ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub
    """
    settings = settings_required(config, "jumpbox trust")
    from bot.vantage.base import VantageError
    from bot.vantage.jumpbox.pinning import CannotPin, pin, pinned

    box = next((each for each in settings.jumpbox if each.name == name), None)
    if box is None:
        known = ", ".join(each.name for each in settings.jumpbox) or "none"
        raise Refused(f"no jump box {name!r} in the settings (there: {known})")
    path = settings.located(box.known_hosts)
    try:
        before = pinned(path, box.host, box.port)
        offered = asyncio.run(_offered(settings, name))
        click.echo(f"{name} ({box.host} port {box.port}) shows this host key:")
        click.echo(f"  {offered.algorithm} {offered.fingerprint}")
        if _agree(offered.fingerprint, before, fingerprint, replace=replace):
            pin(path, box.host, box.port, offered)
            click.echo(f"Pinned in {path}.")
    except CannotPin as error:
        raise Refused(str(error)) from None
    except VantageError as error:
        click.echo(f"rdp-triage: {error.detail or error.failure}", err=True)
        return INCONCLUSIVE
    return FINE


def _agree(shown: str, before: tuple[str, ...], wanted: str | None, *, replace: bool) -> bool:
    """Whether the key is to be pinned; raises Refused where it must not be."""
    if wanted is not None and wanted != shown:
        raise Refused(f"this is not {wanted}; nothing was pinned")
    if before == (shown,):
        click.echo("It is the pinned one; nothing to do.")
        return False
    if before and not replace:
        raise Refused(
            f"another key is pinned: {', '.join(before)}. Was it rebuilt? If not, somebody "
            "may sit in between. --replace pins the new key instead; nothing was changed"
        )
    if before:
        click.echo(f"Pinned so far: {', '.join(before)}")
    if wanted is None and not sys.stdin.isatty():
        raise Refused("nobody can be asked here; give --fingerprint as the machine itself shows it")
    if wanted is None and not click.confirm("Does the machine itself show the same?"):
        raise Refused("nothing was pinned")
    return True


async def _offered(settings: Settings, name: str) -> "OfferedKey":
    """The key that the jump box shows now; raises VantageError."""
    from bot.desk.looking import NoVantage, jumpboxes
    from bot.targets import Rules

    rules = Rules.of(settings.targets.allow, settings.targets.deny, settings.targets.ports)
    try:
        boxes = jumpboxes(settings, rules)
    except NoVantage as error:
        raise Refused(str(error)) from None
    try:
        return await boxes[name].offered_key(asyncio.get_running_loop().time() + TIMEOUT_S)
    finally:
        for box in boxes.values():
            await box.close()
