"""Whoever waits for an acknowledgement goes before work that was accepted."""

import asyncio

from bot.desk.precedence import Precedence


async def test_work_waits_while_something_is_being_acknowledged() -> None:
    precedence, done = Precedence(), list[str]()

    async def work() -> None:
        await precedence.turn()
        done.append("work")

    with precedence.first():
        task = asyncio.create_task(work())
        await asyncio.sleep(0.1)
        done.append("acknowledged")
    await task
    assert done == ["acknowledged", "work"]


async def test_one_after_the_other_in_the_order_of_coming() -> None:
    precedence, done = Precedence(), list[int]()

    async def work(number: int) -> None:
        await precedence.turn()
        done.append(number)

    await asyncio.gather(*(work(number) for number in range(5)))
    assert done == [0, 1, 2, 3, 4]


async def test_a_flood_holds_work_up_for_a_while_only() -> None:
    precedence = Precedence()
    with precedence.first():
        async with asyncio.timeout(30):
            await asyncio.gather(*(precedence.turn() for _ in range(5)))


async def test_who_gives_up_waiting_lets_the_next_one_pass() -> None:
    precedence = Precedence()
    with precedence.first():
        waiting = asyncio.create_task(precedence.turn())
        await asyncio.sleep(0)
        waiting.cancel()
    async with asyncio.timeout(30):
        await precedence.turn()
