"""Command lines hold addresses, numbers and our own words; nothing else gets in."""

import re
import shlex
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vantage import commands
from bot.vantage.base import Address

ADDRESSES: st.SearchStrategy[Address] = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))
HOSTILE = "fe80::1%'; reboot; '"


def lines(address: Address) -> list[str]:
    return [
        commands.echoes(address, [1500, 576], 2.0, ping6=False).line,
        commands.neighbour(address).line,
        commands.sockets(address, 3389).line,
        commands.datagram(address, 3389, bytes(1232), 1.5).line,
    ]


@given(ADDRESSES)
def test_a_line_is_one_script_for_one_shell_with_the_address_in_it(address: Address) -> None:
    for line in lines(address):
        *shell, script = shlex.split(line)
        assert shell in (["sh", "-c"], ["bash", "--norc", "-c"])
        assert str(address) in script
        assert line.count("'") == 2
        assert "\n" not in line


def test_a_zone_is_left_out() -> None:
    for line in lines(ip_address(HOSTILE)):
        assert "reboot" not in line
        assert "fe80::1" in line
        assert "%" not in line


@pytest.mark.parametrize("address", ["10.0.0.1", "2001:db8::1"])
def test_no_shell_reads_history_in_it(address: str) -> None:
    # csh substitutes history even between single quotes, but not before a blank.
    for line in [*lines(ip_address(address)), commands.SURVEY.line, commands.CLOCK.line]:
        assert not re.search(r"!(?![ ])", line)


def test_sizes_are_those_of_ip_packets_and_few() -> None:
    four = commands.echoes(ip_address("10.0.0.1"), [1500, 1500, 27, 65536], 2.9, ping6=True).line
    assert re.findall(r"\be (\d+) (\d+);", four) == [("1500", "1472")]
    assert "ping -n -M do -c 1 -W 2 -s $2 10.0.0.1 " in four
    six = commands.echoes(ip_address("fd00::1"), range(1280, 1400), 0.2, ping6=True).line
    assert re.findall(r"\be (\d+) (\d+);", six)[0] == ("1280", "1232")
    assert len(re.findall(r"\be (\d+) (\d+);", six)) == commands.MAX_SIZES
    assert "ping6 -n -M do -c 1 -W 1 " in six
    assert "ping -n" in commands.echoes(ip_address("fd00::1"), [1280], 1, ping6=False).line


def test_a_datagram_is_gathered_before_it_is_sent_and_ends_with_its_input() -> None:
    command = commands.datagram(ip_address("fd00::1"), 3389, b"abc", -1.0)
    assert (command.feed, command.watched) == (b"abc", True)
    assert "/dev/udp/fd00::1/3389" in command.line
    assert "dd bs=3 count=1 iflag=fullblock" in command.line
    assert "read -t 0.1 x" in command.line


def test_a_name_is_fed_to_its_line_and_no_part_of_it() -> None:
    command = commands.own_lookup("srv.corp.example")
    assert (command.feed, command.watched) == (b"srv.corp.example.\n", True)
    assert command.line == commands.own_lookup("other").line
    assert command.line.count("'") == 2
    assert not re.search(r"!(?![ ])", command.line)


def test_a_filter_has_ipv6_in_brackets() -> None:
    assert 'dst "[fd00::1]" dport = :3389' in commands.sockets(ip_address("fd00::1"), 3389).line
    assert 'dst "10.0.0.1" dport' in commands.sockets(ip_address("10.0.0.1"), 3389).line
