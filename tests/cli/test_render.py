"""Text in a terminal: wrapped to its width, with what belongs together kept together."""

import sys

import click
import pytest

from bot.cli import common, render
from bot.desk.view import Mark, Row, TicketView


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")


def test_a_line_never_ends_between_a_number_and_its_unit(narrow: None) -> None:
    said = render.wrapped("clock right to just about as little as 0.1 s")
    assert said.splitlines() == ["clock right to just about as little as", "0.1 s"]


def test_a_chance_is_never_parted(narrow: None) -> None:
    said = render.wrapped("The name leads to another. Likely: 78 in 100")
    assert said.splitlines() == ["The name leads to another. Likely:", "78 in 100"]


def test_a_likelihood_is_one_piece(narrow: None) -> None:
    said = render.verdict("The name leads to another machine.", "Likely: 78 in 100", colour=False)
    assert said.splitlines() == ["The name leads to another machine.", "Likely: 78 in 100"]


def test_a_choice_is_never_broken(narrow: None) -> None:
    said = render.choices(["1 It worked", "2 Did not help", "3 Cannot do this…"])
    assert said.splitlines() == ["[1 It worked] [2 Did not help]", "[3 Cannot do this…]"]


def test_what_is_longer_than_a_line_stands_under_its_text(narrow: None) -> None:
    said = render.wrapped("12. one two three four five six seven eight nine", "  ")
    assert said.splitlines() == ["  12. one two three four five six seven", "      eight nine"]


@pytest.mark.parametrize(("columns", "width"), [("10", 40), ("80", 80), ("300", 100)])
def test_the_width_is_the_terminals_within_reason(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert render.width() == width


def test_a_command_is_never_broken_and_a_mark_never_alone(narrow: None) -> None:
    command = "`Get-ChildItem C:\\Some\\Long\\Folder -Recurse | Format-List`"
    assert render.wrapped(f"3. {command} and look").splitlines() == [f"3. {command}", "   and look"]


@pytest.mark.parametrize(
    ("tty", "no_colour", "term", "coloured"),
    [
        (True, "", "xterm", True),
        (True, "1", "xterm", False),
        (True, "", "dumb", False),
        (False, "", "xterm", False),
    ],
)
def test_colours_only_where_they_are_wanted(
    monkeypatch: pytest.MonkeyPatch, tty: bool, no_colour: str, term: str, coloured: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", no_colour)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: tty, raising=False)
    assert common.coloured() is coloured


def test_a_colour_never_stands_without_its_word() -> None:
    marks: tuple[Mark, ...] = ("ok", "fault", "not checked", "…")
    rows = [Row(mark, "TLS", "said") for mark in marks]
    plain = list(render.row_lines(rows, colour=False))
    coloured = [click.unstyle(line) for line in render.row_lines(rows, colour=True)]
    assert coloured == plain
    assert [line.split("  ")[0] for line in plain] == ["ok", "fault", "not checked", "…"]


def test_a_detail_stands_below_its_rung_where_there_is_no_room_beside_it(narrow: None) -> None:
    rows = [Row("fault", "Port 3389", "refused: nothing listens there, or a device rejects")]
    assert list(render.row_lines(rows, colour=False)) == [
        "fault        Port 3389",
        "    refused: nothing listens there, or a",
        "    device rejects",
    ]


def test_what_else_is_said_stands_after_the_verdict_and_its_chance() -> None:
    view = TicketView(
        1, 1, "srv", "open", "cli:me", sentence="The certificate has expired.",
        likelihood="Likely: 62 in 100", besides="Jump box dc2 does not answer.",
    )  # fmt: skip
    assert render.card(view).splitlines()[1:3] == [
        "The certificate has expired.   Likely: 62 in 100",
        "Jump box dc2 does not answer.",
    ]
    assert view.summary.index("62 in 100") < view.summary.index("dc2")
