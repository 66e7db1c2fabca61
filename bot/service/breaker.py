"""
A circuit breaker: who is down is left alone for a while, and people learn it at once instead of after a time limit.

After five failures in a row nothing is tried for thirty seconds; then one call is let through, and its end decides.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

#: Failures in a row that open it, and how long it stays open.
FAILURES: Final = 5
OPEN: Final = timedelta(seconds=30)


class Breaker:
    """
    Closed at first.

    Args:
        now: Tells the present, aware UTC.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._failures = 0
        self._open_until: datetime | None = None

    def lets_through(self) -> bool:
        """Tell whether a call may be made; of those that come when its time is over, the first one only."""
        if self._open_until is None:
            return True
        if self._now() < self._open_until:
            return False
        self._open_until = self._now() + OPEN
        return True

    def note(self, *, worked: bool) -> None:
        """Say how a call ended."""
        if worked:
            self._failures, self._open_until = 0, None
            return
        self._failures += 1
        if self._failures >= FAILURES:
            self._open_until = self._now() + OPEN
