"""What all commands share: the settings option, ends with a clear sentence, JSON out."""

import getpass
import json
import os
import sys
from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.settings import NoSettings, Settings, SettingsError, find, read, variable

Function = TypeVar("Function", bound=Callable[..., Any])

FINE, FAULT, USAGE, INCONCLUSIVE = 0, 1, 2, 3


class Refused(click.ClickException):
    """Wrong usage, host, code, number, settings or target: exit code 2, stdout stays empty."""

    exit_code = USAGE

    def show(self, file: Any = None) -> None:
        """Say it on stderr without decoration; a secret in what was wrong is not repeated."""
        from bot.redact import without_tokens

        said = without_tokens(self.format_message())
        click.echo(f"rdp-triage: {said}", file=file, err=file is None)


class Seconds(click.FloatRange):
    """Seconds from 0.1 to 600; "nan" compares with neither limit and is refused too."""

    def __init__(self) -> None:
        super().__init__(0.1, 600)

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The number; fails as any wrong option does."""
        found = super().convert(value, param, ctx)
        if isnan(found):
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return found


def config_option(function: Function) -> Function:
    """``--config FILE``, understood by every command."""
    return click.option(
        "--config",
        metavar="FILE",
        help="Settings file (default: $RDP_TRIAGE_CONFIG, then ./rdp-triage.toml).",
    )(function)


def json_option(function: Function) -> Function:
    """``--json``: one object with a schema number on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


def settings_or_none(config: str | None) -> Settings | None:
    """The settings, or None where no file was named and none lies here; ends the command if bad."""
    path, named = find(config)
    try:
        return read(path)
    except NoSettings as error:
        if named:
            raise Refused(str(error)) from None
        return None
    except SettingsError as error:
        raise Refused(_listed(error)) from None


def settings_required(config: str | None, command: str) -> Settings:
    """The settings; ends the command with the way out where there are none."""
    settings = settings_or_none(config)
    if settings is None:
        raise Refused(
            f"{command} needs a settings file and there is none here; "
            "`rdp-triage init` makes one, or name one with --config"
        )
    return settings


def _listed(error: SettingsError) -> str:
    if len(error.faults) == 1:
        return error.faults[0]
    return f"{len(error.faults)} faults in the settings\n" + "\n".join(error.faults)


def coloured() -> bool:
    """Whether stdout is a terminal that may show colours (https://no-color.org)."""
    return sys.stdout.isatty() and not variable("NO_COLOR") and variable("TERM") != "dumb"


def animated() -> bool:
    """Whether stderr is a terminal on which lines can be drawn again."""
    return sys.stderr.isatty() and variable("TERM") != "dumb"


def print_json(value: Any) -> None:
    """One JSON document on stdout, keys in the order given."""
    click.echo(json.dumps(value, ensure_ascii=False))


FORMULA = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
"""What begins a formula in some spreadsheet (OWASP, "CSV Injection")."""


def cell(value: Any) -> Any:
    """A CSV cell: lists with blanks; what begins like a formula gets an apostrophe before it.

    Spreadsheets drop leading blanks, so what comes after them counts too.
    """
    text = " ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
    if not isinstance(text, str) or not text:
        return text
    begins = {text[0], text.lstrip(" \n\v\f\u00a0\ufeff")[:1]}
    return f"'{text}" if begins & FORMULA else text


def login() -> str:
    """Who sits here; a container may run under a number without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def source_of(settings: Settings | None) -> Any:
    """Where the knowledge comes from: the folder of the settings, or the program itself."""
    from bot.catalog.source import Source

    return Source(settings.knowledge_folder if settings is not None else None)


def catalog_of(settings: Settings | None, *, cases: bool = True) -> Any:
    """The knowledge base in use; ends the command where it is broken."""
    from bot.catalog.source import BadKnowledge

    try:
        return source_of(settings).catalog(cases=cases)
    except BadKnowledge as error:
        raise Refused(f"the knowledge base cannot be used\n{error}") from None


def catalog_in_use(config: str | None) -> Any:
    """The same, from the option of a command."""
    return catalog_of(settings_or_none(config))


def case_text(file: str) -> str:
    """The text of an input of ``kb diagnose``; ``-`` reads stdin."""
    try:
        if file == "-":
            return sys.stdin.read()
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Refused(f"{file} cannot be read: {reason}") from None
