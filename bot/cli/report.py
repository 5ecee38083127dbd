"""The report of `rdp-triage check` for people: verdict first, one line a rung, the next step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.catalog.entries import Catalog
from bot.cli.details import details
from bot.cli.render import row_lines, step_lines, verdict, wrapped
from bot.desk import saying
from bot.desk.diagnosis import Diagnosis, Told
from bot.desk.ladder import by_place, rows
from bot.desk.rdp_file import said as said_of
from bot.desk.showing import meanings, step_of
from bot.desk.words import listed, place
from bot.evidence import Observation
from bot.probes.base import Target
from bot.targets import TypedHost


@dataclass(frozen=True, slots=True, repr=False)  # asyncio writes out what a run returns: 50 ms
class Checked:
    """Everything that one check came to; ``elapsed_ms`` is the whole run."""

    target: Target
    told: Told
    catalog: Catalog
    observations: Sequence[Observation]
    diagnosis: Diagnosis
    elapsed_ms: float

    def to_json(self) -> dict[str, object]:
        """The contract of ``check --json``."""
        found = [
            address
            for each in self.observations
            for address in each.facts.get("addresses", ())
            if each.probe == "name.lookup"
        ]
        return {
            "schema": 1,
            "target": {
                "host": self.target.host,
                "port": self.target.port,
                "addresses": list(dict.fromkeys(found)),
            },
            "knowledge": self.catalog.hash,
            "elapsed_ms": self.elapsed_ms,
            "observations": [each.to_json() for each in self.observations],
            **self.diagnosis.to_json(least=0.01),
        }


def render(checked: Checked, *, raw: bool, colour: bool) -> str:
    """The whole report; ``raw`` adds every fact of every probe."""
    lines = list(_head(checked, colour))
    target = (checked.target.host, checked.target.port)
    lines += [
        "",
        *row_lines(rows(checked.catalog, checked.observations, target, live=False), colour),
    ]
    lines += _after(checked)
    if raw:
        lines += ["", details(checked.observations)]
    return "\n".join(lines)


def _head(checked: Checked, colour: bool) -> Iterator[str]:
    places = listed([place(each) for each in by_place(checked.observations)]) or "nowhere"
    seconds = checked.elapsed_ms / 1000
    host = f"{TypedHost(checked.target.host).shown} port {checked.target.port}"
    yield wrapped(f"{host}, looked at from {places} in {seconds:.1f} s")
    said, likelihood, besides = _sentence(checked)
    yield verdict(said, likelihood, colour)
    if besides:
        yield wrapped(besides)
    for meaning in meanings(checked.catalog, checked.told.codes):
        yield wrapped(f"{meaning.code}: {' '.join(meaning.lines)}", "  ")
    file = said_of(checked.catalog, checked.told.filed, checked.observations)
    if file:
        yield wrapped(file, "  ")


def _sentence(checked: Checked) -> tuple[str, str, str]:
    """The verdict, how likely it is where something was found, and what else to know."""
    found, evidence = checked.diagnosis.verdict, checked.diagnosis.evidence
    sight = ((checked.target.host, checked.target.port), checked.observations)
    said, besides = saying.headline(found, evidence, checked.catalog, sight)
    likely = saying.share(found.causes[0].probability) if found.state == "found" else ""
    return said, likely, besides


def _after(checked: Checked) -> Iterator[str]:
    """What was ruled out, and how the next step is done."""
    diagnosis, host = checked.diagnosis, checked.target.host
    excluded = saying.ruled_out(diagnosis.verdict, checked.catalog)
    if excluded:
        yield ""
        yield wrapped(f"Ruled out: {', '.join(excluded)}.")
    if diagnosis.step is not None:
        yield ""
        yield from step_lines(
            step_of(
                diagnosis.step,
                checked.catalog,
                lambda text: saying.filled(text, host, checked.observations),
            )
        )
