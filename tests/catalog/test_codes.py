"""Codes as people type them: both bases, one canonical form, every reading that a table has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog import Catalog, load, shipped
from bot.catalog.codes import (
    BadCode,
    all_codes,
    canonical,
    explain,
    find_codes,
    lookup,
    parse_codes,
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(shipped())


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0x904", "0x904"),
        ("0X0904", "0x904"),
        ("904h", "0x904"),
        ("2308", "0x904"),
        ("904", "0x904"),  # 904 decimal is 0x388, which no RDP code looks like
        ("(0x7)", "0x7"),
        ("7", "0x7"),
        ("516", "0x204"),
        ("264", "0x108"),
        ("3848", "0xF08"),
        ("50331676", "0x300001C"),
        ("0x80090322", "0x80090322"),
        ("80090322", "0x80090322"),
        ("-2146893022", "0x80090322"),
        ("c000006d", "0xC000006D"),
        ("0\u00d7904", "0x904"),
        ("\uff10x904\u200b", "0x904"),
    ],
)
def test_one_canonical_form(typed: str, code: str) -> None:
    assert canonical(typed) == code
    assert canonical(code) == code


@pytest.mark.parametrize("typed", ["", "0x", "0x9G4", "abc", "0x123456789", "99999999999", "srv"])
def test_what_is_no_code_is_named_with_an_example(typed: str) -> None:
    with pytest.raises(BadCode) as caught:
        canonical(typed)
    assert repr(typed) in str(caught.value)
    assert "0x904" in str(caught.value)


@given(st.integers(0, 0xFFFFFFFF))
def test_what_is_written_in_hexadecimal_stays(value: int) -> None:
    assert int(canonical(f"0x{value:x}"), 16) == value


@given(st.text(max_size=20))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    try:
        assert canonical(text).startswith("0x")
    except BadCode as error:
        assert repr(text) in str(error)  # noqa: PT017 - any other outcome fails the test


def test_lists_of_codes() -> None:
    assert parse_codes("0x904 0x7") == ["0x904", "0x7"]
    assert parse_codes("0x904/0x7, 2825;") == ["0x904", "0x7", "0xB09"]
    with pytest.raises(BadCode, match="'help'"):
        parse_codes("0x904 help")


@pytest.mark.parametrize(
    "text",
    [
        "Error code: 0x904 Extended error code: 0x7",
        "error code:0x904, extended error code:0x7",
        "Error code: 0x904\nExtended error code: 0x7",
        "\u201c0x904\u201d \u20180x7\u2019",
        "Fehlercode: 0x904 Erweiterter Fehlercode: 0x7",
        "code d'erreur : 0x904 code d'erreur \u00e9tendu : 0x7",
        "0x904=0x7",
    ],
)
def test_codes_may_come_with_the_words_that_stand_beside_them(catalog: Catalog, text: str) -> None:
    assert parse_codes(text) == ["0x904", "0x7"]
    assert [each.code for each in explain(catalog, text.split())] == ["0x904", "0x7"]


def test_words_alone_are_no_codes(catalog: Catalog) -> None:
    for text in ("error code:", "extended", ""):
        assert parse_codes(text) == []
        with pytest.raises(BadCode, match="no error code"):
            explain(catalog, text)


def test_codes_that_are_given_and_told_are_each_known_once() -> None:
    told = "Error code: 0x904 Extended error code: 0x7"
    assert all_codes(["0x904", "2308"], told) == ("0x904", "0x7")
    assert all_codes([], told) == ("0x904", "0x7")
    assert all_codes([], "it does not work") == ()
    for words in (["banana"], [""], ["error"]):
        with pytest.raises(BadCode):
            all_codes(words, told)


def test_codes_in_a_pasted_text() -> None:
    text = "Error code: 0x904\nExtended error code: 0x7\nTime (UTC): 11/20/26 09:14:02"
    assert find_codes(text) == ["0x904", "0x7"]
    assert find_codes("error code 2308, build 10.0.26100") == ["0x904"]
    assert find_codes("nothing here, 10.1.2.3:3389") == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Error code: 0x204.", ["0x204"]),
        ("Ox204", ["0x204"]),
        ("0x00000204, Extended error code: 0x0", ["0x204", "0x0"]),
        ("Error code 2308.", ["0x904"]),
        ("Fehlercode: 516", ["0x204"]),
        ("code d'erreur : 516", ["0x204"]),
        ("error 516", ["0x204"]),
        ("disconnect reason 264", ["0x108"]),
        ("error -2146893048", ["0x80090308"]),
        ("status C000006D", ["0xC000006D"]),
        ("80090308!", ["0x80090308"]),
        ("error 404, error 10060, HTTP error 503, error 3", []),
        ("NPS reason code 16", []),
        ("code 99999999999, code 9999999999", []),
        ("call 2147483647 or -12345", []),
    ],
)
def test_codes_as_people_write_them(text: str, codes: list[str]) -> None:
    assert find_codes(text) == codes


@given(st.text(alphabet="0123456789abcdefxo code:error-.", max_size=40))
def test_any_text_gives_canonical_codes(text: str) -> None:
    assert all(canonical(code) == code for code in find_codes(text))


def test_a_pair_is_read_from_two_tables(catalog: Catalog) -> None:
    first, second = explain(catalog, ("0x904", "0x7"))
    assert first.entries[0].table == "disconnect"
    assert "proves nothing about TLS" in first.text()
    assert second.entries[0].table == "extended"
    assert "said nothing at all" in second.text()


def test_a_code_alone_is_shown_from_both_tables(catalog: Catalog) -> None:
    (reading,) = explain(catalog, "0x104")
    assert [entry.table for entry in reading.entries] == ["disconnect", "extended"]


def test_in_a_pair_the_place_decides_the_table(catalog: Catalog) -> None:
    first, second = explain(catalog, "0x104 0x104")
    assert first.entries[0].table == "disconnect"
    assert second.entries[0].table == "extended"


def test_both_bases_are_shown_where_a_table_has_them(catalog: Catalog) -> None:
    (reading,) = explain(catalog, "0x516")
    assert reading.code == "0x204"
    assert reading.text().startswith("0x516 read as 0x204 (516)")


def test_an_unlisted_code_is_said_to_be_unlisted(catalog: Catalog) -> None:
    (reading,) = explain(catalog, "0x998")
    assert reading.text() == "0x998 (2456): in none of the published tables."
    assert reading.to_json() == {"token": "0x998", "code": "0x998", "decimal": 2456, "entries": []}


@pytest.mark.parametrize("nothing", ["", "  ", ",", [""], []])
def test_no_code_at_all_is_refused(catalog: Catalog, nothing: str | list[str]) -> None:
    with pytest.raises(BadCode, match="no error code was given"):
        explain(catalog, nothing)


def test_ranges_find_the_narrowest_entry(catalog: Catalog) -> None:
    assert lookup(catalog, "0x1102")[0].name == "UnknownPDU"
    assert lookup(catalog, "0x2000", "extended")[0].name == "ProtocolError"


@pytest.mark.parametrize(
    "code",
    ["0x904", "0x204", "0xB07", "0xB09", "0x1B07", "0x1D07", "0x7", "0x9", "0x102", "0x112F",
     "0x407", "0x8009030D", "0xC00000BB", "0xC0000418", "0x3000007", "0x300001B"],
)  # fmt: skip
def test_the_codes_that_people_bring_are_there(catalog: Catalog, code: str) -> None:
    entries = lookup(catalog, code)
    assert entries
    assert all(entry.says.endswith(".") and entry.source for entry in entries)


@pytest.mark.parametrize(("typed", "name"), [
    ("0x20005", "ERRCONNECT_DNS_NAME_NOT_FOUND"),
    ("0x00020014", "ERRCONNECT_LOGON_FAILURE"),
])  # fmt: skip
def test_a_code_of_freerdp_has_one_reading(catalog: Catalog, typed: str, name: str) -> None:
    """0x20005 is no decimal 20005, which would be a protocol error."""
    (reading,) = explain(catalog, [typed])
    assert [entry.name for entry in reading.entries] == [name]


def test_of_a_long_wrong_code_only_the_beginning_is_repeated() -> None:
    with pytest.raises(BadCode) as caught:
        canonical("z" * 10_000)
    assert len(str(caught.value)) < 150
