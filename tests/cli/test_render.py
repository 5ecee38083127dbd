"""Text in a terminal: wrapped to its width, with what belongs together kept together."""

import pytest

from bot.cli import render


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")


def test_a_line_never_ends_between_a_number_and_its_unit(narrow: None) -> None:
    said = render.wrapped("clock right to just about as little as 0.1 s")
    assert said.splitlines() == ["clock right to just about as little as", "0.1 s"]


def test_a_likelihood_is_one_piece(narrow: None) -> None:
    said = render.verdict("The name leads to another machine.", "Likely: 78 in 100", colour=False)
    assert said.splitlines() == ["The name leads to another machine.", "Likely: 78 in 100"]


def test_a_choice_is_never_broken(narrow: None) -> None:
    said = render.choices(["1 It worked", "2 Did not help", "3 Cannot do this…"])
    assert said.splitlines() == ["[1 It worked] [2 Did not help]", "[3 Cannot do this…]"]


def test_what_is_longer_than_a_line_stands_under_its_text(narrow: None) -> None:
    said = render.wrapped("12. one two three four five six seven eight nine", "  ")
    assert said.splitlines() == ["  12. one two three four five six seven", "      eight nine"]


@pytest.mark.parametrize(("columns", "width"), [("10", 40), ("80", 80), ("300", 96)])
def test_the_width_is_the_terminals_within_reason(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert render.width() == width
