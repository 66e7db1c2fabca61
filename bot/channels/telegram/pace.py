"""
How fast messages go to Telegram: a token bucket for a bot, of which each process that serves it has its part.

Telegram takes about 30 messages a second of a bot ("My bot is hitting limits", Bots FAQ); what is faster is refused with a
time to wait, for everybody. A burst up to one second's worth goes out at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class Pace:
    """
    Lets through so many a second.

    Args:
        per_second: For all processes together; 0: as many as there are.
        processes: How many processes share them at this moment, at least 1.
    """

    def __init__(self, per_second: float, processes: Callable[[], int] = lambda: 1) -> None:
        self._per_second, self._processes = per_second, processes
        self._tokens, self._at = per_second, time.monotonic()
        self._turn = asyncio.Lock()

    async def next(self) -> None:
        """Return when it is the caller's turn, in the order of the calls."""
        if not self._per_second:
            return
        async with self._turn:
            while (missing := 1.0 - self._filled()) > 0:
                await asyncio.sleep(missing / self._rate())
            self._tokens -= 1.0

    def _rate(self) -> float:
        return self._per_second / self._processes()

    def _filled(self) -> float:
        """Fill up what has come since the last time; never more than a second's worth, nor less than one."""
        now, rate = time.monotonic(), self._rate()
        self._tokens = min(self._tokens + (now - self._at) * rate, max(rate, 1.0))
        self._at = now
        return self._tokens
