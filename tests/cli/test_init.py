"""`init`: what it is told is checked as it is told, and what it writes loads without a fault."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.cli.init_questions import QUESTIONS
from bot.cli.main import run
from bot.settings import read
from tests.real.material import ssh_key

EVERYTHING = {
    "--mode": ["http"],
    "--listen": ["0.0.0.0:3000"],
    "--helpdesk": ["C0123ABC", "C0124ABC"],
    "--escalation": ["C0456ABC"],
    "--allow": ["*.corp.example", "10.0.0.0/8"],
    "--deny": ["10.9.0.0/16"],
    "--port": ["3389", "3390"],
    "--direct": ["yes"],
    "--gateway": ["rdg.corp.example"],
    "--jumpbox": ["probe@jump1.corp.example:2222"],
    "--jumpbox-name": ["dc1"],
    "--key": ["jump_key"],
    "--known-hosts": ["known_hosts"],
    "--jumpbox-target": ["*.corp.example"],
    "--admin": ["U0123ABC"],
    "--approver": ["U0124ABC", "U0125ABC"],
    "--timezone": ["Europe/Berlin"],
    "--hours": ["07:00-19:00"],
    "--store": ["tickets.db"],
    "--health-listen": ["127.0.0.1:9999"],
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a key in it, and nobody at a terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RDP_TRIAGE_CONFIG", raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    ssh_key(tmp_path, "jump_key")
    return tmp_path


def flags(**changed: str) -> list[str]:
    told = {**EVERYTHING, **{f"--{key.replace('_', '-')}": [changed[key]] for key in changed}}
    return [word for option, values in told.items() for value in values for word in (option, value)]


def test_every_question_has_an_option(here: Path) -> None:
    assert {each.option for each in QUESTIONS} == set(EVERYTHING)


def test_what_it_writes_from_options_loads_and_says_the_same(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", *flags()]) == 0
    settings = read(here / "rdp-triage.toml", {})
    box = settings.jumpbox[0]
    assert (settings.slack.mode, settings.slack.listen) == ("http", "0.0.0.0:3000")
    assert settings.slack.helpdesk_channels == ("C0123ABC", "C0124ABC")
    assert settings.slack.escalation_channel == "C0456ABC"
    assert (box.name, box.user, box.host, box.port) == ("dc1", "probe", "jump1.corp.example", 2222)
    assert (settings.located(box.key), box.targets) == (here / "jump_key", ("*.corp.example",))
    assert settings.targets.allow == ("*.corp.example", "10.0.0.0/8")
    assert settings.targets.deny == ("10.9.0.0/16",)
    assert settings.targets.ports == (3389, 3390)
    assert settings.targets.direct
    assert settings.targets.gateway == "rdg.corp.example"
    assert settings.access.admins == ("U0123ABC",)
    assert settings.access.approvers == ("U0124ABC", "U0125ABC")
    assert (settings.desk.timezone, settings.desk.working_hours) == ("Europe/Berlin", "07:00-19:00")
    assert settings.store.path == Path("tickets.db")
    assert settings.http.listen == "127.0.0.1:9999"
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  rdp-triage jumpbox trust dc1",
        "  rdp-triage doctor",
        "  rdp-triage serve",
    ]


def test_one_option_is_enough_and_the_rest_is_as_the_program_has_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "--allow", "10.0.0.0/8, *.corp.example", "--config", "my file.toml"]) == 0
    settings = read(here / "my file.toml", {})
    assert settings.targets.allow == ("10.0.0.0/8", "*.corp.example")
    assert (settings.slack.mode, settings.jumpbox, settings.targets.direct) == ("socket", (), False)
    assert "rdp-triage doctor --config 'my file.toml'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("mode", "telepathy", "socket"),
        ("listen", "3000", "host:port"),
        ("helpdesk", "#helpdesk", "C0123ABCD"),
        ("escalation", "U0123ABC", "C0123ABCD"),
        ("allow", "corp..example", "corp..example"),
        ("allow", "10.0.0.1/8", "host bits"),
        ("deny", "srv/24", "range"),
        ("port", "0", "3389"),
        ("port", "70000", "3389"),
        ("direct", "perhaps", "yes nor no"),
        ("gateway", "https://rdg/", "link"),
        ("jumpbox", "jump1.corp.example", "USER@HOST"),
        ("jumpbox", "probe@jump 1", "jump 1"),
        ("jumpbox", "-oProxyCommand=x@jump1", "USER@HOST"),
        ("jumpbox_name", "direct", "name of a jump box"),
        ("jumpbox_name", "a b", "name of a jump box"),
        ("key", "none", "ssh-keygen"),
        ("key", "jump_key.pub", "chmod 600"),
        ("known_hosts", "nowhere/known_hosts", "folder that exists"),
        ("jumpbox_target", "*corp", "*corp"),
        ("admin", "@anna", "Copy member ID"),
        ("approver", "C0123ABC", "Copy member ID"),
        ("timezone", "Mars/Olympus", "Europe/Berlin"),
        ("hours", "8-18", "08:00-18:00"),
        ("health_listen", "everywhere", "host:port"),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_is_written(
    here: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, said: str
) -> None:
    before = sorted(here.iterdir())
    assert run(["init", *flags(**{option: value})]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert f"--{option.replace('_', '-')}" in told.err
    assert said in told.err
    assert sorted(here.iterdir()) == before


def test_an_answer_to_a_question_that_does_not_arise_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "--key", "jump_key"]) == 2
    assert "--key" in capsys.readouterr().err


def test_nothing_is_overwritten_without_being_told(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = here / "rdp-triage.toml"
    file.write_text("mine", "utf-8")
    assert run(["init", *flags()]) == 2
    assert "--force" in capsys.readouterr().err
    assert file.read_text("utf-8") == "mine"
    assert run(["init", *flags(), "--force"]) == 0
    assert read(file, {}).jumpbox[0].name == "dc1"


def test_a_folder_that_is_not_there_is_named(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "--allow", "*", "--config", "none/x.toml"]) == 2
    assert "none/x.toml" in capsys.readouterr().err


def at_terminal(folder: Path, lines: Sequence[str], *options: str) -> tuple[int, str]:
    """Run `init` for somebody who types these lines; its exit code and what stood on stderr."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "bot", "init", *options]
    home = str(Path(__file__).parents[2])
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": home, "PATH": "/usr/bin:/bin"},
    ) as process:
        os.write(controller, "".join(f"{line}\n" for line in lines).encode())
        _, err = process.communicate(timeout=60)
    os.close(terminal)
    os.close(controller)
    return process.returncode, err.decode()


def test_somebody_at_a_terminal_is_asked_and_asked_again(here: Path) -> None:
    answers = [
        "",  # socket
        "#helpdesk",  # wrong, asked again
        "C0123ABC",
        "",  # no second line
        "*.corp.example, 10.0.0.0/8",
        "",
        "",
        "",
        "",
        "probe@jump1.corp.example",
        "dc1",
        "nokey",  # wrong, asked again
        "jump_key",
        "",
        "",
        "U0123ABC",
        "",
        "Europe/Berlin",
        "",
        "",
        "",
    ]
    code, said = at_terminal(here, answers)
    assert code == 0, said
    assert "'#helpdesk' is not the id of a channel" in said
    assert "ssh-keygen -t ed25519" in said
    settings = read(here / "rdp-triage.toml", {})
    assert settings.slack.helpdesk_channels == ("C0123ABC",)
    assert settings.jumpbox[0].targets == settings.targets.allow == ("*.corp.example", "10.0.0.0/8")
    assert settings.desk.timezone == "Europe/Berlin"


def test_at_a_terminal_only_what_is_missing_is_asked(here: Path) -> None:
    code, said = at_terminal(here, ["07:00-15:00"], *_all_but("--hours"))
    assert code == 0, said
    assert said.count("?") == 1
    assert read(here / "rdp-triage.toml", {}).desk.working_hours == "07:00-15:00"


def test_no_input_asks_nothing_at_a_terminal(here: Path) -> None:
    code, said = at_terminal(here, [], "--no-input", "--allow", "*")
    assert (code, said) == (0, "")


def _all_but(option: str) -> list[str]:
    told = {key: values for key, values in EVERYTHING.items() if key != option}
    return [word for key, values in told.items() for value in values for word in (key, value)]
