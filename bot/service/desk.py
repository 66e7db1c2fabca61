"""
The desk: intake, turns, effects and timers of one process, wired together.

Start it, give its `receive` to the channels, stop it. Whatever a crash left undone is taken up again at the start.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final, TypeAlias

from bot.core.catalog import Catalog
from bot.core.commands import CallBackend, Courtesy, RemovePlace, StaffEffect
from bot.core.engine import Step
from bot.core.incident import Incident
from bot.core.vocabulary import Action
from bot.errors import StoreError, UnreadableRow
from bot.ports import (
    AccountBackend,
    Channel,
    Clock,
    Incoming,
    Lane,
    Pending,
    Snapshot,
    StaffRoom,
    Store,
    Transaction,
)
from bot.service.account_system import AccountSystem
from bot.service.calls import Calls
from bot.service.housekeeping import Housekeeping
from bot.service.incidents import Incidents
from bot.service.intake import Intake
from bot.service.lanes import ALL_OF_THEM, Lanes
from bot.service.messages import Messages
from bot.service.persist import surely
from bot.service.reading import Reader
from bot.service.sharing import Alone, Ownership, Sharing
from bot.service.staff.places import Places
from bot.service.staff.room import Room
from bot.service.timers import Timers

_LOG = logging.getLogger(__name__)
#: Seconds after which it is noticed that the polling of a channel has become ours, or another process's.
LOOK_S: Final = 0.2
#: Effects that are not done, and lanes with events that no turn has processed.
Left: TypeAlias = tuple[tuple[Pending, ...], Mapping[Lane, int]]


class Desk:
    """Runs conversations."""

    def __init__(
        self,
        *,
        store: Store,
        reader: Reader,
        backend: AccountBackend,
        clock: Clock,
        channels: Sequence[Channel],
        backend_timeout_s: float,
        shared: bool = False,
        retention_days: int | None = None,
        observe: Callable[[Step], None] | None = None,
        staff: StaffRoom | None = None,
    ) -> None:
        """
        Wire it together; nothing runs before `start`.

        Args:
            store: Where everything is kept.
            reader: The content.
            backend: The account system.
            clock: The present.
            channels: What talks to people here.
            backend_timeout_s: Seconds after which a call counts as unknown.
            shared: Other processes may do the same work at the same store.
            retention_days: Days without a line after which a conversation is deleted, 0: it is kept; None: nothing is
                deleted here.
            observe: Is shown every step once it is saved, e.g. to count the states that tests visit.
            staff: Where agents work on what is handed over; None: nowhere.
        """
        self._store = store
        self._reader = reader
        self._channels = tuple(channel.name for channel in channels)
        self._sharing = (
            Sharing(
                store=store, channels=self._channels, busy=self._busy, left=self._left, gained=self._take_up
            )
            if shared
            else None
        )
        self._ownership: Ownership = self._sharing or Alone()
        owns = self._ownership.owns
        self._lanes = Lanes(
            store=store,
            reader=self._current,
            clock=clock,
            execute=self._execute,
            oblige=self._oblige,
            timer_started=self._timer_started,
            room=self._has_room,
            ownership=self._ownership,
            observe=observe,
            staffed=staff is not None,
        )
        self._messages = Messages(
            store=store,
            channels={channel.name: channel for channel in channels},
            owns=owns,
            report=lambda told: self._execute([told]),
        )
        self._room = (
            Room(store=store, room=staff, catalog=lambda: self._reader.catalog, clock=clock, owns=owns)
            if staff is not None
            else None
        )
        self._calls = Calls(
            store=store,
            accounts=AccountSystem(backend, backend_timeout_s, clock.now),
            clock=clock,
            reader=self._current,
            wake=self._lanes.wake,
            owns=owns,
        )
        self._timers = Timers(store=store, clock=clock, channels=self._channels, wake=self._lanes.wake)
        self._incidents = Incidents(store, clock, self._know)
        self._intake = Intake(store, self._current, self._lanes.wake)
        self._housekeeping = (
            Housekeeping(
                store=store,
                clock=clock,
                service=lambda: self._reader.catalog.service,
                keeps=timedelta(days=retention_days) if retention_days else None,
                ours=self._ownership.cleans,
                places=Places(store=store, room=staff, channels=self._channels, owns=owns) if staff else None,
            )
            if retention_days is not None
            else None
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take up what was left undone, knowing what is broken, and begin to fire timers."""
        await self._incidents.look()
        self._tasks.append(asyncio.create_task(self._incidents.run()))
        if self._sharing is not None:
            await surely(self._sharing.beat)
            self._tasks.append(asyncio.create_task(self._sharing.run(self._look_around)))
            self._tasks.append(asyncio.create_task(self._listen()))
        else:
            self._take_up(await self._left(), self._ownership.owns)
        self._tasks.append(asyncio.create_task(self._timers.run()))
        if self._housekeeping is not None:
            self._tasks.append(asyncio.create_task(self._housekeeping.run()))

    async def poll(self, channel: Channel) -> None:
        """Receive for a channel whenever that is this process's part, until cancelled; raises what its `run` raises."""
        while True:
            while not self._ownership.polls(channel.name):
                await asyncio.sleep(LOOK_S)
            receiving = asyncio.create_task(channel.run(self.receive))
            try:
                while self._ownership.polls(channel.name):
                    done, _ = await asyncio.wait([receiving], timeout=LOOK_S)
                    if done:
                        return await receiving
            finally:
                await _cancelled(receiving)

    def processes(self) -> int:
        """Return how many processes share the work, this one included."""
        return self._ownership.processes

    def owns(self, lane: Lane) -> bool:
        """Tell whether a lane is this process's at this moment."""
        return self._ownership.owns(lane)

    async def receive(self, batch: Sequence[Incoming]) -> None:
        """Take in what a channel received; returns once it is durable. Raises StoreError if it is not."""
        await self._intake.receive(batch)

    async def settle(self) -> None:
        """Wait until nothing is under way: every event processed, every effect done or waiting for its next try."""
        while self._busy():
            await self._lanes.settle()
            await self._messages.settle()
            await self._calls.settle()
            if self._room is not None:
                await self._room.settle()

    def use(self, reader: Reader) -> None:
        """Go on with other content, from the next turn on; what is broken is broken still."""
        self._reader = reader.knowing(self._reader.catalog.incidents)

    def catalog(self) -> Catalog:
        """Return the content as it is now, with what is broken."""
        return self._reader.catalog

    async def look_for_incidents(self) -> None:
        """Take up what operators have told since; for a clock that is turned by hand."""
        await self._incidents.look()

    async def fire_due_timers(self) -> None:
        """Fire what is due now; for a clock that is turned by hand."""
        await self._timers.fire_due()

    async def stop(self) -> None:
        """Stop; what is not done stays stored."""
        for task in self._tasks:
            await _cancelled(task)
        await self._lanes.stop()
        await self._messages.stop()
        await self._calls.stop()
        if self._room is not None:
            await self._room.stop()
        if self._sharing is not None:
            with contextlib.suppress(StoreError):  # the others find out by themselves
                await self._sharing.leave()

    def _current(self) -> Reader:
        return self._reader

    def _know(self, incidents: tuple[Incident, ...]) -> None:
        self._reader = self._reader.knowing(incidents)

    def _execute(self, effects: Sequence[Pending]) -> None:
        for pending in effects:
            if isinstance(pending.effect, CallBackend):
                self._calls.execute(pending, pending.effect)
            elif isinstance(pending.effect, RemovePlace):
                continue  # the housekeeping's
            elif not isinstance(pending.effect, StaffEffect):
                self._messages.send(pending)
            elif self._room is not None:
                self._room.show(pending)

    def _oblige(self, lane: Lane, courtesies: Sequence[Courtesy]) -> None:
        self._messages.oblige(lane, courtesies)

    async def _has_room(self, lane: Lane) -> bool:
        return await self._messages.room(lane)

    def _timer_started(self) -> None:
        self._timers.changed()

    def _busy(self) -> Collection[Lane]:
        """Return the lanes that something is under way for."""
        agents = self._room.busy() if self._room is not None else ()
        return {*self._lanes.busy(), *self._messages.busy(), *self._calls.busy(), *agents}

    def _take_up(self, left: Left, ours: Callable[[Lane], bool]) -> None:
        """Take up what was left undone in the lanes that have become ours: what was promised first, then new turns."""
        effects, lanes = left
        self._execute([pending for pending in effects if ours(pending.lane)])
        self._lanes.wake({lane: count for lane, count in lanes.items() if ours(lane)})

    async def _look_around(self) -> None:
        """Find what another process has left for us while nobody told us."""
        waiting = await self._store.read(lambda view: view.waiting_lanes(self._channels))
        busy = self._lanes.busy()
        self._lanes.wake({lane: ALL_OF_THEM for lane in waiting if lane not in busy})
        self._timers.changed()

    async def _listen(self) -> None:
        """Wake the lanes that other processes have received something for."""
        async for lane in self._store.told():
            if lane is not None and lane.channel in self._channels:  # what was missed, `_look_around` finds
                self._lanes.wake({lane: 1})

    async def _left(self) -> Left:
        """Read what was left undone; an effect that this version cannot read is given up, so that the rest goes on."""
        while True:
            try:
                return await surely(lambda: self._store.read(self._left_undone))
            except UnreadableRow as fault:
                _LOG.error("%s It is given up.", fault, extra={"action": Action.COMMAND_FAILED})
                give_up = partial(_give_up, fault)
            await surely(partial(self._store.write, give_up))

    def _left_undone(self, view: Snapshot) -> Left:
        """Return the effects that are not done, and the lanes with events that no turn has processed."""
        waiting = view.waiting_lanes(self._channels)
        return view.pending(self._channels), dict.fromkeys(waiting, ALL_OF_THEM)


async def _cancelled(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait for its end."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _give_up(fault: UnreadableRow, tx: Transaction) -> None:
    tx.finish_command(fault.key, fault=str(fault))
