"""Epochs in use: new tickets take the newest, open ones keep theirs, also after a restart."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.catalog import load
from bot.desk.intents import Verb
from bot.desk.learning import apply, study
from bot.desk.library import Library
from bot.desk.planning import WorkerPlanner
from bot.engine import EXPERT, Model, Situation, plan
from bot.store.base import StoreError
from bot.store.sqlite import SqliteStore
from tests.desk import office as o
from tests.desk import small


async def solve(office: o.Office, number: int, times: int) -> None:
    """So many tickets about expired certificates, each repaired and seen to be right."""
    for each in range(number, number + times):
        office.scout.sight = o.expired()
        await office.open(f"srv-{each:02}.corp.example")
        office.scout.sight = o.healthy()
        await office.press(Verb.WORKED, number=each)


async def learned(office: o.Office) -> str:
    found = await study(office.store, small.catalog(), office.clock())
    await apply(office.store, small.catalog(), found.proposal, "cli:lead", office.clock())
    return found.proposal.epoch.hash


async def test_open_tickets_stay_pinned_and_new_ones_take_the_newest_epoch(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await solve(office, 1, 4)
        office.scout.sight = o.expired()
        open_one = await office.open("srv-pinned.corp.example")
        epoch = await learned(office)
        new = await office.open("srv-new.corp.example")
        pinned, fresh = await office.ticket(open_one), await office.ticket(new)
        assert (pinned.epoch, fresh.epoch) == (EXPERT, epoch)
        shares = [
            (await office.body(number)).offer.verdict.causes[0].probability  # type: ignore[union-attr]
            for number in (open_one, new)
        ]
        assert shares[0] != shares[1]
    async with o.office(tmp_path) as office:  # a new process
        office.count = 1_000
        office.scout.sight = o.expired()
        await office.press(Verb.RECHECK, number=open_one)
        await office.press(Verb.RECHECK, number=new)
        assert (await office.ticket(open_one)).epoch == EXPERT
        assert [(await office.kinds(number)).count("observed") for number in (open_one, new)] == [
            2,
            2,
        ]
        after = [
            (await office.body(number)).offer.verdict.causes[0].probability  # type: ignore[union-attr]
            for number in (open_one, new)
        ]
        assert after == shares


async def test_nothing_is_learned_in_between(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await solve(office, 1, 3)
        office.scout.sight = o.expired()
        number = await office.open("srv-later.corp.example")
        assert (await office.ticket(number)).epoch == EXPERT
        assert await office.store.newest_epoch() is None


async def test_a_study_writes_nothing_and_a_second_epoch_needs_news(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await solve(office, 1, 3)
        found = await study(office.store, small.catalog(), office.clock())
        assert (found.closed, found.proposal.cases, found.news) == (3, 3, True)
        assert await office.store.newest_epoch() is None
        await learned(office)
        again = await study(office.store, small.catalog(), office.clock())
        assert not again.news


async def test_a_changed_knowledge_base_begins_with_what_was_learned(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await solve(office, 1, 3)
        epoch = await learned(office)
    files = {name: text for name, text in small.files().items() if "client-fault" not in name}
    for name, text in files.items():
        files[name] = text.replace('{"cause": "client-fault", "how_well": 0.9}, ', "").replace(
            '{"state": "no", "if_cause": "client-fault", "how_often_seen": 0.05}, ', ""
        )
    newer = load(files)
    async with o.office(tmp_path, model=Model.of(newer)) as office:
        office.count = 1_000
        office.scout.sight = o.expired()
        ticket = await office.ticket(await office.open("srv-newer.corp.example"))
        assert ticket.knowledge == newer.hash
        assert ticket.epoch not in (EXPERT, epoch)
        record = await office.store.epoch(ticket.epoch)
        assert record is not None
        assert record.knowledge == newer.hash
        assert "client-fault" not in record.values["priors"]
        assert record.values["priors"]["certificate-expired"] > 0.2


async def test_the_worker_plans_with_the_epoch(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        await solve(office, 1, 4)
        found = await study(office.store, small.catalog(), office.clock())
    model = Model.of(small.catalog(), found.proposal.epoch)
    situation = Situation(evidence={"certificate-validity": "expired"})
    planner = WorkerPlanner()
    try:
        assert await planner.plan(model, situation) == plan(model, situation)
        assert await planner.plan(small.model(), situation) == plan(small.model(), situation)
    finally:
        await planner.close()


async def test_an_epoch_that_was_never_kept_is_said_to_be_missing(store: SqliteStore) -> None:
    library = Library(store, small.model())
    with pytest.raises(StoreError, match="epoch 0123456789ab is not in the store"):
        await library.of(small.catalog().hash, "0123456789abcdef")


async def test_an_old_model_is_kept_for_the_next_time(store: SqliteStore) -> None:
    library = Library(store, small.model())
    await library.keep(o.NOON)
    library.current = Model.of(replace(small.catalog(), hash="newer"))
    first = await library.of(small.catalog().hash)
    assert await library.of(small.catalog().hash) is first
    assert (await library.catalog(small.catalog().hash)).hash == small.catalog().hash


@pytest.fixture
async def store(tmp_path: Path) -> SqliteStore:
    return await SqliteStore.open(tmp_path / "tickets.db")
