import pytest

from bot.lab.shell import run


def awake(address: str) -> bool:
    return address == "192.0.2.11"


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
    reply = run(command, awake)
    assert reply.status == status
    assert part in reply.out
    assert bool(reply.err) == (status in {2, 127} or "shadow" in command)


def test_date_is_a_number_when_asked_for_one() -> None:
    exact, whole = run("date +%s.%N", awake).out, run("date +%s", awake).out
    assert abs(float(exact) - int(whole)) < 60
    assert "UTC" in run("date", awake).out
