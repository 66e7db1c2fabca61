"""A clock that is turned by hand."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta


class ManualClock:
    """A `bot.ports.Clock` that stands still until it is told otherwise."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Return the present."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Go forward and wake the tasks whose moment has come; they run when the caller next awaits."""
        self._now += by
        due = [each for each in self._sleepers if each[0] <= self._now]
        self._sleepers = [each for each in self._sleepers if each[0] > self._now]
        for _, sleeper in sorted(due, key=lambda each: each[0]):
            if not sleeper.done():
                sleeper.set_result(None)

    async def sleep_until(self, moment: datetime | None) -> None:
        """Return at the moment, or never for None."""
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if moment is not None:
            if moment <= self._now:
                return
            self._sleepers.append((moment, sleeper))
        try:
            await sleeper
        finally:  # who was cancelled is not waited for any more
            self._sleepers = [each for each in self._sleepers if each[1] is not sleeper]
