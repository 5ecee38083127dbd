import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire.layers import of_one_host, security

REQUESTS = ("none", "rdp", "tls", "nla", "nla_ex")


def row(text: str) -> dict[str, str]:
    """Five answers in the order of the requests; ``0 1 3 b`` select, ``F2`` refuses, ``-`` bare."""
    known = {"0": "rdp", "1": "tls", "2": "nla", "8": "nla_ex"}
    found = {}
    for name, cell in zip(REQUESTS, text.split(), strict=True):
        if cell == "?":
            continue
        if cell in known:
            found[name] = f"selected:{known[cell]}"
        elif cell.startswith("F"):
            found[name] = f"failure:{cell[1:]}"
        else:
            found[name] = {"-": "bare", "x": "closed", "s": "silent", "n": "not-rdp"}[cell]
    return found


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [
        ("- 0 F2 F2 F2", "rdp-only"),
        ("- 0 1 2 8", "negotiate"),
        ("- F1 1 2 8", "tls-required"),
        ("- F5 F5 2 8", "nla-required"),
        ("- F5 F5 2 2", "nla-required"),
        ("- F6 F6 2 2", "nla-required"),
        ("- F3 F3 F3 F3", "no-certificate"),
        ("- 0 F3 F3 F3", "no-certificate"),
        ("- - - - -", "legacy"),
        ("- 0 1 1 1", "negotiate"),
        ("- F1 1 1 1", "tls-no-nla"),
        ("- 0 0 0 0", "rdp-only"),
        ("F5 F5 F5 2 2", "nla-required"),
        ("F1 F1 1 1 1", "tls-no-nla"),
        ("0 0 F2 F2 F2", "rdp-only"),
        ("F1 F1 F1 F1 F1", "unknown"),
        ("n n n n n", "not-rdp"),
        ("? ? ? ? n", "not-rdp"),
        ("x x x x x", "unknown"),
        ("s s s s s", "unknown"),
        ("? ? ? 2 8", "unknown"),
        ("? ? F5 ? 8", "nla-required"),
        ("? ? 1 1 1", "unknown"),
        ("- s 1 1 1", "unknown"),
        ("? 0 ? 1 1", "negotiate"),
        ("? 0 ? 2 8", "unknown"),
        ("? 0 F2 1 1", "unknown"),
        ("- F1 1 x x", "unknown"),
        ("1 1 1 1 1", "tls-no-nla"),
        ("2 2 2 2 2", "nla-required"),
        ("- - 1 1 1", "negotiate"),
        ("- 0 - - -", "rdp-only"),
        ("- - F5 2 8", "unknown"),
        ("- F1 F2 2 8", "unknown"),
        ("- F1 F5 2 8", "nla-required"),
        ("- F5 F2 2 8", "nla-required"),
        ("- F5 F5 F2 8", "unknown"),
        ("- F5 F5 2 F2", "unknown"),
        ("- 0 1 F2 8", "unknown"),
        ("- F1 1 2 F1", "unknown"),
        ("- 0 F3 2 8", "unknown"),
        ("n F5 F5 2 8", "nla-required"),
        ("n x x x x", "not-rdp"),
        ("- - x x x", "unknown"),
        ("- F1 - - -", "unknown"),
        ("- - - 1 1", "unknown"),
        ("- F5 0 0 0", "unknown"),
        ("- 0 1 F2 F2", "unknown"),
        ("? ? 1 ? ?", "unknown"),
        ("- F5 x 2 8", "nla-required"),
        ("- F5 F5 ? x", "unknown"),
        ("- 0 F5 2 8", "unknown"),
        ("- x F5 2 8", "nla-required"),
        ("? ? ? ? ?", "unknown"),
    ],
)
def test_the_security_layer_of_every_known_server(answers: str, wanted: str) -> None:
    assert security(row(answers)) == wanted


@pytest.mark.parametrize(
    ("answers", "one"),
    [
        ("- F5 F5 2 F2", False),
        ("- F5 F5 F3 8", False),
        ("- 0 1 1 F2", False),
        ("- F5 F3 2 8", False),
        ("- F3 F5 2 8", False),
        ("- F3 F3 F3 F3", True),
        ("- 0 F3 F3 F3", True),
        ("- 0 F3 0 0", True),
        ("- F5 F5 2 8", True),
        ("- F5 F5 2 -", False),
        ("- F5 F5 0 8", False),
        ("- 0 1 1 2", False),
        ("- 0 1 F2 F2", False),
        ("- F5 F5 2 x", True),
        ("- F2 F2 F2 F2", True),
        ("- 0 1 2 2", True),
        ("- 0 0 0 F2", True),
        ("- 0 F2 2 8", True),
        ("- - - - -", True),
    ],
)
def test_one_host_takes_both_offers_of_nla_or_neither(answers: str, one: bool) -> None:
    """No configuration of any server takes TLS for one of them and refuses it for the other."""
    assert of_one_host(row(answers)) is one


WORDS = ("selected:rdp", "selected:tls", "selected:nla", "failure:1", "bare", "closed", "silent")


@given(st.dictionaries(st.sampled_from(REQUESTS), st.sampled_from(WORDS)))
def test_a_silent_and_a_closed_answer_say_the_same(words: dict[str, str]) -> None:
    closed = {name: "closed" if one == "silent" else one for name, one in words.items()}
    assert security(words) == security(closed)
