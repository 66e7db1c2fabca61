"""
Taking turns: each lane's events one after the other, different lanes side by side.

An event that makes a turn fail three times is set aside with an apology, so that its lane goes on. That is a fault of
ours; the log has its kind and its place.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final

from bot.core.commands import Courtesy, StartTimer
from bot.core.engine import Step
from bot.core.vocabulary import Action
from bot.errors import StaleConversation, UnreadableRow
from bot.ports import AuditRecord, Clock, Lane, Pending, Snapshot, Store, Transaction
from bot.service import aside, flood, turn
from bot.service.faults import described
from bot.service.persist import LONGEST_PAUSE_S, surely
from bot.service.reading import Reader
from bot.service.second_opinion import SecondOpinion
from bot.service.sharing import Ownership

_LOG = logging.getLogger(__name__)
#: Failed turns after which an event is set aside.
MAX_ATTEMPTS: Final = 3
#: Wakes a lane for whatever waits in it; more than can.
ALL_OF_THEM: Final = 1 << 30
#: Turns under way at once; more only wait for the same store.
MAX_TURNS: Final = 64


class Lanes:
    """Runs the turns of the lanes that have events."""

    def __init__(
        self,
        *,
        store: Store,
        reader: Callable[[], Reader],
        clock: Clock,
        execute: Callable[[Sequence[Pending]], None],
        oblige: Callable[[Lane, Sequence[Courtesy]], None],
        timer_started: Callable[[], None],
        room: Callable[[Lane], Awaitable[bool]],
        ownership: Ownership,
        observe: Callable[[Step], None] | None = None,
        staffed: bool = False,
    ) -> None:
        self._store, self._reader, self._clock = store, reader, clock
        self._execute, self._timer_started, self._observe = execute, timer_started, observe
        self._oblige, self._room, self._ownership, self._staffed = oblige, room, ownership, staffed
        self._events: dict[Lane, int] = {}
        self._tasks: dict[Lane, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(MAX_TURNS)
        self._second_opinion = SecondOpinion()
        self._stopped = False

    def wake(self, lanes: Mapping[Lane, int]) -> None:
        """Say that lanes have got so many new events; whoever owns a lane, or the next start, finds those left alone."""
        if self._stopped:
            return
        for lane, count in lanes.items():
            if not self._ownership.owns(lane):
                continue
            self._events[lane] = self._events.get(lane, 0) + count
            if lane not in self._tasks:
                self._tasks[lane] = asyncio.create_task(self._run(lane))

    def busy(self) -> Collection[Lane]:
        """Return the lanes of which a turn is under way or waits."""
        return self._tasks.keys()

    async def settle(self) -> None:
        """Wait until every event that was woken for is processed."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values())

    async def stop(self) -> None:
        """Stop for good; events that are not processed stay stored."""
        self._stopped = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._second_opinion.stop()

    async def _run(self, lane: Lane) -> None:
        try:
            while (expected := self._events[lane]) > 0 and self._ownership.owns(lane):
                if await self._room(lane):
                    await self._pass_over(lane)
                found = await self._turn(lane)
                # Nothing left: what was expected is done. What was woken for meanwhile still counts.
                self._events[lane] -= 1 if found else expected
        finally:
            del self._events[lane], self._tasks[lane]

    async def _pass_over(self, lane: Lane) -> None:
        """Leave out what somebody writes faster than we may answer, but for the newest; say so."""
        more = True
        while more:
            more, notice = await surely(lambda: self._store.write(partial(self._leave_out, lane)))
            self._execute(notice)

    async def _turn(self, lane: Lane) -> bool:
        """Take one turn, again until it is saved or its event is set aside; False if none waits, or the lane is not ours."""
        unreadable = None
        while True:
            try:
                async with self._places:
                    return await self._try_turn(lane)
            except StaleConversation:
                continue
            except UnreadableRow as fault:
                if (
                    fault.key == unreadable
                ):  # no event but the conversation itself: only another version helps
                    await asyncio.sleep(LONGEST_PAUSE_S)
                unreadable = await self._set_aside(fault)
                continue
            except Exception as fault:  # whatever it is, the lane must go on
                _LOG.error("A turn failed: %s", described(fault), extra={"action": Action.COMMAND_FAILED})
            apology = await surely(lambda: self._store.write(partial(self._count_failure, lane)))
            if apology is not None:
                self._execute(apology)
                return True

    async def _try_turn(self, lane: Lane) -> bool:
        prepared = await surely(lambda: self._store.read(partial(self._prepare, lane)))
        if prepared is None:
            return False
        if prepared.unsettled:
            again = partial(turn.reconsider, prepared, self._reader())
            prepared = await self._second_opinion.of(again, otherwise=prepared)
        effects = await surely(lambda: self._store.write(partial(self._commit, prepared)))
        if effects is None:
            return False
        if self._observe is not None:
            self._observe(prepared.step)
        self._execute(effects)
        self._oblige(prepared.lane, prepared.step.courtesies)
        if any(isinstance(command, StartTimer) for command in prepared.step.commands):
            self._timer_started()
        return True

    def _commit(self, prepared: turn.Prepared, tx: Transaction) -> tuple[Pending, ...] | None:
        """Save a turn; None if somebody else has taken the lane, and with it the event."""
        if not self._ownership.keeps(prepared.lane, tx):
            return None
        return turn.commit(tx, prepared, staffed=self._staffed)

    async def _set_aside(self, fault: UnreadableRow) -> str:
        _LOG.error("%s It is set aside.", fault, extra={"action": Action.EVENT_QUARANTINED})
        await surely(lambda: self._store.write(partial(self._note_unreadable, fault)))
        return fault.key

    def _note_unreadable(self, fault: UnreadableRow, tx: Transaction) -> None:
        if tx.finish_event(fault.key, fault=str(fault)):
            tx.add_audit(self._quarantined("", fault.key))

    def _quarantined(self, conversation: str, event: str) -> AuditRecord:
        return AuditRecord(
            at=self._clock.now(),
            conversation=conversation,
            action=Action.EVENT_QUARANTINED,
            details={"event": event},
        )

    def _prepare(self, lane: Lane, view: Snapshot) -> turn.Prepared | None:
        return turn.prepare(view, lane, self._reader(), self._clock.now(), aside.new_id)

    def _leave_out(self, lane: Lane, tx: Transaction) -> tuple[bool, tuple[Pending, ...]]:
        if not self._ownership.keeps(lane, tx):
            return False, ()
        return flood.leave_out(tx, lane, self._reader(), self._clock.now())

    def _count_failure(self, lane: Lane, tx: Transaction) -> tuple[Pending, ...] | None:
        """Count a failed turn; return the apology once the event is set aside, None before."""
        event = tx.next_event(lane)
        if event is None or not self._ownership.keeps(lane, tx):
            return ()
        if tx.count_attempt(event.id) < MAX_ATTEMPTS:
            return None
        tx.finish_event(event.id, fault="its turn failed; see the log")
        _LOG.error(
            "An event was set aside after %d tries.", MAX_ATTEMPTS, extra={"action": Action.EVENT_QUARANTINED}
        )
        apology = aside.say(
            tx, lane, self._reader(), self._clock.now(), text="trouble", command=f"{event.id}:apology"
        )
        tx.add_audit(self._quarantined(apology.conversation, event.id))
        return (apology,)
