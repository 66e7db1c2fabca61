"""
The whole service at one database for a long time, with trouble on all sides: does anything grow that should not?

The people's updates go through the real intake, turns, effects and timers. The clock is turned by hand, so that reminders, waits
and budgets run out on the way. A tenth of the updates is counted as one stretch; after each, everything is given time to come to
rest, and what the process holds is noted.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.bootstrap import load_reader
from bot.core.engine import Step
from bot.core.vocabulary import Status
from bot.errors import StoreError
from bot.ports import Incoming, Snapshot
from bot.rehearsal.person import MORNING
from bot.service.desk import Desk
from bot.settings import Settings
from bot.testing import ManualClock
from tests.soak.crowd import ChatService, Crowd
from tests.soak.gauge import Held, held
from tests.soak.trouble import Trouble

STRETCHES: Final = 10
#: Updates of each person before anything is compared: everybody has been there, and the caches are about full.
WARM_UP: Final = 3
#: How much more trouble there is in the warm-up than in a stretch. While content is exchanged, the old and the new are both there, and
#: what the old leaves behind are holes among other things; after some ten exchanges they are as many as they can get.
WARM_TROUBLE: Final = 3
#: Updates in one batch, as Telegram hands them over.
BATCH: Final = 100
#: Lanes that may have something to do before more is handed over.
BUSY: Final = 300
#: Simulated time of a whole run: conversations pause, reminders come, budgets are full again.
LENGTH: Final = timedelta(hours=72)
#: Trouble in one stretch of a long run.
TROUBLES: Final = 20
#: Seconds that a call to the account system may take here; one that hangs takes as long.
BACKEND_TIMEOUT_S: Final = 0.3
#: How long the store waits for another program's lock here, seconds; less than it is locked.
BUSY_TIMEOUT_S: Final = 0.1
#: Simulated time until every ticket that was promised is taken or given up.
_REST: Final = timedelta(hours=73)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was found."""

    #: After the warm-up, and after each stretch.
    held: tuple[Held, ...]
    #: Before anything ran and after everything was stopped.
    before: Held
    after: Held
    people: int
    #: What became of messages.
    messages: Counter[str]
    #: Times that the intake could not store a batch, which came again.
    intake_failed: int
    #: Events that no turn has processed, that were set aside, and effects that are not done.
    unprocessed: int
    set_aside: int
    pending: int
    seconds: float

    @property
    def growth(self) -> float:
        """By how much the memory has grown since the first stretch after the warm-up, as a share of it."""
        return self.held[-1].own_kib / self.held[1].own_kib - 1


@dataclass
class Soak:
    """One run."""

    desk: Desk
    store: SqlStore
    clock: ManualClock
    crowd: Crowd
    trouble: Trouble
    intake_failed: int = 0

    async def play(self, updates: int, troubles: int) -> None:
        """Let one stretch happen, with so much trouble, and wait until the bot has nothing more to do."""
        batches = updates // BATCH
        every, making = max(batches // troubles, 1), asyncio.create_task(self.trouble.next())
        for number in range(batches):
            await self._hand_over(self.crowd.batch(BATCH))
            self.clock.advance(LENGTH / STRETCHES / batches)
            while len(self.desk._lanes.busy()) > BUSY:
                await asyncio.sleep(0.002)
            if number % every == every - 1:
                await making
                making = asyncio.create_task(self.trouble.next())
        await making
        await self.desk.settle()

    async def _hand_over(self, batch: list[Incoming]) -> None:
        """Hand over a batch as two, at the same time: the order holds within a chat, not among chats."""
        halves: tuple[list[Incoming], list[Incoming]] = ([], [])
        for incoming in batch:
            halves[int(incoming.lane.contact.partition(".")[0]) % 2].append(incoming)
        await asyncio.gather(*(self._deliver(half) for half in halves))

    async def _deliver(self, batch: list[Incoming]) -> None:
        """Hand over until it is taken, as a chat service does."""
        while True:
            try:
                return await self.desk.receive(batch)
            except StoreError:
                self.intake_failed += 1
                await asyncio.sleep(0.05)


async def soak(
    url: str,
    folder: Path,
    *,
    updates: int,
    people: int,
    settings: Settings,
    seed: int = 1,
    troubles: int = TROUBLES,
    note: Callable[[Held], None] = lambda _: None,
) -> Outcome:
    """
    Run it.

    Args:
        url: The address of a fresh database.
        folder: Where the accounts are kept.
        updates: How many after the warm-up.
        people: How many talk at any moment.
        settings: Where the content is.
        seed: Of everything that is drawn.
        troubles: How often there is trouble in one stretch.
        note: Is shown what the process holds after the warm-up, and after each stretch.
    """
    migrate.upgrade(url)
    began, before, seen = time.monotonic(), held(0), []
    async with _running(url, folder, people, settings, random.Random(seed)) as (run, service):
        await run.trouble.each()
        await run.play(WARM_UP * people, WARM_TROUBLE * troubles)
        for number in range(STRETCHES + 1):
            if number > 0:
                await run.play(updates // STRETCHES, troubles)
            seen.append(held(run.crowd.updates))
            note(seen[-1])
        for _ in range(STRETCHES):
            run.clock.advance(_REST / STRETCHES)
            await run.desk.fire_due_timers()
            await run.desk.settle()
        left = await run.store.read(lambda view: _left(view, run.clock))
    return Outcome(
        held=tuple(seen),
        before=before,
        after=held(run.crowd.updates),
        people=run.crowd.came,
        messages=service.counts,
        intake_failed=run.intake_failed,
        unprocessed=left[0],
        set_aside=left[1],
        pending=left[2],
        seconds=time.monotonic() - began,
    )


def _left(view: Snapshot, clock: ManualClock) -> tuple[int, int, int]:
    channels = (ChatService.name,)
    return (
        len(view.unprocessed(channels, clock.now() + timedelta(days=1))),
        len(view.set_aside()),
        len(view.pending(channels)),
    )


@asynccontextmanager
async def _running(
    url: str, folder: Path, people: int, settings: Settings, chance: random.Random
) -> AsyncIterator[tuple[Soak, ChatService]]:
    clock, service = ManualClock(MORNING), ChatService(chance)
    crowd = Crowd(people, service, chance, clock.now)

    def observe(step: Step) -> None:
        if step.conversation.status is Status.OPEN:
            crowd.left_to_a_human(step.conversation.contact)

    store = SqlStore(url, busy_timeout_s=BUSY_TIMEOUT_S)
    accounts = DemoAccounts(folder / "accounts.db", clock=clock)
    desk = Desk(
        store=store,
        reader=load_reader(settings),
        backend=accounts,
        clock=clock,
        channels=[service],
        backend_timeout_s=BACKEND_TIMEOUT_S,
        observe=observe,
    )
    await desk.start()
    try:
        yield Soak(desk, store, clock, crowd, Trouble(url, desk, accounts, settings, chance)), service
    finally:
        await desk.stop()
        await accounts.close()
        await store.close()
