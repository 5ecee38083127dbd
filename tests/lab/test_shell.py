from ipaddress import ip_address

import pytest

from bot.lab.behaviour import Port
from bot.lab.scripts import Network
from bot.lab.shell import run, wanted
from bot.vantage import commands, outputs

FATES = {3389: Port.OPEN, 3390: Port.REFUSED}
NETWORK = Network(
    lambda address, size: address == "192.0.2.11" and size <= 1500,
    lambda _address, port: FATES.get(port, Port.SILENT),
)


@pytest.mark.parametrize(
    ("command", "status", "part"),
    [
        ("true", 0, ""),
        ("", 0, ""),
        ("cat /etc/resolv.conf", 0, "search lab.example"),
        ("cat /etc/resolv.conf /etc/hosts", 0, "127.0.0.1 localhost"),
        ("cat /etc/shadow", 1, ""),
        ("ping -n -c 1 -W 1 192.0.2.11", 0, "1 received"),
        ("ping -n -c 1 -W 1 192.0.2.12", 1, "0 received"),
        ("ping -c 1 nowhere", 2, ""),
        ("ping", 2, ""),
        ("rm -rf /", 127, ""),
        ("cat '", 2, ""),
    ],
)
def test_commands(command: str, status: int, part: str) -> None:
    reply = run(command, NETWORK)
    assert reply.status == status
    assert part in reply.out
    assert bool(reply.err) == (status in {2, 127} or "shadow" in command)


def test_date_is_a_number_when_asked_for_one() -> None:
    exact, whole = run("date +%s.%N", NETWORK).out, run("date +%s", NETWORK).out
    assert abs(float(exact) - int(whole)) < 60
    assert "UTC" in run("date", NETWORK).out


def test_it_answers_the_means_of_a_vantage_as_a_small_debian_does() -> None:
    here, gone = ip_address("192.0.2.11"), ip_address("192.0.2.12")
    found = outputs.survey(run(commands.SURVEY.line, NETWORK).out)
    assert (found.system, found.ping, found.trouble) == ("Linux", 20221126, "")
    assert found.tools == {"ip", "udp", "dd"}
    assert outputs.clock(run(commands.CLOCK.line, NETWORK).out)
    sizes = [1600, 1500, 576]
    for address, wanted_states in (
        (here, ["too-big", "reply", "reply"]),
        (gone, ["too-big", "silence", "silence"]),
    ):
        line = commands.echoes(address, sizes, 1.0, ping6=False).line
        echoes = outputs.echoes(run(line, NETWORK).out, sizes) or ()
        assert [echo.state for echo in echoes] == wanted_states
    assert outputs.neighbour(run(commands.neighbour(here).line, NETWORK).out) == "elsewhere"
    assert run(commands.sockets(here, 3389).line, NETWORK).status == 127


@pytest.mark.parametrize(
    ("port", "state"), [(3389, "answers"), (3390, "refused"), (3391, "silent")]
)
def test_a_datagram_meets_what_the_port_does(port: int, state: str) -> None:
    syn = bytes(8) + b"\x01\x02\x03\x04" + bytes(1220)
    command = commands.datagram(ip_address("192.0.2.11"), port, syn, 1.0)
    assert wanted(command.line) == len(syn)
    found = outputs.datagram(run(command.line, NETWORK, syn).out)
    assert found is not None
    assert found.state == state
    if state == "answers":
        assert len(found.data) == 1232
        assert found.data[:4] == b"\x01\x02\x03\x04"
        assert found.data[7] == 5
