"""``rdp-triage check --json`` through a real OpenSSH jump box, at real servers.

Everything that is expected here stands in the contract of the command line: exit codes, facts,
evidence, ladder and the first cause.
"""

from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from tests.real.cli import NAME, Result, Way, brief, check, settings
from tests.real.material import HOST_NAME
from tests.real.processes import Server
from tests.real.sshd import Jumpbox

pytestmark = pytest.mark.real

Look = Callable[..., Result]

TEXT, NUMBER, TABLE = {"type": "string"}, {"type": "number"}, {"type": "object"}
MAYBE_TEXT = {"type": ["string", "null"]}


def strictly(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


CONTRACT = strictly(
    schema={"const": 1},
    target=strictly(host=TEXT, port={"type": "integer"}, addresses={"type": "array"}),
    knowledge=TEXT,
    elapsed_ms=NUMBER,
    observations={
        "type": "array",
        "minItems": 1,
        "items": strictly(
            probe=TEXT,
            vantage=TEXT,
            status={"enum": ["passed", "failed", "not_run"]},
            failure=MAYBE_TEXT,
            facts=TABLE,
            duration_ms=NUMBER,
            detail=TEXT,
        ),
    },
    evidence={"type": "object", "additionalProperties": TEXT, "required": ["ladder"]},
    ladders={"type": "object", "additionalProperties": TEXT},
    verdict=strictly(
        state={"enum": ["found", "healthy", "inconclusive"]},
        ruled_out={"type": "array", "items": TEXT},
        causes={
            "type": "array",
            "items": strictly(id=TEXT, title=TEXT, layer=TEXT, probability=NUMBER),
        },
    ),
    next={
        "oneOf": [
            {"type": "null"},
            strictly(
                kind={"enum": ["fix", "question", "recheck", "escalate"]},
                id=TEXT,
                title=TEXT,
                why=TEXT,
            ),
        ]
    },
)


@pytest.fixture
def look(jumpbox: Jumpbox, tmp_path: Path) -> Look:
    """Check a loopback port through the jump box; the answer keeps the contract's form."""

    def run(port: int, *options: str) -> Result:
        config = settings(tmp_path, Way.to(jumpbox), [port])
        result = check(f"127.0.0.1:{port}", config, "--json", *options)
        assert result.out, result.err
        jsonschema.validate(result.seen, CONTRACT)
        assert result.seen["target"]["port"] == port
        assert result.seen["ladders"] == {NAME: result.seen["evidence"]["ladder"]}
        return result

    return run


def test_a_good_xrdp_is_healthy(look: Look, good_xrdp: Server) -> None:
    result = look(good_xrdp.port)
    assert (result.verdict, result.code) == (("healthy", None), 0), brief(result)
    assert result.seen["next"] is None
    assert result.seen["evidence"]["ladder"] == "ok"
    negotiation = result.facts("rdp.negotiation")
    assert (negotiation["security"], negotiation["server"]) == ("negotiate", "xrdp")
    assert negotiation["answers"] == {
        "none": "bare",
        "rdp": "selected:rdp",
        "tls": "selected:tls",
        "nla": "selected:tls",
        "nla_ex": "selected:tls",
    }
    hello = result.facts("tls.hello")
    assert (hello["versions"], hello["modern_client"]) == (["TLSv1.2", "TLSv1.3"], "agrees")


def test_the_certificate_is_read_as_it_is(look: Look, good_xrdp: Server) -> None:
    facts = look(good_xrdp.port).facts("tls.certificate")
    assert facts["days_left"] == pytest.approx(90, abs=1)
    assert (facts["key_type"].lower(), facts["key_bits"]) == ("rsa", 2048)
    assert facts["signature_hash"] == "sha256"
    assert (facts["self_signed"], facts["matches_host"]) == (True, True)
    assert HOST_NAME in facts["subject"]
    assert set(facts["names"]) >= {HOST_NAME, "127.0.0.1"}


def test_a_run_opens_at_most_fifteen_connections(look: Look, good_xrdp: Server) -> None:
    def connections() -> int:
        log = good_xrdp.log.read_text(encoding="utf-8", errors="replace")
        return log.count("connection received from")

    before = connections()
    look(good_xrdp.port)
    assert 4 <= connections() - before <= 15


def test_a_shadow_server_with_nla_is_healthy(look: Look, nla_shadow: Server) -> None:
    result = look(nla_shadow.port)
    assert (result.verdict, result.code) == (("healthy", None), 0), brief(result)
    assert result.seen["evidence"]["ladder"] == "ok"
    assert result.facts("rdp.negotiation")["security"] == "nla-required"
    facts = result.facts("nla.challenge")
    assert (facts["ntlm"], facts["patched"]) == ("offered", True)
    assert facts["computer"].lower() == HOST_NAME.lower()[:15]
    assert abs(facts["clock_skew_s"]) < 60


def test_an_expired_certificate_is_the_cause(look: Look, expired_xrdp: Server) -> None:
    result = look(expired_xrdp.port)
    assert (result.verdict, result.code) == (("found", "certificate-expired"), 1), brief(result)
    assert result.seen["evidence"]["certificate-validity"] == "expired"
    assert result.seen["evidence"]["ladder"] == "ok"
    assert result.facts("tls.certificate")["days_left"] == pytest.approx(-3, abs=1)
    assert result.seen["next"] is not None


def test_rdp_security_only_is_the_cause(look: Look, rdp_only_xrdp: Server) -> None:
    result = look(rdp_only_xrdp.port)
    assert (result.verdict, result.code) == (("found", "rdp-security-only"), 1), brief(result)
    assert result.seen["evidence"]["security-layer"] == "rdp-only"
    assert result.seen["evidence"]["ladder"] == "ok"


def test_nobody_listens(look: Look, closed_port: int) -> None:
    result = look(closed_port)
    verdict = result.seen["verdict"]
    assert verdict["causes"][0]["id"] == "rdp-service-or-listener-down", brief(result)
    # A refusal does not tell a stopped service from another port, so either verdict is honest.
    assert result.code == {"found": 1, "inconclusive": 3}[verdict["state"]]
    assert result.seen["evidence"]["ladder"] == "port"
    assert result.facts("port.tcp")["state"] == "refused"


def test_a_web_server_is_told_from_rdp(look: Look, web: Server) -> None:
    result = look(web.port)
    assert (result.verdict, result.code) == (("found", "wrong-service-on-port"), 1), brief(result)
    assert result.seen["evidence"]["ladder"] == "rdp"
    assert result.seen["evidence"]["stranger"] == "http"


def test_a_web_server_that_waits_for_a_line_is_told_from_rdp(look: Look, line_web: Server) -> None:
    result = look(line_web.port)
    assert (result.verdict, result.code) == (("found", "wrong-service-on-port"), 1), brief(result)
    assert result.seen["evidence"]["stranger"] == "http"


def test_a_silent_server_is_not_blamed_on_the_jump_box(look: Look, mute: Server) -> None:
    result = look(mute.port, "--timeout", "2")
    assert result.code in {1, 3}
    evidence = result.seen["evidence"]
    assert (evidence["ladder"], evidence["rdp-answer"]) == ("rdp", "silent")
    assert evidence["jumpbox"] == "ok"


def test_an_ssh_server_is_told_from_rdp(look: Look, jumpbox: Jumpbox) -> None:
    result = look(jumpbox.server.port)
    assert (result.verdict, result.code) == (("found", "wrong-service-on-port"), 1), brief(result)
    assert result.seen["evidence"]["stranger"] == "ssh"


def test_both_vantages_agree_on_a_good_host(
    jumpbox: Jumpbox, good_xrdp: Server, tmp_path: Path
) -> None:
    config = settings(tmp_path, Way.to(jumpbox), [good_xrdp.port])
    result = check(f"127.0.0.1:{good_xrdp.port}", config, "--json", via="all")
    assert (result.verdict, result.code) == (("healthy", None), 0), brief(result)
    assert result.seen["ladders"] == {NAME: "ok", "direct": "ok"}
    assert result.seen["evidence"]["vantages"] == "agree"


def test_the_text_says_what_is_wrong(
    jumpbox: Jumpbox, expired_xrdp: Server, tmp_path: Path
) -> None:
    config = settings(tmp_path, Way.to(jumpbox), [expired_xrdp.port])
    result = check(f"127.0.0.1:{expired_xrdp.port}", config)
    assert result.code == 1
    assert "expired" in result.out


@pytest.mark.parametrize("target", ["192.0.2.1", "127.0.0.1:1"])
def test_a_target_outside_the_settings_is_refused(
    jumpbox: Jumpbox, tmp_path: Path, target: str
) -> None:
    result = check(target, settings(tmp_path, Way.to(jumpbox), [3389]), "--json")
    assert (result.code, result.out) == (2, "")
    assert target.partition(":")[0] in result.err or target.partition(":")[2] in result.err
