"""`rdp-triage kb simulate`: measure the knowledge base on tickets drawn from its own words."""

import os
from typing import Any

import click

from bot.cli.common import catalog_in_use, config_option, json_option, print_json


@click.command("simulate")
@click.option("--tickets", type=click.IntRange(1), default=500, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Equal seeds, equal numbers.")
@click.option("--two-faults", is_flag=True, help="Two faults a ticket, one behind the other.")
@json_option
@config_option
def command(tickets: int, seed: int, two_faults: bool, as_json: bool, config: str | None) -> None:
    """Draw tickets from the knowledge base's own words, lead each to its end, and count.

    Says how many steps and questions they take, what they cost beside the fixed order of an
    article, whether a safety rule is broken (never), which questions never change a step, and which
    causes stay undecided.
    """
    from bot.desk.simreport import report
    from bot.desk.simulating import Wish, simulate
    from bot.engine import Model

    model, wish = Model.of(catalog_in_use(config)), Wish(tickets, seed, two_faults)
    found = report(model, wish, simulate(model, wish, _workers(wish)))
    if as_json:
        print_json(found.to_json())
        return
    for line in _lines(found):
        click.echo(line)


def _workers(wish: Any) -> int:
    """Starting a worker costs about a second: worth it from some looks on."""
    looks = int(wish.tickets // wish.shared)
    return max(1, min(os.cpu_count() or 1, looks // 4))


def _lines(found: Any) -> list[str]:
    faults = "two faults" if found.two_faults else "one fault"
    broken = sum(found.breaches.values())
    lines = [
        f"{found.tickets} simulated tickets ({faults} each), {found.looks} first looks, "
        f"seed {found.seed}",
        f"steps        median {found.steps_median:g}, nine of ten within {found.steps_p90:g}",
        f"questions    median {found.questions_median:g}",
        f"solved       {found.solved:.1%} without handing over",
        f"cost         {found.cost:.1f} minutes; an article's order {found.article_cost:.1f} "
        f"({found.saved:.0%} saved)",
        f"rules R1-R4  {broken} broken",
        *(f"             {count} x {what}" for what, count in found.breaches.items()),
    ]
    if found.useless_questions:
        lines += ["", "Questions that never changed the next step:"]
        lines += [f"  {question}" for question in found.useless_questions]
    if found.undecided:
        lines += ["", "Causes that stayed undecided (true cause, held likelier, tickets):"]
        lines += [f"  {true}  {other}  {count}" for true, other, count in found.undecided]
    return lines
