import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire.cursor import Closed
from bot.wire.negotiation import (
    flag_words,
    looks_like_gnome,
    of_one_host,
    security,
    server_kind,
    word,
)
from bot.wire.x224 import Answer, Bare, NotRdp, Refused, Selected

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
        ("- 0 F3 2 8", "no-certificate"),
        ("n F5 F5 2 8", "nla-required"),
        ("n x x x x", "not-rdp"),
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


W, Z = 0x1234, 0


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"nla_ex": Selected(8, 0x1F, W)}, "windows"),
        ({"nla": Selected(2, 0x01, W)}, "windows"),
        ({"rdp": Refused(5, W), "none": Bare(W)}, "windows"),
        ({"tls": Selected(1, 0x0F, W)}, "windows"),
        ({"none": Bare(W)}, "unknown"),
        ({"none": Bare(W), "rdp": Bare(W), "nla_ex": Bare(W)}, "windows-legacy"),
        ({"nla": Selected(1, 0, W)}, "windows-legacy"),
        ({"nla_ex": Selected(1, 1, W), "rdp": Refused(1, W)}, "xrdp"),
        ({"nla": Selected(0, 1, W)}, "xrdp"),
        ({"nla": Bare(Z), "rdp": Bare(Z)}, "xrdp"),
        ({"tls": Selected(1, 1, W)}, "unknown"),
        ({"nla_ex": Selected(1, 3, W), "tls": Selected(1, 3, W)}, "xrdp"),
        ({"nla_ex": Selected(0, 0x0B, W)}, "xrdp"),
        ({"nla": Selected(2, 3, Z), "rdp": Refused(5, Z)}, "gnome"),
        ({"nla": Selected(1, 3, Z)}, "unknown"),
        ({"rdp": Bare(0x3412)}, "virtualbox"),
        ({"tls": Refused(3, W), "nla": Refused(3, W)}, "unknown"),
        ({"tls": NotRdp(b"SSH-"), "nla": Closed()}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_servers_are_told_by_their_confirms(answers: dict[str, Answer], kind: str) -> None:
    assert server_kind(answers) == kind


def test_words_of_every_answer() -> None:
    assert word(Selected(8, 0, 0)) == "selected:nla_ex"
    assert word(Selected(0x40, 0, 0)) == "selected:0x40"
    assert word(Refused(5, 0)) == "failure:5"
    assert [word(a) for a in (Bare(0), NotRdp(b""), Closed())] == ["bare", "not-rdp", "closed"]


def test_gnome_is_recognised_for_its_own_sake() -> None:
    assert looks_like_gnome(Selected(2, 3, 0))
    assert not looks_like_gnome(Selected(2, 3, W))
    assert not looks_like_gnome(Refused(5, 0))


WORDS = ("selected:rdp", "selected:tls", "selected:nla", "failure:1", "bare", "closed", "silent")


@given(st.dictionaries(st.sampled_from(REQUESTS), st.sampled_from(WORDS)))
def test_a_silent_and_a_closed_answer_say_the_same(words: dict[str, str]) -> None:
    closed = {name: "closed" if one == "silent" else one for name, one in words.items()}
    assert security(words) == security(closed)


def selected(protocol: int, flags: int = 0x1F, src_ref: int = W) -> Selected:
    return Selected(protocol, flags, src_ref)


def refused(code: int, src_ref: int = W) -> Refused:
    return Refused(code, src_ref)


BARE = Bare(W)
# Configuration: answers to no negotiation, 0, 1, 3, 0xB; the security layer; who it looks like.
TABLE: dict[str, tuple[tuple[Answer, ...], str, str]] = {
    "SecurityLayer 0": (
        (BARE, selected(0), refused(2), refused(2), refused(2)), "rdp-only", "windows"),
    "SecurityLayer 0 with NLA demanded": (
        (BARE, refused(5), refused(2), refused(2), refused(2)), "rdp-only", "windows"),
    "SecurityLayer 1": (
        (BARE, selected(0), selected(1), selected(2), selected(8)), "negotiate", "windows"),
    "SecurityLayer 2": (
        (BARE, refused(1), selected(1), selected(2), selected(8)), "tls-required", "windows"),
    "NLA demanded": (
        (BARE, refused(5), refused(5), selected(2), selected(8)), "nla-required", "windows"),
    "no certificate, SecurityLayer 1": (
        (BARE, selected(0), refused(3), refused(3), refused(3)), "no-certificate", "windows"),
    "no certificate, SecurityLayer 2": (
        (BARE, refused(3), refused(3), refused(3), refused(3)), "no-certificate", "unknown"),
    "2000, XP, 2003": ((BARE,) * 5, "legacy", "windows-legacy"),
    "2003 with a certificate, SecurityLayer 1": (
        (BARE, selected(0, 0), selected(1, 0), selected(1, 0), selected(1, 0)),
        "negotiate", "windows-legacy"),
    "2003 with a certificate, SecurityLayer 2": (
        (BARE, refused(1), selected(1, 0), selected(1, 0), selected(1, 0)),
        "tls-no-nla", "windows-legacy"),
    "Vista, 2008, NLA demanded": (
        (BARE, refused(6), refused(6), selected(2, 1), selected(2, 1)), "nla-required", "windows"),
    "Vista, 2008, NLA demanded, code 5": (
        (BARE, refused(5), refused(5), selected(2, 1), selected(2, 1)), "nla-required", "windows"),
    "7, 2008 R2, SecurityLayer 1": (
        (BARE, selected(0, 1), selected(1, 1), selected(2, 1), selected(2, 1)),
        "negotiate", "windows"),
    "7, 2008 R2, SecurityLayer 2": (
        (BARE, refused(1), selected(1, 1), selected(2, 1), selected(2, 1)),
        "tls-required", "windows"),
    "7, 2008 R2, NLA demanded": (
        (BARE, refused(5), refused(5), selected(2, 1), selected(2, 1)), "nla-required", "windows"),
    "xrdp, TLS": (
        (BARE, refused(1), selected(1, 1), selected(1, 1), selected(1, 1)), "tls-no-nla", "xrdp"),
    "xrdp, negotiate": (
        (BARE, selected(0, 1), selected(1, 1), selected(1, 1), selected(1, 1)),
        "negotiate", "xrdp"),
    "xrdp, RDP, and negotiate with an unreadable key": (
        (BARE, selected(0, 1), selected(0, 1), selected(0, 1), selected(0, 1)), "rdp-only", "xrdp"),
    "xrdp, TLS with an unreadable key": (
        (BARE, refused(3), refused(3), refused(3), refused(3)), "no-certificate", "unknown"),
    "xrdp of old": ((Bare(Z),) * 5, "legacy", "xrdp"),
    "GNOME": (
        (refused(5, Z), refused(5, Z), refused(5, Z), selected(2, 3, Z), selected(2, 3, Z)),
        "nla-required", "gnome"),
    "FreeRDP's shadow without NLA": (
        (refused(1, Z), refused(1, Z), selected(1, 3, Z), selected(1, 3, Z), selected(1, 3, Z)),
        "tls-no-nla", "unknown"),
    "VirtualBox": ((Bare(0x3412),) * 5, "legacy", "virtualbox"),
    "SSH": ((NotRdp(b"SSH-2.0-x"),) * 5, "not-rdp", "unknown"),
}  # fmt: skip


@pytest.mark.parametrize("configuration", TABLE)
def test_every_configuration_is_told_by_its_five_answers(configuration: str) -> None:
    answers, layer, kind = TABLE[configuration]
    named = dict(zip(REQUESTS, answers, strict=True))
    assert security({name: word(answer) for name, answer in named.items()}) == layer
    assert server_kind(named) == kind


@pytest.mark.parametrize("configuration", [name for name in TABLE if name.startswith("xrdp")])
@pytest.mark.parametrize("asked", REQUESTS)
def test_a_confirm_of_less_is_never_read_as_nla(configuration: str, asked: str) -> None:
    """xrdp confirms RDP or TLS to a request for NLA: what was chosen counts, not what was asked."""
    answers = dict(zip(REQUESTS, TABLE[configuration][0], strict=True))
    layer = security({asked: word(answers[asked])})
    assert layer not in ("nla-required", "tls-required", "negotiate")
    assert "nla" not in word(answers[asked])


@pytest.mark.parametrize(
    ("answers", "one"),
    [
        ("- F5 F5 2 F2", False),
        ("- F5 F5 F3 8", False),
        ("- 0 1 1 F2", False),
        ("- F5 F5 2 8", True),
        ("- F5 F5 2 x", True),
        ("- F2 F2 F2 F2", True),
        ("- 0 0 0 F2", True),
        ("- - - - -", True),
    ],
)
def test_one_host_takes_both_offers_of_nla_or_neither(answers: str, one: bool) -> None:
    """No configuration of any server takes TLS for one of them and refuses it for the other."""
    assert of_one_host(row(answers)) is one


def test_flags_have_words() -> None:
    assert flag_words(0x1F) == [
        "extended-client-data", "graphics-pipeline", "restricted-admin", "credential-guard",
    ]  # fmt: skip
    assert flag_words(0x01) == ["extended-client-data"]
    assert flag_words(0x04) == flag_words(0) == []
