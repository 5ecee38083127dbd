"""Texts in one form: what becomes equal, what is denied, which events are named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.phrases import Said, find_events, plain_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("can't", "can not"),
        ("can\u2019t", "cannot"),
        ("cant", "cannot"),
        ("doesn't work", "does not work"),
        ("log on", "logon"),
        ("log in", "sign in"),
        ("logged on", "signed in"),
        ("Log-off", "sign out"),
        ("user name", "username"),
        ("timeout", "time out"),
        ("licences", "license"),
        ("not authorised", "not authorized"),
        ("sessions", "session"),
        ("addresses", "address"),
        ("prüfen", "prufen"),
        ("l\u2019autorité de sécurité", "L AUTORITE DE SECURITE"),
        ("in\u00adternal er\u200bror", "internal error"),
        ("internal\u00a0error\u2026", "INTERNAL\r\n   ERROR"),
        ("\u201cinternal\u201d \u2013 \u2018error\u2019", "internal error"),
        ("\uff25\uff32\uff32\uff2f\uff32", "error"),
    ],
)
def test_ways_to_write_the_same(one: str, other: str) -> None:
    assert plain_words(one) == plain_words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("access", "acces"), ("this", "thi"), ("status", "statu"), ("not", ""), ("logon", "logoff")],
)
def test_what_stays_apart(one: str, other: str) -> None:
    assert plain_words(one) != plain_words(other)


@pytest.mark.parametrize(
    ("text", "phrase", "said"),
    [
        ("there is a black screen", "black screen", True),
        ("no black screen", "black screen", False),
        ("not a DNS error", "dns error", False),
        ("it isn't a DNS error", "dns error", False),
        ("without any certificate warning", "certificate warning", False),
        ("not because of the licence server", "license server", False),
        ("no black screen, but later a black screen", "black screen", True),
        ("Does it work? No. Black screen", "black screen", True),
        ("it does not connect: internal error", "internal error", True),
        ("there is no license server available", "no license server", True),
        ("no licence problem", "no license", False),
        ("no licence", "no license", True),
        ("an internal errors-page", "internal error", True),
        ("an internal errorpage", "internal error", False),
        ("reinternal error", "internal error", False),
        ("", "internal error", False),
        ("the password is always refused", "password ... refused", True),
        ("password refused", "password ... refused", True),
        ("the password is not refused", "password ... refused", False),
        ("no password refused", "password ... refused", False),
        ("no password; then the password was refused", "password ... refused", True),
        ("the password is fine, it is refused", "password ... refused", False),
        ("password of the other new man refused", "password ... refused", False),
        ("passwords refusedly", "password ... refused", False),
    ],
)
def test_whole_words_that_nobody_denies(text: str, phrase: str, said: bool) -> None:
    assert Said.of(text).has(phrase) is said


@given(st.text(max_size=80))
def test_one_form_is_the_last_form(text: str) -> None:
    assert plain_words(plain_words(text)) == plain_words(text)


@given(st.lists(st.sampled_from(["internal", "error", "can", "not", "log", "in"]), max_size=8))
def test_marks_between_words_change_nothing(words: list[str]) -> None:
    assert plain_words(" \u201c-\u00a0".join(words)) == plain_words(" ".join(words))


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("Event ID 36870", {"36870"}),
        ("event ids: 1057, 1058 and 36870", {"1057", "1058", "36870"}),
        ("Schannel 36871.", {"36871"}),
        ("TermDD event 56", {"56"}),
        ("Events 50/56", {"50", "56"}),
        ("Ereignis-ID: 1057", {"1057"}),
        ("event 4625.7", set()),
        ("36870 people came to the event", set()),
        ("port 3389", set()),
    ],
)
def test_events_that_a_text_names(text: str, events: set[str]) -> None:
    assert find_events(text) == events
