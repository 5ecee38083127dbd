"""`rdp-triage init`: write a settings file from answers, or a commented one to start from."""

import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from bot.cli.common import Refused, config_option
from bot.cli.init_checks import Wrong
from bot.cli.init_questions import QUESTIONS, Question
from bot.cli.init_text import settings_text
from bot.settings import SettingsError, find, read

INTRODUCTION = (
    "Enter takes what stands in brackets, or leaves it open; several answers have blanks between. "
    "Every answer can be changed later in the file."
)


def questions(function: Callable[..., None]) -> Callable[..., None]:
    """An option for every question."""
    for each in reversed(QUESTIONS):
        again = " May be repeated." if each.many else ""
        function = click.option(each.option, each.key, multiple=each.many, help=each.ask + again)(
            function
        )
    return function


@click.command("init")
@questions
@click.option("--api-url", metavar="URL", help="Another Slack than Slack's own, for tests.")
@click.option("--no-input", is_flag=True, help="Ask nothing: what is not given is left as it is.")
@click.option("--force", is_flag=True, help="Replace a settings file that is there.")
@config_option
def command(
    api_url: str | None, no_input: bool, force: bool, config: str | None, **given: Any
) -> None:
    """Ask what the bot needs to know, check each answer, and write the settings file.

    On a terminal it asks whatever no option answers.  Without one it takes the options; without
    any option it writes a commented file to start from.  A file that is there is left alone.
    """
    path = find(config)[0]
    asks = sys.stdin.isatty() and not no_input
    if path.exists() and not force:
        raise Refused(f"{path} exists already and was left alone; --force replaces it")
    if not asks and not api_url and not any(given.values()):
        template = files("bot.cli").joinpath("settings-template.toml")
        _write(path, template.read_text(encoding="utf-8"), force=force)
        click.echo(
            f"Wrote {path}. Edit [targets] first: nothing is looked at that is not named there."
        )
        return
    answers = _answers(given, path.absolute().parent, asks=asks)
    _write(path, settings_text(answers, api_url), force=force)
    click.echo(f"Wrote {path}. Next:")
    for line in _next(answers, config):
        click.echo(f"  rdp-triage {line}")


def _answers(given: Mapping[str, Any], folder: Path, *, asks: bool) -> dict[str, Any]:
    """Every answer, checked; raises a usage error that names the option."""
    answers: dict[str, Any] = {}
    if asks:
        click.echo(INTRODUCTION, err=True)
    for each in QUESTIONS:
        told = given[each.key]
        if not each.when(answers):
            if told:
                raise click.UsageError(
                    f"{each.option} has no meaning without the others of its kind"
                )
            answers[each.key] = None
        elif told or not asks:
            answers[each.key] = _given(each, told or each.default(answers), folder)
        else:
            answers[each.key] = _asked(each, each.default(answers), folder)
    return answers


def _given(question: Question, told: Any, folder: Path) -> Any:
    try:
        return _read(question, told, folder)
    except Wrong as wrong:
        raise click.BadParameter(str(wrong), param_hint=question.option) from None


def _asked(question: Question, default: str, folder: Path) -> Any:
    """Ask until the answer can stand."""
    while True:
        told = click.prompt(question.ask, default=default, show_default=bool(default), err=True)
        try:
            return _read(question, told, folder)
        except Wrong as wrong:
            click.echo(f"  {wrong}", err=True)


def _read(question: Question, told: Any, folder: Path) -> Any:
    """One answer as its values; several in one text have blanks or commas between."""
    if not question.many:
        return question.check(str(told).strip(), folder) if str(told).strip() else None
    texts = [told] if isinstance(told, str) else told
    words = [word for text in texts for word in text.replace(",", " ").split()]
    return [question.check(word, folder) for word in words]


def _write(path: Path, text: str, *, force: bool) -> None:
    """Write a settings file whole or not at all, and only one that loads; raises Refused."""
    name = ""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(handle, 0o644)
            file.write(text)
            file.flush()
            os.fsync(handle)
        read(Path(name), {})
        if force:
            Path(name).replace(path)
        else:
            os.link(name, path)
    except FileExistsError:
        raise Refused(f"{path} exists already and was left alone; --force replaces it") from None
    except SettingsError as error:
        raise Refused(str(error).replace(name, str(path)) + "\nnothing was written") from None
    except OSError as error:
        raise Refused(f"{path} cannot be written ({error.strerror})") from None
    finally:
        with suppress(OSError):
            Path(name).unlink()


def _next(answers: Mapping[str, Any], config: str | None) -> list[str]:
    """The three commands that lead on from here."""
    first = f"jumpbox trust {answers['jumpbox_name']}" if answers["jumpbox"] else "check HOST"
    more = f" --config {shlex.quote(config)}" if config else ""
    return [f"{each}{more}" for each in (first, "doctor", "serve")]
