"""What an .rdp file says beside what was typed and what the probes saw."""

from typing import Any

import pytest

from bot.evidence import Observation
from bot.evidence.rdp_file import READINGS, Filed, readings

LOOKED_UP = Observation.passed(
    "name.lookup",
    asked="srv-1",
    addresses=["10.0.0.7"],
    canonical="real.corp.example",
    reverse={"10.0.0.7": "seven.corp.example"},
)
CHALLENGE = Observation.passed("nla.challenge", computer="SRV-1", dns_computer="srv-1.corp.example")


def read(settings: dict[str, str | int], *seen: Observation, **typed: str | int) -> dict[str, str]:
    return readings(Filed(settings, **{"host": "srv-1", "port": 3389, **typed}), seen)  # type: ignore[arg-type]


def test_no_file_says_nothing() -> None:
    assert read({}) == {}


def test_every_word_is_in_the_list() -> None:
    found = read({"enablecredsspsupport": 0, "full address": "srv-2", "gatewayusagemethod": 1})
    assert all(word in READINGS[reading] for reading, word in found.items())


@pytest.mark.parametrize(
    ("security", "settings", "word"),
    [
        ("nla-required", {"enablecredsspsupport": 0}, "off-but-required"),
        ("negotiate", {"enablecredsspsupport": 0}, "off"),
        ("nla-required", {"enablecredsspsupport": 1}, "on"),
        ("nla-required", {"negotiate security layer": 0}, "direct"),
        ("nla-required", {"server port": 3389}, "on"),
    ],
)
def test_nla(security: str, settings: dict[str, str | int], word: str) -> None:
    assert read(settings, Observation.passed("rdp.negotiation", security=security))["nla"] == word


@pytest.mark.parametrize(
    ("settings", "seen", "word"),
    [
        ({"full address": "SRV-1"}, (), "agrees"),
        ({"full address": "srv-1.corp.example"}, (), "agrees"),
        ({"full address": "10.0.0.7"}, (LOOKED_UP,), "agrees"),
        ({"full address": "real.corp.example"}, (LOOKED_UP,), "agrees"),
        ({"full address": "seven"}, (LOOKED_UP,), "agrees"),
        ({"full address": "srv-2"}, (LOOKED_UP,), "other-host"),
        ({"full address": "10.0.0.8"}, (LOOKED_UP,), "other-host"),
        ({"full address": "10.0.0.8"}, (), None),
        ({"full address": "srv-1", "alternate full address": "srv-2"}, (), "other-host"),
        ({"full address": "srv-1", "server port": 3390}, (), "other-port"),
        ({"full address": "srv-2", "loadbalanceinfo": "set"}, (), "broker"),
        ({"full address": "srv-2", "use redirection server name": 1}, (), "broker"),
        ({"enablecredsspsupport": 1}, (), None),
    ],
)
def test_target(
    settings: dict[str, str | int], seen: tuple[Observation, ...], word: str | None
) -> None:
    assert read(settings, *seen).get("target") == word


def test_a_name_in_the_file_and_a_typed_address() -> None:
    settings: dict[str, str | int] = {"full address": "srv-1.corp.example"}
    assert read(settings, CHALLENGE, host="10.0.0.7")["target"] == "agrees"
    assert "target" not in read(settings, host="10.0.0.7")


@pytest.mark.parametrize(
    ("settings", "typed", "word"),
    [
        ({"gatewayusagemethod": 0, "gatewayhostname": "rdg"}, "", "none"),
        ({"gatewayusagemethod": 4}, "rdg", "none"),
        ({"gatewayusagemethod": 1}, "", "nameless"),
        ({"gatewayusagemethod": 2, "gatewayhostname": "rdg"}, "", "used"),
        ({"gatewayusagemethod": 1, "gatewayhostname": "rdg"}, "rdg.corp.example:443", "used"),
        ({"gatewayusagemethod": 1, "gatewayhostname": "old"}, "rdg.corp.example", "other"),
    ],
)
def test_gateway(settings: dict[str, str | int], typed: str, word: str) -> None:
    assert read(settings, gateway=typed)["gateway"] == word


@pytest.mark.parametrize(
    ("settings", "reading", "word"),
    [
        ({"authentication level": 0}, "authentication-level", "lax"),
        ({"authentication level": 1}, "authentication-level", "strict"),
        ({"authentication level": 2}, "authentication-level", "warns"),
        ({"server port": 1}, "authentication-level", "warns"),
        ({"restrictedlogon": 1}, "sign-in", "restricted"),
        ({"redirectedauthentication": 1, "enablerdsaadauth": 1}, "sign-in", "restricted"),
        ({"targetisaadjoined": 1}, "sign-in", "cloud"),
        ({"enablerdsaadauth": 0}, "sign-in", "plain"),
        ({"username form": "upn"}, "user-form", "upn"),
    ],
)
def test_other_readings(settings: dict[str, str | int], reading: str, word: str) -> None:
    assert read(settings)[reading] == word


@pytest.mark.parametrize("wild", [None, 5, "text", [None, 5], {"a": None}, {"a": [5]}, True])
def test_facts_of_any_type_break_nothing(wild: object) -> None:
    keys = ("addresses", "reverse", "canonical", "security", "computer", "dns_computer")
    facts: dict[str, Any] = dict.fromkeys(keys, wild)
    seen = Observation.passed("name.lookup", **facts)
    found = read({"full address": "srv-1", "enablecredsspsupport": 0}, seen)
    assert (found["target"], found["nla"]) == ("agrees", "off")
