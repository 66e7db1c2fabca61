"""
When humans answer: weekly opening hours in one time zone, with days off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Opening hours of the team."""

    zone: tzinfo
    #: Weekday (0 Monday) -> spans (opens, closes), local time, in order, not over midnight.
    week: Mapping[int, tuple[tuple[time, time], ...]]
    closed: frozenset[date] = field(default_factory=frozenset)
    #: How soon the team answers when it is open.
    answers_within: timedelta = timedelta(hours=1)

    def open_at(self, moment: datetime) -> bool:
        """Tell whether the team is there at an aware moment."""
        local = moment.astimezone(self.zone)
        return any(opens <= local.time() < closes for opens, closes in self._spans(local.date()))

    def next_opening(self, moment: datetime) -> datetime | None:
        """Return the next opening after an aware moment, in the team's zone; None if none comes within two weeks."""
        local = moment.astimezone(self.zone)
        for ahead in range(15):
            day = local.date() + timedelta(days=ahead)
            for opens, _ in self._spans(day):
                opening = datetime.combine(day, opens, tzinfo=self.zone)
                if opening > local:
                    return opening
        return None

    def _spans(self, day: date) -> tuple[tuple[time, time], ...]:
        return () if day in self.closed else self.week.get(day.weekday(), ())
