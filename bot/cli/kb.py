"""`rdp-triage kb`: check the knowledge base, draw and explain it, run the engine on evidence."""

from pathlib import Path
from typing import Any

import click

from bot.cli import kb_explain, kb_learn, kb_new, kb_simulate, kb_tree, kb_try
from bot.cli.common import (
    FAULT,
    FINE,
    USAGE,
    Refused,
    case_text,
    catalog_in_use,
    config_option,
    json_option,
    print_json,
    settings_or_none,
    source_of,
)


@click.group("kb")
def command() -> None:
    """Knowledge base: check, tree, explain, diagnose, learn, simulate, new, try."""


command.add_command(kb_tree.command)
command.add_command(kb_explain.command)
command.add_command(kb_learn.command)
command.add_command(kb_simulate.command)
command.add_command(kb_new.command)
command.add_command(kb_try.command)


@command.command("check")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--margins", "close", is_flag=True, help="Note the proof cases about to tip, too.")
@config_option
def check_command(folder: Path | None, close: bool, config: str | None) -> int:
    """Lint the knowledge base (or another FOLDER of that form) and run its proof cases.

    Prints file:line:column: message.  Exit code 1 when there is an error.
    """
    from bot.catalog import KnowledgeError, load
    from bot.catalog.lint import check
    from bot.catalog.source import BadKnowledge, Source
    from bot.desk.proof import margins, run_cases

    source = source_of(settings_or_none(config)) if folder is None else Source(folder)
    try:
        files = source.files()
    except BadKnowledge as error:
        raise Refused(str(error)) from None
    try:
        catalog = load(files)
        problems = [*check(catalog), *run_cases(catalog)]
        if close and not any(problem.level == "error" for problem in problems):
            problems += margins(catalog)
    except KnowledgeError as error:
        problems = list(error.problems)
    for problem in problems:
        click.echo(f"{source.name}/{problem}")
    errors = sum(problem.level == "error" for problem in problems)
    warnings = sum(problem.level == "warning" for problem in problems)
    counts = (_count(errors, "error"), _count(warnings, "warning"))
    click.echo(f"{', '.join(counts)} in {_count(len(files), 'file')}", err=True)
    return FAULT if errors else FINE


@command.command("diagnose")
@click.argument("file")
@json_option
@config_option
def diagnose_command(file: str, as_json: bool, config: str | None) -> int:
    """Run the engine on FILE (one JSON object, or one a line; - reads stdin), no network.

    A line that is no case is named on stderr, and the others are diagnosed all the same; the exit
    code is 2 then.
    """
    from bot.desk.cases import BadCase, each_case, judge
    from bot.engine import Model

    catalog = catalog_in_use(config)
    model = Model.of(catalog)
    try:
        cases = each_case(case_text(file), file)
    except BadCase as error:
        raise Refused(str(error)) from None
    bad = 0
    for case in cases:
        try:
            result = judge(catalog, model, case())
        except BadCase as error:
            bad += 1
            click.echo(f"rdp-triage: {error}", err=True)
            continue
        if as_json:
            print_json({"schema": 1, **result})
        else:
            click.echo(_sentence(result))
    if bad and len(cases) > 1:
        rest = "the others are above" if bad < len(cases) else "nothing was diagnosed"
        click.echo(f"rdp-triage: {bad} of {len(cases)} lines are no cases; {rest}", err=True)
    return USAGE if bad else FINE


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _hundredths(share: float) -> str:
    """`` 47 in 100``; what rounds to nothing is told as such, and nothing is told as certain."""
    if share < 0.01:
        return "under 1 in 100"
    return f"{min(round(share * 100), 99):7} in 100"


def _sentence(result: dict[str, Any]) -> str:
    """One result for people: verdict, three likeliest causes, next step."""
    causes = result["verdict"]["causes"][:3]
    lines = [f"{result.get('id', '-')}: {result['verdict']['state']}"]
    lines += [f"  {_hundredths(cause['probability'])}  {cause['title']}" for cause in causes]
    if result["next"]:
        lines.append(f"  next: {result['next']['title']}")
        lines.append(f"        {result['next']['why']}")
    return "\n".join(lines)
