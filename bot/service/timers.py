"""
Durable timers: each fires once, never early, and after a downtime as soon as the program is back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from bot.core.events import TimerFired
from bot.core.vocabulary import Action
from bot.ports import Clock, DueTimer, Incoming, Lane, Snapshot, Store, Transaction
from bot.service.faults import described
from bot.service.persist import LONGEST_PAUSE_S, surely

_LOG = logging.getLogger(__name__)


class Timers:
    """Fires the timers of the store when they come due."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        channels: Collection[str],
        wake: Callable[[Mapping[Lane, int]], None],
    ) -> None:
        self._store, self._clock, self._channels, self._wake = store, clock, channels, wake
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Say that a timer was started, so that the next one is looked up again; a cancelled one only wakes us in vain."""
        self._changed.set()

    async def run(self) -> None:
        """Fire timers until cancelled; no fault ends it, or reminders would stop without a word."""
        while True:
            self._changed.clear()
            try:
                timer = await self.fire_due()
            except Exception as fault:
                _LOG.error("A timer failed: %s", described(fault), extra={"action": Action.COMMAND_FAILED})
                await asyncio.sleep(LONGEST_PAUSE_S)
                continue
            await self._wait(timer.due_at if timer else None)

    async def fire_due(self) -> DueTimer | None:
        """Fire every timer that is due; return the next one that is not."""
        while True:
            timer = await surely(lambda: self._store.read(self._next_timer))
            if timer is None or timer.due_at > self._clock.now():
                return timer
            await self._fire(timer)

    async def _fire(self, timer: DueTimer) -> None:
        event = TimerFired(
            id=f"{timer.conversation}:{timer.key}:{timer.due_at.timestamp()}",
            at=self._clock.now(),
            timer=timer.key,
        )

        def fire(tx: Transaction) -> bool:
            return tx.fire_timer(timer.id) and tx.receive(Incoming(lane=timer.lane, event=event))

        if await surely(lambda: self._store.write(fire)):
            self._wake({timer.lane: 1})

    async def _wait(self, until: datetime | None) -> None:
        """Wait until the moment, or until a timer was started."""
        sleep = asyncio.create_task(self._clock.sleep_until(until))
        change = asyncio.create_task(self._changed.wait())
        try:
            await asyncio.wait({sleep, change}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            change.cancel()

    def _next_timer(self, view: Snapshot) -> DueTimer | None:
        return view.next_timer(self._channels)
