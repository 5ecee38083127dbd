"""A faulty jump box is named as such and never blamed on the host: inconclusive, exit code 3."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.real.cli import NAME, Result, Way, brief, check, settings
from tests.real.material import ssh_key
from tests.real.processes import Server, free_port
from tests.real.sshd import Jumpbox

pytestmark = pytest.mark.real


def faulty(way: Way, port: int, folder: Path) -> Result:
    """Run the check in both forms; the JSON run is returned after what is common is checked."""
    config = settings(folder, way, [port])
    spoken = check(f"127.0.0.1:{port}", config)
    assert spoken.code == 3
    assert NAME in spoken.out + spoken.err
    result = check(f"127.0.0.1:{port}", config, "--json")
    assert (result.verdict, result.code) == (("inconclusive", None), 3), brief(result)
    assert result.seen["evidence"]["ladder"] == "unknown"
    without_network = {"jumpbox.session", "name.lookup"}  # the target is a typed address
    others = [one for one in result.seen["observations"] if one["probe"] not in without_network]
    assert {one["status"] for one in others} <= {"not_run"}
    return result


def failure(result: Result) -> tuple[str, str]:
    """The failure word and the evidence that came of it."""
    (session,) = (one for one in result.seen["observations"] if one["status"] == "failed")
    assert (session["probe"], session["vantage"]) == ("jumpbox.session", NAME)
    return session["failure"], result.seen["evidence"]["jumpbox"]


def test_down(jumpbox: Jumpbox, good_xrdp: Server, tmp_path: Path) -> None:
    way = replace(Way.to(jumpbox), port=free_port())
    result = faulty(way, good_xrdp.port, tmp_path)
    assert failure(result) == ("jumpbox.unreachable", "unreachable")


def test_changed_host_key(jumpbox: Jumpbox, good_xrdp: Server, tmp_path: Path) -> None:
    way = replace(Way.to(jumpbox), pinned=ssh_key(tmp_path, "formerly"))
    result = faulty(way, good_xrdp.port, tmp_path)
    assert failure(result) == ("jumpbox.host_key", "host-key")
    assert result.facts("jumpbox.session")["state"] == "host-key-changed"


def test_unknown_host_key(jumpbox: Jumpbox, good_xrdp: Server, tmp_path: Path) -> None:
    way = Way.to(jumpbox)
    config = settings(tmp_path, way, [good_xrdp.port])
    (tmp_path / "known_hosts").write_text("", encoding="ascii")
    result = check(f"127.0.0.1:{good_xrdp.port}", config, "--json")
    assert (result.verdict, result.code) == (("inconclusive", None), 3), brief(result)
    assert result.facts("jumpbox.session")["state"] == "host-key-unknown"


def test_refused_key(jumpbox: Jumpbox, good_xrdp: Server, tmp_path: Path) -> None:
    way = replace(Way.to(jumpbox), key=ssh_key(tmp_path, "stranger"))
    result = faulty(way, good_xrdp.port, tmp_path)
    assert failure(result) == ("jumpbox.auth", "auth")


def test_forwarding_forbidden(strict_jumpbox: Jumpbox, good_xrdp: Server, tmp_path: Path) -> None:
    result = faulty(Way.to(strict_jumpbox), good_xrdp.port, tmp_path)
    assert failure(result) == ("jumpbox.forwarding", "forwarding")
    assert result.facts("jumpbox.session")["state"] == "forwarding-denied"


def test_behind_another_that_is_down(jumpbox: Jumpbox, good_xrdp: Server, tmp_path: Path) -> None:
    """The one that is down is named, and nobody is sent to the one behind it."""
    outer = replace(Way.to(jumpbox), port=free_port(), name="dmz")
    config = settings(tmp_path, (outer, replace(Way.to(jumpbox), via="dmz")), [good_xrdp.port])
    spoken = check(f"127.0.0.1:{good_xrdp.port}", config)
    assert spoken.code == 3
    assert f"Jump box dmz does not answer. It is on the way to {NAME}." in spoken.out
    assert f"whether {NAME}" not in spoken.out
    result = check(f"127.0.0.1:{good_xrdp.port}", config, "--json")
    assert failure(result) == ("jumpbox.unreachable", "unreachable")
    assert result.facts("jumpbox.session") == {"state": "unreachable", "box": "dmz"}
