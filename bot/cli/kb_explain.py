"""`rdp-triage kb explain`: what the knowledge base holds about an id; why a case is judged so."""

from difflib import get_close_matches
from typing import Any

import click

from bot.cli.common import (
    Refused,
    case_text,
    config_option,
    json_option,
    print_json,
)
from bot.cli.learned import epoch_option, model_in_use


@click.command("explain")
@click.argument("entry", metavar="[ID]", required=False)
@click.option("--case", "file", metavar="FILE", help="Explain the judgement of this case instead.")
@json_option
@epoch_option
@config_option
def command(
    entry: str | None, file: str | None, as_json: bool, epoch: str | None, config: str | None
) -> None:
    r"""Explain a cause, fix, question or evidence item by its ID, or the judgement of a case.

    \b
    rdp-triage kb explain private-key-unreadable
    rdp-triage kb explain --case case.json     an input of `kb diagnose`
    """
    if (entry is None) == (file is None):
        raise Refused("kb explain takes either an ID or --case FILE")
    if file is not None:
        _cases(model_in_use(config, epoch), file, as_json)
    elif entry is not None:
        _entry(model_in_use(config, epoch), entry, as_json)


def _entry(model: Any, name: str, as_json: bool) -> None:
    from bot.cli.description import text
    from bot.desk.describing import describe, ids

    made = describe(model, name)
    if not made:
        near = get_close_matches(name, ids(model), 3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise Refused(f"{name!r} is no cause, fix, question or evidence item{hint}")
    if as_json:
        head = {"schema": 1, "id": name, "knowledge": model.catalog.hash, "epoch": model.epoch}
        print_json({**head, "entries": made})
    else:
        click.echo("\n\n".join(map(text, made)))


def _cases(model: Any, file: str, as_json: bool) -> None:
    from bot.cli.reasons import text
    from bot.desk.cases import BadCase, read_cases, situation_of
    from bot.desk.reasons import reasons
    from bot.engine import UnknownEntry

    made: list[dict[str, Any]] = []
    try:
        for case in read_cases(case_text(file), file):
            explained = reasons(model, situation_of(model.catalog, case))
            made.append({**({"id": case.id} if case.id is not None else {}), **explained})
    except (BadCase, UnknownEntry) as error:
        raise Refused(str(error)) from None
    for each in made:
        if as_json:
            print_json({"schema": 1, **each})
        else:
            click.echo(text(each))
