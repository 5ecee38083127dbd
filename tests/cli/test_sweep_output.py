"""Where the lines of a sweep go: whole lines in a file, and what a terminal makes of long ones."""

import resource
import sys
from pathlib import Path

import pytest

from bot.cli.common import Refused
from bot.cli.sweep_output import Output
from bot.cli.sweep_rows import FORMS, gist
from tests.cli.test_sweep_rows import CATALOG, CONTINUED, REFUSED, expired


@pytest.mark.parametrize("name", CONTINUED)
@pytest.mark.parametrize("cut", [1, 30, 200])
def test_a_torn_last_line_is_cut_off(tmp_path: Path, name: str, cut: int) -> None:
    path, form = tmp_path / "out", FORMS[name]
    with Output(form, path) as output:
        output.write(form.write(expired(), CATALOG))
    whole = path.read_bytes()
    path.write_bytes(whole + form.write(REFUSED, CATALOG).encode()[:-1][:cut])
    assert list(Output(form, path).earlier()) == [gist(expired())]
    assert path.read_bytes() == whole


@pytest.mark.parametrize("name", CONTINUED)
@pytest.mark.parametrize("cut", range(0, 8, 2))
def test_a_torn_first_line_is_cut_off(tmp_path: Path, name: str, cut: int) -> None:
    path, form = tmp_path / "out", FORMS[name]
    path.write_bytes((form.head or form.write(expired(), CATALOG)).encode()[:cut])
    assert list(Output(form, path).earlier()) == []
    with Output(form, path) as output:
        output.write(form.write(REFUSED, CATALOG))
    assert path.read_text(encoding="utf-8") == form.head + form.write(REFUSED, CATALOG)


@pytest.mark.parametrize("name", [*CONTINUED, "text"])
@pytest.mark.parametrize("content", ["my notes", "a,b\n1,2\n", '{"schema": 1, "codes": []}\n'])
def test_a_file_of_something_else_is_left_as_it_is(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Refused, match=r"notes\.txt"):
        list(Output(FORMS[name], path).earlier())
    assert path.read_text(encoding="utf-8") == content


def test_a_disk_that_fills_up_in_mid_sweep_is_told_with_the_file(tmp_path: Path) -> None:
    path, limit = tmp_path / "out.csv", resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, limit[1]))  # the kernel speaks as of a disk
    try:
        with pytest.raises(Refused, match=r"out\.csv cannot be used: File too large"):
            written(Output(FORMS["csv"], path), 20)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert len(list(Output(FORMS["csv"], path).earlier())) < 20


def written(output: Output, lines: int) -> None:
    with output:
        for _ in range(lines):
            output.write(FORMS["csv"].write(expired(), CATALOG))


@pytest.mark.parametrize("name", FORMS)
def test_a_file_that_cannot_be_made_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "none" / "out", tmp_path / "file" / "out"):
        assert list(Output(FORMS[name], path).earlier()) == []
        with pytest.raises(Refused, match="cannot be used"), Output(FORMS[name], path):
            pass


def test_a_bad_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text(FORMS["csv"].head + "srv,3389\n", encoding="utf-8")
    with pytest.raises(Refused, match=r"out\.csv:2"):
        list(Output(FORMS["csv"], path).earlier())


def test_a_terminal_goes_on_with_a_long_line_under_its_text(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    line = FORMS["text"].write(expired(), CATALOG)
    with Output(FORMS["text"], None) as output:
        output.write(line)
        assert capfd.readouterr().out == line
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        output.write(line)
    first, *more = capfd.readouterr().out.splitlines()
    assert first.startswith("fault    srv-app-07   ")
    assert more
    assert all(each.startswith(" " * 42) and len(each) <= 80 for each in more)


def test_a_narrow_terminal_has_no_columns(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    with Output(FORMS["text"], None) as output:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        output.write(FORMS["text"].write(expired(), CATALOG))
    first, *more = capfd.readouterr().out.splitlines()
    assert first.startswith("fault  srv-app-07  ")
    assert all(each.startswith("    ") and len(each) <= 44 for each in more)
    assert len(more) < 5, "no line of one word"
