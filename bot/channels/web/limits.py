"""
How often something may be asked for: by one session, from one address, and in total.

Not by address alone, because a whole office has one. A bucket holds some calls and is filled at an even pace; who finds it
empty is told when to come back. The buckets that were used longest ago are forgotten: they are full again by then.

Processes that serve together have their part of each pace, so that all of them have no more than one. To count in the database
instead would be a write for each call, also for those that only read, to guard against an excess of some seconds.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: Buckets of one kind that are remembered, some 20 MB at most.
_REMEMBERED: Final = 100_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How many calls a second, and how many at once."""

    per_s: float
    at_once: int


@dataclass(frozen=True, slots=True)
class Limit:
    """The paces of one kind of call."""

    session: Pace
    address: Pace
    total: Pace


#: A worried person presses and types fast, never longer than some seconds.
SAYING: Final = Limit(Pace(1, 15), Pace(20, 100), Pace(500, 2_000))
READING: Final = Limit(Pace(5, 60), Pace(100, 1_000), Pace(2_000, 20_000))
BEGINNING: Final = Limit(Pace(1, 10), Pace(1, 60), Pace(100, 1_000))
#: Guessing is made useless by the codes themselves; this makes it slow, too.
LOOKING_UP: Final = Limit(Pace(1 / 30, 5), Pace(1 / 10, 20), Pace(10, 100))
PROVING: Final = Limit(Pace(1 / 10, 5), Pace(1, 30), Pace(20, 100))
#: Some pictures after each other, and few in the long run: each may have 2 MB, and is kept for weeks.
PICTURING: Final = Limit(Pace(1 / 300, 10), Pace(1 / 30, 60), Pace(1, 50))
#: A chat is opened again with all its pictures; those of a chat service are fetched there each time.
SHOWING: Final = Limit(Pace(1, 60), Pace(20, 300), Pace(50, 500))
#: A chat shows for five seconds that somebody writes; once in so many it is said again.
TYPING: Final = Limit(Pace(1 / 5, 1), Pace(10, 50), Pace(100, 500))


class _Buckets:
    def __init__(self, pace: Pace, processes: Callable[[], int]) -> None:
        self._pace, self._processes = pace, processes
        #: Whose -> how much was left, and when.
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def left(self, whose: str, now: float) -> float:
        """Return how many calls are left."""
        left, since = self._left.get(whose, (float(self._pace.at_once), now))
        return min(left + (now - since) * self._per_s, self._pace.at_once)

    def take(self, whose: str, now: float) -> None:
        """Count one call."""
        self._left[whose] = (self.left(whose, now) - 1, now)
        self._left.move_to_end(whose)
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)

    def wait(self, whose: str, now: float) -> float:
        """Return the seconds until there is one."""
        return max((1 - self.left(whose, now)) / self._per_s, 0.0)

    @property
    def _per_s(self) -> float:
        """Our part; what comes at once is not divided, because it comes to one of us."""
        return self._pace.per_s / self._processes()


class Limits:
    """
    Counts calls.

    Args:
        processes: How many processes serve together, at least 1.
        now: Seconds of a clock that is never set.
    """

    def __init__(
        self, processes: Callable[[], int] = lambda: 1, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._processes, self._now = processes, now
        self._buckets: dict[Limit, tuple[_Buckets, _Buckets, _Buckets]] = {}

    def take(self, limit: Limit, session: str, address: str) -> int:
        """
        Count one call, if it may be made.

        Args:
            limit: Its kind.
            session: Whose it is; empty: of nobody yet.
            address: Where it came from.

        Returns:
            0, or the whole seconds after which it may be tried again.
        """
        known = self._buckets.get(limit)
        if known is None:
            known = self._filled(limit.session), self._filled(limit.address), self._filled(limit.total)
            self._buckets[limit] = known
        now = self._now()
        # The total last: who is too fast by themselves takes nothing from the others.
        asked = [(known[0], session)] if session else []
        asked += [(known[1], address), (known[2], "")]
        if wait := max(buckets.wait(whose, now) for buckets, whose in asked):
            return math.ceil(wait)
        for buckets, whose in asked:
            buckets.take(whose, now)
        return 0

    def _filled(self, pace: Pace) -> _Buckets:
        return _Buckets(pace, self._processes)
