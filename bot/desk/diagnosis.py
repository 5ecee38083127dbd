"""From observations and the user's report to a verdict and the one next step, without a ticket.

The same few lines serve ``check``, ``kb diagnose`` and the desk, so that equal facts always get
equal answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.catalog.entries import Catalog
from bot.catalog.report import read_report
from bot.engine import Model, Situation, Step, Verdict, plan, verdict
from bot.evidence import Observation
from bot.evidence.findings import derive, ladders
from bot.evidence.ladder import UNKNOWN
from bot.evidence.rdp_file import Filed, readings


@dataclass(frozen=True, slots=True)
class Told:
    """What the person said: codes (canonical), the text they saw, the report's keys.

    ``filed`` is an .rdp file that came with it, and what it is compared with.
    """

    codes: tuple[str, ...] = ()
    message: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)
    filed: Filed = field(default_factory=Filed)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Evidence states, the ladder of each vantage, the verdict, and the next step if any."""

    evidence: Mapping[str, str]
    ladders: Mapping[str, str]
    verdict: Verdict
    step: Step | None

    def to_json(self, least: float = 0.0) -> dict[str, Any]:
        """The contract's keys; causes below probability ``least`` are left out."""
        step = self.step
        return {
            "evidence": dict(sorted(self.evidence.items())),
            "ladders": dict(sorted(self.ladders.items())),
            "verdict": {
                "state": self.verdict.state,
                "ruled_out": list(self.verdict.ruled_out),
                "causes": [
                    {
                        "id": share.id,
                        "title": share.title,
                        "layer": share.layer,
                        "probability": share.probability,
                    }
                    for share in self.verdict.causes
                    if share.probability >= least
                ],
            },
            "next": None
            if step is None
            else {"kind": step.kind, "id": step.id, "title": step.title, "why": step.why},
        }


def evidence_of(
    catalog: Catalog, observations: Sequence[Observation], told: Told
) -> dict[str, str]:
    """All evidence states that probes and the report set; raises BadReport on unknown keys.

    What was seen wins over what was told where both set the same item.  A ticket may be pinned to
    older knowledge than the program's: what that does not know yet is left out.
    """
    file = readings(told.filed, observations)
    evidence = read_report(catalog, told.codes, told.message, told.report, file)
    seen = derive(observations).items()
    evidence.update({item: state for item, state in seen if _is_known(catalog, item, state)})
    return dict(sorted(evidence.items()))


def _is_known(catalog: Catalog, item: str, state: str) -> bool:
    entry = catalog.evidence.get(item)
    return entry is not None and (state in entry.states or state == UNKNOWN)


def diagnose(
    model: Model,
    evidence: Mapping[str, str],
    answers: Mapping[str, str],
    observations: Sequence[Observation],
) -> Diagnosis:
    """Judge the evidence; a healthy host has no next step."""
    situation = Situation(evidence=evidence, answers=answers)
    judged = verdict(model, situation)
    step = None if judged.state == "healthy" else plan(model, situation).step
    return Diagnosis(evidence, ladders(observations), judged, step)
