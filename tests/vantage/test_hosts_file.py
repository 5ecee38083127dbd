"""Hosts files: of many a form, and too large to be read for the sake of one name."""

import sys
from ipaddress import ip_address
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vantage.names import Files

FEW = 500
"""So many calls of Python functions a lookup may cost, however large the file is."""


@pytest.mark.parametrize(
    ("text", "name", "canonical", "addresses"),
    [
        ("10.0.0.1 srv", "srv", "srv", ["10.0.0.1"]),
        ("10.0.0.1\ts.example\tsrv\t# 10.0.0.2 x\n", "srv", "s.example", ["10.0.0.1"]),
        ("\t10.0.0.1   a  b\tSRV.\r\n", "srv", "a", ["10.0.0.1"]),
        ("10.0.0.1 a\r\n10.0.0.2 srv\r\n", "srv", "srv", ["10.0.0.2"]),
        ("::1 srv\n2001:DB8::5 srv b\n", "srv", "srv", ["::1", "2001:db8::5"]),
        ("10.0.0.1 a srv\n10.0.0.1 b srv\n10.0.0.2 srv\n", "srv", "a", ["10.0.0.1", "10.0.0.2"]),
        ("x srv\n10.0.0.1 bad;name srv\n", "srv", "srv", ["10.0.0.1"]),
        ("fe80::1%eth0 srv\n10.0.0.1 srv\n", "srv", "srv", ["10.0.0.1"]),
        ("10.0.0.1 srv srv\n", "srv", "srv", ["10.0.0.1"]),
        ("10.0.0.1\n10.0.0.2 srv#x\n", "srv", "srv", ["10.0.0.2"]),
    ],
)  # fmt: skip
def test_a_name_has_the_addresses_of_all_its_lines(
    text: str, name: str, canonical: str, addresses: list[str]
) -> None:
    entry = Files.read("", text).hosts[name]
    assert entry.canonical == canonical
    assert entry.addresses == tuple(map(ip_address, addresses))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.0.0.1 srv2 a-srv srv.corp.example\n",
        "# 10.0.0.1 srv\n10.0.0.1 # srv\n",
        "srv 10.0.0.1\n",
        "10.0.0.1\nsrv\n",
        "10.0.0.256 srv\n",
        "10.0.0.1 \u212asrv s\u0159v\n",
    ],
)
def test_what_only_looks_like_the_name_is_passed_over(text: str) -> None:
    assert "srv" not in Files.read("", text).hosts


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["10.0.0.1", "10.0.0.2", "::1", "x", "#", "10.0.0.3%a"]),
            st.lists(st.sampled_from(["a", "B", "b.", "a.b", "-", "c#d", "\u212a", "k"])),
        )
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_one_name_is_found_as_in_a_reading_of_everything(
    lines: list[tuple[str, list[str]]], end: str
) -> None:
    hosts = Files.read("", end.join(" ".join((first, *names)) for first, names in lines)).hosts
    assert all(hosts[name].addresses for name in hosts)
    assert {name for name in ("a", "b", "a.b", "c", "k", "d") if name in hosts} == set(hosts)


@pytest.mark.parametrize("name", ["host-6000.corp.example", "host-6000", "missing"])
def test_a_large_file_is_not_read_for_one_name(name: str) -> None:
    text = "".join(
        f"10.0.{number >> 8}.{number & 255}\thost-{number}.corp.example host-{number}\n"
        for number in range(6200)
    )
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        entry = Files.read("search corp.example\n", text).hosts.get(name)
    finally:
        sys.setprofile(None)
    assert (entry is None) == (name == "missing")
    assert calls < FEW
