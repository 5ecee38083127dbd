"""Every fault of the lab through the product's own path, and the verdicts beside the truth."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.catalog import load, shipped
from bot.catalog.entries import OTHER
from bot.desk.diagnosis import Diagnosis, Told, diagnose, evidence_of
from bot.desk.looking import Scout
from bot.engine import Model
from bot.lab.jumpbox import JumpboxState
from bot.lab.truth import CASES, Case
from bot.lab.world import Lab
from bot.probes.base import Target
from bot.settings import read
from bot.settings_environment import trust

SECONDS = 10.0
AT_ONCE = 6
CONFIDENT = 0.8
GATEWAY_PORT = 443

KINDS = {
    "right": "right verdict",
    "layer": "another cause of the right layer",
    "inconclusive": "inconclusive",
    "wrong": "wrong, but unsure",
    "confident": "wrong and confident",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One case with what the product made of it; ``first`` is the likeliest cause."""

    case: Case
    diagnosis: Diagnosis
    first: str
    layer: str
    probability: float
    kind: str

    @property
    def sure(self) -> bool:
        """Whether the verdict is more than the first of many suspicions."""
        return self.diagnosis.verdict.state != "inconclusive" or self.case.box != "ok"

    def to_json(self) -> dict[str, Any]:
        """The truth, the verdict, and how the two compare."""
        return {
            "case": self.case.name,
            "truth": self.case.cause,
            "jumpbox": self.case.box,
            "verdict": self.diagnosis.verdict.state,
            "first": self.first,
            "probability": self.probability,
            "result": self.kind,
        }


async def judged(folder: Path) -> list[Judged]:
    """Look at every case: hosts and gateways a few at a time, then the jump box's own faults."""
    catalog = load(shipped())
    model = Model.of(catalog)
    layers = {entry.id: entry.layer for entry in catalog.causes.values()}
    async with Lab() as lab:
        settings = read(lab.settings_toml(folder), {})
        with trust(folder / "lab_roots.pem"):
            room = asyncio.Semaphore(AT_ONCE)

            async def one(case: Case) -> Judged:
                async with room:
                    diagnosis = await _look(Scout.of(settings), case, model)
                return _compared(case, diagnosis, layers)

            sound = [each for each in CASES if each.state is JumpboxState.UP]
            found = list(await asyncio.gather(*map(one, sound)))
            for case in CASES:
                if case.state is not JumpboxState.UP:
                    await lab.switch_jumpbox(case.state)
                    found.append(await one(case))
    return found


async def _look(scout: Scout, case: Case, model: Model) -> Diagnosis:
    gateway = Target(case.gateway, GATEWAY_PORT) if case.gateway else None
    target = Target(case.host, gateway=gateway)
    try:
        scout.admit(target)
        places = scout.places(case.host, "all" if case.everywhere else None)
        seen = await scout.look(target, places, seconds=SECONDS)
    finally:
        await scout.close()
    return diagnose(model, evidence_of(model.catalog, seen, Told()), {}, seen)


def _compared(case: Case, diagnosis: Diagnosis, layers: dict[str, str]) -> Judged:
    verdict = diagnosis.verdict
    share = next(each for each in verdict.causes if each.id != OTHER)
    blamed = verdict.state == "found"
    if case.box != "ok":
        right = diagnosis.evidence.get("jumpbox") == case.box and not blamed
    elif case.cause is None:
        right = verdict.state == "healthy"
    else:
        right = share.id == case.cause and verdict.state != "healthy"
    if right:
        kind = "right"
    elif blamed and case.cause is not None and layers[case.cause] == share.layer:
        kind = "layer"
    elif not blamed:
        kind = "inconclusive"
    else:
        kind = "confident" if share.probability >= CONFIDENT else "wrong"
    return Judged(case, diagnosis, share.id, share.layer, share.probability, kind)


def summary(found: Sequence[Judged]) -> dict[str, Any]:
    """How many of each kind, and the share of right verdicts."""
    counts = Counter(each.kind for each in found)
    return {
        "total": len(found),
        "sure": sum(each.kind == "right" and each.sure for each in found),
        "right_share": counts["right"] / len(found),
        "results": {kind: counts[kind] for kind in KINDS},
    }


def table(found: Sequence[Judged]) -> str:
    """One line a case, then the sums."""
    wide = max(len(each.case.name) for each in found)
    lines = [
        f"{each.kind:<13} {each.case.name:<{wide}}  truth {_truth(each.case)}; said {_said(each)}"
        for each in found
    ]
    sure = sum(each.kind == "right" and each.sure for each in found)
    counts = summary(found)["results"]
    sums = [f"{counts[kind]:>3}  {words}" for kind, words in KINDS.items()]
    sums[0] += f", {counts['right'] - sure} of them first but not sure"
    return "\n".join([*lines, "", *sums, f"{len(found):>3}  faults and sound hosts in all"])


def _truth(case: Case) -> str:
    if case.box != "ok":
        return f"the jump box: {case.box}"
    return case.cause or "nothing wrong"


def _said(each: Judged) -> str:
    state = each.diagnosis.verdict.state
    if state == "healthy":
        return state
    if each.case.box != "ok" and state != "found":
        return f"the jump box: {each.diagnosis.evidence.get('jumpbox')}"
    return f"{each.first} {each.probability:.2f}, {state}"
