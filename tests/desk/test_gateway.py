"""What the card says of a gateway, which gateway is looked at, and that the rules cover it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.catalog import load, shipped
from bot.desk import gateway, saying
from bot.desk.diagnosis import Told, diagnose, evidence_of
from bot.desk.intents import Opening
from bot.desk.ladder import rows
from bot.desk.looking import Scout, gateway_of
from bot.engine import Model
from bot.evidence import Failure, Observation
from bot.probes.base import Target
from bot.settings import SettingsError, read
from bot.targets import BadHost, TargetRefused
from tests.desk import office as o
from tests.evidence.build import healthy, saw

F = Failure
CATALOG = load(shipped())
PORT = saw("gateway.tcp", asked="rdg.corp.example", state="open")
SOUND = {
    "not_after": "2027-11-17T00:00:00Z",
    "days_left": 300.0,
    "matches_host": True,
    "issuer": "CN=Corp CA",
}


def row(*seen: Observation) -> tuple[str, str]:
    made = rows(CATALOG, [*healthy(), *seen], ("srv-app-07", 3389), live=False)
    (found,) = [each for each in made if each.title == "Gateway"]
    return found.mark, found.detail


def tls(failure: Failure | None = None, **facts: object) -> Observation:
    return saw("gateway.tls", "jump1", failure, **{**SOUND, **facts})


def http(reading: str, status: int) -> Observation:
    failed = None if reading == "answers" else F.GATEWAY_HTTP
    return saw("gateway.http", "jump1", failed, reading=reading, status=status)


def test_a_card_without_a_gateway_has_no_such_row() -> None:
    made = rows(CATALOG, healthy(), ("srv-app-07", 3389), live=False)
    assert "Gateway" not in [each.title for each in made]


@pytest.mark.parametrize(
    ("seen", "mark", "detail"),
    [
        (
            (PORT, tls(trusted=True), http("answers", 401)),
            "ok",
            "rdg.corp.example: certificate valid to 17 Nov 2027; issued by Corp CA, "
            "answers as a gateway (401)",
        ),
        (
            (PORT, tls(F.GATEWAY_TLS, trusted=False), http("method-refused", 405)),
            "fault",
            "rdg.corp.example: certificate valid to 17 Nov 2027; issued by Corp CA; "
            "not trusted here, a proxy or filter refuses its requests (405)",
        ),
        ((PORT, saw("gateway.tls", "jump1", F.TLS_CLOSED)), "fault", "closes right after"),
        (
            (PORT, saw("gateway.tls", "jump1", F.PROBE_MALFORMED)),
            "fault",
            "rdg.corp.example: what answers there is not TLS",
        ),
        (
            (PORT, tls(F.GATEWAY_TLS, matches_host=False, subject="CN=rdg", names=["old.example"])),
            "fault",
            "made out to old.example;",
        ),
        ((PORT,), "ok", "rdg.corp.example: its port opens"),
        (
            (saw("gateway.tcp", "jump1", F.NAME_NOT_FOUND, asked="rdg"),),
            "fault",
            "rdg: there is no such name",
        ),
        ((PORT, saw("gateway.tcp", "jump1", F.TCP_TIMEOUT)), "ok", "its port opens"),
        (
            (Observation.not_run("gateway.tcp", "no way there").stamped("jump1", 0),),
            "not checked",
            "no way there",
        ),
    ],
)
def test_the_row_says_what_a_client_stops_at(
    seen: tuple[Observation, ...], mark: str, detail: str
) -> None:
    found = row(*seen)
    assert found[0] == mark
    assert detail in found[1]


def test_a_gateway_is_typed_like_a_host_and_has_port_443() -> None:
    assert gateway_of(None) is None
    assert gateway_of("RDG.corp.example") == Target("rdg.corp.example", 443)
    assert gateway_of("[2001:db8::7]:8443") == Target("2001:db8::7", 8443)
    for wrong in ("a b", ""):
        with pytest.raises(BadHost):
            gateway_of(wrong)


def settings(folder: Path, gateway: str) -> Path:
    path = folder / "rdp-triage.toml"
    path.write_text(
        f'[targets]\nallow = ["127.0.0.0/8"]\ndeny = ["127.9.0.0/16"]\ndirect = true\n'
        f'gateway = "{gateway}"\n',
        encoding="utf-8",
    )
    return path


def test_a_gateway_must_itself_be_allowed(tmp_path: Path) -> None:
    scout = Scout.of(read(settings(tmp_path, "127.0.0.1"), {}))
    scout.admit(Target("127.0.0.1"))
    with pytest.raises(TargetRefused, match=r"127\.9\.0\.1"):
        scout.admit(Target("127.0.0.1", gateway=Target("127.9.0.1", 443)))
    with pytest.raises(TargetRefused, match=r"127\.9\.0\.2"):
        Scout.of(read(settings(tmp_path, "127.9.0.2"), {})).admit(Target("127.0.0.1"))


async def test_the_gateway_of_the_settings_is_looked_at_where_none_is_named(
    tmp_path: Path,
) -> None:
    scout = Scout.of(read(settings(tmp_path, "127.0.0.2:1"), {}))
    for target, asked in (
        (Target("127.0.0.1", 1), "127.0.0.2"),
        (Target("127.0.0.1", 1, Target("127.0.0.3", 1)), "127.0.0.3"),
    ):
        seen = await scout.look(target, ("direct",), seconds=8)
        (found,) = [each for each in seen if each.probe == "gateway.tcp"]
        assert (found.failure, found.facts["asked"]) == (F.TCP_REFUSED, asked)


def test_a_gateway_of_the_settings_that_is_no_host_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"targets\.gateway"):
        read(settings(tmp_path, "a b"), {})


class Asked(o.ScriptedScout):
    """Remembers what it was asked to admit and to look at."""

    def admit(self, target: Target) -> None:
        super().admit(target)
        self.admitted = target

    async def look(self, target: Target, places: Sequence[str], **more: Any) -> list[Observation]:
        self.looked = target
        return await super().look(target, places, **more)


async def test_the_gateway_of_a_ticket_is_admitted_and_looked_at(tmp_path: Path) -> None:
    scout = Asked(o.expired())
    async with o.office(tmp_path, scout=scout) as office:
        sender = office.sender()
        claim = await office.desk.accept(Opening(sender, o.HOST, 3389, gateway="rdg.example:444"))
        office.desk.start(claim)
        await office.quiet()
        assert (await office.ticket()).gateway == "rdg.example:444"
    assert scout.admitted == scout.looked == Target(o.HOST, 3389, Target("rdg.example", 444))


def met(vantage: str, address: str, failed: str = "") -> list[Observation]:
    shut = F.TCP_TIMEOUT if failed == "port" else None
    port = saw("gateway.tcp", vantage, shut, asked="rdg.example", address=address)
    if shut:
        return [port]
    found = tls(trusted=True), http("unavailable" if failed else "answers", 503 if failed else 401)
    return [
        port,
        *(replace(each, vantage=vantage) for each in found),
    ]


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ([*met("dc1", "192.0.2.1"), *met("direct", "192.0.2.1")], ""),
        ([*met("dc1", "192.0.2.1", "port"), *met("direct", "192.0.2.1", "port")], ""),
        (
            [*met("dc1", "192.0.2.1", "port"), *met("direct", "192.0.2.1")],
            "The RD Gateway rdg.example is in order from your network and not from dc1: "
            "the way from dc1 is at fault, not the gateway.",
        ),
        (
            [
                *met("dc1", "192.0.2.1"),
                *met("dc2", "192.0.2.1"),
                *met("direct", "192.0.2.1", "out"),
            ],
            "The RD Gateway rdg.example is in order from dc1 and dc2 and not from your network: "
            "something on the way from your network is at fault, or one of several machines there.",
        ),
        (
            [*met("dc1", "10.0.0.9", "out"), *met("direct", "192.0.2.1")],
            "The name of the RD Gateway rdg.example leads to 10.0.0.9 from dc1 and to 192.0.2.1 "
            "from your network: they may be two machines, and only the second is in order.",
        ),
    ],
)
def test_places_that_meet_the_gateway_differently(seen: list[Observation], said: str) -> None:
    assert gateway.apart(seen) == said


def test_the_way_to_the_gateway_is_told_beside_the_verdict() -> None:
    seen = [*healthy("dc1"), *met("dc1", "192.0.2.1", "port")]
    seen += [*healthy("direct"), *met("direct", "192.0.2.1")]
    evidence = evidence_of(CATALOG, seen, Told())
    verdict = diagnose(Model.of(CATALOG), evidence, {}, seen).verdict
    said = saying.headline(verdict, evidence, CATALOG, (("srv-app-07", 3389), seen))
    assert "out of service" not in " ".join(said)
    assert said[1].endswith("the way from dc1 is at fault, not the gateway.")
