"""`rdp-triage kb tree`: the decision tree from a situation, as text, as a diagram, as a page."""

import sys
from pathlib import Path

import click

from bot.cli.common import Refused, case_text, config_option
from bot.cli.learned import epoch_option, model_in_use

FORMATS = ("text", "mermaid", "html")


@click.command("tree")
@click.option("--evidence", "file", metavar="FILE", help="Start from this input of kb diagnose.")
@click.option("--reach", default="2%", show_default=True, help="Cut branches rarer than this.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", metavar="FILE", help="Write to this file instead of stdout.")
@click.option("--title", metavar="TEXT", help="Name of the situation on the page (html).")
@epoch_option
@config_option
def command(
    file: str | None,
    reach: str,
    form: str,
    output: str | None,
    title: str | None,
    epoch: str | None,
    config: str | None,
) -> None:
    """Draw the decision tree: every step that the engine would take, branch by branch.

    `--format html` makes one file to look at in a browser; it needs no network.
    """
    from bot.cli.treepage import render_html
    from bot.desk.cases import BadCase, read_cases, situation_of
    from bot.engine import Situation, UnknownEntry, render_mermaid, render_text, tree

    model = model_in_use(config, epoch)
    share = _share(reach)
    situation = Situation()
    try:
        if file is not None:
            cases = read_cases(case_text(file), file)
            if len(cases) != 1:
                raise Refused(f"{file} holds {len(cases)} cases; a tree starts from exactly one")
            situation = situation_of(model.catalog, cases[0])
        root = tree(model, situation, share)
    except (BadCase, UnknownEntry) as error:
        raise Refused(str(error)) from None
    match form:
        case "html":
            made = render_html(model, root, title or "")
        case "mermaid":
            made = render_mermaid(root) + "\n"
        case _:
            made = render_text(root) + "\n"
    _write(made, output)


def _write(text: str, output: str | None) -> None:
    if output is None or output == "-":
        sys.stdout.write(text)
        return
    try:
        Path(output).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise Refused(f"{output} cannot be written: {error.strerror}") from None
    click.echo(f"{output}: {len(text.encode()) // 1024 + 1} KiB", err=True)


def _share(text: str) -> float:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1:
        raise Refused(f"--reach {text!r} is not a share such as 2% or 0.02")
    return value
