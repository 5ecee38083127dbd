"""Each row of ``rows``, from the bytes seen to the causes.

Strategy: the observations of a row must set its evidence states, and one of its causes must come
first or second with the shipped knowledge.
"""

from string import ascii_lowercase

import pytest

from bot.catalog import load, shipped
from bot.catalog.entries import OTHER
from bot.desk.diagnosis import Diagnosis, diagnose, evidence_of
from bot.engine import Model
from tests.evidence.rows import ROWS, Row

CATALOG = load(shipped())
MODEL = Model.of(CATALOG)
SURE = 0.8


def judged(row: Row, without: frozenset[str] = frozenset()) -> Diagnosis:
    """The diagnosis of a row, with some items of its evidence left out."""
    evidence = evidence_of(CATALOG, row.seen, row.told)
    kept = {item: state for item, state in evidence.items() if item not in without}
    return diagnose(MODEL, kept, {}, row.seen)


def share(diagnosis: Diagnosis, cause: str) -> float:
    return next(one.probability for one in diagnosis.verdict.causes if one.id == cause)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_what_is_seen_sets_its_evidence(row: Row) -> None:
    evidence = evidence_of(CATALOG, row.seen, row.told)
    assert {item: evidence.get(item) for item in row.states} == row.states


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_what_is_seen_leads_to_its_causes(row: Row) -> None:
    verdict = judged(row).verdict
    known = [one for one in verdict.causes if one.id != OTHER]
    first = {one.id: round(one.probability, 2) for one in known[:2]}
    if row.causes:
        assert row.causes & set(first), first
    wrong = {one.id for one in known if one.probability >= SURE} - row.causes
    assert not wrong, first
    if row.state is not None:
        assert verdict.state == row.state, first


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.raises is not None], ids=lambda row: row.number
)
def test_what_is_weak_moves_its_cause_up_and_decides_nothing(row: Row) -> None:
    assert row.raises is not None
    weak = frozenset(item for item in row.states if item not in ("ladder",))
    before, after = share(judged(row, weak), row.raises), share(judged(row), row.raises)
    assert before < after < SURE


def test_every_pattern_has_its_row() -> None:
    assert {int(row.number.rstrip(ascii_lowercase)) for row in ROWS} == set(range(1, 39))
