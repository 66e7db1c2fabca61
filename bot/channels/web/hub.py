"""
Who waits for something new, by contact: whatever the store tells of a lane wakes those who read it here.

What is told may come twice or in vain; who wakes looks into the store. Where something may have been missed, everybody looks at
the next occasion, and not at once: they are thousands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bot.ports import Lane, Store, feed_of

CHANNEL: Final = "web"
#: What is told of our lanes when there is something to read.
_FEED: Final = feed_of(Lane(CHANNEL, "")).channel


class Listener:
    """Somebody who waits; it is a slot and some flags, for there are thousands."""

    __slots__ = ("_waiter", "changed", "doubt", "typing")

    def __init__(self) -> None:
        #: Something new may have been missed.
        self.doubt = False
        #: Something was said and is being answered.
        self.typing = False
        #: There may be something new.
        self.changed = False
        self._waiter: asyncio.Future[None] | None = None

    def wake(self, *, typing: bool = False) -> None:
        """Say that there may be something new, or that there soon will be."""
        if typing:
            self.typing = True
        else:
            self.changed = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def wait(self, seconds: float) -> None:
        """Wait so long for `changed` or `typing`."""
        if not self.changed and not self.typing:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            timer = loop.call_later(seconds, _let_go, self._waiter)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None


class Hub:
    """
    Everybody who waits in this process.

    Args:
        store: Tells of lanes.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: dict[str, set[Listener]] = {}
        #: The server is ending.
        self.closed = False

    @contextmanager
    def listen(self, contact: str) -> Iterator[Listener]:
        """Be woken for a contact while the context is open."""
        listener = Listener()
        theirs = self._listeners.setdefault(contact, set())
        theirs.add(listener)
        try:
            yield listener
        finally:
            theirs.discard(listener)
            if not theirs:
                self._listeners.pop(contact, None)

    def typing(self, contact: str) -> None:
        """Say that something of this contact is being answered."""
        for listener in self._listeners.get(contact, ()):
            listener.wake(typing=True)

    def wake(self, contact: str) -> None:
        """Wake who waits for a contact."""
        for listener in self._listeners.get(contact, ()):
            listener.wake()

    async def run(self) -> None:
        """Pass on what the store tells, until cancelled."""
        async for lane in self._store.told():
            if lane is None:
                self._doubt()
            elif lane.channel == _FEED:
                self.wake(lane.contact)

    def close(self) -> None:
        """Wake everybody for the last time."""
        self.closed = True
        for contact in self._listeners:
            self.wake(contact)

    def _doubt(self) -> None:
        for theirs in self._listeners.values():
            for listener in theirs:
                listener.doubt = True


def _let_go(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
