"""`rdp-triage kb new`: the files of a new cause, fix, question or evidence item to start from."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bot.cli.common import Refused, config_option, login, settings_or_none

KINDS = ("cause", "fix", "question", "evidence")


@click.command("new")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("name", metavar="ID")
@click.option("--layer", metavar="LAYER", help="Of a cause: where in the path it is wrong.")
@click.option("--title", default="", metavar="TEXT", help="Its title, if you know it already.")
@click.option("--cause", default="", metavar="ID", help="The cause that it cures or speaks about.")
@click.option("--fix", "fixes", multiple=True, metavar="ID", help="With a cause: a fix of it too.")
@click.option("--question", "questions", multiple=True, metavar="ID", help="And a question.")
@click.option("--like", default="", metavar="ID", help="A cause that it looks like from outside.")
@click.option("--by", default="", metavar="NAME", help="Who reviewed it (default: your login).")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The knowledge folder (default: knowledge.folder of the settings).",
)
@config_option
def command(
    kind: Any,
    name: str,
    layer: str | None,
    title: str,
    cause: str,
    fixes: tuple[str, ...],
    questions: tuple[str, ...],
    like: str,
    by: str,
    folder: Path | None,
    config: str | None,
) -> None:
    r"""Write the files of a new entry; nothing is overwritten.

    \b
    rdp-triage kb new cause smart-card-blocked --layer credentials-policy \
        --like smart-card-sign-in-fails --fix unblock-the-card --question is-the-card-read
    rdp-triage kb new fix replace-the-card --cause smart-card-blocked

    What only you know is marked: `rdp-triage kb check` names every mark with its place and what
    belongs there.  A cause gets its proof cases and its row in evidence/ladder.yaml too; with
    --like, evidence and questions speak of it as they do of its look-alike, to begin with.
    """
    from bot.catalog.scaffold import Wish

    if kind != "cause" and (layer or fixes or questions or like):
        raise Refused(f"--layer, --fix, --question and --like go with a cause, not with a {kind}")
    if kind == "cause" and cause:
        raise Refused("--cause goes with a fix, a question or an evidence item")
    folder = folder or _folder(config)
    files = _files(folder)
    today = datetime.now(UTC).date().isoformat()
    wish = Wish(by or login(), today, _layer(layer) if kind == "cause" else "", title, cause)
    new = _made(kind, name, wish)
    for other, names in (("fix", fixes), ("question", questions)):
        for each in names:
            new |= _made(other, each, Wish(wish.by, today, cause=name))
    _refuse_known(files, new)
    for option, named in (("--cause", cause), ("--like", like)):
        if named and ("cause", named) not in map(_entry, files):
            raise Refused(f"{option} {named}: there is no such cause in {folder}")
    _write(folder, new, _spoken_of(files, name, like) if kind == "cause" else {}, name)


def _folder(config: str | None) -> Path:
    settings = settings_or_none(config)
    if settings is not None and settings.knowledge_folder is not None:
        return settings.knowledge_folder
    from importlib import resources

    raise Refused(
        "the knowledge in use came with the program and is replaced by its next update; copy it, "
        "and name the copy in the settings or with --folder:\n"
        f"  cp -r '{resources.files('knowledge')}' my-knowledge\n"
        '  [knowledge]\n  folder = "my-knowledge"'
    )


def _files(folder: Path) -> dict[str, str]:
    from bot.catalog.source import BadKnowledge, Source

    try:
        files = Source(folder).files()
    except BadKnowledge as error:
        raise Refused(str(error)) from None
    if "settings.yaml" not in files:
        raise Refused(f"{folder} is not a knowledge folder: settings.yaml is missing")
    return files


def _layer(layer: str | None) -> str:
    from bot.catalog.entries import LAYERS

    if layer is not None:
        return layer
    if sys.stdin.isatty():
        return str(click.prompt("Layer", type=click.Choice(LAYERS), err=True))
    raise Refused(f"--layer is missing; it is one of {', '.join(LAYERS)}")


def _made(kind: Any, name: str, wish: Any) -> dict[str, str]:
    from bot.catalog.parsing import is_id, kind_of
    from bot.catalog.problems import Problem
    from bot.catalog.scaffold import scaffold

    if not is_id(name):
        raise Refused(f"{name!r} is not an id: small letters, digits and hyphens")
    made = scaffold(kind, name, wish)
    for file in made:
        place = kind_of(file)
        if isinstance(place, Problem):
            raise Refused(place.message)
    return made


def _refuse_known(files: Mapping[str, str], new: Mapping[str, str]) -> None:
    """An id exists once: a cause in one layer only."""
    known = {_entry(file): file for file in files}
    for file in new:
        if _entry(file) in known:
            raise Refused(f"{known[_entry(file)]} exists already; nothing was written")


def _entry(file: str) -> tuple[str, str]:
    """Kind and id; a file in a wrong place is nobody's."""
    from bot.catalog.parsing import kind_of

    place = kind_of(file)
    return place[:2] if isinstance(place, tuple) else ("", file)


def _spoken_of(files: Mapping[str, str], cause: str, like: str) -> dict[str, str]:
    """The items that say how a new cause looks: the ladder, and those of its look-alike."""
    from bot.catalog.likeness import alike
    from bot.catalog.scaffold import LADDER, rung, with_rung

    changed = alike(files, like, cause) if like else {}
    if LADDER not in changed:
        ladder = with_rung(files, cause)
        if ladder is None:
            click.echo(f"Add this line to says of {LADDER}:\n{rung(cause)}", err=True)
        else:
            changed[LADDER] = ladder
    return changed


def _write(folder: Path, new: Mapping[str, str], changed: Mapping[str, str], name: str) -> None:
    from bot.catalog.writing import put

    try:
        put(folder, new, changed)
    except FileExistsError as error:
        raise Refused(f"{error.filename2 or error.filename} exists already") from None
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror}; nothing was written") from None
    for file in (*new, *changed):
        click.echo(f"{folder}/{file}")
    click.echo(
        f"Fill in what is marked; `rdp-triage kb check {folder}` names every mark.", err=True
    )
    if len(changed) > 1:
        click.echo(f"The lines copied for {name} are a start: say where it differs.", err=True)
