"""The shipped knowledge: it loads, it is clean and complete, and its steps are safe to follow."""

import re
from collections import Counter
from datetime import date

import pytest

from bot.catalog import load, shipped
from bot.catalog.contract import ITEMS, PROBES
from bot.catalog.entries import LAYERS
from bot.catalog.lint import check
from bot.catalog.words import HOW_COMMON
from bot.evidence import LADDER_STATES, findings
from bot.probes import PROBES as RUN

REVIEWED = date(2026, 11, 28)
FILES = shipped()
CATALOG = load(FILES)

ACCEPTED_WARNINGS: frozenset[str] = frozenset()
"""Warnings that the reviewers read and left; each with its reason beside it."""


def test_there_are_no_problems() -> None:
    found = {str(problem) for problem in check(CATALOG, REVIEWED)}
    assert found == ACCEPTED_WARNINGS


def test_it_is_complete() -> None:
    assert len(CATALOG.causes) >= 60
    assert len(CATALOG.fixes) >= 60
    assert len(CATALOG.questions) >= 20
    assert len(CATALOG.evidence) >= len(ITEMS) + 15
    assert {cause.layer for cause in CATALOG.causes.values()} == set(LAYERS)
    assert sum(len(entries) for entries in CATALOG.codes.values()) >= 150
    assert {entry.table for entries in CATALOG.codes.values() for entry in entries} == {
        "disconnect", "extended", "status", "gateway", "freerdp",
    }  # fmt: skip


def test_every_rung_of_the_ladder_has_a_cause() -> None:
    blamed = {said.state for said in CATALOG.evidence["ladder"].says if said.often.value >= 0.5}
    # logon and session are never seen from outside: their causes show in what people report
    assert blamed >= set(LADDER_STATES) - {"logon", "session", "unknown"}
    stages = Counter(
        said.state for said in CATALOG.evidence["fails-at"].says if said.often.value > 0.5
    )
    assert min(stages[state] for state in CATALOG.evidence["fails-at"].states) >= 3


def test_every_cause_says_where_the_path_stops() -> None:
    assert {said.cause for said in CATALOG.evidence["ladder"].says} == set(CATALOG.causes)


def test_the_contract_is_that_of_the_program() -> None:
    assert set(ITEMS) == {*findings.ITEMS, *findings.COMPARED}
    assert set(RUN) <= set(PROBES)


def test_every_probe_that_fixes_and_items_name_exists() -> None:
    named = {probe for fix in CATALOG.fixes.values() for probe in fix.changes}
    named |= {item.probe for item in CATALOG.evidence.values() if item.probe}
    assert named <= set(PROBES)


def test_a_repair_is_proved_by_something_that_its_probes_see() -> None:
    for fix in CATALOG.fixes.values():
        for item in fix.check:
            assert CATALOG.evidence[item].origin == "probe", fix.id
            assert CATALOG.evidence[item].abnormal, fix.id
        assert bool(fix.check) <= bool(fix.changes), fix.id


@pytest.mark.parametrize(
    "name",
    [
        "certificate-expired", "certificate-renewal-broken", "credssp-unpatched",
        "security-layer-mismatch", "tls-no-overlap", "tls-no-overlap-old-host",
        "host-down-or-asleep", "gateway-certificate", "gateway-unreachable",
        "gateway-http-blocked", "path-loss", "user-network", "path-mtu-black-hole",
        "password-expired-or-must-change", "security-product-blocks", "client-saved-state",
    ],
)  # fmt: skip
def test_what_articles_blame_is_known_as_a_cause(name: str) -> None:
    assert name in CATALOG.causes


@pytest.mark.parametrize(
    ("name", "risk"),
    [
        ("renew-rdp-certificate", 2), ("repair-machinekeys-permissions", 2),
        ("flush-client-dns", 0), ("lower-client-mtu", 1), ("enable-rdp-firewall-rules", 1),
        ("pause-security-product", 3), ("patch-credssp", 2),
        ("set-client-oracle-vulnerable-as-a-test", 3), ("turn-nla-off-as-a-test", 3),
        ("set-security-layer", 1), ("reset-client-settings", 1), ("remove-saved-credentials", 1),
        ("update-client", 1), ("wake-or-start-host", 1), ("restart-termservice", 2),
        ("restart-host", 2),
    ],
)  # fmt: skip
def test_what_articles_advise_is_known_with_its_risk(name: str, risk: int) -> None:
    fix = CATALOG.fixes[name]
    assert fix.risk == risk
    assert bool(fix.undo) or risk == 0
    assert fix.temporary == (risk == 3)
    if fix.temporary:
        assert fix.approver
        assert fix.limit_minutes
        assert fix.permanent_fix


def test_the_machinekeys_folder_is_only_named_to_protect_it() -> None:
    text = CATALOG.fixes["repair-machinekeys-permissions"].text
    assert "Never rename the MachineKeys folder" in text
    assert "f686aace6942fb7f7ceb231212eef4a4_" in text


def test_every_fix_has_numbered_steps_and_an_expected_result() -> None:
    for fix in CATALOG.fixes.values():
        assert re.search(r"^1\. ", fix.text, re.MULTILINE), fix.id
        assert "You should see: " in fix.text, fix.id
        assert len(fix.title) <= 90, fix.id


def test_entries_read_alike() -> None:
    for cause in CATALOG.causes.values():
        assert cause.title.endswith("."), cause.id
        assert "!" not in cause.title + cause.text, cause.id
    for question in CATALOG.questions.values():
        assert question.ask.endswith("?"), question.id
    everything = "\n".join(FILES.values())
    assert "http" + "://" not in everything
    assert "https" + "://" not in everything


def test_the_words_of_priors_are_words_or_numbers_near_one() -> None:
    for cause in CATALOG.causes.values():
        nearest = HOW_COMMON.words[HOW_COMMON.nearest(cause.prior.value)]
        assert 0.5 <= cause.prior.value / nearest <= 2, cause.id
