"""What stands on the sheet in words adds up, with nothing but what is shown."""

import re
from decimal import Decimal

import pytest

from bot.catalog import load, shipped
from bot.desk.balance import Balance, balance, chapters, lines_of, percent, signed, times
from bot.engine import Model, Situation, answered, tried

HEALTHY = {"ladder": "ok", "tls-hello": "server-hello", "certificate-validity": "valid"}
SITUATIONS = (
    Situation(),
    Situation(evidence=HEALTHY),
    Situation(evidence={"ladder": "tls", "tls-hello": "closed", "server-kind": "windows"}),
    Situation(evidence={"ladder": "port", "port-state": "timeout", "path-quality": "lossy"}),
)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.of(load(shipped()))


@pytest.fixture(params=SITUATIONS, ids=lambda each: each.evidence.get("ladder", "nothing"))
def situation(request: pytest.FixtureRequest) -> Situation:
    found: Situation = request.param
    return found


def exactly(points: float) -> Decimal:
    return Decimal(str(points))


@pytest.mark.parametrize("lines", [2, 6, 99])
def test_start_lines_and_rest_add_up_to_the_total(
    model: Model, situation: Situation, lines: int
) -> None:
    made = balance(model, situation, 99, lines)
    for each in made.accounts:
        assert len(each.entries) <= lines
        shown = [each.start, *each.entries, each.rest]
        assert sum(exactly(entry.points) for entry in shown) == exactly(each.total)


def test_every_probability_follows_from_the_totals_shown(
    model: Model, situation: Situation
) -> None:
    made = balance(model, situation, 999)
    everybody = sum(10 ** (each.total / 10) for each in made.accounts)
    assert everybody == pytest.approx(made.everybody, rel=0.002)
    for each in made.accounts:
        again = 10 ** (each.total / 10) / everybody
        assert again == pytest.approx(each.probability, abs=0.0015)


def test_the_text_alone_is_enough(model: Model, situation: Situation) -> None:
    made = balance(model, situation, 5, 8)
    for each in made.accounts:
        *rows, last = lines_of(each, made.everybody)
        added = sum(Decimal(row.split()[0]) for row in rows)
        said = re.fullmatch(
            r" *([-+\d.]+) in all: 10\^\(([-\d.]+) / 10\) = ([\d.]+) of ([\d.]+) shares"
            r" = ([\d.]+) in 100",
            last,
        )
        assert said is not None
        total, power, shares, everybody, cases = map(Decimal, said.groups())
        assert added == total == power
        assert float(shares) == pytest.approx(10 ** (float(total) / 10), rel=0.002)
        assert float(shares / everybody) * 100 == pytest.approx(
            float(cases),
            rel=0.002,  # as the shares themselves are rounded
            abs=0.06,
        )


def test_a_finding_is_said_in_the_words_of_the_knowledge_base(model: Model) -> None:
    situation = answered(model, SITUATIONS[2], "which-event-does-the-host-log", "key")
    situation = tried(model, situation, "repair-machinekeys-permissions", "failed")
    made: Balance = balance(model, situation, 1)
    texts = [entry.text for entry in made.accounts[0].entries]
    assert "TLS start: the host closes right after the client's first message" in texts
    assert "Which event does the host log? 36870 or 1057" in texts
    assert any(text.startswith('tried "Repair the permissions') for text in texts)


def test_details_name_the_cause_above_its_sheet(model: Model) -> None:
    (heading, lines), *others = chapters(model, SITUATIONS[2], 2)
    assert heading.startswith("For and against: The host cannot read its certificate's private key")
    assert len(others) == 1
    assert lines[-1].endswith("in 100")


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (20.4, "20 times as often as otherwise"),
        (1.25, "1.2 times as often as otherwise"),
        (1.05, "about as often as otherwise"),
        (0.5, "2 times as rarely as otherwise"),
    ],
)
def test_ratios_in_words(ratio: float, words: str) -> None:
    assert times(ratio) == words


def test_signs() -> None:
    assert [signed(each) for each in (1.26, -0.5, 0.0, -0.04)] == ["+1.3", "-0.5", "0.0", "0.0"]
    assert percent(0.8624) == "86.2 in 100"
