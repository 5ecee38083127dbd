"""The target rules, one case for each sentence that the settings' documentation says."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.targets import BadHost, Rules, TargetRefused, could_match, matches


def rules(*allow: str, deny: tuple[str, ...] = (), ports: tuple[int, ...] = (3389,)) -> Rules:
    return Rules.of(allow, deny, ports)


def name_open(given_rules: Rules, name: str) -> bool:
    try:
        given_rules.check_name(name)
    except TargetRefused:
        return False
    return True


def address_open(given_rules: Rules, address: str) -> bool:
    try:
        given_rules.check_address(ip_address(address))
    except TargetRefused:
        return False
    return True


def test_an_empty_allow_denies_all() -> None:
    nothing = rules()
    assert not name_open(nothing, "srv.corp.example")
    assert not address_open(nothing, "10.0.0.1")
    with pytest.raises(TargetRefused, match=r"targets\.allow is empty"):
        nothing.check_typed("srv")
    with pytest.raises(TargetRefused, match=r"targets\.allow is empty"):
        nothing.check_typed("10.0.0.1")


def test_a_name_must_fit_a_pattern_if_any_is_listed() -> None:
    corp = rules("*.corp.example", "gate.dmz.example", "10.0.0.0/8")
    assert name_open(corp, "srv.corp.example")
    assert name_open(corp, "a.b.corp.example")
    assert name_open(corp, "SRV.Corp.Example.")
    assert name_open(corp, "gate.dmz.example")
    assert not name_open(corp, "corp.example")
    assert not name_open(corp, "evilcorp.example")
    assert not name_open(corp, "srv.corp.example.evil.example")
    assert not name_open(corp, "srv")
    assert name_open(rules("10.0.0.0/8"), "anything.example")
    assert name_open(rules("*"), "anything.example")


def test_patterns_and_names_meet_in_one_spelling() -> None:
    assert name_open(rules("*.BÜCHER.example"), "srv.xn--bcher-kva.example")
    assert name_open(rules("*.xn--bcher-kva.example"), "srv.bücher.example")
    with pytest.raises(BadHost):
        rules("a..b")


def test_what_is_not_a_name_is_refused() -> None:
    with pytest.raises(TargetRefused):
        rules("*").check_name("srv;id")


def test_every_address_must_lie_in_a_range_if_any_is_listed() -> None:
    ranged = rules("*.corp.example", "10.0.0.0/8", "2001:db8::/32")
    assert address_open(ranged, "10.255.0.1")
    assert address_open(ranged, "2001:db8::7")
    assert not address_open(ranged, "11.0.0.1")
    assert not address_open(ranged, "2001:db9::7")
    names_only = rules("*.corp.example")
    assert address_open(names_only, "11.0.0.1")
    assert not address_open(names_only, "127.0.0.1")


def test_deny_wins_on_names_and_addresses() -> None:
    both = rules("*", "10.0.0.0/8", deny=("*.secret.example", "10.9.0.0/16", "10.1.1.1"))
    assert not name_open(both, "srv.secret.example")
    assert name_open(both, "srv.corp.example")
    assert not address_open(both, "10.9.1.1")
    assert not address_open(both, "10.1.1.1")
    assert address_open(both, "10.1.1.2")
    with pytest.raises(TargetRefused, match=r"targets\.deny has \*\.secret\.example"):
        both.check_typed("SRV.secret.example")
    with pytest.raises(TargetRefused, match=r"targets\.deny has 10\.9\.0\.0/16"):
        both.check_typed("10.9.1.1")
    both.check_typed("srv")


@pytest.mark.parametrize("form", ["::ffff:10.9.0.1", "64:ff9b::10.9.0.1"])
def test_ipv4_inside_ipv6_is_judged_as_ipv4(form: str) -> None:
    assert address_open(rules("10.0.0.0/8"), form)
    assert not address_open(rules("::/0", "64:ff9b::/64"), form)
    assert not address_open(rules("0.0.0.0/0", deny=("10.9.0.0/16",)), form)
    assert address_open(rules("::ffff:10.0.0.0/104"), "10.9.0.1")
    assert address_open(rules("64:ff9b::a09:0/112"), "10.9.0.1")
    assert not address_open(rules("0.0.0.0/0"), form.replace("10.9", "127.0"))
    assert not address_open(rules("0.0.0.0/0"), form.replace("10.9.0.1", "169.254.169.254"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "::1", "169.254.1.1", "fe80::1", "169.254.169.254",
        "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "0.0.0.1", "0.1.2.3", "::",
        "224.0.0.1", "ff02::1", "255.255.255.255",
    ],
)  # fmt: skip
def test_wide_rules_leave_closed_ranges_closed(address: str) -> None:
    wide = rules("*", "0.0.0.0/0", "::/0", "100.64.0.0/10", "fd00::/8", "168.0.0.0/8")
    assert not address_open(wide, address)
    assert not address_open(rules("*"), address)
    assert address_open(rules(address), address)


def test_an_entry_inside_a_closed_range_opens_what_it_names() -> None:
    lab = rules("127.0.10.0/24", "10.0.0.0/8")
    assert address_open(lab, "127.0.10.7")
    assert not address_open(lab, "127.0.11.7")
    assert address_open(rules("127.0.0.0/8"), "127.0.0.1")
    assert not address_open(rules("126.0.0.0/7"), "127.0.0.1")
    link_local = rules("169.254.0.0/16")
    assert address_open(link_local, "169.254.1.1")
    assert not address_open(link_local, "169.254.169.254")


def test_the_port_must_be_listed() -> None:
    two = rules("*", ports=(3389, 3390))
    two.check_port(3390)
    with pytest.raises(TargetRefused, match="3389, 3390"):
        two.check_port(22)
    with pytest.raises(TargetRefused, match="none"):
        rules("*", ports=()).check_port(3389)


def test_without_settings_exactly_the_typed_name_is_open() -> None:
    exact = Rules.exactly("SRV")
    exact.check_typed("srv")
    exact.check_port(22)
    assert name_open(exact, "srv.corp.example")
    assert not name_open(exact, "srv2.corp.example")
    assert not name_open(exact, "other")
    assert address_open(exact, "127.0.0.1")


def test_without_settings_exactly_the_typed_address_is_open() -> None:
    exact = Rules.exactly("10.0.0.1")
    exact.check_typed("10.0.0.1")
    assert address_open(exact, "::ffff:10.0.0.1")
    assert not address_open(exact, "10.0.0.2")
    with pytest.raises(TargetRefused):
        exact.check_typed("10.0.0.2")


def test_pattern_lists_of_jump_boxes_match_the_same_way() -> None:
    listed = ["*.corp.example", "10.0.0.0/8"]
    assert matches(listed, "srv.corp.example", [ip_address("10.1.1.1")])
    assert matches(listed, "srv.corp.example", ())
    assert matches(listed, None, [ip_address("10.1.1.1")])
    assert not matches(listed, "srv.corp.example", [ip_address("11.1.1.1")])
    assert not matches(listed, "srv.other.example", [ip_address("10.1.1.1")])
    assert not matches(listed, None, [ip_address("11.1.1.1")])
    assert not matches(listed, None, ())
    assert not matches([], "srv.corp.example", ())


def test_a_typed_host_could_still_be_completed() -> None:
    listed = ["*.corp.example", "gate.dmz.example", "10.0.0.0/8"]
    assert could_match(listed, "srv")
    assert could_match(["gate.dmz.example"], "gate")
    assert could_match(listed, "srv.corp.example")
    assert could_match(["10.0.0.0/8"], "srv.any.example")
    assert could_match(listed, "10.1.1.1")
    assert not could_match(["gate.dmz.example"], "srv")
    assert not could_match(listed, "srv.other.example")
    assert not could_match(listed, "11.1.1.1")
    assert not could_match([], "srv")


@given(st.ip_addresses(v=4), st.ip_addresses())
def test_forms_of_one_address_are_judged_alike(
    four: IPv4Address, entry: IPv4Address | IPv6Address
) -> None:
    judge = rules(str(entry), "10.0.0.0/8", "0.0.0.0/1")
    forms = [str(four), f"::ffff:{four}", f"64:ff9b::{four}"]
    assert len({address_open(judge, form) for form in forms}) == 1
