"""`check --gateway` as people run it, through the lab's jump box: the table says what is true."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.cli.main import run
from bot.lab import GATEWAYS, Gateway, Lab

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOST = "srv-app-01"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with Lab() as running:
        yield running


async def check(
    lab: Lab, folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """Run the command beside the lab; exit code, stdout, stderr."""
    path = lab.settings_toml(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(folder / "lab_roots.pem"))
        code = await asyncio.to_thread(run, ["check", HOST, *arguments, "--config", str(path)])
    said = capsys.readouterr()
    return code, said.out, said.err


def states(result: dict[str, Any]) -> dict[str, str]:
    return {item: state for item, state in result["evidence"].items() if "gateway-" in item}


SEEN = {
    "rdg-01": ("sound", "answers"),
    "rdg-02": ("refused", "answers"),
    "rdg-03": ("sound", "foreign"),
    "rdg-04": ("sound", "unavailable"),
}


@pytest.mark.parametrize("row", GATEWAYS, ids=lambda row: row.name)
async def test_the_first_cause_is_the_truth(
    lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str], row: Gateway
) -> None:
    code, out, _ = await check(lab, tmp_path, capsys, "--gateway", row.fqdn, "--json")
    result = json.loads(out)
    certificate, answer = SEEN[row.name]
    assert result["ladders"] == {"lab": "ok"}
    assert states(result) == {
        "gateway-tcp": "open",
        "gateway-certificate": certificate,
        "gateway-http": answer,
    }
    if row.cause is None:
        assert (code, result["verdict"]["state"]) == (0, "healthy")
    else:
        assert (code, result["verdict"]["state"]) == (1, "found")
        assert result["verdict"]["causes"][0]["id"] == row.cause
        assert result["next"] is not None
    assert lab.gateway(row.name).seen.credentials == 0


async def test_a_short_name_and_the_report_for_people(
    lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = await check(lab, tmp_path, capsys, "--gateway", "rdg-01")
    assert code == 0
    (line,) = [each for each in out.splitlines() if " Gateway " in each]
    assert line.startswith("ok ")
    assert "rdg-01: certificate valid to" in line


async def test_without_a_gateway_none_is_looked_at(
    lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = await check(lab, tmp_path, capsys, "--json")
    assert "gateway." not in out


@pytest.mark.parametrize("gateway", ["203.0.113.1", "a b"])
async def test_a_gateway_outside_the_rules_is_refused(
    lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str], gateway: str
) -> None:
    code, out, err = await check(lab, tmp_path, capsys, "--gateway", gateway, "--json")
    assert (code, out) == (2, "")
    assert gateway in err
