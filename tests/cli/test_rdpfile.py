"""`--rdp FILE`: what is read, what is refused, and that no secret of it is shown."""

import json
from pathlib import Path

import pytest

from bot.cli.main import run

FILE = (
    "full address:s:srv-app-08\r\nserver port:i:3389\r\nenablecredsspsupport:i:0\r\n"
    "username:s:CORP\\max\r\npassword 51:b:01000000D08C9DDF\r\ngatewayaccesstoken:s:tok-en\r\n"
)
CLOSED = "127.0.0.1:1"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RDP_TRIAGE_CONFIG", raising=False)
    return tmp_path


def written(folder: Path, data: bytes) -> str:
    folder.joinpath("my.rdp").write_bytes(data)
    return "my.rdp"


def test_check_shows_what_the_file_says(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(here, b"\xff\xfe" + FILE.encode("utf-16-le"))
    run(["check", CLOSED, "--rdp", file])
    said = capsys.readouterr()
    assert "turns NLA off" in said.out
    assert not any(secret in said.out + said.err for secret in ("D08C9DDF", "tok-en", "max"))


def test_what_was_read_is_evidence(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", CLOSED, "--rdp", written(here, FILE.encode()), "--json"])
    evidence = json.loads(capsys.readouterr().out)["evidence"]
    assert evidence["rdp-file-nla"] == "off"
    assert evidence["rdp-file-user-form"] == "domain"
    # A name in the file and an address on the command line: nobody can tell.
    assert "rdp-file-target" not in evidence


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00", "binary"),
        (b"hello", "name:type:value"),
        (b"a:s:b\n" * 20_000, "larger than 64 KiB"),
    ],
)
@pytest.mark.parametrize("command", ["check", "triage"])
def test_what_is_no_rdp_file_ends_with_2(
    here: Path, capsys: pytest.CaptureFixture[str], data: bytes, why: str, command: str
) -> None:
    settings = here / "rdp-triage.toml"
    settings.write_text('[targets]\nallow = ["127.0.0.0/8"]\ndirect = true\n')
    assert run([command, CLOSED, "--rdp", written(here, data)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "my.rdp" in said.err
    assert why in said.err
    assert "Save As" in said.err


@pytest.mark.parametrize("name", ["none.rdp", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_named(
    here: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run(["check", CLOSED, "--rdp", name]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{name} cannot be read" in said.err


def test_diagnose_takes_the_text(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    looked_up = {
        "probe": "name.lookup",
        "vantage": "dc1",
        "status": "passed",
        "failure": None,
        "facts": {"asked": "srv-app-07", "status": "ok", "addresses": ["10.0.0.7"]},
        "duration_ms": 1.0,
        "detail": "",
    }
    here.joinpath("case.json").write_text(json.dumps({"rdp": FILE, "observations": [looked_up]}))
    assert run(["kb", "diagnose", "case.json", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["evidence"]["rdp-file-target"] == "other-host"


@pytest.mark.parametrize(("value", "why"), [("nonsense", "name:type:value"), (3, "'rdp'")])
def test_diagnose_refuses_what_is_none(
    here: Path, capsys: pytest.CaptureFixture[str], value: object, why: str
) -> None:
    here.joinpath("case.json").write_text(json.dumps({"rdp": value}))
    assert run(["kb", "diagnose", "case.json"]) == 2
    assert why in capsys.readouterr().err
