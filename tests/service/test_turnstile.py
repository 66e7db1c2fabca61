"""Of those that wait the one that came first goes first, also at a second try."""

from __future__ import annotations

import asyncio

from bot.service.turnstile import Turnstile


async def test_the_oldest_that_waits_is_next() -> None:
    door, went, open_ = Turnstile(2), list[int](), asyncio.Event()

    async def go(number: int) -> None:
        async with door.inside(number):
            went.append(number)
            await open_.wait()

    async with asyncio.TaskGroup() as group:
        for number in (7, 9, 4, 1, 8, 1):
            group.create_task(go(number))
        await asyncio.sleep(0)
        assert went == [7, 9], "so many at once"
        open_.set()
    assert went == [7, 9, 1, 1, 4, 8]


async def test_who_waits_no_more_takes_no_place() -> None:
    door, went, open_ = Turnstile(1), list[int](), asyncio.Event()

    async def go(number: int) -> None:
        async with door.inside(number):
            went.append(number)
            await open_.wait()

    tasks = [asyncio.create_task(go(number)) for number in range(4)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    open_.set()
    await asyncio.sleep(0)
    tasks[2].cancel()  # its turn has come in this moment
    await asyncio.gather(*tasks, return_exceptions=True)
    assert went == [0, 3]
    async with asyncio.timeout(5), door.inside(0):
        pass
