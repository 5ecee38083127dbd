"""`rdp-triage doctor`: what is wrong with the set-up, and exactly what mends it."""

import asyncio
import textwrap
from typing import TYPE_CHECKING

import click

from bot.cli.common import FAULT, FINE, config_option, json_option, print_json, settings_required
from bot.settings import find

if TYPE_CHECKING:
    from bot.doctor import Report

WIDTH = 100


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Leave Slack and the jump boxes out.")
@json_option
@config_option
def command(offline: bool, as_json: bool, config: str | None) -> int:
    """Check the whole set-up: Slack, jump boxes, target rules, database, knowledge, this machine.

    Changes nothing, posts nothing, looks at no host beyond the jump boxes.  Run it as the bot's
    user, with the bot's environment.  Exit code 1 when there is a finding.
    """
    settings = settings_required(config, "doctor")
    from bot.doctor import examine

    report = asyncio.run(examine(settings, find(config)[0], offline=offline))
    if as_json:
        print_json(_facts(report))
    else:
        click.echo("\n".join(_lines(report)))
    return FAULT if report.findings else FINE


def _facts(report: "Report") -> dict[str, object]:
    return {
        "schema": 1,
        "errors": report.errors,
        "warnings": report.warnings,
        "findings": [each.facts() for each in report.findings],
        "fine": {area: list(lines) for area, lines in report.fine.items()},
        "skipped": list(report.skipped),
    }


def _lines(report: "Report") -> list[str]:
    """The verdict, each finding with its remedy below, then what is fine."""
    lines = [_verdict(report)]
    for found in report.findings:
        lines += ["", *_wrapped(f"{found.severity.value:8} ", f"{found.what} [{found.id}]")]
        lines += _wrapped("         -> ", found.remedy)
    lines += ["", "Checked:"]
    for area, fine in report.fine.items():
        for line in (*fine, *(("left out (--offline)",) if area in report.skipped else ())):
            lines += _wrapped(f"  {area:10} ", line)
    return lines


def _wrapped(start: str, text: str) -> list[str]:
    """Text behind its start, further lines below it; commands stay whole."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _verdict(report: "Report") -> str:
    if not report.findings:
        return "All is well: nothing stands in the way of `rdp-triage serve`."
    counted = [
        f"{number} {word}{'s' if number > 1 else ''}"
        for number, word in ((report.errors, "error"), (report.warnings, "warning"))
        if number
    ]
    meaning = (
        "it will not work as it is" if report.errors else "it will work; see whether you mean it"
    )
    return f"{' and '.join(counted)}: {meaning}."
