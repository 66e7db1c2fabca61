"""A store that forgets everything when the process ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from typing import TypeVar

from bot.errors import StoreError
from bot.ports import (
    Lane,
    Snapshot,
    Transaction,
)
from bot.testing.memory import Memory
from bot.testing.unit import Unit
from bot.testing.view import View

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class MemoryStore(Memory):
    """A `bot.ports.Store` that forgets everything when the process ends."""

    def __init__(self) -> None:
        super().__init__()
        self._open = True

    async def read(self, work: Callable[[Snapshot], T]) -> T:
        """Run `work` over a consistent view."""
        await self._turn()
        return work(View(self))

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` as one transaction; what it raises undoes it."""
        await self._turn()
        unit = Unit(self)
        try:
            done = work(unit)
        except BaseException:
            unit.undo()
            raise
        for heard in self.listeners:
            for lane in unit.told:
                heard.put_nowait(lane)
        return done

    async def told(self) -> AsyncGenerator[Lane | None, None]:
        """Return the lanes that have got something new; None at first, none is missed then."""
        heard: asyncio.Queue[Lane] = asyncio.Queue()
        self.listeners.add(heard)
        try:
            yield None
            while True:
                yield await heard.get()
        finally:
            self.listeners.discard(heard)

    async def close(self) -> None:
        """Take no more work."""
        self._open = False

    async def _turn(self) -> None:
        """Let other tasks run first, as the durable store does: who forgets to lock shall notice here too."""
        if not self._open:
            raise StoreError("The store was closed: the program is stopping.")
        await asyncio.sleep(0)
