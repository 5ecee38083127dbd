"""What people report becomes evidence: codes, texts, events, report keys."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog import Catalog, load, shipped
from bot.catalog.phrases import plain_words
from bot.catalog.report import KEYS, BadReport, read_report

CATALOG = load(shipped())


def _read(codes: tuple[str, ...] = (), message: str = "", **report: Any) -> dict[str, str]:
    return read_report(CATALOG, codes, message, report)


@pytest.mark.parametrize(
    ("codes", "item", "state"),
    [
        (("0x904", "0x7"), "reported-connect-error", "connection-closed"),
        (("2308",), "reported-connect-error", "connection-closed"),
        (("516",), "reported-connect-error", "not-reached"),
        (("0x516",), "reported-connect-error", "not-reached"),
        (("0xB09",), "reported-sign-in-error", "nla-required"),
        (("0x1D07",), "reported-sign-in-error", "clock"),
        (("0x904", "0x9"), "reported-account-error", "not-authorised"),
        (("0x904", "0x102"), "reported-session-error", "licence"),
        (("0x3", "0x407"), "reported-session-error", "broker"),
        (("0x3", "0x112F"), "reported-session-error", "graphics-or-profile"),
        (("50331676",), "reported-gateway-error", "refused-user"),
        (("0x8009030C",), "reported-account-error", "wrong-credentials"),
    ],
)
def test_codes(codes: tuple[str, ...], item: str, state: str) -> None:
    assert _read(codes)[item] == state


def test_the_place_in_a_pair_decides() -> None:
    assert "reported-session-error" not in _read(("0x104",))
    assert _read(("0x104",))["reported-connect-error"] == "name-unknown"
    assert _read(("0x904", "0x104"))["reported-session-error"] == "licence"


@pytest.mark.parametrize(
    ("message", "item", "state"),
    [
        (
            "An authentication error has occurred.\nThe function requested is not supported\n\n"
            "This could be due to CredSSP encryption oracle remediation.",
            "reported-sign-in-error",
            "oracle-remediation",
        ),
        (
            "CREDSSP\u00a0Encryption   Oracle \u201cRemediation\u201d",
            "reported-sign-in-error",
            "oracle-remediation",
        ),
        (
            "The remote computer requires Network Level Authentication, which your computer"
            " does not support.",
            "reported-sign-in-error",
            "nla-required",
        ),
        (
            "The remote computer that you are trying to connect to requires Network Level"
            " Authentication (NLA), but your Windows domain controller cannot be contacted",
            "reported-sign-in-error",
            "no-authority",
        ),
        ("The logon attempt failed", "reported-account-error", "wrong-credentials"),
        (
            "Remote Desktop can\u2019t find the computer \u201csrv\u201d.",
            "reported-connect-error",
            "name-unknown",
        ),
        (
            "there is a time and/or date difference between the client and server",
            "reported-sign-in-error",
            "clock",
        ),
        ("No Remote Desktop License Servers available", "reported-session-error", "licence"),
        ("An internal error has occurred.", "reported-connect-error", "internal-error"),
        ("Error code: 0x204", "reported-connect-error", "not-reached"),
    ],
)
def test_texts(message: str, item: str, state: str) -> None:
    assert _read(message=message)[item] == state


def test_a_text_that_says_more_wins_over_the_bare_code() -> None:
    read = _read(("0x904",), "The certificate has expired")
    assert read["reported-connect-error"] == "certificate-refused"


@pytest.mark.parametrize(
    ("code", "item", "state"),
    [
        ("ERRCONNECT_LOGON_FAILURE", "reported-account-error", "wrong-credentials"),
        ("ERRINFO_OUT_OF_MEMORY", "reported-session-error", "host-busy"),
    ],
)
def test_names_among_the_codes_count_as_text(code: str, item: str, state: str) -> None:
    assert _read((code, "0x904"))[item] == state


@pytest.mark.parametrize("code", ["HTTP 503", "event 9999999", "0xZZ", ""])
def test_what_is_no_code_is_passed_over(code: str) -> None:
    assert _read((code,)) == {}


def test_words_count_whole() -> None:
    assert "reported-session-error" not in _read(message="unlicensed")


@pytest.mark.parametrize(
    ("events", "item", "state"),
    [
        ("36870", "server-event-tls", "key-unreadable"),
        ("131, 1058", "server-event-tls", "certificate-store"),
        ("4740,4625", "server-event-sign-in", "account-locked"),
        ("7034", "server-event-host", "service"),
    ],
)
def test_events(events: str, item: str, state: str) -> None:
    assert _read(server_event=events)[item] == state


@pytest.mark.parametrize(
    ("report", "item", "state"),
    [
        ({"onset": "after-update"}, "onset", "after-update"),
        ({"scope": "only-this-user"}, "scope", "only-this-user"),
        ({"fails_at": "later"}, "fails-at", "later"),
        ({"path": "vpn"}, "path", "vpn"),
        ({"by_address_works": "yes"}, "works-by-address", "yes"),
        ({"other_user_works": "no"}, "other-user-works", "no"),
        ({"other_client_works": "yes"}, "other-client-works", "yes"),
        ({"other_host_works": "yes"}, "other-host-works", "yes"),
        ({"other_network_works": "no"}, "other-network-works", "no"),
        ({"client_os": "Windows 11 24H2"}, "client-os", "windows-11"),
        ({"client_os": "macOS 15.1"}, "client-os", "macos"),
        ({"client_os": "xfreerdp on Debian"}, "client-os", "linux"),
        ({"server_os": "Windows Server 2019 Standard"}, "server-os", "windows"),
        ({"server_os": "Ubuntu 24.04 with xrdp"}, "server-os", "linux"),
    ],
)
def test_report_keys(report: dict[str, str], item: str, state: str) -> None:
    assert read_report(CATALOG, (), "", report) == {item: state}


@pytest.mark.parametrize(
    ("system", "version"),
    [
        ("Windows Server 2008 R2", "old"),
        ("Server 2012 R2", "2012"),
        ("Windows 11 Home", "home"),
        ("Windows 10 Home (RDP Wrapper)", "patched"),
    ],
)
def test_the_version_of_windows_is_an_item_of_its_own(system: str, version: str) -> None:
    told = read_report(CATALOG, (), "", {"server_os": system})
    assert told == {"server-os": "windows", "windows-version": version}


@pytest.mark.parametrize(
    ("system", "role"),
    [
        ("Windows Server 2019 (RD Session Host)", "session-host"),
        ("Windows Server 2012 R2, farm with broker", "farm"),
        ("Windows 11, Entra joined", "entra-joined"),
        ("Windows Server, domain controller", "domain-controller"),
        ("Windows 10 in VirtualBox", "guest"),
    ],
)
def test_what_people_call_the_host_tells_its_role(system: str, role: str) -> None:
    assert read_report(CATALOG, (), "", {"server_os": system})["host-role"] == role


@pytest.mark.parametrize(
    ("codes", "message", "item", "state"),
    [
        (["0x00020005"], "", "reported-connect-error", "name-unknown"),
        (["0x20018"], "", "reported-account-error", "locked-or-disabled"),
        (["800759dd"], "", "reported-gateway-error", "host-behind"),
        (["0x800759DA"], "", "reported-gateway-error", "refused-user"),
        ([], "STATUS_TRUSTED_RELATIONSHIP_FAILURE", "reported-sign-in-error", "trust"),
        ([], "restricted the type of logon (network)", "reported-account-error", "logon-type"),
        ([], "Connecting to localhost:3389 fails", "reported-named-reason", "this-pc"),
    ],
)
def test_codes_and_names_of_other_clients(
    codes: list[str], message: str, item: str, state: str
) -> None:
    assert read_report(CATALOG, codes, message, {}) == {item: state}


@pytest.mark.parametrize("key", ["scope", "path"])
def test_unknown_says_nothing(key: str) -> None:
    assert read_report(CATALOG, (), "", {key: "unknown"}) == {}


def test_an_unknown_key_or_value_is_refused() -> None:
    with pytest.raises(BadReport, match=r"'onsett'; did you mean 'onset'\?"):
        _read(onsett="suddenly")
    with pytest.raises(BadReport, match="'scope' is 'me'"):
        _read(scope="me")
    with pytest.raises(BadReport, match="'client_os' wants text"):
        _read(client_os=["Windows"])


def test_every_key_is_read_by_some_item() -> None:
    read = {
        key
        for item in CATALOG.evidence.values()
        for match in item.matches.values()
        for key in match.report
    }
    assert read | {"server_event"} == set(KEYS)


def test_plain_words() -> None:
    assert plain_words("  Can\u2019t   FIND\u00adit \u2013 \u201cnow\u201d!") == "cannot findit now"
    assert plain_words("\uff21\uff22\u200b") == "ab"


@given(st.text(max_size=60), st.lists(st.sampled_from(["0x904", "0x7", "7", "0x3"]), max_size=3))
def test_any_message_gives_known_states(message: str, codes: list[str]) -> None:
    for item, state in read_report(CATALOG, codes, message, {}).items():
        assert state in CATALOG.evidence[item].states


def test_an_empty_report_says_nothing() -> None:
    empty: Catalog = CATALOG
    assert read_report(empty, (), "", {}) == {}


def test_the_report_wins_over_the_message() -> None:
    assert _read(message="since the update")["onset"] == "after-update"
    assert _read(message="since the update", onset="always")["onset"] == "always"


def test_an_event_in_the_message_counts_like_one_in_the_report() -> None:
    assert _read(message="Schannel 36870") == _read(server_event="36870")


def test_a_long_number_is_not_read_in_another_base() -> None:
    """0x20006 of FreeRDP is no decimal 20006, which would lie among the protocol errors."""
    assert _read(message="[0x00020006]")["reported-connect-error"] == "not-reached"


def test_readings_of_an_rdp_file_are_evidence() -> None:
    found = read_report(CATALOG, (), "", {}, {"nla": "off-but-required", "target": "other-port"})
    assert found == {"rdp-file-nla": "off-but-required", "rdp-file-target": "other-port"}
