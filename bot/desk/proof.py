"""Proof cases of the knowledge base: each cause shows where it wins and where it must not."""

from bot.catalog import Problem, catalog_cases
from bot.catalog.entries import Catalog
from bot.desk.cases import BadCase, judge, read_case
from bot.engine import Model


def run_cases(catalog: Catalog) -> list[Problem]:
    """Run every proof case through the engine; one error for each that does not hold."""
    model = Model.of(catalog)
    problems = []
    for proof in catalog_cases(catalog.files):
        try:
            result = judge(catalog, model, read_case(proof.input, f"{proof.file}:{proof.line}"))
            complaint = _complaint(proof.cause, proof.expect, result["verdict"])
        except BadCase as error:
            complaint = str(error)
        if complaint:
            problems.append(Problem(proof.file, proof.line, 1, complaint, "error"))
    return problems


def _complaint(cause: str, expect: str, verdict: dict[str, object]) -> str | None:
    causes = verdict["causes"]
    assert isinstance(causes, list)  # noqa: S101 - the form that judge promises
    first = next(each for each in causes if each["id"] != "other")
    share = next(each["probability"] for each in causes if each["id"] == cause)
    found = f"{first['id']} comes first with {first['probability']:.2f}, {cause} has {share:.2f}"
    if expect == "first" and first["id"] != cause:
        return f"expected {cause} first, but {found}"
    if expect == "not-first" and first["id"] == cause:
        return f"expected another cause before {cause}, but {found}"
    if expect == "inconclusive" and verdict["state"] != "inconclusive":
        return f"expected inconclusive, but the verdict is {verdict['state']}: {found}"
    return None
