"""`--rdp FILE`: the saved connection of the user's client."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bot.cli.common import Function, Refused


def rdp_option(function: Function) -> Function:
    """``--rdp FILE``, read for the settings that matter."""
    decorate: Callable[[Function], Function] = click.option(
        "--rdp",
        metavar="FILE",
        help="The user's .rdp file; passwords and tokens in it are left out.",
    )
    return decorate(function)


def read_rdp(file: str | None) -> dict[str, str | int]:
    """The settings of the file; ends the command, naming the file, where it is none."""
    from bot.desk.rdp_file import LONGEST, REMEDY, BadRdpFile, settings_of

    if file is None:
        return {}
    try:
        with Path(file).open("rb") as opened:
            data = opened.read(LONGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name cannot be used"
        raise Refused(f"{file} cannot be read: {reason}. {REMEDY}") from None
    try:
        return settings_of(data)
    except BadRdpFile as error:
        raise Refused(f"{file}: {error}") from None


def filed(request: Any) -> Any:
    """The file of a check, beside what was typed."""
    from bot.evidence.rdp_file import Filed

    gateway = request.gateway.host if request.gateway else ""
    return Filed(request.rdp_file, request.host, request.port, gateway)
