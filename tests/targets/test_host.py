"""The grammar of a typed host: what gets through, what is refused, and what the refusal says."""

import re
from ipaddress import ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.targets import BadHost, TypedHost, normal_name, parse_host, unwrap

GOOD = {
    "srv": ("srv", None),
    "SRV-App_07": ("srv-app_07", None),
    "srv-app-07.corp.example": ("srv-app-07.corp.example", None),
    "srv.corp.example.": ("srv.corp.example", None),
    "srv.:3389": ("srv", 3389),
    "srv:1": ("srv", 1),
    "srv:65535": ("srv", 65535),
    "_sip.corp": ("_sip.corp", None),
    "7srv": ("7srv", None),
    "10.in-lab": ("10.in-lab", None),
    "10.1.2.3": ("10.1.2.3", None),
    "10.1.2.3:3390": ("10.1.2.3", 3390),
    "0.0.0.1": ("0.0.0.1", None),
    "2001:DB8::7": ("2001:db8::7", None),
    "::1": ("::1", None),
    "::1:3389": ("::1:3389", None),
    "::ffff:10.0.0.1": (str(ip_address("::ffff:10.0.0.1")), None),
    "[2001:db8::7]:3389": ("2001:db8::7", 3389),
    " srv ": ("srv", None),
    "a" * 63: ("a" * 63, None),
    "bücher.example": ("xn--bcher-kva.example", None),
    "BÜCHER.example:3390": ("xn--bcher-kva.example", 3390),
    "\uff53\uff52\uff56.corp": ("srv.corp", None),
    "xn--bcher-kva.example": ("xn--bcher-kva.example", None),
}
BAD = {
    "": "no host",
    "   ": "no host",
    "-oProxyCommand=x": "hyphen",
    "srv.-x": "hyphen",
    "srv;id": "not a host",
    "srv id": "not a host",
    "$(id)": "not a host",
    "`id`": "not a host",
    "srv/path": "paths",
    "user@srv": "user names",
    "srv..corp": "dots",
    ".srv": "dots",
    "srv..": "dots",
    "srv:": "port",
    "srv:0": "port",
    "srv:65536": "port",
    "srv:03389": "port",
    "srv:33x": "port",
    "srv:-1": "port",
    "srv:٣٣٨٩": "port",
    "10.1.2": "four numbers",
    "10.1.2.300": "four numbers",
    "10.1.2.03": "four numbers",
    "127.1": "four numbers",
    "2130706433": "four numbers",
    "srv.12": "four numbers",
    "1.2.3.4.5": "four numbers",
    "fe80::1%eth0": "zone",
    "[fe80::1%2]:3389": "zone",
    "[2001:db8::7]": "without brackets",
    "[2001:db8::7": "without brackets",
    "[2001:db8::7]3389": "without brackets",
    "[10.1.2.3]:3389": "IPv6",
    "[srv]:3389": "IPv6",
    "1:2:3": "IPv6",
    "a:b:c": "IPv6",
    "a" * 64: "63",
    ".".join(["a" * 60] * 5): "253",
    "<http://srv|srv>": "link",
    "http://srv": "link",
    "rdp://srv:3389": "link",
    ":3389": "before the port",
    "☃.example": "by hand",
    "x\u202ey": "by hand",
    "srv\u0000": "not a host",
    "srv\n.corp": "not a host",
}


@pytest.mark.parametrize(("text", "wanted"), GOOD.items())
def test_hosts_of_the_grammar_are_read(text: str, wanted: tuple[str, int | None]) -> None:
    assert parse_host(text) == TypedHost(*wanted)


@pytest.mark.parametrize(("text", "remedy"), BAD.items())
def test_everything_else_is_refused_with_a_remedy(text: str, remedy: str) -> None:
    with pytest.raises(BadHost, match=remedy) as caught:
        parse_host(text)
    message = str(caught.value)
    assert len(message) <= 250
    assert message.isprintable()
    assert message.endswith(".")


def test_a_name_of_253_characters_is_the_longest() -> None:
    longest = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])
    assert len(longest) == 253
    assert parse_host(longest).host == longest
    with pytest.raises(BadHost):
        parse_host(longest + "e")


def test_the_address_and_both_spellings_are_at_hand() -> None:
    assert parse_host("10.1.2.3").address == ip_address("10.1.2.3")
    assert parse_host("srv").address is None
    assert parse_host("bücher.example").shown == "bücher.example (xn--bcher-kva.example)"
    assert parse_host("srv").shown == "srv"
    assert parse_host("xn--0.example").shown == "xn--0.example"
    assert str(parse_host("[::1]:3389")) == "[::1]:3389"
    assert str(parse_host("srv:3390")) == "srv:3390"
    assert str(parse_host("srv")) == "srv"


@given(st.text())
@example("a:b")
@example("xn--\u0080")
@example("\uff11\uff12\uff17.\uff11")
def test_any_text_is_a_host_or_refused(text: str) -> None:
    try:
        host = parse_host(text)
    except BadHost:
        return
    assert re.fullmatch(r"[a-z0-9_][a-z0-9_.-]*|[0-9a-f:.]+", host.host)
    assert len(host.host) <= 253
    assert host.port is None or 1 <= host.port <= 65535
    assert parse_host(str(host)) == host


@given(
    st.text("abc019-_.:[]", max_size=20),
    st.sampled_from(list(" \t;|&$`'\"\\<>(){}!*?~#%^=+,@/\x00\n\r")),
    st.integers(0, 20),
)
def test_no_shell_metacharacter_gets_through(text: str, meta: str, where: int) -> None:
    where = min(where, len(text))
    try:
        host = parse_host(text[:where] + meta + text[where:])
    except BadHost:
        return
    assert meta.isspace()  # only round the host
    assert meta not in str(host)


@given(st.text("abc019-_.:", min_size=1, max_size=20))
def test_nothing_begins_with_a_hyphen(text: str) -> None:
    with pytest.raises(BadHost):
        parse_host("-" + text)


@given(st.ip_addresses(), st.none() | st.integers(1, 65535))
def test_every_address_is_a_host(address: object, port: int | None) -> None:
    shown = str(address)
    if port is None:
        assert parse_host(shown).host == shown
    else:
        text = f"[{shown}]:{port}" if ":" in shown else f"{shown}:{port}"
        assert parse_host(text) == TypedHost(shown, port)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<http://srv.corp.example|srv.corp.example>", "srv.corp.example"),
        (
            "<http://srv.corp.example:3390|srv.corp.example:3390> 0x904",
            "srv.corp.example:3390 0x904",
        ),
        ("<https://srv.corp.example>", "srv.corp.example"),
        ("<https://srv.corp.example/>", "srv.corp.example"),
        ("<mailto:admin@srv.corp|admin@srv.corp>", "admin@srv.corp"),
        ("<tel:10123|10.1.2.3>", "10.1.2.3"),
        ("\u201csrv\u201d", "srv"),
        ("\u2018srv\u2019 via dc1", "srv via dc1"),
        ("`srv` 0x904", "srv 0x904"),
        ("srv\u00a00x904", "srv 0x904"),
        ("s\u200brv\ufeff", "srv"),
        ("\u202asrv\u202c", "srv"),
        ("it can\u2019t connect", "it can't connect"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<@U123> srv", "<@U123> srv"),
        ("<#C123|general>", "<#C123|general>"),
    ],
)
def test_wrappings_of_slack_are_removed(text: str, wanted: str) -> None:
    assert unwrap(text) == wanted


@given(st.text())
def test_unwrapping_never_fails(text: str) -> None:
    assert "\u200b" not in unwrap(text)


def test_names_are_compared_in_one_spelling() -> None:
    assert normal_name("SRV.Corp.Example.") == "srv.corp.example"
    assert normal_name("BÜCHER.example") == "xn--bcher-kva.example"
    with pytest.raises(BadHost):
        normal_name("a b")
