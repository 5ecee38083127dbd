import asyncio

import pytest

from bot.sandbox import clock as clock_module
from bot.sandbox.clock import Clock


async def test_a_standing_clock_moves_only_by_advance() -> None:
    clock = Clock(flowing=False, start=1000.0)
    asleep = asyncio.create_task(clock.sleep(60))
    await asyncio.sleep(0.01)
    clock.advance(59)
    await asyncio.sleep(0)
    assert not asleep.done()
    clock.advance(1)
    await asleep
    assert clock.now() == 1060.0


async def test_a_flowing_clock_can_be_moved_too() -> None:
    clock = Clock()
    before = clock.now()
    asleep = asyncio.create_task(clock.sleep(1800))
    await asyncio.sleep(0)
    clock.advance(1800)
    await asleep
    assert clock.now() >= before + 1800


async def test_a_flowing_clock_wakes_by_itself() -> None:
    clock = Clock()
    before = clock.now()
    await clock.sleep(0.02)
    assert clock.now() >= before + 0.02


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        Clock().advance(-1)


async def test_an_answer_before_the_deadline() -> None:
    clock = Clock(flowing=False)
    answer = asyncio.get_running_loop().create_future()
    answer.set_result(None)
    assert await clock.answered(answer, clock.now() + 3)


async def test_no_answer_before_the_deadline() -> None:
    clock = Clock(flowing=False)
    answer = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(clock.answered(answer, clock.now() + 3))
    await asyncio.sleep(0.01)
    clock.advance(3)
    assert not await waiting


async def test_a_standing_clock_jumps_when_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_module, "PATIENCE", 0.02)
    clock = Clock(flowing=False, start=0.0)
    answer = asyncio.get_running_loop().create_future()
    assert not await clock.answered(answer, 3.0)
    assert clock.now() == 3.0
