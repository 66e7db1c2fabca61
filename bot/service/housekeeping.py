"""
What nobody needs any more is deleted: once an hour, in small steps, by one of the processes that share the work.

The least that may be kept is kept: each kind goes when the last question that could be asked of it has been answered. A
step looks first and writes only where there is something to delete, a few hundred rows at most, and looks again in the
same transaction: what has come to life meanwhile stays. After a step it rests several times as long as the step took, so
that turns go first. The audit is told how many rows went.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.core.catalog import Service
from bot.core.vocabulary import Action
from bot.errors import StoreError
from bot.ports import AuditRecord, Clock, Kept, Key, Outdated, Removed, Store, Transaction
from bot.service import budgets
from bot.service.calls import PATIENCE
from bot.service.faults import described
from bot.service.staff.places import Places

_LOG = logging.getLogger(__name__)
#: When it begins after a start, which has other things to do at first, and how often it comes. Jitter is taken off, up to
#: half, so that processes and machines do not march in step.
FIRST: Final = timedelta(minutes=5)
INTERVAL: Final = timedelta(hours=1)
#: How long a processed event stays known. Telegram repeats one for 24 hours. After a week without any it numbers from a
#: random place (Bot API, Update), so by then no old id may be known, nor one that was made of it: the result of a ticket
#: comes up to 72 hours after the text that asked for it.
KNOWN: Final = timedelta(days=3)
#: How long words that masking has changed stay readable to the person on the web: who was given a number to type is done with it.
SHOWN: Final = timedelta(days=1)
#: How long a picture that a person has sent over the web is there for agents to look at, if conversations are kept so long.
PICTURES: Final = timedelta(days=30)
#: How much longer than conversations it is kept what was agreed to in a session on the web, and that it has ended: a token is good
#: for 30 days, so what was said with it is gone before what was agreed to is.
VISITS: Final = timedelta(days=31)
#: A budget is asked for its last uses as of now, by clocks that differ.
MARGIN: Final = timedelta(days=1)
#: Rows that one step looks at, and at how many deleted ones it stops: that takes 3 ms on SQLite and 10 ms on PostgreSQL, where
#: all that write wait for it.
LOOK: Final = 200
ROWS: Final = 200
#: Of pictures it is fewer: each has some hundred thousand bytes, which SQLite overwrites.
PICTURES_AT_ONCE: Final = 2
#: How much longer than it worked it rests.
REST: Final = 4.0


class Housekeeping:
    """
    Deletes what nobody needs.

    Args:
        store: Where it is kept.
        clock: The present.
        service: The content's periods.
        keeps: How long a conversation is kept after its last line, and a text that nothing matched; None: for ever.
        ours: Tells whether this is the process that does it.
        places: Deletes what agents were shown of cases that went; None: agents work nowhere.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        service: Callable[[], Service],
        keeps: timedelta | None,
        ours: Callable[[], bool],
        places: Places | None = None,
    ) -> None:
        self._places = places
        self._store, self._clock, self._service, self._keeps = store, clock, service, keeps
        self._ours = ours
        #: What went and is not written down in the audit yet.
        self._removed: Removed = Counter()

    async def run(self) -> None:
        """Clean once an hour, until cancelled; no fault ends it."""
        pause = FIRST
        while True:
            await self._clock.sleep_until(self._clock.now() + pause * random.uniform(0.5, 1))
            pause = INTERVAL
            try:
                await self.clean()
                if self._places is not None:
                    await self._places.clear()
            except StoreError as fault:
                _LOG.error(
                    "%s What is not needed is deleted in an hour.",
                    fault,
                    extra={"action": Action.STORE_FAILED},
                )
            except Exception as fault:
                _LOG.error(
                    "Housekeeping failed: %s", described(fault), extra={"action": Action.COMMAND_FAILED}
                )

    async def clean(self) -> None:
        """Delete all that is not needed now, while that is this process's part. Raises StoreError; then the rest stays."""
        now = self._clock.now()
        try:
            for kind, before in self._horizons(now):
                await self._clear(kind, before)
        finally:
            if self._removed:
                await self._store.write(partial(_note, now, self._removed))
                self._removed = Counter()

    def _horizons(self, now: datetime) -> tuple[tuple[Kept, datetime], ...]:
        """Return before when each kind is not needed; effects before their events, or the ids of a new event's would be taken."""
        spent = max(PATIENCE, budgets.BRAKE, self._service().ladder_pause)
        needed = [
            (Kept.EFFECTS, now - KNOWN),
            (Kept.EVENTS, now - KNOWN),
            (Kept.BUDGETS, now - spent - MARGIN),
            (Kept.LINKS, now - MARGIN),
            (Kept.SHOWN, now - SHOWN),
            (Kept.PICTURES, now - (PICTURES if self._keeps is None else min(PICTURES, self._keeps))),
        ]
        if self._keeps is not None:
            told = (Kept.CONVERSATIONS, Kept.UNMATCHED, Kept.SET_ASIDE)
            needed += [(kind, now - self._keeps) for kind in told]
            needed.append((Kept.VISITS, now - self._keeps - VISITS))
        return tuple(needed)

    async def _clear(self, kind: Kept, before: datetime) -> None:
        after: Key | None = None
        while self._ours():
            began = time.monotonic()
            found = await self._store.read(
                lambda view, after=after: view.outdated(kind, before, after=after, limit=LOOK)  # type: ignore[misc]
            )
            removed = await self._delete(kind, before, after) if found.keys else Counter()
            self._removed += removed
            if not removed:  # else there may be more in the same place
                after = found.last
                if after is None:
                    return
            await asyncio.sleep(REST * (time.monotonic() - began))

    async def _delete(self, kind: Kept, before: datetime, after: Key | None) -> Removed:
        def delete(tx: Transaction) -> Removed:
            found: Outdated = tx.outdated(kind, before, after=after, limit=LOOK)
            return tx.remove(kind, found.keys, most=rows(kind))

        return await self._store.write(delete)


def rows(kind: Kept) -> int:
    """Return at how many deleted rows of a kind one step stops."""
    return PICTURES_AT_ONCE if kind is Kept.PICTURES else ROWS


def _note(now: datetime, removed: Removed, tx: Transaction) -> None:
    tx.add_audit(AuditRecord(at=now, conversation="", action=Action.CLEANED, details=dict(removed)))
