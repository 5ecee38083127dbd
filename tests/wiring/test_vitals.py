"""/readyz names the part that is at fault, /metrics tells what was done and names nobody."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from bot.desk import planning
from bot.engine import Situation
from bot.wiring import vitals
from tests.wiring.serving import Served, serving


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as served:
        yield served


async def test_what_was_done_stands_in_the_metrics(served: Served) -> None:
    await served.card()
    numbers = await served.numbers()
    assert numbers["rdp_triage_ack_seconds_count"] == 1
    assert numbers['rdp_triage_deliveries_total{status="200"}'] == 1
    assert numbers["rdp_triage_verdict_seconds_count"] == 1
    assert numbers["rdp_triage_look_seconds_count"] == 1
    assert numbers["rdp_triage_plan_seconds_count"] >= 1
    assert numbers["rdp_triage_store_write_seconds_count"] >= 3
    outcome = 'outcome="tcp.refused",probe="port.tcp",vantage="direct"'
    assert numbers[f"rdp_triage_probes_total{{{outcome}}}"] == 1
    assert numbers['rdp_triage_tickets{state="open"}'] == 1
    assert numbers["rdp_triage_intents_pending"] == 0
    assert numbers["rdp_triage_ready"] == 1
    assert numbers["rdp_triage_store_free_bytes"] > 0
    assert any(name.startswith("rdp_triage_info{") for name in numbers)


async def test_the_metrics_name_no_host_and_nobody(served: Served) -> None:
    await served.card()
    _, text = await served.asked("/metrics")
    for word in ("127.0.0.1", "U0", "C0", "asker", str(served.config.store.path)):
        assert word not in text


async def test_a_database_that_another_program_holds_is_named(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vitals, "PATIENCE", 0.2)
    path = served.config.located(served.config.store.path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        status, text = await served.asked("/readyz")
        assert (status, '"store": "the database did not answer' in text) == (503, True)
        assert "tickets.db" not in text
        assert (await served.numbers())["rdp_triage_store_up"] == 0
        other.execute("rollback")
    assert await served.asked("/readyz") == (200, '{"ready": true}')


async def test_a_worker_that_does_not_plan_is_named(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "LONGEST_PLAN", 0.05)
    await served.card()
    planner = served.house.vitals.planner
    assert planner._pool is not None
    (worker,) = planner._pool._processes
    os.kill(worker, signal.SIGSTOP)
    model = served.house.vitals.library.current
    plan = asyncio.create_task(planner.plan(model, Situation(steps=7)))
    try:
        await asyncio.sleep(0.1)
        status, text = await served.asked("/readyz")
        assert (status, '"planner": "a plan has been due for' in text) == (503, True)
    finally:
        os.kill(worker, signal.SIGCONT)
    await plan
    assert await served.asked("/readyz") == (200, '{"ready": true}')


async def test_a_socket_on_which_nothing_is_heard_is_named(served: Served) -> None:
    way = served.house.vitals.way_in
    assert way is not None
    way._client.last_ping_pong_time = None  # type: ignore[attr-defined]
    way._heard -= 1_000  # type: ignore[attr-defined]
    status, text = await served.asked("/readyz")
    assert (status, "nothing was heard on the socket for 1" in text) == (503, True)
    assert (await served.numbers())["rdp_triage_slack_connected"] == 0
    await served.slack.command("asker", "helpdesk", "/rdp help")  # it is not deaf after all
    assert await served.asked("/readyz") == (200, '{"ready": true}')


async def test_a_token_that_was_revoked_is_named(served: Served) -> None:
    served.slack.fault("chat.postMessage", "error", error="token_revoked", times=1000)
    await served.slack.command("asker", "helpdesk", "/rdp 127.0.0.1")
    await served.slack.wait_for(lambda: served.house.desk.barred, 20, "the bot being barred")
    status, text = await served.asked("/readyz")
    assert (status, "takes nothing that the bot says (token_revoked)" in text) == (503, True)
