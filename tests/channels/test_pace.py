"""Messages go out at Telegram's pace, in order, and every process has its part of it."""

from __future__ import annotations

import asyncio
import time

from bot.channels.telegram.pace import Pace


async def seconds_for(pace: Pace, count: int) -> float:
    began = time.monotonic()
    for _ in range(count):
        await pace.next()
    return time.monotonic() - began


async def test_a_burst_of_one_second_goes_at_once_and_the_rest_at_the_pace() -> None:
    """Never faster; a machine under load may be slower."""
    pace = Pace(100)
    assert await seconds_for(pace, 100) < 0.5
    assert await seconds_for(pace, 50) >= 0.45


async def test_processes_share_the_pace() -> None:
    pace = Pace(100, lambda: 4)
    await seconds_for(pace, 100)
    assert await seconds_for(pace, 10) >= 0.35


async def test_without_a_limit_nobody_waits() -> None:
    assert await seconds_for(Pace(0), 10_000) < 1


async def test_the_order_of_the_calls_is_kept() -> None:
    pace, came = Pace(50), list[int]()

    async def come(number: int) -> None:
        await pace.next()
        came.append(number)

    await asyncio.gather(*(come(number) for number in range(70)))
    assert came == list(range(70))


async def test_a_process_that_joins_slows_the_others_down_at_once() -> None:
    there = 1
    pace = Pace(100, lambda: there)
    await seconds_for(pace, 100)
    there = 10
    assert await seconds_for(pace, 5) >= 0.35
