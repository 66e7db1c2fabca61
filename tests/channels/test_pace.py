"""Messages go out at Telegram's pace, in order, and every process has its part of it."""

from __future__ import annotations

import asyncio
import random
import selectors
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.pace import (
    BELIEVED,
    BURST_OF_CHAT,
    REMEMBERED_S,
    SPAN_OF_CHAT_S,
    SPREAD,
    Calls,
    ChatPace,
    Pace,
)


class Hurried(asyncio.SelectorEventLoop):
    """A loop whose time stands while something is to be done, and jumps to the next moment at which something will be."""

    def __init__(self) -> None:
        super().__init__(_Jumping(self))
        self.moment = 1_000.0

    def time(self) -> float:
        return self.moment


class _Jumping(selectors.SelectSelector):
    def __init__(self, loop: Hurried) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everybody waits for ever"
        self._loop.moment += timeout
        return super().select(0)


@dataclass(frozen=True)
class Way:
    """What a call takes beyond the shortest way to Telegram, and back."""

    there: float = 0.0
    back: float = 0.0


@dataclass(frozen=True)
class Sent:
    began: float
    counted: float
    answered: float


def sent(
    ways: Sequence[Way], *, most: int = 10, there: float = 0.0, back: float = 0.0, ours: Pace | None = None
) -> list[Sent]:
    """Have messages sent that all wait from the beginning; return what became of them, in the order of Telegram's counting."""

    async def send(ours: Pace, way: Way, found: list[Sent]) -> None:
        now = asyncio.get_running_loop().time
        async with ours.message():
            began = now()
            await asyncio.sleep(there + way.there)
            counted = now()
            await asyncio.sleep(back + way.back)
            found.append(Sent(began, counted, now()))

    async def send_all() -> list[Sent]:
        found: list[Sent] = []
        pace = ours or Pace(most)
        await asyncio.gather(*(send(pace, way, found) for way in ways))
        return sorted(found, key=lambda each: each.counted)

    with asyncio.Runner(loop_factory=Hurried) as runner:
        return runner.run(send_all())


def shortest(times: Sequence[Sent], most: int) -> float:
    """Return the shortest span in which Telegram has counted one more message than may be in a second."""
    return min(later.counted - first.counted for first, later in zip(times, times[most:], strict=False))


#: Clocks have steps.
HAIR = 1e-9
delays = st.floats(0.0, 0.5, allow_nan=False)
ways = st.lists(st.builds(Way, there=delays, back=delays), min_size=20, max_size=60)


@settings(max_examples=40, deadline=None)
@given(ways, st.floats(0.0, 0.4), st.floats(0.0, 0.4))
def test_no_second_has_more_than_may_be_wherever_on_its_way_telegram_counts_a_message(
    slow: list[Way], there: float, back: float
) -> None:
    """Once the quickest call is known, and also before."""
    times = sent([*slow, *[Way()] * BELIEVED, *slow], there=there, back=back)
    assert shortest(times, 10) >= 1.0 - HAIR


@pytest.mark.parametrize("took", [0.0, 0.1, 0.4])
def test_that_all_calls_take_long_costs_nothing(took: float) -> None:
    times = sent([Way()] * 900, most=30, there=took / 2, back=took / 2)[BELIEVED * 2 :]
    assert (len(times) - 1) / (times[-1].counted - times[0].counted) > 29.9


def test_what_a_call_takes_longer_than_others_is_lost_and_no_more() -> None:
    """There is no better way that risks nothing: each may have been counted at the last moment."""
    chance = random.Random(1)
    ways = [Way(there=chance.uniform(0.0, 0.05), back=chance.uniform(0.0, 0.05)) for _ in range(3_000)]
    times = sent(ways, most=30, there=0.1, back=0.1)[BELIEVED * 2 :]
    assert (len(times) - 1) / (times[-1].counted - times[0].counted) > 30 / 1.07


def test_a_message_goes_when_the_one_before_is_answered() -> None:
    times = sent([Way(back=0.01)] * 10)
    assert all(later.began == first.answered for first, later in pairwise(times))


def test_a_slow_answer_holds_up_only_the_next_message_and_not_for_long() -> None:
    slow, *others = sorted(sent([Way(back=5.0), *[Way()] * 5]), key=lambda each: each.began)
    assert {round(each.began - slow.began, 9) for each in others} == {SPREAD / 10}


def test_a_call_that_is_quick_no_more_is_forgotten() -> None:
    calls = Calls()
    for number in range(BELIEVED):
        calls.note(0.1, number)
    assert calls.quickest() == 0.1
    calls.note(0.3, REMEMBERED_S + 1)
    assert calls.quickest() == 0.1
    for number in range(BELIEVED):
        calls.note(0.3, 2 * REMEMBERED_S + 2 + number)
    assert calls.quickest() == 0.3


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


def test_processes_share_the_pace() -> None:
    """The part of each is rounded down: three of them have nine messages of ten."""
    assert shortest(sent([Way()] * 7, ours=Pace(10, lambda: 3)), 3) >= 1.0


def test_a_part_of_less_than_one_a_second_is_kept_too() -> None:
    assert shortest(sent([Way()] * 3, ours=Pace(1, lambda: 2)), 1) >= 2.0


async def test_the_order_of_the_calls_is_kept() -> None:
    every, came = Pace(50), list[int]()

    async def come(number: int) -> None:
        async with every.message():
            came.append(number)

    await asyncio.gather(*(come(number) for number in range(70)))
    assert came == list(range(70))


def test_a_process_that_joins_slows_the_others_down_at_once() -> None:
    joins = iter([1] * 40)
    times = sent([Way()] * 25, ours=Pace(10, lambda: next(joins, 10)))
    assert times[-1].counted - times[-2].counted >= 1.0


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
