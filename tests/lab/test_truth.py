"""Every host of the lab through the product's own path: settings, jump box, probes, verdict.

Strategy: one lab and one set of places for the module; all hosts are looked at at once, as
``rdp-triage check`` looks at one.  The table of the lab says what is true.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.catalog import load, shipped
from bot.catalog.entries import OTHER
from bot.desk.diagnosis import Diagnosis, Told, diagnose, evidence_of
from bot.desk.looking import Scout
from bot.engine import Model
from bot.evidence import Observation, Status
from bot.lab import Lab
from bot.lab.hosts import HOSTS, Host
from bot.probes import Target
from bot.settings import read

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECONDS = 20.0
AT_ONCE = 4
CATALOG = load(shipped())
MODEL = Model.of(CATALOG)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was seen of a host, and what it comes to."""

    seen: tuple[Observation, ...]
    diagnosis: Diagnosis

    @property
    def companions(self) -> Observation:
        """What became of ``host.companions``."""
        return next(each for each in self.seen if each.probe == "host.companions")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def judged(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mapping[str, Judged]]:
    """Every host, by name."""
    async with Lab() as lab:
        path = lab.settings_toml(tmp_path_factory.mktemp("lab"))
        scout = Scout.of(read(path, {}))

        # Lab, jump box and looks share one process: few at a time, or a busy machine is too slow.
        room = asyncio.Semaphore(AT_ONCE)

        async def judge(row: Host) -> Judged:
            target = Target(row.name)
            scout.admit(target)
            async with room:
                places = scout.places(row.name, "all" if row.everywhere else None)
                seen = await scout.look(target, places, seconds=SECONDS)
            evidence = evidence_of(CATALOG, seen, Told())
            return Judged(tuple(seen), diagnose(MODEL, evidence, {}, seen))

        try:
            found = await asyncio.gather(*(judge(row) for row in HOSTS))
        finally:
            await scout.close()
        yield {row.name: each for row, each in zip(HOSTS, found, strict=True)}


@pytest.mark.parametrize("row", HOSTS, ids=lambda row: row.name)
async def test_the_ladder_ends_where_the_table_says(
    judged: Mapping[str, Judged], row: Host
) -> None:
    assert judged[row.name].diagnosis.ladders["lab"] == row.ladder


@pytest.mark.parametrize("row", HOSTS, ids=lambda row: row.name)
async def test_the_first_cause_is_the_truth(judged: Mapping[str, Judged], row: Host) -> None:
    verdict = judged[row.name].diagnosis.verdict
    first = next(share.id for share in verdict.causes if share.id != OTHER)
    if row.cause is None:
        assert verdict.state == "healthy"
    else:
        assert (first, verdict.state != "healthy") == (row.cause, True)


@pytest.mark.parametrize("row", HOSTS, ids=lambda row: row.name)
async def test_other_ports_are_tried_only_where_rdp_does_not_open(
    judged: Mapping[str, Judged], row: Host
) -> None:
    one, shut = judged[row.name].companions, row.ladder in {"host", "port"}
    assert (one.status is Status.PASSED) == shut, one.detail
    if row.ladder == "name":
        assert one.detail == "the name has no address here"
    elif not shut:
        assert one.detail == "the RDP port opens"


async def test_asleep_is_told_from_a_firewall(judged: Mapping[str, Judged]) -> None:
    silent = dict.fromkeys(("445", "135", "5985", "22", "443"), "timeout")
    listening = dict.fromkeys(("445", "135", "5985"), "open")
    refused = dict.fromkeys(("22", "443"), "refused")
    for name, ports, ping in (
        ("pc-sales-11", silent, "silence"),
        ("srv-file-02", silent | listening, "reply"),
        ("srv-file-01", listening | refused, "reply"),
    ):
        facts = judged[name].companions.facts
        assert facts["ping"] == ping
        # On a busy machine the time may not suffice for the last ports; those are left out.
        assert {"445", "135"} <= set(facts["ports"])
        assert facts["ports"].items() <= ports.items()
    asleep, shut = (judged[name].diagnosis for name in ("pc-sales-11", "srv-file-02"))
    assert (asleep.evidence["host-life"], shut.evidence["host-life"]) == ("silent", "answers")
    assert asleep.verdict.state == "found"
    assert "host-down-or-asleep" in shut.verdict.ruled_out


@pytest.mark.parametrize(
    ("host", "state", "branch"),
    [
        ("srv-dns-01", "led-apart", "host"),
        ("srv-scope-01", "box-worse", "ok"),
        ("srv-way-01", "box-worse", "port"),
    ],
)
async def test_two_places_part_where_the_table_says(
    judged: Mapping[str, Judged], host: str, state: str, branch: str
) -> None:
    one = judged[host].diagnosis
    assert (one.evidence["vantages"], one.ladders["branch"]) == (state, branch)


async def test_a_farm_shows_its_certificates(judged: Mapping[str, Judged]) -> None:
    assert judged["srv-farm-01"].diagnosis.evidence["certificates-shown"] == "several"
