"""Every fact of every real server, looked at through a real jump box, against the truth.

The dates and the fingerprint of a certificate are compared with what OpenSSL reads in its file.
"""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.real.answers import GENTLE_SHAPES
from tests.real.cli import NAME, Result, Way, brief, check, settings
from tests.real.material import HOST_NAME
from tests.real.park import XRDPS, Park
from tests.real.sshd import Jumpbox
from tests.real.truth import TRUTHS, Truth
from tests.real_programs import program

pytestmark = pytest.mark.real

PROBES = {
    "jumpbox.session",
    "name.lookup",
    "port.tcp",
    "host.companions",
    "rdp.negotiation",
    "tls.hello",
    "tls.certificate",
    "nla.challenge",
}
ITEMS = {item for truth in TRUTHS.values() for item in truth.evidence}
CODES = {"healthy": 0, "found": 1, "inconclusive": 3}


@pytest.fixture
def seen(
    request: pytest.FixtureRequest, park: Park, jumpbox: Jumpbox, tmp_path: Path
) -> tuple[str, Result]:
    """The name of a server, and what a check through the jump box says of it."""
    name = str(request.param)
    port = park.server(name).port
    config = settings(tmp_path, Way.to(jumpbox), [port])
    return name, check(f"127.0.0.1:{port}", config, "--json")


@pytest.mark.parametrize("seen", TRUTHS, indirect=True)
def test_every_fact_is_right(seen: tuple[str, Result], park: Park) -> None:
    name, result = seen
    truth = TRUTHS[name]
    assert statuses(result) == {probe: status(truth, probe) for probe in PROBES}
    assert path_facts(result) == {
        "jumpbox.session": {"state": "ok"},
        "name.lookup": {"asked": "127.0.0.1", "status": "literal", "addresses": ["127.0.0.1"]},
        "port.tcp": {"state": "open", "address": "127.0.0.1"},
    }
    assert result.facts("rdp.negotiation") == negotiation(truth)
    if truth.shapes is not None:
        hello = dict(result.facts("tls.hello"))
        shapes = hello.pop("shapes")
        gentle = truth.shapes is GENTLE_SHAPES
        assert set(shapes) >= ({"wide", "windows-11"} if gentle else set(truth.shapes))
        assert shapes == {name: truth.shapes[name] for name in shapes}
        assert hello == {
            "versions": list(truth.versions),
            "modern_client": truth.modern,
        }
    if truth.certificate is not None:
        assert result.facts("tls.certificate") == certificate(name, truth, park)
    evidence = {item: said for item, said in result.seen["evidence"].items() if item in ITEMS}
    # Without TLS the packet sizes rest on pings alone, for which there may be no time.
    if "path-mtu" not in truth.evidence:
        assert evidence.pop("path-mtu", "full") == "full"
    assert evidence == truth.evidence
    assert result.seen["ladders"] == {NAME: truth.evidence["ladder"]}
    judged(result, truth.verdict)


@pytest.mark.parametrize("seen", ["shadow-nla"], indirect=True)
def test_every_fact_of_the_sign_in(seen: tuple[str, Result]) -> None:
    facts = dict(seen[1].facts("nla.challenge"))
    # Both clocks are this machine's; FreeRDP counts whole seconds.
    skew, error = facts.pop("clock_skew_s"), facts.pop("clock_skew_error_s")
    assert abs(skew) <= 1 + error
    assert 0 < error < 10
    # Its version is FreeRDP's constant, so no operating system is named.
    assert facts == {
        "credssp_version": 6,
        "patched": True,
        "ntlm": "offered",
        "computer": HOST_NAME.upper()[:15],
        "domain": HOST_NAME.upper()[:15],
        "dns_computer": HOST_NAME.lower(),
        "dns_domain": HOST_NAME.lower(),
    }


def judged(result: Result, expected: tuple[str, tuple[str, ...]]) -> None:
    """The verdict, its first cause and the exit code."""
    state, firsts = expected
    verdict = result.seen["verdict"]
    assert (verdict["state"], result.code) == (state, CODES[state]), brief(result)
    if firsts:
        assert verdict["causes"][0]["id"] in firsts, brief(result)
    assert (result.seen["next"] is None) == (state == "healthy")


def statuses(result: Result) -> dict[str, tuple[str, str | None]]:
    """What became of each probe."""
    found = [one for one in result.seen["observations"] if one["probe"] in PROBES]
    assert {one["vantage"] for one in found} == {NAME}
    assert len(found) == len(PROBES)
    return {one["probe"]: (one["status"], one["failure"]) for one in found}


def status(truth: Truth, probe: str) -> tuple[str, str | None]:
    """What must become of a probe."""
    if probe in truth.not_run:
        return "not_run", None
    failure = truth.failures.get(probe)
    return ("failed" if failure else "passed"), failure


def path_facts(result: Result) -> dict[str, Any]:
    """The facts before RDP, less the measured times, which must be sensible."""
    found = {}
    for probe in ("jumpbox.session", "name.lookup", "port.tcp"):
        facts = dict(result.facts(probe))
        if probe != "name.lookup":
            assert 0 < facts.pop("connect_ms") < 30_000
        found[probe] = facts
    return found


def negotiation(truth: Truth) -> dict[str, Any]:
    """The facts of ``rdp.negotiation``."""
    facts = {
        "answers": dict(truth.answers),
        "security": truth.security,
        "server": truth.server,
    }
    return facts if truth.flags is None else {**facts, "flags": truth.flags}


def certificate(name: str, truth: Truth, park: Park) -> Any:
    """The facts of ``tls.certificate``, as OpenSSL reads the file and the recipe tells."""
    names = list(XRDPS[name][0].names) if name in XRDPS else [HOST_NAME, "127.0.0.1"]
    facts: dict[str, object] = {
        "subject": f"CN={names[0]}",
        "issuer": f"CN={names[0]}",
        "names": names,
        "self_signed": True,
        "key_type": "rsa",
        "key_bits": 2048,
        "signature_hash": "sha256",
        "eku": ["1.3.6.1.5.5.7.3.1"],
        "matches_host": True,
        "chain_length": 1,
        "days_left": 90,
        **read_by_openssl(park.folder / name / "certificate.pem"),
        **(truth.certificate or {}),
    }
    return {**facts, "days_left": pytest.approx(facts["days_left"], abs=0.2)}


def read_by_openssl(path: Path) -> dict[str, str]:
    """Dates and fingerprint of a certificate file."""
    command = [program("openssl"), "x509", "-in", str(path), "-noout", "-dateopt", "iso_8601"]
    command += ["-startdate", "-enddate", "-fingerprint", "-sha256"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    begins, ends, fingerprint = (line.partition("=")[2] for line in said.splitlines())
    return {
        "not_before": begins.replace(" ", "T"),
        "not_after": ends.replace(" ", "T"),
        "sha256": fingerprint.replace(":", "").lower(),
    }
