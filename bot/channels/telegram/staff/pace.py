"""
How fast messages go to a group: at most 20 in any minute, however many topics it has, and one a second.

Telegram takes 20 messages a minute in a group ("My bot is hitting limits", Bots FAQ), and counts all topics of it together.
A bucket that holds `BURST` and is filled with `PER_MINUTE` a minute lets through 19 in any minute at most; one is left for
those that Telegram counts some seconds late. It begins empty: what a process that was killed just before has sent is not
known, and it, too, kept to the bucket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

BURST: Final = 4
PER_MINUTE: Final = 15
#: Seconds between two messages: one a second in a chat.
SPACING_S: Final = 1.0


class GroupPace:
    """
    Lets messages through one after the other, in the order of the calls.

    Args:
        processes: How many processes share the group's pace at this moment, at least 1.
    """

    def __init__(self, processes: Callable[[], int] = lambda: 1) -> None:
        self._processes = processes
        self._held = 0.0
        #: When the bucket was filled last, and a message let through, by the loop's clock; None: never.
        self._filled: float | None = None
        self._last = -SPACING_S
        self._turn = asyncio.Lock()

    async def message(self) -> None:
        """Return when one more message may go."""
        async with self._turn:
            while (missing := 1.0 - self._fill()) > 0:
                await asyncio.sleep(missing / self._rate())
            await asyncio.sleep(max(self._last + SPACING_S - asyncio.get_running_loop().time(), 0.0))
            self._held -= 1.0
            self._last = asyncio.get_running_loop().time()

    def _fill(self) -> float:
        now = asyncio.get_running_loop().time()
        most = max(BURST / self._processes(), 1.0)
        since = now - (now if self._filled is None else self._filled)
        self._held = min(self._held + since * self._rate(), most)
        self._filled = now
        return self._held

    def _rate(self) -> float:
        """Return how many messages a second are this process's."""
        return PER_MINUTE / 60 / self._processes()
