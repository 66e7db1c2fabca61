"""Messages go out at Telegram's pace, in order, and every process has its part of it."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.channels.telegram import pace
from bot.channels.telegram.pace import ChatPace, Pace


async def seconds_for(ours: Pace, count: int) -> float:
    began = time.monotonic()
    for _ in range(count):
        await ours.next()
    return time.monotonic() - began


async def test_a_burst_of_one_second_goes_at_once_and_the_rest_at_the_pace() -> None:
    """Never faster; a machine under load may be slower."""
    every = Pace(100)
    assert await seconds_for(every, 100) < 0.5
    assert await seconds_for(every, 50) >= 0.45


async def test_processes_share_the_pace() -> None:
    ours = Pace(100, lambda: 4)
    await seconds_for(ours, 100)
    assert await seconds_for(ours, 10) >= 0.35


async def test_the_order_of_the_calls_is_kept() -> None:
    every, came = Pace(50), list[int]()

    async def come(number: int) -> None:
        await every.next()
        came.append(number)

    await asyncio.gather(*(come(number) for number in range(70)))
    assert came == list(range(70))


async def test_a_process_that_joins_slows_the_others_down_at_once() -> None:
    there = 1
    ours = Pace(100, lambda: there)
    await seconds_for(ours, 100)
    there = 10
    assert await seconds_for(ours, 5) >= 0.35


async def test_a_chat_gets_a_burst_and_then_one_a_second() -> None:
    chats = ChatPace()
    assert [chats.wait("may") for _ in range(5)] == [0.0] * 5
    assert 0.9 < chats.wait("may") <= 1.0
    assert chats.wait("sam") == 0.0, "nobody else waits"


def test_chats_that_were_quiet_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 0.0
    monkeypatch.setattr(pace.time, "monotonic", lambda: moment)
    chats = ChatPace()
    for number in range(9_999):
        chats.wait(str(number))
    moment = 60.0
    for number in range(10):
        chats.wait(f"new {number}")
    assert len(chats._chats) < 20
