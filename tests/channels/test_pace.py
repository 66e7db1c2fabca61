"""Messages go out at Telegram's pace, in order, and every process has its part of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest

from bot.channels.telegram.pace import BURST_OF_CHAT, SPAN_OF_CHAT_S, ChatPace, Pace


async def answered_after(ours: Pace, waits: Sequence[float]) -> list[tuple[float, float]]:
    """Send messages that Telegram answers after so many seconds; return when each was let through and answered."""
    times: list[tuple[float, float]] = []

    async def send(wait: float) -> None:
        async with ours.message():
            began = time.monotonic()
            await asyncio.sleep(wait)
            times.append((began, time.monotonic()))

    await asyncio.gather(*(send(wait) for wait in waits))
    return sorted(times)


def shortest(times: list[tuple[float, float]], count: int) -> float:
    """Return the shortest span from the answer of a message to the beginning of the one `count` later, seconds."""
    begun, answers = sorted(began for began, _ in times), sorted(answered for _, answered in times)
    return min(later - answered for answered, later in zip(answers, begun[count:], strict=False))


async def test_no_second_has_more_than_may_be_however_long_they_are_on_their_way() -> None:
    """Wherever between the two Telegram counts a message: the tenth after it begins a second after its answer."""
    times = await answered_after(Pace(10), [0.2 * (number % 3) for number in range(15)])
    assert shortest(times, 10) >= 1.0


async def test_what_has_not_been_answered_counts() -> None:
    ours, blocked = Pace(2), asyncio.Event()

    async def send() -> None:
        async with ours.message():
            await blocked.wait()

    tasks = [asyncio.create_task(send()) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.2), ours.message():
            pytest.fail("a third was let through")
    blocked.set()
    await asyncio.gather(*tasks)


async def test_processes_share_the_pace() -> None:
    """The part of each is rounded down: three of them have nine messages of ten."""
    times = await answered_after(Pace(10, lambda: 3), [0.0] * 4)
    assert shortest(times, 3) >= 1.0


async def test_a_part_of_less_than_one_a_second_is_kept_too() -> None:
    times = await answered_after(Pace(1, lambda: 2), [0.0] * 2)
    assert shortest(times, 1) >= 2.0


async def test_the_order_of_the_calls_is_kept() -> None:
    every, came = Pace(50), list[int]()

    async def come(number: int) -> None:
        async with every.message():
            came.append(number)

    await asyncio.gather(*(come(number) for number in range(70)))
    assert came == list(range(70))


async def test_a_process_that_joins_slows_the_others_down_at_once() -> None:
    there = 1
    ours = Pace(10, lambda: there)
    times = await answered_after(ours, [0.0] * 10)
    there = 10
    times += await answered_after(ours, [0.0] * 2)
    assert times[-1][0] - times[-2][1] >= 1.0


async def test_a_message_that_failed_counts_like_any_other() -> None:
    ours = Pace(1)
    with pytest.raises(ValueError, match="it was lost"):
        async with ours.message():
            raise ValueError("it was lost")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), ours.message():
            pytest.fail("another was let through")


def test_a_chat_gets_a_burst_and_then_one_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    chats, sent = ChatPace(), list[float]()
    assert chats.wait("may") == SPAN_OF_CHAT_S, "nobody knows what was sent before the start"
    moment = start = SPAN_OF_CHAT_S
    while len(sent) < 20:
        if (seconds := chats.wait("may")) == 0:
            chats.count("may")
            sent.append(moment)
        moment += min(seconds, 0.1)
    assert sent[:BURST_OF_CHAT] == [start] * BURST_OF_CHAT
    assert all(
        later - first >= SPAN_OF_CHAT_S for first, later in zip(sent, sent[BURST_OF_CHAT:], strict=False)
    )
    assert chats.wait("sam") == 0.0, "nobody else waits"


def test_chats_that_were_quiet_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    chats = ChatPace()
    for number in range(9_999):
        chats.count(str(number))
    moment = 60.0
    for number in range(10):
        chats.count(f"new {number}")
    assert len(chats._chats) < 20


async def test_what_nobody_waits_for_goes_while_half_of_the_pace_is_free() -> None:
    ours = Pace(4)
    assert ours.idle()
    async with ours.message():
        assert ours.idle()
        async with ours.message():
            assert not ours.idle()


def test_what_nobody_waits_for_leaves_a_chat_its_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    chats = ChatPace()
    assert not chats.idle("may"), "nobody knows what was sent before the start"
    moment = SPAN_OF_CHAT_S
    chats.count("may")
    assert chats.idle("may")
    chats.count("may")
    assert not chats.idle("may")
    moment += SPAN_OF_CHAT_S
    assert chats.idle("may")
