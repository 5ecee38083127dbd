"""`rdp-triage kb try`: what a change of the knowledge would change for cases and sessions."""

import os
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import click

from bot.cli.common import (
    FAULT,
    FINE,
    Refused,
    config_option,
    json_option,
    print_json,
    settings_or_none,
    source_of,
)
from bot.cli.revision import files_at

MOST_SHOWN = 20
EVERYTHING = 1_000_000


@click.command("try")
@click.argument("path", metavar="FILE|FOLDER", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--against", metavar="FOLDER|REV", help="What it is compared with: a folder, a git revision."
)
@click.option("--as", "place", metavar="PATH", help="Where FILE belongs, such as fixes/my-fix.md.")
@click.option("--sessions", type=click.IntRange(1), default=1000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Equal seeds, equal numbers.")
@click.option("--all", "every", is_flag=True, help="Plan every case and session; takes minutes.")
@json_option
@config_option
def command(
    path: Path,
    against: str | None,
    place: str | None,
    sessions: int,
    seed: int,
    every: bool,
    as_json: bool,
    config: str | None,
) -> int:
    r"""Compare the knowledge in use with one in which FILE replaces (or adds) its entry.

    \b
    rdp-triage kb try drafts/fixes/my-fix.md
    rdp-triage kb try my-knowledge                  another folder
    rdp-triage kb try my-knowledge --against HEAD   a folder with its last commit

    Says for each proof case that changes: verdict before and after, next step before and after;
    and which share of simulated sessions take another step.  A FILE with an error is told as `kb
    check` tells it (exit code 1), and nothing is tried.
    """
    from bot.cli.trying import lines, plain
    from bot.desk.cases import BadCase
    from bot.desk.trial import MOST_PLANNED, Wish, compare
    from bot.engine import Model

    before, after, named = _versions(path, against, place, config)
    if before == after:
        raise Refused(
            f"{path} is what it is compared with; name what it was with --against FOLDER|REV"
        )
    catalog, told = _checked(after, named)
    if told:
        click.echo("\n".join(told))
        click.echo(f"{len(told)} errors; nothing was tried", err=True)
        return FAULT
    models = Model.of(_loaded(before)), Model.of(catalog)
    wish = Wish(
        sessions, seed, EVERYTHING if every else MOST_PLANNED, workers=min(2, os.cpu_count() or 1)
    )
    try:
        found = compare(*models, wish)
    except BadCase as error:
        raise Refused(str(error)) from None
    if as_json:
        print_json(plain(found))
    else:
        click.echo("\n".join(lines(found, models[0], models[1], MOST_SHOWN)))
    return FINE


Files = dict[str, str]


def _versions(
    path: Path, against: str | None, place: str | None, config: str | None
) -> tuple[Files, Files, str]:
    """The files before and after, and what stands before a path of the latter in messages."""
    from bot.catalog.source import BadKnowledge, Source

    used = source_of(settings_or_none(config))
    try:
        if path.is_dir():
            after, folder = Source(path).files(), path
        else:
            after, folder = {}, used.folder or Path(str(resources.files("knowledge")))
        before = used.files() if against is None else _before(against, folder)
    except BadKnowledge as error:
        raise Refused(str(error)) from None
    if path.is_dir():
        return before, after, str(path)
    return before, {**before, _place(path, place): _text(path)}, "with your file"


def _before(against: str, folder: Path) -> Files:
    from bot.catalog.source import Source

    return Source(Path(against)).files() if Path(against).is_dir() else files_at(against, folder)


def _place(path: Path, place: str | None) -> str:
    """Where a file belongs, by the end of its own path or as told."""
    from bot.catalog.parsing import kind_of

    parts = path.absolute().parts
    for candidate in [place] if place else ["/".join(parts[-count:]) for count in (3, 2, 1)]:
        if isinstance(kind_of(candidate), tuple):
            return candidate
    raise Refused(
        f"{place or path}: where does it belong? Put it into a folder such as fixes/ or "
        "causes/port/, or say it with --as fixes/my-fix.md"
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Refused(f"{path} cannot be read: {reason}") from None


def _checked(files: Files, name: str) -> tuple[Any, list[str]]:
    """The catalog, or the lines that `kb check` would print."""
    from bot.catalog import KnowledgeError, load
    from bot.catalog.lint import errors

    try:
        catalog = load(files)
    except KnowledgeError as error:
        return None, list(_told(error.problems, name))
    return catalog, list(_told(errors(catalog), name))


def _loaded(files: Files) -> Any:
    from bot.catalog import KnowledgeError, load

    try:
        return load(files)
    except KnowledgeError as error:
        raise Refused(f"what it is compared with cannot be used\n{error}") from None


def _told(problems: list[Any], name: str) -> Iterator[str]:
    for problem in problems:
        yield f"{name}/{problem}"
