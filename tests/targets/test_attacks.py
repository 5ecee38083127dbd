"""Attacks on the target rules: spellings of an address, and wide rules before closed ranges."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.targets import BadHost, Rules, TargetRefused, normal_name, parse_host, unwrap
from tests.targets.oracle import may_open

WIDE = ["*", "0.0.0.0/0", "::/0"]
LOOPBACK, METADATA = "127.0.0.1", "169.254.169.254"
ANY = "0.0.0.0"  # noqa: S104 - to be refused; nothing is bound to it


def opens(rules: Rules, address: str) -> bool:
    try:
        rules.check_address(ip_address(address))
    except TargetRefused:
        return False
    return True


def forms(four: str) -> list[str]:
    """The ways in which IPv6 can carry an IPv4 address, and a few that only look so."""
    number = int(IPv4Address(four))
    high, low = number >> 16, number & 0xFFFF
    turned = number ^ 0xFFFFFFFF
    return [
        f"::ffff:{four}",
        f"64:ff9b::{four}",
        f"64:ff9b:1::{four}",
        f"64:ff9b:1:7::{four}",
        f"2002:{high:x}:{low:x}::1",
        f"2001:0:{high:x}:{low:x}::5efe:7f00:1",
        f"2001::{turned >> 16:x}:{turned & 0xFFFF:x}",
        f"::ffff:0:{four}",
        f"::{four}",
    ]


@pytest.mark.parametrize("four", [LOOPBACK, METADATA, ANY, "100.100.100.200"])
def test_no_form_of_a_closed_address_is_open_to_wide_rules(four: str) -> None:
    wide = Rules.of(WIDE, [], [])
    assert not opens(wide, four)
    assert [form for form in forms(four) if opens(wide, form)] == []


def test_only_mapped_and_nat64_forms_count_as_the_address_itself() -> None:
    """What a tunnel or a translator of the site makes of the others is not ours to know."""
    wide = Rules.of(WIDE, [], [])
    assert [form for form in forms("10.1.2.3") if opens(wide, form)] == forms("10.1.2.3")[:2]


@pytest.mark.parametrize("denied", ["10.9.0.7", "10.9.0.0/16"])
def test_no_form_of_a_denied_address_is_open_even_where_its_form_is(denied: str) -> None:
    tunnels = ["64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0:0/96"]
    rules = Rules.of([*WIDE, *tunnels, "127.0.0.1"], [denied], [])
    assert [form for form in forms("10.9.0.7") if opens(rules, form)] == []
    assert opens(rules, "64:ff9b:1::10.8.0.7")
    assert not opens(rules, f"64:ff9b:1::{METADATA}")
    assert opens(rules, f"2002:{0x7F00:x}:1::1")  # both the form and what it carries are named


def test_a_denied_form_is_closed_whatever_it_carries() -> None:
    rules = Rules.of(["10.0.0.0/8"], ["64:ff9b::/64"], [])
    assert opens(rules, "10.1.2.3")
    assert not opens(rules, "64:ff9b::10.1.2.3")


SPELLINGS = {
    "127.0.0.1": "127.0.0.1",
    "127.0.0.1.": "127.0.0.1",
    "\uff11\uff12\uff17.0.0.1": "127.0.0.1",
    "127\u30020\uff0e0\uff611": "127.0.0.1",
    "\u2460\u2461\u2466.0.0.1": "127.0.0.1",
    "\U0001d7cf\U0001d7d0\U0001d7d5.0.0.1": "127.0.0.1",
    "127.0.0.1\u200b": "127.0.0.1",
    "\u202e127.0.0.1": "127.0.0.1",
    "::1": "::1",
    "0:0::0:1": "::1",
    "::FFFF:127.0.0.1": "::ffff:127.0.0.1",
    "169.254.169.254.": METADATA,
    "FD00:EC2::254": "fd00:ec2::254",
}
REFUSED = [
    "127.1",
    "127.0.1",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.01",
    "0x7f.1",
    "127.0.0.1..",
    "127.0.0.256",
    "1e3.1",
    "fe80::1%eth0",
    "fe80::1%25eth0",
    "::ffff:127.0.0.1%lo",
    "[::1]",
    "[::1%lo]:3389",
    "127.0.0.1:3389:1",
    "127.0.0.1/8",
    "127.0.0.1#x",
    "127.0.0.1\\x",
    "127.0.0.1,10.0.0.1",
    "127 .0.0.1",
    "\u0661\u0662\u0667.\u0660.\u0660.\u0661",
    "127\uff1a1",
    "srv\uff0fx",
    "srv\uff05x",
    "srv\u2044x",
]


@pytest.mark.parametrize(("text", "means"), SPELLINGS.items())
def test_every_spelling_of_a_closed_address_is_that_address(text: str, means: str) -> None:
    host = parse_host(unwrap(text))
    assert host.address == ip_address(means)
    with pytest.raises(TargetRefused):
        Rules.of(WIDE, [], []).check_typed(host.host)


@pytest.mark.parametrize("text", REFUSED)
def test_spellings_that_others_read_as_an_address_are_refused(text: str) -> None:
    with pytest.raises(BadHost):
        parse_host(unwrap(text))


def test_a_hexadecimal_form_is_a_name_and_judged_as_one() -> None:
    """No resolver reads it as an address, for its final dot; the rules judge what it leads to."""
    for text in ("0x7f000001", "127.0x1", "0x7f.0x0.0x0.0x1"):
        assert parse_host(text).address is None
        with pytest.raises(TargetRefused):
            Rules.of(["*.corp.example"], [], []).check_name(text)


@pytest.mark.parametrize(
    "name",
    [
        "DENIED.corp.example",
        "denied.corp.example.",
        "\uff44enied.corp.example",
        "DEN\u0130ED.corp.example",
        "denied\u3002corp\uff0eexample",
        "denied.corp.e\u00adxample",
        "\u24d3enied.corp.example",
    ],
)
def test_another_spelling_of_a_denied_name_is_denied_or_another_name(name: str) -> None:
    rules = Rules.of(["*.corp.example"], ["denied.corp.example"], [])
    if normal_name(name) == "denied.corp.example":
        with pytest.raises(TargetRefused, match="deny"):
            rules.check_name(name)
    else:
        assert normal_name(name).startswith("xn--")  # the resolver will be asked for that one


@pytest.mark.parametrize("look_alike", ["srv.c\u043erp.example", "srv.corp.\u0435xample"])
def test_a_look_alike_of_an_allowed_domain_is_not_allowed(look_alike: str) -> None:
    """Cyrillic letters: shown in both spellings, compared in A-labels."""
    with pytest.raises(TargetRefused, match="no name in"):
        Rules.of(["*.corp.example"], [], []).check_name(parse_host(look_alike).host)
    assert "xn--" in parse_host(look_alike).shown


RANGES = st.one_of(
    st.tuples(st.ip_addresses(v=4), st.integers(0, 32)),
    st.tuples(st.ip_addresses(v=6), st.integers(0, 128)),
    st.tuples(
        st.ip_addresses(v=4).map(lambda four: IPv6Address(f"::ffff:{four}")), st.integers(96, 128)
    ),
    st.tuples(
        st.ip_addresses(v=4).map(lambda four: IPv6Address(f"64:ff9b::{four}")), st.integers(90, 128)
    ),
)
NEAR = st.sampled_from(
    [
        *(
            "127.0.0.1",
            "127.0.10.7",
            METADATA,
            "169.254.170.2",
            ANY,
            "224.0.0.1",
            "255.255.255.255",
        ),
        *("::", "::1", "fe80::1", "fd00:ec2::254", "ff02::1", "168.63.129.16", "192.0.0.192"),
        *(
            "::2",
            "2001:db8::1",
            "2001:1::1",
            "64:ff9b:2::1",
            "2003::1",
            "126.255.255.255",
            "128.0.0.0",
        ),
    ]
).map(ip_address)
ADDRESSES = st.one_of(
    st.ip_addresses(),
    NEAR,
    st.one_of(st.ip_addresses(v=4), NEAR.filter(lambda one: one.version == 4)).flatmap(
        lambda four: st.sampled_from(forms(str(four))).map(ip_address)
    ),
)


def network(pair: tuple[IPv4Address | IPv6Address, int]) -> str:
    """A range as settings write it: no bits beyond its prefix."""
    address, prefix = pair
    free = (32 if address.version == 4 else 128) - prefix
    kind = type(address)
    return f"{kind(int(address) >> free << free)}/{prefix}"


@given(
    ADDRESSES,
    st.lists(RANGES.map(network) | st.sampled_from(WIDE[1:]), min_size=1, max_size=4),
    st.lists(RANGES.map(network), max_size=2),
    st.booleans(),
)
@example(ip_address("64:ff9b:1::7f00:1"), ["::/0"], [], False)
@example(ip_address("2002:a9fe:a9fe::"), ["2002::/16"], [], False)
@example(ip_address("127.0.0.1"), ["126.0.0.0/7"], [], False)
def test_what_is_opened_is_what_the_documentation_says(
    address: IPv4Address | IPv6Address, allow: list[str], deny: list[str], near: bool
) -> None:
    if near:  # random ranges rarely meet: let one hold the address
        prefix = 24 if address.version == 4 else 64
        allow = [*allow, network((address, prefix))]
    assert opens(Rules.of(allow, deny, []), str(address)) == may_open(address, allow, deny)


@given(ADDRESSES)
def test_an_entry_for_the_very_address_opens_it_and_deny_closes_it(
    address: IPv4Address | IPv6Address,
) -> None:
    said = str(address)
    assert opens(Rules.of([said], [], []), said) == may_open(address, [said], [])
    assert not opens(Rules.of([*WIDE, said], [said], []), said)


@given(st.text(max_size=40) | st.from_regex(r"[0-9a-fx.:\u3002\uff11\[\]%]{1,30}", fullmatch=True))
def test_a_typed_text_is_never_looked_at_unless_its_normal_form_is_allowed(text: str) -> None:
    rules = Rules.of(["*.corp.example", "10.0.0.0/8"], ["10.9.0.0/16"], [])
    try:
        host = parse_host(unwrap(text))
        rules.check_typed(host.host)
    except (BadHost, TargetRefused):
        return
    if host.address is not None:
        assert may_open(host.address, ["10.0.0.0/8"], ["10.9.0.0/16"])
    else:
        assert not host.host.rpartition(".")[2].isdigit()
