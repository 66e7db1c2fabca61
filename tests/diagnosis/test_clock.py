"""The person's clock: read as typed, and turned into an offset from UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diagnosis.clock import parse_clock, utc_offset


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("15:40", 940),
        ("it is 3:40 pm here", 940),
        ("3.40PM", 940),
        ("9 am", 540),
        ("12 am", 0),
        ("12:05 pm", 725),
        ("15h40", 940),
        ("9h", 540),
        ("il est 9 h 05", 545),
        ("下午3点40分", 940),
        ("晚上9点半", 1290),
        ("１５：４０", 940),
        ("0730", 450),
        ("25:10", None),
        ("no idea", None),
        ("", None),
        ("12:75", None),
    ],
)
def test_a_time_is_read_as_people_type_it(text: str, minutes: int | None) -> None:
    assert parse_clock(text) == minutes


@pytest.mark.parametrize(("zone_min"), [-600, -570, -300, 0, 60, 330, 345, 480, 765, 825])
def test_the_zones_where_people_live_are_found(zone_min: int) -> None:
    at = datetime(2026, 11, 25, 10, 7, tzinfo=UTC)
    local = at + timedelta(minutes=zone_min)
    assert utc_offset(local.hour * 60 + local.minute, at) == zone_min


@given(st.integers(0, 1439), st.datetimes(timezones=st.just(UTC)))
def test_an_offset_is_one_that_a_zone_can_have(clock: int, at: datetime) -> None:
    offset = utc_offset(clock, at)
    assert -615 <= offset <= 825
    assert offset % 15 == 0


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    parse_clock(text)
