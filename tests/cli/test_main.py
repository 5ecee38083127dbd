"""The command table: instant help, exit codes, one clear sentence for every mistake."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.main import COMMANDS, cli, run

SETTINGS = '[targets]\nallow = ["127.0.0.0/8"]\ndirect = true\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder and no settings variable."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RDP_TRIAGE_CONFIG", raising=False)
    return tmp_path


def test_help_loads_nothing_but_click() -> None:
    code = (
        "import sys; from bot.cli.main import run; run(['--help']);"
        "heavy = {'asyncssh', 'slack_bolt', 'aiohttp', 'pydantic', 'yaml', 'cryptography'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in COMMANDS)


def test_every_command_has_help_and_knows_the_settings_option(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in COMMANDS:
        assert run([name, "--help"]) == 0
        said = capsys.readouterr().out
        assert "Usage:" in said
        group = "COMMAND" in said.split("\n")[0]
        assert group or "--config" in said, name


def test_the_table_holds_the_commands_and_nothing_else(here: Path) -> None:
    with cli.make_context("rdp-triage", ["--help"], resilient_parsing=True) as context:
        assert cli.list_commands(context) == sorted(COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "thing"),
    [
        (["check", "srv; rm -rf /"], "srv; rm -rf /"),
        (["check", "--", "-oProxyCommand=x"], "oProxyCommand"),
        (["check", "srv", "0xZZ"], "0xZZ"),
        (["check", "srv", "--timeout", "0"], "--timeout"),
        (["check", "srv", "--timeout", "nan"], "nan"),
        (["sweep", "-", "--timeout", "nan"], "nan"),
        (["check", "srv:99999"], "99999"),
        (["check", "rdp://srv:3389"], "rdp://srv:3389"),
        (["check", "srv", "--gateway", "https://gw/"], "link"),
        (["check", "127.0.0.1", "--via", "nowhere"], "nowhere"),
        (["code", "banana"], "banana"),
        (["nonsense"], "nonsense"),
        (["serve"], "rdp-triage init"),
        (["sweep", "-"], "rdp-triage init"),
        (["sweep", "none.txt"], "none.txt"),
        (["sweep", "-", "--at-once", "101"], "--at-once"),
        (["triage", "srv"], "rdp-triage init"),
        (["tickets", "list"], "rdp-triage init"),
        (["check", "srv", "--config", "none.toml"], "none.toml"),
        (["kb", "diagnose", "none.json"], "none.json"),
        (["kb", "tree", "--reach", "many"], "many"),
    ],
)
def test_a_mistake_ends_with_2_and_names_the_thing(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], thing: str
) -> None:
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert thing in said.err
    assert "Traceback" not in said.err
    assert list(here.iterdir()) == []


def test_an_unknown_ticket_number_is_named_and_no_database_is_made(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "rdp-triage.toml").write_text(SETTINGS, encoding="utf-8")
    for number in ("4711", "x", "-1"):
        assert run(["tickets", "show", "--", number]) == 2
        assert capsys.readouterr().out == ""
    assert [path.name for path in here.iterdir()] == ["rdp-triage.toml"]


def test_a_refused_target_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "rdp-triage.toml").write_text(SETTINGS, encoding="utf-8")
    for host in ("192.0.2.1", "169.254.169.254", "127.0.0.1:22", "[::1]:3389"):
        assert run(["check", host, "--json"]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert "may be looked at" in said.err


def test_settings_with_faults_are_reported_together(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "rdp-triage.toml").write_text(
        '[slack]\nmode = "fax"\n[targets]\nallow = ["10.0.0.1/8"]\nprots = [1]\n'
        '[desk]\nworking_hours = "late"\n[limits]\nin_flight = 0\n',
        encoding="utf-8",
    )
    assert run(["check", "127.0.0.1"]) == 2
    said = capsys.readouterr().err
    for key in (
        "slack.mode",
        "targets.allow.0",
        "targets.prots",
        "desk.working_hours",
        "limits.in_flight",
    ):
        assert key in said


def test_check_without_settings_looks_from_here_and_says_so(
    here: Path, capsys: pytest.CaptureFixture[str], unused_tcp_port: int
) -> None:
    code = run(["check", f"127.0.0.1:{unused_tcp_port}", "0x204", "--json"])
    said = capsys.readouterr()
    result = json.loads(said.out)
    assert "looking from this machine" in said.err
    assert result["schema"] == 1
    assert result["target"] == {
        "host": "127.0.0.1",
        "port": unused_tcp_port,
        "addresses": ["127.0.0.1"],
    }
    port = next(each for each in result["observations"] if each["probe"] == "port.tcp")
    assert port["failure"] == "tcp.refused"
    assert result["ladders"] == {"direct": "port"}
    assert code == {"found": 1, "inconclusive": 3}[result["verdict"]["state"]]
    assert list(here.iterdir()) == []


def test_a_name_in_another_script_is_shown_in_both_spellings(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["check", "m\u00fcller.invalid", "--timeout", "2"])
    assert capsys.readouterr().out.startswith("müller.invalid (xn--mller-kva.invalid) port 3389")


def test_init_writes_a_file_that_reads_and_never_overwrites(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init"]) == 0
    assert run(["check", "127.0.0.1"]) == 2  # allow is empty: nothing may be looked at
    assert "may be looked at" in capsys.readouterr().err
    assert run(["init"]) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("case", "thing"),
    [
        ({"evidnce": {}}, "evidnce"),
        ({"evidence": {"ladder": "sideways"}}, "sideways"),
        ({"evidence": {"weather": "fine"}}, "weather"),
        ({"answers": {"is-it-raining": "yes"}}, "is-it-raining"),
        ({"report": {"mood": "bad"}}, "mood"),
        ({"observations": [{"probe": "port.tcp", "status": "maybe"}]}, "maybe"),
        ([1], "case.json"),
    ],
)
@pytest.mark.parametrize("command", [["diagnose"], ["tree", "--evidence"]])
def test_a_case_that_cannot_be_read_names_the_thing(
    here: Path,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    case: object,
    thing: str,
) -> None:
    (here / "case.json").write_text(json.dumps(case), encoding="utf-8")
    assert run(["kb", *command, "case.json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert thing in said.err


def test_diagnose_reads_one_object_or_lines_and_refuses_unknown_keys(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = {"id": "a", "evidence": {"certificate-validity": "expired", "ladder": "ok"}}
    (here / "one.json").write_text(json.dumps(case, indent=1), encoding="utf-8")
    lines = [case, {"id": "b", "codes": ["2308", "0x7"], "truth": {"cause_tag": "x"}}]
    (here / "many.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    (here / "bad.jsonl").write_text('{"id": "a"}\n{"evidnce": {}}\n', encoding="utf-8")
    assert run(["kb", "diagnose", "one.json", "--json"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert one["id"] == "a"
    assert one["verdict"]["causes"][0]["id"] == "certificate-expired"
    assert abs(sum(each["probability"] for each in one["verdict"]["causes"]) - 1) < 1e-9
    assert run(["kb", "diagnose", "many.jsonl", "--json"]) == 0
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == ["a", "b"]
    (here / "empty.json").write_text("\n", encoding="utf-8")
    assert run(["kb", "diagnose", "empty.json"]) == 2
    assert "empty" in capsys.readouterr().err


def test_diagnose_names_the_lines_that_are_no_cases_and_reads_the_others(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        '{"id": "a", "message": null, "observations": null}',
        '{"evidnce": {}}',
        "nonsense",
        '{"report": {"onst": "suddenly"}}',
        '{"observations": [{"probe": "port.tcp"}]}',
        '{"observations": [{"probe": "port.tcp", "status": "passed", "duration_ms": "long"}]}',
        "[" * 100_000,
        json.dumps({"id": "b", "message": "x " * 200_000}),
    ]
    (here / "mixed.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert run(["kb", "diagnose", "mixed.jsonl", "--json"]) == 2
    said = capsys.readouterr()
    assert [json.loads(line)["id"] for line in said.out.splitlines()] == ["a", "b"]
    wanted = [
        ("mixed.jsonl:2", "'evidnce'"),
        ("mixed.jsonl:3", "not JSON"),
        ("mixed.jsonl:4", "did you mean 'onset'?"),
        ("mixed.jsonl:5", "'status' is missing; known: passed, failed, not_run"),
        ("mixed.jsonl:6", "'duration_ms' is 'long', not a number"),
        ("mixed.jsonl:7", "too deep"),
    ]
    told = said.err.splitlines()
    for line, (where, what) in zip(told, wanted, strict=False):
        assert where in line
        assert what in line
    assert "6 of 8 lines are no cases" in told[-1]
    assert len(told) == 7


def test_a_slip_in_one_big_object_is_told_once(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "big.json").write_text('{\n "id": "a",\n "codes": [,]\n}\n', encoding="utf-8")
    assert run(["kb", "diagnose", "big.json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "line 3" in said.err


def test_small_and_large_chances_read_well(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sure = {
        "id": "a",
        "evidence": {"ladder": "name", "name-lookup": "nxdomain"},
        "report": {"scope": "everybody", "by_address_works": "yes"},
    }
    (here / "sure.json").write_text(json.dumps(sure), encoding="utf-8")
    assert run(["kb", "diagnose", "sure.json"]) == 0
    said = capsys.readouterr().out
    assert "under 1 in 100" in said
    assert " 0 in 100" not in said
    assert "100 in 100" not in said
