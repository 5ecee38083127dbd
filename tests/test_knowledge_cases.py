"""Every proof case of the shipped knowledge holds, and for the right reason."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.catalog import ProofCase, catalog_cases, load, shipped
from bot.catalog.entries import OTHER
from bot.desk.cases import read_case, situation_of
from bot.engine import Model, Situation, plan, verdict

FILES = shipped()
CATALOG = load(FILES)
MODEL = Model.of(CATALOG)
CASES = catalog_cases(FILES)

FINE = {
    "ladder": "ok",
    "name-lookup": "ok",
    "port-state": "open",
    "rdp-answer": "answers",
    "security-layer": "nla-required",
    "server-kind": "windows",
    "tls-hello": "server-hello",
    "modern-client": "agrees",
    "tls-versions": "modern",
    "certificate-validity": "valid",
    "certificate-name": "matches",
    "certificate-key": "sound",
    "certificate-issuer": "self-signed",
    "credssp-version": "patched",
    "ntlm": "offered",
    "nla-answer": "challenge",
    "clock": "right",
    "host-names": "agree",
}


def _judge(raw: Mapping[str, Any]) -> tuple[str, str, float]:
    """State, first cause and its probability."""
    judged = verdict(MODEL, situation_of(CATALOG, read_case(dict(raw), "test")))
    first = next(share for share in judged.causes if share.id != OTHER)
    return judged.state, first.id, first.probability


def _fine(**over: str) -> dict[str, str]:
    return {**FINE, **{item.replace("_", "-"): state for item, state in over.items()}}


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.cause}-{case.expect}-{case.line}" for case in CASES]
)
def test_every_proof_case_holds(case: ProofCase) -> None:
    state, first, probability = _judge(case.input)
    if case.expect == "first":
        assert (first, state) == (case.cause, "found"), probability
    elif case.expect == "not-first":
        assert first != case.cause
        assert first == case.winner
    else:
        assert state == "inconclusive", (first, probability)


def test_look_alikes_name_the_winner() -> None:
    assert all(case.winner for case in CASES if case.expect == "not-first")


def test_a_healthy_host_is_healthy() -> None:
    state, _, probability = _judge({"evidence": FINE})
    assert state == "healthy"
    assert probability < 0.3


@pytest.mark.parametrize(
    "told",
    [
        {"codes": ["0x904", "0x7"]},
        {"codes": ["2308"]},
        {"message": "An internal error has occurred."},
        {"report": {"scope": "everybody"}},
        {"report": {"fails_at": "after-credentials"}},
    ],
)
def test_a_healthy_host_with_a_vague_complaint_is_inconclusive(told: dict[str, Any]) -> None:
    state, _, probability = _judge({"evidence": FINE, **told})
    assert state == "inconclusive"
    assert probability < 0.5
    step = plan(MODEL, situation_of(CATALOG, read_case({"evidence": FINE, **told}, "test"))).step
    assert step.kind == "question"


@pytest.mark.parametrize(
    ("evidence", "cause"),
    [
        (_fine(certificate_validity="expired"), "certificate-expired"),
        (_fine(certificate_name="differs"), "certificate-name-mismatch"),
        (_fine(certificate_name="differs", host_names="differ"), "wrong-machine"),
        (_fine(credssp_version="unpatched"), "credssp-unpatched"),
        (_fine(clock="skewed"), "clock-skew"),
        (_fine(modern_client="refused"), "tls-no-overlap"),
        (_fine(modern_client="refused", tls_versions="old-only"), "old-tls-only"),
        (_fine(certificate_key="weak-key"), "weak-certificate-key"),
        (_fine(vantages="direct-worse"), "path-blocked-for-user"),
        ({"ladder": "ok", "security-layer": "rdp-only", "server-kind": "windows"},
         "rdp-security-only"),
        ({"ladder": "name", "name-lookup": "nxdomain"}, "name-not-found"),
        ({"ladder": "name", "name-lookup": "timeout"}, "dns-not-answering"),
        ({"ladder": "host", "port-state": "timeout"}, "host-down-or-asleep"),
        ({"ladder": "rdp", "rdp-answer": "not-rdp", "stranger": "http"}, "wrong-service-on-port"),
        ({"ladder": "rdp", "rdp-answer": "not-rdp", "stranger": "ssh"}, "wrong-service-on-port"),
        ({"ladder": "rdp", "rdp-answer": "refused", "security-layer": "no-certificate",
          "server-kind": "windows"}, "no-usable-certificate"),
        ({"ladder": "tls", "rdp-answer": "answers", "tls-hello": "closed"},
         "private-key-unreadable"),
        ({"ladder": "nla", "nla-answer": "error", "ntlm": "blocked"}, "ntlm-blocked"),
        ({"ladder": "nla", "nla-answer": "closed"}, "nla-fault-on-host"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("codes", [[], ["0x904", "0x7"]], ids=["bare", "0x904"])
def test_what_the_wire_shows_decides(
    evidence: dict[str, str], cause: str, codes: list[str]
) -> None:
    state, first, probability = _judge({"evidence": evidence, "codes": codes})
    assert (state, first) == ("found", cause), probability
    assert probability >= 0.5


CLOSED_PORT = {
    "firewall-blocks-port", "rdp-disabled", "rdp-service-or-listener-down", "rdp-on-another-port",
    "edition-cannot-host", "host-down-or-asleep", "security-product-blocks",
    "network-profile-public", "firewall-scope-excludes", "rdp-off-by-policy", "listener-broken",
    "rdp-wrapper-broken", "host-has-no-rdp-server", "cloud-rule-blocks",
    "linux-remote-desktop-setup",
}  # fmt: skip


@pytest.mark.parametrize("port", ["timeout", "refused"])
def test_a_closed_port_alone_names_a_group_and_not_one_cause(port: str) -> None:
    judged = verdict(MODEL, Situation(evidence={"ladder": "port", "port-state": port}))
    assert judged.state == "inconclusive"
    group = sum(share.probability for share in judged.causes if share.id in CLOSED_PORT)
    assert group >= 0.8
    assert judged.causes[0].id in CLOSED_PORT


WINDOWS_ONLY = {
    "certificate-expired", "certificate-renewal-broken", "private-key-unreadable",
    "no-usable-certificate", "licence-problem", "not-in-remote-desktop-users",
    "domain-controller-unreachable", "kerberos-name-mismatch", "host-update-regression",
    "session-limit-or-stuck-session", "session-does-not-start", "credssp-unpatched",
}  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [
        {"codes": ["0x904", "0x7"]},
        {"message": "Black screen after login"},
        {"report": {"fails_at": "after-login"}},
        {"report": {"onset": "after-update"}},
        {"message": "login failed"},
    ],
)
@pytest.mark.parametrize("kind", ["xrdp", "gnome"])
def test_a_linux_host_gets_no_windows_cause_first(kind: str, told: dict[str, Any]) -> None:
    evidence = {
        "ladder": "ok",
        "server-kind": kind,
        "security-layer": "tls-no-nla" if kind == "xrdp" else "nla-required",
        "tls-hello": "server-hello",
        "certificate-name": "differs",
    }
    judged = verdict(MODEL, situation_of(CATALOG, read_case({"evidence": evidence, **told}, "t")))
    assert judged.causes[0].id not in WINDOWS_ONLY


def test_a_fault_of_the_jump_box_blames_nobody() -> None:
    state, first, probability = _judge(
        {"evidence": {"jumpbox": "host-key", "ladder": "unknown"}, "codes": ["0x904", "0x7"]}
    )
    assert state == "inconclusive", first
    assert probability < 0.2
