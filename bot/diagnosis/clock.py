"""
The time that a person's clock shows, as they type it: `15:40`, `3.40 pm`, `15h40`, `下午3点40`.

With the moment at which they said it, it gives their offset from UTC, without asking for a place.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Final

_TIME: Final = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})\s*(?:(?:[:.h]|点|點|时|時)\s*(?P<minute>\d{2}|半)?|(?P<bare>(?=\s*[ap]\.?m)))",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"(?<!\d)([01]\d|2[0-3])([0-5]\d)(?!\d)")
_EVENING: Final = re.compile(r"p\.?\s?m\b|下午|晚上|傍晚|中午|après-midi|apres-midi|du soir", re.IGNORECASE)
_MORNING: Final = re.compile(r"a\.?\s?m\b|上午|早上|凌晨|du matin", re.IGNORECASE)
#: Every zone in use differs from UTC by a multiple of this, minutes.
_STEP_MIN: Final = 15
#: The same clock 24 hours apart: Chatham's summer, 13:45 ahead, is taken, but Hawaii, 10 behind, rather than the Line
#: Islands, 14 ahead, where a hundred times fewer people live.
_MOST_AHEAD_MIN: Final = 13 * 60 + 45
_DAY_MIN: Final = 24 * 60


def parse_clock(text: str) -> int | None:
    """
    Read a time of day.

    Args:
        text: What was typed.

    Returns:
        Minutes since midnight; None if there is no time in it.
    """
    folded = unicodedata.normalize("NFKC", text)
    match = _TIME.search(folded)
    if match is not None:
        hour, minute = int(match["hour"]), _minutes(match["minute"])
    elif (plain := _DIGITS.search(folded)) is not None:
        hour, minute = int(plain[1]), int(plain[2])
    else:
        return None
    if _EVENING.search(folded) and hour < 12:
        hour += 12
    elif _MORNING.search(folded) and hour == 12:
        hour = 0
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def utc_offset(clock: int, at: datetime) -> int:
    """
    Return the offset from UTC of a clock.

    Args:
        clock: Minutes since midnight that the clock shows.
        at: The same moment, aware UTC.

    Returns:
        Minutes ahead of UTC, a multiple of a quarter of an hour, from -10:00 up to 13:45.
    """
    ahead = clock - (at.hour * 60 + at.minute)
    ahead = round(ahead / _STEP_MIN) * _STEP_MIN % _DAY_MIN
    return ahead if ahead <= _MOST_AHEAD_MIN else ahead - _DAY_MIN


def _minutes(written: str | None) -> int:
    if written is None:
        return 0
    return 30 if written == "半" else int(written)
