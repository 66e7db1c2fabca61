"""The time, which tests turn by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time, so that tests can turn it."""

    def now(self) -> datetime:
        """Return the present, aware UTC."""
        ...

    async def sleep_until(self, moment: datetime | None) -> None:
        """Return at the moment, or never for None; wakes up early when cancelled."""
        ...
