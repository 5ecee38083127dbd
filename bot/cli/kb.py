"""`rdp-triage kb`: check the knowledge base, draw its tree, run the engine on given evidence."""

import sys
from pathlib import Path
from typing import Any

import click

from bot.cli import kb_learn, kb_simulate
from bot.cli.common import (
    FAULT,
    FINE,
    Refused,
    config_option,
    json_option,
    print_json,
    shipped_catalog,
)


@click.group("kb")
def command() -> None:
    """Knowledge base: check, tree, diagnose, learn, simulate."""


command.add_command(kb_learn.command)
command.add_command(kb_simulate.command)


@command.command("check")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@config_option
def check_command(folder: Path | None, config: str | None) -> int:
    """Lint the knowledge base (or another FOLDER of that form) and run its proof cases.

    Prints file:line:column: message.  Exit code 1 when there is an error.
    """
    from bot.catalog import KnowledgeError, load, read_folder, shipped
    from bot.catalog.lint import check
    from bot.desk.proof import run_cases

    if folder is not None and not folder.is_dir():
        raise Refused(f"{folder} is not a folder")
    files = shipped() if folder is None else read_folder(folder)
    prefix = "knowledge" if folder is None else str(folder)
    try:
        catalog = load(files)
        problems = [*check(catalog), *run_cases(catalog)]
    except KnowledgeError as error:
        problems = list(error.problems)
    for problem in problems:
        click.echo(f"{prefix}/{problem}")
    errors = sum(problem.level == "error" for problem in problems)
    warnings = len(problems) - errors
    counts = (_count(errors, "error"), _count(warnings, "warning"))
    click.echo(f"{', '.join(counts)} in {_count(len(files), 'file')}", err=True)
    return FAULT if errors else FINE


@command.command("tree")
@click.option("--evidence", "file", metavar="FILE", help="Start from this input of kb diagnose.")
@click.option("--reach", default="2%", show_default=True, help="Cut branches rarer than this.")
@click.option("--format", "form", type=click.Choice(["text", "mermaid"]), default="text")
@config_option
def tree_command(file: str | None, reach: str, form: str, config: str | None) -> None:
    """Draw the decision tree: every step that the engine would take, branch by branch."""
    from bot.desk.cases import BadCase, read_cases, situation_of
    from bot.engine import Model, Situation, UnknownEntry, render_mermaid, render_text, tree

    catalog = shipped_catalog()
    share = _share(reach)
    situation = Situation()
    try:
        if file is not None:
            cases = read_cases(_text(file), file)
            if len(cases) != 1:
                raise Refused(f"{file} holds {len(cases)} cases; a tree starts from exactly one")
            situation = situation_of(catalog, cases[0])
        root = tree(Model.of(catalog), situation, share)
    except (BadCase, UnknownEntry) as error:
        raise Refused(str(error)) from None
    click.echo(render_mermaid(root) if form == "mermaid" else render_text(root))


@command.command("diagnose")
@click.argument("file")
@json_option
@config_option
def diagnose_command(file: str, as_json: bool, config: str | None) -> None:
    """Run the engine on FILE (one JSON object, or one a line; - reads stdin), no network."""
    from bot.desk.cases import BadCase, judge, read_cases
    from bot.engine import Model

    catalog = shipped_catalog()
    model = Model.of(catalog)
    try:
        results = [judge(catalog, model, case) for case in read_cases(_text(file), file)]
    except BadCase as error:
        raise Refused(str(error)) from None
    for result in results:
        if as_json:
            print_json({"schema": 1, **result})
        else:
            click.echo(_sentence(result))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _share(text: str) -> float:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1:
        raise Refused(f"--reach {text!r} is not a share such as 2% or 0.02")
    return value


def _text(file: str) -> str:
    try:
        if file == "-":
            return sys.stdin.read()
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Refused(f"{file} cannot be read: {reason}") from None


def _sentence(result: dict[str, Any]) -> str:
    """One result for people: verdict, three likeliest causes, next step."""
    causes = result["verdict"]["causes"][:3]
    lines = [f"{result.get('id', '-')}: {result['verdict']['state']}"]
    lines += [
        f"  {round(cause['probability'] * 100):3} in 100  {cause['title']}" for cause in causes
    ]
    if result["next"]:
        lines.append(f"  next: {result['next']['title']}")
        lines.append(f"        {result['next']['why']}")
    return "\n".join(lines)
