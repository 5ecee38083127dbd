"""Broken inputs by the hundred thousand: a value or Malformed, whole or in pieces, in few steps.

CI_LONG=1 makes it a million.  ``python -m tests.fuzz`` runs one parser for as long as you like.
"""

import faulthandler
import os

import pytest

from tests.fuzz.parsers import PARSERS, outcome
from tests.fuzz.run import Found, run
from tests.fuzz.samples import PRINTED, samples

TOTAL = 1_000_000 if os.environ.get("CI_LONG") else 100_000
SEED = 20260301
"""Change it and another hundred thousand are tried; a found input goes into regressions.txt."""
# Parsers that do most of the work by themselves get most of the inputs; thousandths of the total.
SHARES = {
    "x224": 120,
    "negotiation": 90,
    "flight": 150,
    "flight-short": 60,
    "credssp": 110,
    "challenge": 80,
    "ntlm": 80,
    "certificate": 45,
    "gateway-certificate": 15,
    "gateway-head": 90,
    "dns-addresses": 8,
    "dns-reverse": 4,
    "rdp-udp": 40,
    "files": 18,
    "rdp-file": 20,
    "survey": 8,
    "echoes": 14,
    "clock": 8,
    "neighbour": 10,
    "datagram": 6,
    "own-lookup": 4,
    "sockets": 10,
    "ping": 10,
}
FORGIVING = {"files", "ping", "dns-addresses", "dns-reverse", *PRINTED}
"""These pass over what makes no sense."""
WATCHDOG_S = 3600
"""For an endless loop inside one step: the traceback is printed and the process ends."""


def test_every_parser_has_its_share() -> None:
    assert SHARES.keys() == PARSERS.keys() == samples().keys()
    assert sum(SHARES.values()) == 1000


@pytest.mark.parametrize("name", PARSERS)
def test_sound_samples_are_read(name: str) -> None:
    """What is broken below was whole before."""
    for sample in samples()[name]:
        outcome(PARSERS[name], [sample])
    values = [outcome(PARSERS[name], [sample]) for sample in samples()[name]]
    assert len([value for value in values if not isinstance(value, type)]) * 2 >= len(values)


@pytest.mark.parametrize("name", PARSERS)
def test_broken_samples_give_a_value_or_malformed(name: str) -> None:
    faulthandler.dump_traceback_later(WATCHDOG_S, exit=True)
    try:
        tally = run(name, TOTAL * SHARES[name] // 1000, SEED)
    finally:
        faulthandler.cancel_dump_traceback_later()
    # A run that is all of one kind has missed the parser.
    assert tally.values
    assert tally.malformed or name in FORGIVING


def test_a_parser_that_raises_something_else_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def confused(_data: bytes) -> object:
        raise KeyError("no such thing")

    monkeypatch.setattr("bot.wire.ntlm.read_challenge", confused)
    with pytest.raises(
        Found, match=r"parser challenge, seed 1, number \d+: KeyError(?s:.*)[0-9a-f]"
    ):
        run("challenge", 100, 1)


def test_a_parser_that_takes_its_time_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(data: bytes) -> object:
        return sum(data.count(byte) for _ in range(100) for byte in data)

    monkeypatch.setattr("bot.wire.ntlm.read_challenge", slow)
    with pytest.raises(Found, match="steps for"):
        run("challenge", 100, 1)
