"""
The desk: intake, turns, effects and timers of one process, wired together.

Start it, give its `receive` to the channels, stop it. Whatever a crash left undone is taken up again at the start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from bot.core.commands import CallBackend
from bot.core.engine import Step
from bot.core.vocabulary import Action
from bot.errors import UnreadableRow
from bot.ports import (
    AccountBackend,
    Channel,
    Clock,
    Incoming,
    Lane,
    Pending,
    Snapshot,
    Store,
    Transaction,
)
from bot.service.account_system import AccountSystem
from bot.service.calls import Calls
from bot.service.intake import Intake
from bot.service.lanes import ALL_OF_THEM, Lanes
from bot.service.messages import Messages
from bot.service.persist import surely
from bot.service.reading import Reader
from bot.service.timers import Timers

_LOG = logging.getLogger(__name__)


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
        observe: Callable[[Step], None] | None = None,
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
            observe: Is shown every step once it is saved, e.g. to count the states that tests visit.
        """
        self._store = store
        self._reader = reader
        self._lanes = Lanes(
            store=store,
            reader=self._current,
            clock=clock,
            execute=self._execute,
            timer_started=self._timer_started,
            observe=observe,
        )
        self._messages = Messages(store=store, channels={channel.name: channel for channel in channels})
        self._calls = Calls(
            store=store,
            accounts=AccountSystem(backend, backend_timeout_s),
            clock=clock,
            reader=self._current,
            wake=self._lanes.wake,
        )
        self._channels = tuple(channel.name for channel in channels)
        self._timers = Timers(store=store, clock=clock, channels=self._channels, wake=self._lanes.wake)
        self._intake = Intake(store, self._current, self._lanes.wake)
        self._timing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take up what was left undone, and begin to fire timers."""
        effects, lanes = await self._left()
        self._execute(effects)
        self._lanes.wake(lanes)
        self._timing = asyncio.create_task(self._timers.run())

    async def receive(self, batch: Sequence[Incoming]) -> None:
        """Take in what a channel received; returns once it is durable. Raises StoreError if it is not."""
        await self._intake.receive(batch)

    async def settle(self) -> None:
        """Wait until nothing is under way: every event processed, every effect done or waiting for its next try."""
        while self._lanes.busy() or self._messages.busy() or self._calls.busy():
            await self._lanes.settle()
            await self._messages.settle()
            await self._calls.settle()

    def use(self, reader: Reader) -> None:
        """Go on with other content, from the next turn on."""
        self._reader = reader

    async def fire_due_timers(self) -> None:
        """Fire what is due now; for a clock that is turned by hand."""
        await self._timers.fire_due()

    async def stop(self) -> None:
        """Stop; what is not done stays stored."""
        if self._timing is not None:
            self._timing.cancel()
            await asyncio.gather(self._timing, return_exceptions=True)
        await self._lanes.stop()
        await self._messages.stop()
        await self._calls.stop()

    def _current(self) -> Reader:
        return self._reader

    def _execute(self, effects: Sequence[Pending]) -> None:
        for pending in effects:
            if isinstance(pending.effect, CallBackend):
                self._calls.execute(pending, pending.effect)
            else:
                self._messages.send(pending)

    def _timer_started(self) -> None:
        self._timers.changed()

    async def _left(self) -> tuple[tuple[Pending, ...], Mapping[Lane, int]]:
        """Read what was left undone; an effect that this version cannot read is given up, so that the rest goes on."""
        while True:
            try:
                return await surely(lambda: self._store.read(self._left_undone))
            except UnreadableRow as fault:
                _LOG.error("%s It is given up.", fault, extra={"action": Action.COMMAND_FAILED})
                give_up = partial(_give_up, fault)
            await surely(partial(self._store.write, give_up))

    def _left_undone(self, view: Snapshot) -> tuple[tuple[Pending, ...], Mapping[Lane, int]]:
        """Return the effects that are not done, and the lanes with events that no turn has processed."""
        waiting = view.waiting_lanes(self._channels)
        return view.pending(self._channels), dict.fromkeys(waiting, ALL_OF_THEM)


def _give_up(fault: UnreadableRow, tx: Transaction) -> None:
    tx.finish_command(fault.key, fault=str(fault))
