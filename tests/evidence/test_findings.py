from typing import Any

import pytest

from bot.evidence import COMPARED, ITEMS, Failure, Observation, derive, ladders
from tests.evidence.build import STATES, changed, healthy, saw

F = Failure


def beside(ping: str, *states: str) -> list[Observation]:
    """A host whose RDP port is silent, and what else was seen of it."""
    ports = {str(port): state for port, state in enumerate(states, 1)}
    return [*changed("port.tcp", F.TCP_TIMEOUT), saw("host.companions", ports=ports, ping=ping)]


def kept(others: str, **open_: str) -> list[Observation]:
    """A host whose RDP port is silent: what its well-known ports say, named as people name them."""
    names = {"smb": "445", "rpc": "135", "winrm": "5985", "ssh": "22", "https": "443"}
    ports = {port: open_.get(name, others) for name, port in names.items()}
    return [
        *changed("port.tcp", F.TCP_TIMEOUT),
        saw("host.companions", ports=ports, ping="silence"),
    ]


def picky(version: str = "TLSv1.2") -> dict[str, dict[str, str]]:
    """A host that closes on the widest hello and takes that of a current PC."""
    agreed = {"result": "server-hello", "version": version}
    return {"wide": {"result": "closed"}, "windows-11": agreed}


def test_a_healthy_host_sets_every_item_that_it_can() -> None:
    assert derive(healthy()) == {
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
        "certificate-age": "settled",
        "certificates-shown": "one",
        "credssp-version": "patched",
        "ntlm": "offered",
        "nla-answer": "challenge",
        "clock": "right",
        "host-names": "agree",
    }


def test_the_table_has_a_row_for_every_item() -> None:
    assert {*ITEMS, *COMPARED} == set(STATES)


@pytest.mark.parametrize(
    ("observations", "item", "state"),
    [
        (changed("name.lookup", F.NAME_NOT_FOUND), "name-lookup", "nxdomain"),
        (changed("name.lookup", F.NAME_NO_ANSWER, status="no-answer"), "name-lookup", "no-answer"),
        (changed("name.lookup", F.NAME_TIMEOUT), "name-lookup", "timeout"),
        (changed("name.lookup", status="literal"), "name-lookup", "literal"),
        (changed("port.tcp", F.TCP_REFUSED), "port-state", "refused"),
        (changed("port.tcp", F.TCP_TIMEOUT, state="timeout"), "port-state", "timeout"),
        (changed("port.tcp", F.TCP_UNREACHABLE), "port-state", "unreachable"),
        (changed("port.tcp", F.TCP_FAILED), "port-state", "failed"),
        (beside("silence", "timeout"), "host-life", "silent"),
        (beside("unknown", "timeout", "unreachable"), "host-life", "silent"),
        (beside("silence", "timeout", "refused"), "host-life", "answers"),
        (beside("unknown", "open"), "host-life", "answers"),
        (beside("reply", "timeout"), "host-life", "answers"),
        (beside("reply"), "host-life", "answers"),
        (beside("silence"), "host-life", None),
        (beside("silence", "timeout", "failed"), "host-life", None),
        ([*healthy(), *beside("reply", "open")[-1:]], "host-life", None),
        (kept("refused", rpc="open"), "companion-ports", "windows"),
        (kept("timeout", winrm="open"), "companion-ports", "windows"),
        (kept("refused", ssh="open"), "companion-ports", "unix"),
        (kept("refused", ssh="open", smb="open"), "companion-ports", None),
        (kept("timeout", ssh="open"), "companion-ports", None),
        (kept("refused"), "companion-ports", None),
        ([*healthy(), *kept("refused", rpc="open")[-1:]], "companion-ports", None),
        (changed("rdp.negotiation", F.RDP_CLOSED), "rdp-answer", "closed"),
        (changed("rdp.negotiation", F.RDP_SILENT), "rdp-answer", "silent"),
        (changed("rdp.negotiation", F.RDP_REFUSED), "rdp-answer", "refused"),
        (
            changed("rdp.negotiation", F.RDP_REFUSED, answers={"nla_ex": "failure:3"})[:3],
            "rdp-answer",
            "refused",
        ),
        (
            changed("rdp.negotiation", F.RDP_REFUSED, answers={"nla_ex": "failure:1"}),
            "rdp-answer",
            "contradicts",
        ),
        (changed("rdp.negotiation", F.RDP_NOT_RDP), "rdp-answer", "not-rdp"),
        (changed("rdp.negotiation", F.RDP_NOT_RDP, first_bytes="5353482d"), "stranger", "ssh"),
        (changed("rdp.negotiation", F.RDP_NOT_RDP, first_bytes="485454502f31"), "stranger", "http"),
        (changed("rdp.negotiation", F.RDP_NOT_RDP, first_bytes="zz"), "stranger", None),
        (changed("rdp.negotiation", security="rdp-only"), "security-layer", "rdp-only"),
        (changed("rdp.negotiation", security="unknown"), "security-layer", None),
        (changed("rdp.negotiation", security=None), "security-layer", "nla-required"),
        (changed("rdp.negotiation", server="unknown"), "server-kind", None),
        (changed("tls.hello", F.TLS_RESET), "tls-hello", "reset"),
        (changed("tls.hello", F.TLS_CLOSED), "tls-hello", "closed"),
        (changed("tls.hello", F.TLS_ALERT), "tls-hello", "alert"),
        (changed("tls.hello", F.TLS_SILENT), "tls-hello", "silent"),
        (changed("tls.hello", shapes={"wide": {"result": "alert:40"}}), "tls-hello", "alert"),
        (changed("tls.hello", modern_client="refused"), "modern-client", "refused"),
        (changed("tls.hello", modern_client="unknown"), "modern-client", None),
        (changed("tls.hello", versions=["TLSv1.0", "TLSv1.1"]), "tls-versions", "old-only"),
        (changed("tls.hello", versions=[]), "tls-versions", None),
        (changed("tls.certificate", days_left=-0.5), "certificate-validity", "expired"),
        (changed("tls.certificate", days_left=200.0), "certificate-validity", "not-yet-valid"),
        (changed("tls.certificate", not_before=None), "certificate-validity", "valid"),
        (changed("tls.certificate", not_before="soon"), "certificate-validity", "valid"),
        (changed("tls.certificate", matches_host=False), "certificate-name", "differs"),
        (changed("tls.certificate", matches_host=None), "certificate-name", None),
        (changed("tls.certificate", key_bits=1024), "certificate-key", "weak-key"),
        (changed("tls.certificate", key_type="ec", key_bits=256), "certificate-key", "sound"),
        (changed("tls.certificate", key_type="ec", key_bits=192), "certificate-key", "weak-key"),
        (changed("tls.certificate", signature_hash="sha1"), "certificate-key", "weak-hash"),
        (changed("tls.certificate", signature_hash=None), "certificate-key", None),
        (changed("tls.certificate", self_signed=False), "certificate-issuer", "issued"),
        (changed("nla.challenge", patched=False), "credssp-version", "unpatched"),
        (changed("nla.challenge", patched=None, credssp_version=4), "credssp-version", "unpatched"),
        (changed("nla.challenge", F.NLA_CLOSED), "nla-answer", "closed"),
        (changed("nla.challenge", F.NLA_SILENT), "nla-answer", "silent"),
        (changed("nla.challenge", F.NLA_ERROR, ntlm="blocked"), "nla-answer", "error"),
        (changed("nla.challenge", F.NLA_ERROR, ntlm="blocked"), "ntlm", "blocked"),
        (changed("nla.challenge", F.NLA_NOT_OFFERED), "nla-answer", "not-offered"),
        (changed("nla.challenge", F.PROBE_MALFORMED), "nla-answer", "error"),
        (changed("nla.challenge", clock_skew_s=-299.9), "clock", "right"),
        (changed("nla.challenge", clock_skew_s=-300.05), "clock", None),
        (changed("nla.challenge", clock_skew_s=-300.2), "clock", "skewed"),
        (changed("nla.challenge", clock_skew_s=900.0, clock_skew_error_s=700.0), "clock", None),
        (changed("nla.challenge", clock_skew_s=900.0, clock_skew_error_s=None), "clock", "skewed"),
        (changed("nla.challenge", patched=None, credssp_version=96), "credssp-version", None),
        (changed("nla.challenge", patched=None, credssp_version=5), "credssp-version", "patched"),
        (changed("tls.certificate", days_left=180.5), "certificate-age", "fresh"),
        (changed("tls.certificate", days_left=178.9), "certificate-age", "settled"),
        (changed("tls.certificate", days_left=181.5), "certificate-age", None),
        (changed("tls.certificate", days_left=3e6), "certificate-age", None),
        (changed("tls.certificate", sha256=None), "certificates-shown", None),
        ([*healthy(), saw("tls.certificate", sha256="aa")], "certificates-shown", "one"),
        ([*healthy(), saw("tls.certificate", sha256="bb")], "certificates-shown", "several"),
        (changed("tls.hello", shapes=picky()), "tls-hello", "picky"),
        (changed("tls.hello", shapes=picky("TLSv1.3")), "tls-hello", "server-hello"),
        (changed("tls.hello", shapes={"wide": {"result": 7}}), "tls-hello", None),
        ([saw("jumpbox.session", state="ok"), *healthy()], "jumpbox", "ok"),
        ([saw("jumpbox.session", "jump1", F.JUMPBOX_HOST_KEY)], "jumpbox", "host-key"),
    ],
)  # fmt: skip
def test_one_changed_fact_sets_its_item(
    observations: list[Observation], item: str, state: str | None
) -> None:
    found = derive(observations)
    assert found.get(item) == state
    assert state is None or state in STATES[item].split()


def made(**over: Any) -> dict[str, Any]:
    """The facts of a certificate that Windows made, with some of them replaced."""
    return {"subject": "CN=srv-app-07", "eku": ["1.3.6.1.5.5.7.3.1"], **over}


@pytest.mark.parametrize(
    ("facts", "server", "computer", "state"),
    [
        (made(), "windows", "SRV-APP-07", "windows-made"),
        (made(), "unknown", None, "windows-made"),
        (made(eku=["1.3.6.1.4.1.311.54.1.2"]), "windows", None, "windows-made"),
        (made(subject="CN=pc7", names=["pc7"]), "windows", None, "windows-made"),
        (made(subject="CN=pc7", names=["pc7"]), "unknown", None, "self-signed"),
        (made(subject="CN=pc7", names=["pc7"]), "windows", "SRV-APP-07", "self-signed"),
        (made(names=["srv-app-07", "rdp.example"]), "windows", None, "self-signed"),
        (made(subject="CN=srv-app-07,O=Corp"), "windows", None, "self-signed"),
        (made(eku=[]), "windows", None, "self-signed"),
        (made(eku=["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]), "windows", None, "self-signed"),
        (made(not_after="2036-01-01T00:00:00Z"), "windows", None, "self-signed"),
        (made(not_after=None), "windows", None, "self-signed"),
        (made(), "xrdp", None, "self-signed"),
        (made(self_signed=False), "windows", None, "issued"),
        (made(self_signed=None), "windows", None, None),
    ],
)
def test_the_default_certificate_of_windows_is_told_from_others(
    facts: dict[str, Any], server: str, computer: str | None, state: str | None
) -> None:
    seen = changed("tls.certificate", **facts)
    seen[2] = saw("rdp.negotiation", server=server, security="negotiate")
    named: dict[str, Any] = {"computer": computer} if computer else {}
    seen[5] = saw("nla.challenge", **named)
    assert derive(seen).get("certificate-issuer") == state


def test_nothing_seen_is_an_unknown_ladder_and_nothing_else() -> None:
    assert derive([]) == {"ladder": "unknown"}
    assert ladders([]) == {}
    skipped = [Observation.not_run("tls.hello", "why").stamped("jump1", 0)]
    assert derive(skipped) == {"ladder": "unknown"}


def test_the_first_vantage_that_could_look_gives_the_evidence() -> None:
    broken = [saw("jumpbox.session", "jump1", F.JUMPBOX_AUTH)]
    found = derive([*broken, *healthy("direct")])
    assert (found["ladder"], found["port-state"]) == ("ok", "open")
    assert found["jumpbox"] == "auth"
    assert "vantages" not in found
    assert ladders([*broken, *healthy("direct")]) == {"jump1": "unknown", "direct": "ok"}


def test_the_best_of_several_addresses_counts() -> None:
    dead = saw("port.tcp", "jump1", F.TCP_TIMEOUT, state="timeout", address="192.0.2.8")
    assert derive([*healthy(), dead])["port-state"] == "open"
    assert derive([*healthy(), dead])["ladder"] == "ok"
    gone = saw("port.tcp", "jump1", F.TCP_REFUSED)
    assert derive([dead, gone])["port-state"] == "refused"
