"""Proof cases of the knowledge base: each cause shows where it wins and where it must not.

Only the verdict is asked for: a case says nothing of the next step, and planning one takes longer
than everything else.
"""

from bot.catalog import Problem, catalog_cases
from bot.catalog.entries import OTHER, Catalog, ProofCase
from bot.desk.cases import BadCase, read_case, situation_of
from bot.engine import Model, UnknownEntry, Verdict, verdict
from bot.engine.verdict import FOUND

CLOSE = 0.03
"""A case that holds by less is about to tip."""


def run_cases(catalog: Catalog) -> list[Problem]:
    """Run every proof case through the engine; one error for each that does not hold."""
    model = Model.of(catalog)
    problems = []
    for proof in catalog_cases(catalog.files):
        where = f"{proof.file}:{proof.line}"
        try:
            situation = situation_of(catalog, read_case(proof.input, where))
            told = complaint(proof, verdict(model, situation))
        except (BadCase, UnknownEntry) as error:
            told = str(error)
        if told:
            problems.append(Problem(proof.file, proof.line, 1, told, "error"))
    return problems


def margins(catalog: Catalog) -> list[Problem]:
    """A note for each case that holds by less than ``CLOSE``, the closest first of its file."""
    model = Model.of(catalog)
    notes = []
    for proof in catalog_cases(catalog.files):
        if proof.expect != "first":
            continue
        situation = situation_of(catalog, read_case(proof.input, f"{proof.file}:{proof.line}"))
        found = verdict(model, situation)
        first, second = [each for each in found.causes if each.id != OTHER][:2]
        left = first.probability - second.probability
        if found.state == "found":
            left = min(left, first.probability - FOUND)
        if first.id == proof.cause and left < CLOSE:
            said = f"holds by {left:.3f}: {first.id} {first.probability:.3f}, then {second.id} "
            said += f"{second.probability:.3f}; found begins at {FOUND}"
            notes.append(Problem(proof.file, proof.line, 1, said, "note"))
    return notes


def complaint(proof: ProofCase, found: Verdict) -> str | None:
    """Why the case does not hold with this verdict; None where it does."""
    cause, expect = proof.cause, proof.expect
    first = next(each for each in found.causes if each.id != OTHER)
    share = next(each.probability for each in found.causes if each.id == cause)
    said = f"{first.id} comes first with {first.probability:.2f}, {cause} has {share:.2f}"
    if expect == "first" and first.id != cause:
        return f"expected {cause} first, but {said}"
    if expect == "not-first" and first.id == cause:
        return f"expected another cause before {cause}, but {said}"
    if expect == "not-first" and proof.winner not in (None, first.id):
        return f"expected {proof.winner} first, but {said}"
    if expect == "inconclusive" and found.state != "inconclusive":
        return f"expected inconclusive, but the verdict is {found.state}: {said}"
    return None
