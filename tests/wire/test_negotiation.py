from itertools import combinations

import pytest

from bot.wire.cursor import Closed
from bot.wire.layers import of_one_host, security
from bot.wire.negotiation import flag_words, looks_like_gnome, may_be_gnome, server_kind, word
from bot.wire.x224 import Answer, Bare, NotRdp, Refused, Selected

REQUESTS = ("none", "rdp", "tls", "nla", "nla_ex")


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
        # The reserved bit that every Windows with flags beyond the first sets, and no other server.
        ({"nla_ex": Selected(1, 0x1F, W), "nla": Selected(1, 0x1F, W)}, "windows"),
        ({"nla": Selected(0, 0x07, W)}, "windows"),
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


@pytest.mark.parametrize(
    ("answer", "gently"),
    [
        (Selected(2, 0x03, 0), True),
        (Selected(8, 0x0B, 0), True),
        (Selected(8, 0x1F, 0), True),
        (Selected(1, 0x01, 0), False),  # xrdp of old
        (Selected(2, 0x1F, W), False),
        (Refused(5, 0), False),
    ],
)
def test_whatever_else_it_supports_gnome_is_met_gently(answer: Answer, *, gently: bool) -> None:
    assert may_be_gnome(answer) is gently


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


@pytest.mark.parametrize("configuration", TABLE)
def test_answers_that_are_missing_lead_to_no_other_layer(configuration: str) -> None:
    answers, layer, _ = TABLE[configuration]
    whole = {name: word(answer) for name, answer in zip(REQUESTS, answers, strict=True)}
    assert of_one_host(whole)
    for count in range(len(REQUESTS)):
        for kept in combinations(REQUESTS, count):
            left = {name: whole[name] for name in kept}
            lost = {**dict.fromkeys(REQUESTS, "closed"), **left}
            assert security(left) == security(lost)
            assert security(left) in (layer, "unknown"), kept


@pytest.mark.parametrize("configuration", [name for name in TABLE if name.startswith("xrdp")])
@pytest.mark.parametrize("asked", REQUESTS)
def test_a_confirm_of_less_is_never_read_as_nla(configuration: str, asked: str) -> None:
    """xrdp confirms RDP or TLS to a request for NLA: what was chosen counts, not what was asked."""
    answers = dict(zip(REQUESTS, TABLE[configuration][0], strict=True))
    layer = security({asked: word(answers[asked])})
    assert layer not in ("nla-required", "tls-required", "negotiate")
    assert "nla" not in word(answers[asked])


def test_flags_have_words() -> None:
    assert flag_words(0x1F) == [
        "extended-client-data", "graphics-pipeline", "restricted-admin", "credential-guard",
    ]  # fmt: skip
    assert flag_words(0x01) == ["extended-client-data"]
    assert flag_words(0x04) == flag_words(0) == []
