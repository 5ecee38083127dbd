"""Completing names: resolv.conf and hosts files of all sorts, and the order of the C library."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.targets import Rules, TargetRefused
from bot.vantage.dns import Found
from bot.vantage.names import Files, literal, look_up

CORP = Rules.of(["*.corp.example"], [], [])
LATER = float("inf")
"""A deadline that never comes."""


def test_resolv_conf_is_read_as_resolvers_read_it() -> None:
    files = Files.read(
        "# comment\nnameserver 10.0.0.53\nnameserver fe80::1\nnameserver not-an-address\n"
        "nameserver\nsearch old.example\ndomain Corp.Example\nsearch corp.example b..d "
        "lab.example.\n"
        "options rotate ndots:2 ndots:x timeout:1\nsortlist 10.0.0.0\n",
        "",
    )
    assert files.servers == (("10.0.0.53", 53), ("fe80::1", 53))
    assert files.search == ("corp.example", "lab.example")
    assert files.ndots == 2
    assert Files.read("options ndots:99", "").ndots == 15
    assert len(Files.read("search " + " ".join("abcdefghijklmnop"), "").search) == 10


def test_hosts_files_give_the_first_name_of_the_line() -> None:
    hosts = Files.read(
        "",
        "127.0.0.1 localhost\n10.0.0.1\tSrv.corp.example srv # old\n10.0.0.2 srv.corp.example\n"
        "#10.0.0.3 gone\nnonsense line\n10.0.0.4\n10.0.0.5 bad;name\n\n",
    ).hosts
    assert hosts["srv"].canonical == "srv.corp.example"
    assert hosts["srv"].addresses == (ip_address("10.0.0.1"),)
    assert len(hosts["srv.corp.example"].addresses) == 2
    assert set(hosts) == {"localhost", "srv", "srv.corp.example"}


def test_completions_follow_the_number_of_dots() -> None:
    files = Files(search=("corp.example", "Lab.example."))
    assert files.completions("srv") == ("srv.corp.example", "srv.lab.example", "srv")
    assert files.completions("srv.sub")[0] == "srv.sub"
    assert Files(search=("c",), ndots=2).completions("a.b") == ("a.b.c", "a.b")
    assert Files().completions("srv") == ("srv",)


async def test_the_first_completion_that_resolves_is_judged() -> None:
    asked = []

    async def find(name: str, deadline: float) -> Found:
        asked.append(name)
        known = {"srv.corp.example": "10.0.0.1", "other.evil.example": "10.0.0.2"}
        if name in known:
            return Found("ok", (ip_address(known[name]),), "r")
        return Found("nxdomain", detail="no")

    files = Files(search=("evil.example", "corp.example"))
    found = await look_up("srv", files, CORP, find, LATER)
    assert (found.canonical, found.status) == ("srv.corp.example", "ok")
    assert asked == ["srv.evil.example", "srv.corp.example"]
    with pytest.raises(TargetRefused, match=r"other\.evil\.example"):
        await look_up("other", files, CORP, find, LATER)
    missing = await look_up("gone", files, CORP, find, LATER)
    assert missing.status == "nxdomain"
    assert "gone.corp.example" in missing.detail


@pytest.mark.parametrize(
    ("said", "status", "questions"),
    [
        (["nxdomain", "no-answer", "nxdomain"], "no-answer", 3),
        (["nxdomain", "timeout", "nxdomain"], "timeout", 2),
        (["no-answer", "no-answer", "nxdomain"], "no-answer", 3),
    ],
)
async def test_the_gravest_answer_counts(said: list[str], status: str, questions: int) -> None:
    left = list(said)

    async def find(name: str, deadline: float) -> Found:
        return Found(left.pop(0))

    files = Files(search=("corp.example", "b.example"))
    assert (await look_up("srv", files, CORP, find, LATER)).status == status
    assert len(left) == len(said) - questions


async def test_names_of_the_hosts_file_are_judged_by_their_first_name() -> None:
    async def find(name: str, deadline: float) -> Found:
        raise AssertionError(name)

    files = Files.read("", "10.0.0.1 srv.corp.example srv\n10.0.0.2 x.evil.example x\n")
    assert (await look_up("srv", files, CORP, find, LATER)).canonical == "srv.corp.example"
    with pytest.raises(TargetRefused):
        await look_up("x", files, CORP, find, LATER)


async def test_an_alias_of_the_hosts_file_is_the_host_that_was_typed() -> None:
    async def find(name: str, deadline: float) -> Found:
        raise AssertionError(name)

    files = Files.read("", "10.0.0.1 localhost srv\n10.0.0.2 x.evil.example y.corp.example\n")
    exact = await look_up("srv", files, Rules.exactly("srv"), find, LATER)
    assert (exact.status, exact.canonical) == ("ok", "localhost")
    found = await look_up("y.corp.example", files, CORP, find, LATER)
    assert [str(address) for address in found.addresses] == ["10.0.0.2"]
    for denied in ("x.evil.example", "y.corp.example"):
        rules = Rules.of(["*"], [denied], [])
        with pytest.raises(TargetRefused, match="deny"):
            await look_up("y.corp.example", files, rules, find, LATER)
    with pytest.raises(TargetRefused):
        await look_up("srv", files, CORP, find, LATER)


@given(st.text(), st.text())
def test_any_files_are_read(resolv_conf: str, hosts: str) -> None:
    files = Files.read(resolv_conf, hosts)
    assert len(files.search) <= 10
    assert files.completions("srv")


def test_literals_are_addresses() -> None:
    found = literal("::1")
    assert found is not None
    assert found.addresses == (ip_address("::1"),)
    assert literal("srv") is None


def test_an_address_with_a_zone_is_passed_over() -> None:
    """A zone may hold anything, and the address becomes part of a command on the jump box."""
    files = Files.read("", "fe80::1%$(reboot) srv\n2001:db8::1%;id srv\n10.1.2.3 srv\n")
    assert files.hosts["srv"].addresses == (ip_address("10.1.2.3"),)


def test_files_are_read_within_the_limits_of_the_c_library() -> None:
    many = "".join(f"nameserver 10.0.0.{number}\n" for number in range(1, 9))
    assert [server for server, _ in Files.read(many, "").servers] == [
        "10.0.0.1", "10.0.0.2", "10.0.0.3",
    ]  # fmt: skip
    zones = "nameserver fe80::1%eth0\nnameserver fe80::2%\x1b[2J\nnameserver fe80::3%a;b\n"
    assert Files.read(zones, "").servers == (("fe80::1%eth0", 53),)
    hosts = "10.0.0.1 srv b\u00fccher\n10.0.0.1 srv\n10.0.0.2 srv\n"
    files = Files.read("search b\u00fccher.example corp.example", hosts)
    assert files.search == ("corp.example",)
    assert files.hosts.keys() == {"srv"}
    assert [str(address) for address in files.hosts["srv"].addresses] == ["10.0.0.1", "10.0.0.2"]
