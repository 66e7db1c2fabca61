"""The real clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

#: The wall clock may be set while we sleep, so a long sleep looks at it again.
_LONGEST_NAP: Final = timedelta(seconds=30)


class SystemClock:
    """Wall-clock time."""

    def now(self) -> datetime:
        """Return the present, aware UTC."""
        return datetime.now(UTC)

    async def sleep_until(self, moment: datetime | None) -> None:
        """Return at the moment, never early; never for None."""
        if moment is None:
            await asyncio.Event().wait()
            return
        while (left := moment - self.now()) > timedelta():
            await asyncio.sleep(min(left, _LONGEST_NAP).total_seconds())
