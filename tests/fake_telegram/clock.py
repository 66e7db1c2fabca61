"""Time that a test can move forward, and the one signal everything that waits is woken by."""

from __future__ import annotations

import asyncio
import time


class Clock:
    """Unix time plus what a test has added to it; or it stands, and only goes on by that."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._stands_at: float | None = None

    def now(self) -> float:
        return (time.time() if self._stands_at is None else self._stands_at) + self._offset

    def advance(self, seconds: float) -> None:
        self._offset += max(0.0, seconds)

    def stand(self, at: float) -> None:
        self._stands_at, self._offset = at, 0.0


class Changes:
    """A condition variable for one event loop: `notify` wakes everyone who awaits `next`."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def next(self) -> asyncio.Future[None]:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        waiter.add_done_callback(self._waiters.discard)
        return waiter

    def notify(self) -> None:
        for waiter in tuple(self._waiters):
            if not waiter.done():
                waiter.set_result(None)
