"""How good is the engine on real cases?  Run `python -m tests.cases.report CASES.jsonl ...`.

Each line has the form of `kb diagnose` with an ``id`` and a ``truth``; docs/knowledge.md explains
the figures.  Exit code 0 if it ran, 2 if an input cannot be used.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bot.catalog import Catalog, load, shipped
from bot.cli.common import Refused, print_json
from bot.desk.cases import BadCase
from bot.engine import Model
from tests.cases.reading import NO_GROUPS, BadInput, cases_of, groups_of, tags_of
from tests.cases.scoring import Row, score_all
from tests.cases.summary import Losses, Share, Summary, summaries

TAGS = Path(__file__).with_name("tags.yaml")
PATH = click.Path(path_type=Path)


def scored(cases: tuple[Path, ...], groups: Path | None, tags: Path) -> tuple[Catalog, list[Row]]:
    """Read everything, run the engine; raises BadInput and BadCase."""
    catalog = load(shipped())
    meaning = tags_of(tags, catalog.causes), NO_GROUPS if groups is None else groups_of(groups)
    return catalog, score_all(catalog, Model.of(catalog), cases_of(cases), meaning)


@click.command("report")
@click.argument("cases", nargs=-1, required=True, metavar="CASES.jsonl ...", type=PATH)
@click.option("--groups", type=PATH, help="Groups, equals and families of the cases (JSON).")
@click.option("--tags", type=PATH, default=TAGS, help="Tag -> at most two causes (YAML).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with a row for each case.")
def main(cases: tuple[Path, ...], groups: Path | None, tags: Path, as_json: bool) -> None:
    """Score the engine on CASES against their truth, overall and by group."""
    try:
        catalog, rows = scored(cases, groups, tags)
    except (BadInput, BadCase) as error:
        raise Refused(str(error)) from None
    found = summaries(rows)
    if as_json:
        print_json({"schema": 1, "knowledge": catalog.hash, **_as_json(found, rows)})
        return
    click.echo(f"{len(rows)} cases, knowledge {catalog.hash[:12]}")
    if groups is None:
        click.echo("no groups given: kin tags count as wrong")
    for summary in found:
        click.echo(_text(summary))


def _text(summary: Summary) -> str:
    lines = [f"\n{summary.name}: {summary.count} cases"]
    lines += [_share(each) for each in summary.shares]
    lines += [_losses(each) for each in summary.losses]
    lines += [
        f"  confidently wrong: {row.known.id} {row.known.tag}: {cause} at {share:.2f}"
        for row in summary.mistakes
        for cause, share in row.first[:1]
    ]
    return "\n".join(lines)


def _share(share: Share) -> str:
    text = f"  {share.name:<19}{_range(share.value, share.low, share.high)}   strict "
    text += _range(share.strict, share.strict_low, share.strict_high)
    if share.target is None:
        return text
    verdict, strict = share.target.verdict(share.value), share.target.verdict(share.strict)
    return f"{text}   target {share.target}: {verdict}, strict {strict}"


def _range(value: float, low: float, high: float) -> str:
    return f"{value:6.1%} ({low * 100:3.0f}-{high * 100:3.0f} %)"


def _losses(losses: Losses) -> str:
    text = f"  {losses.name:<19}{_beside(losses.value, losses.prior)}   strict "
    text += _beside(losses.strict, losses.strict_prior)
    return f"{text}   target below the priors: {losses.verdict}"


def _beside(value: float, prior: float) -> str:
    change = value / prior - 1.0
    way = "higher" if change > 0 else "lower"
    return f"{value:.3f}, priors alone {prior:.3f} ({abs(change):.0%} {way})"


def _as_json(found: list[Summary], rows: list[Row]) -> dict[str, Any]:
    return {
        "sets": [
            {
                "name": each.name,
                "count": each.count,
                "shares": [_share_json(share) for share in each.shares],
                "losses": [asdict(losses) | {"verdict": losses.verdict} for losses in each.losses],
                "mistakes": [row.known.id for row in each.mistakes],
            }
            for each in found
        ],
        "cases": [_case_json(row) for row in rows],
    }


def _share_json(share: Share) -> dict[str, Any]:
    target = share.target
    values = asdict(share) | {"target": None if target is None else str(target)}
    if target is not None:
        values["verdict"] = target.verdict(share.value)
        values["strict_verdict"] = target.verdict(share.strict)
    return values


def _case_json(row: Row) -> dict[str, Any]:
    return {
        "id": row.known.id,
        "tag": row.known.tag,
        "layer": row.known.layer,
        "group": row.group,
        "state": row.state,
        "first": [{"id": cause, "probability": share} for cause, share in row.first],
        "rank": row.kind.rank,
        "strict_rank": row.strict.rank,
        "log_loss": row.kind.loss.log,
    }


if __name__ == "__main__":
    main()
