"""Words and numbers: one scale each, both directions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.entries import Worded
from bot.catalog.words import EFFORT, EFFORTS, HOW_COMMON, HOW_OFTEN, SCALES, BadWord, Scale

PAIRS = [(scale, word) for scale in (*SCALES, EFFORT) for word in scale.words]


@pytest.mark.parametrize(("scale", "word"), PAIRS, ids=lambda part: getattr(part, "name", part))
def test_word_to_number_and_back(scale: Scale, word: str) -> None:  # property 20 of the engine
    assert scale.nearest(scale.read(word).value) == word


@given(st.sampled_from(SCALES), st.floats(0.01, 1.0))
def test_number_is_read_as_written_and_has_a_nearest_word(scale: Scale, number: float) -> None:
    read = scale.read(number)
    assert read.value == number
    word = scale.nearest(number)
    ratio = max(number / scale.words[word], scale.words[word] / number)
    assert all(
        ratio <= max(number / other, other / number) + 1e-12 for other in scale.words.values()
    )


def test_words_fall() -> None:
    for scale in SCALES:
        numbers = list(scale.words.values())
        assert numbers == sorted(numbers, reverse=True)


def test_effort_reads_the_usual_minutes_and_others() -> None:
    assert [EFFORT.read(minutes).value for minutes in EFFORTS] == list(EFFORTS)
    assert EFFORT.read(7) == Worded(7.0, "7")


def test_spacing_and_case_do_not_matter() -> None:
    assert HOW_OFTEN.read("Almost  Always") == Worded(0.98, "almost always")


@pytest.mark.parametrize("wrong", ["usualy", "", True, None, [], 1.5, -0.1])
def test_what_is_not_a_word_is_refused(wrong: object) -> None:
    with pytest.raises(BadWord):
        HOW_OFTEN.read(wrong)


def test_the_refusal_names_the_choices_and_the_near_miss() -> None:
    with pytest.raises(BadWord, match=r"very common.*did you mean 'occasional'\?"):
        HOW_COMMON.read("ocasional")
