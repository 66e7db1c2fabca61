"""Who is down is left alone for half a minute at a time, and asked again by one call."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.service.breaker import FAILURES, OPEN, Breaker
from bot.testing import ManualClock
from tests.playing import MORNING


def opened() -> tuple[Breaker, ManualClock]:
    clock = ManualClock(MORNING)
    breaker = Breaker(clock.now)
    for _ in range(FAILURES):
        assert breaker.lets_through()
        breaker.note(worked=False)
    return breaker, clock


def test_after_five_failures_in_a_row_nothing_is_tried() -> None:
    breaker, clock = opened()
    assert not breaker.lets_through()
    clock.advance(OPEN - timedelta(seconds=1))
    assert not breaker.lets_through()


def test_after_half_a_minute_one_call_is_let_through_and_its_end_decides() -> None:
    breaker, clock = opened()
    clock.advance(OPEN)
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    breaker.note(worked=False)
    assert not breaker.lets_through()
    clock.advance(OPEN)
    assert breaker.lets_through()
    breaker.note(worked=True)
    assert all(breaker.lets_through() for _ in range(3))


def test_a_call_that_never_came_back_does_not_keep_it_open_for_ever() -> None:
    breaker, clock = opened()
    for _ in range(3):
        clock.advance(OPEN)
        assert breaker.lets_through()


@given(st.lists(st.booleans(), max_size=40))
def test_it_opens_only_after_so_many_failures_without_a_success(ends: list[bool]) -> None:
    breaker = Breaker(ManualClock(MORNING).now)
    row = 0
    for worked in ends:
        assert breaker.lets_through() == (row < FAILURES)
        if row >= FAILURES:
            return
        breaker.note(worked=worked)
        row = 0 if worked else row + 1
