"""The clock that tests turn by hand."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.testing import ManualClock

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def test_a_sleeper_wakes_at_its_moment_and_not_before() -> None:
    clock = ManualClock(NOON)
    sleeper = asyncio.ensure_future(clock.sleep_until(NOON + 2 * MINUTE))
    await asyncio.sleep(0)
    clock.advance(MINUTE)
    await asyncio.sleep(0)
    assert not sleeper.done()
    clock.advance(MINUTE)
    await asyncio.wait_for(sleeper, 1)
    assert clock.now() == NOON + 2 * MINUTE


async def test_sleepers_wake_in_the_order_of_their_moments() -> None:
    clock, woken = ManualClock(NOON), list[int]()

    async def sleep(minutes: int) -> None:
        await clock.sleep_until(NOON + minutes * MINUTE)
        woken.append(minutes)

    sleepers = [asyncio.ensure_future(sleep(minutes)) for minutes in (3, 1, 2)]
    await asyncio.sleep(0)
    clock.advance(5 * MINUTE)
    await asyncio.wait_for(asyncio.gather(*sleepers), 1)
    assert woken == [1, 2, 3]


async def test_a_moment_that_has_passed_is_not_waited_for() -> None:
    clock = ManualClock(NOON)
    await asyncio.wait_for(clock.sleep_until(NOON), 1)
    await asyncio.wait_for(clock.sleep_until(NOON - MINUTE), 1)


async def test_sleeping_without_a_moment_ends_only_by_cancelling() -> None:
    clock = ManualClock(NOON)
    sleeper = asyncio.ensure_future(clock.sleep_until(None))
    await asyncio.sleep(0)
    clock.advance(timedelta(days=1000))
    await asyncio.sleep(0)
    assert not sleeper.done()
    sleeper.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeper


async def test_a_sleeper_that_was_cancelled_does_not_disturb_the_others() -> None:
    clock = ManualClock(NOON)
    first, second = (asyncio.ensure_future(clock.sleep_until(NOON + MINUTE)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    clock.advance(MINUTE)
    await asyncio.wait_for(second, 1)


async def test_a_sleeper_that_is_cancelled_is_forgotten() -> None:
    """Whoever sleeps until tomorrow and is woken by something else, again and again, must not fill the memory."""
    clock = ManualClock(NOON)
    for _ in range(3):
        sleeper = asyncio.ensure_future(clock.sleep_until(NOON + MINUTE))
        await asyncio.sleep(0)
        sleeper.cancel()
        await asyncio.gather(sleeper, return_exceptions=True)
    assert clock._sleepers == []
