"""
So many at once, and of those that wait the one that came first: also one that has been inside and comes again.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turnstile:
    """
    Lets in so many at once.

    Args:
        places: At least 1.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        #: Those that wait, by their number; equal ones in the order in which they came.
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    @asynccontextmanager
    async def inside(self, number: int) -> AsyncIterator[None]:
        """Enter when nobody with a smaller number waits and there is a place; leave it behind."""
        await self._enter(number)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, number: int) -> None:
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (number, next(self._order), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the place was given, and nobody takes it
                self._leave()
            raise

    def _leave(self) -> None:
        """Give the place to the first that waits still."""
        while self._waiting:
            turn = heapq.heappop(self._waiting)[-1]
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
