"""
Keeping the room where agents work up to date: each case by itself, in turns, so that none starves another.

An effect says only that a case has changed, or what became of something that an agent did. It is done with when agents
have seen it; if the program dies before that is noted, they see one message twice and never none.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

from bot.core.catalog import Catalog
from bot.core.commands import RemovePlace, ShowCase, TellAgent
from bot.core.vocabulary import Action
from bot.errors import ChannelBusy, ChannelError, MessageRefused, PlaceGone, PlaceLeft
from bot.ports import Clock, Lane, Pending, Posted, Snapshot, StaffRoom, Store, Transaction, nobodys
from bot.service.faults import described
from bot.service.persist import surely
from bot.service.staff import view, words

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
#: First and longest pause between two tries at the room, seconds; doubled, with full jitter.
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 60.0


class _NotOurs(Exception):
    """Another process owns the lane now, and shows what is left of it."""


class Room:
    """Shows agents what is new to them."""

    def __init__(
        self,
        *,
        store: Store,
        room: StaffRoom,
        catalog: Callable[[], Catalog],
        clock: Clock,
        owns: Callable[[Lane], bool],
    ) -> None:
        self._store, self._room, self._catalog, self._clock, self._owns = store, room, catalog, clock, owns
        self._waiting: dict[Lane, list[Pending]] = {}
        self._tasks: dict[Lane, asyncio.Task[None]] = {}

    def show(self, pending: Pending) -> None:
        """Take an effect for agents, once; returns at once."""
        waiting = self._waiting.setdefault(pending.lane, [])
        if all(each.effect.id != pending.effect.id for each in waiting):
            waiting.append(pending)
        if pending.lane not in self._tasks:
            self._tasks[pending.lane] = asyncio.create_task(self._run(pending.lane, waiting))

    def busy(self) -> Collection[Lane]:
        """Return the lanes of which agents have not seen all."""
        return self._tasks.keys()

    async def settle(self) -> None:
        """Wait until agents have seen everything."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values())

    async def stop(self) -> None:
        """Stop; what agents have not seen stays stored and is resumed at the next start."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, lane: Lane, waiting: list[Pending]) -> None:
        try:
            while waiting:
                batch = tuple(waiting)
                fault = await self._serve(lane, batch)
                await surely(partial(self._store.write, partial(_finish, batch, fault)))
                del waiting[: len(batch)]
        except _NotOurs:
            pass
        finally:
            del self._tasks[lane], self._waiting[lane]

    async def _serve(self, lane: Lane, batch: Sequence[Pending]) -> str | None:
        """Show what a batch is about; return the fault if that can never be."""
        try:
            for pending in batch:
                if isinstance(pending.effect, TellAgent):
                    await self._tell(lane, pending.effect)
            codes = [pending.effect.case for pending in batch if isinstance(pending.effect, ShowCase)]
            for code in dict.fromkeys(codes):
                await self._bring_up_to_date(lane, code)
        except _NotOurs:
            raise
        except MessageRefused as fault:
            _LOG.error("Agents could not be shown a case: %s", fault, extra={"action": Action.COMMAND_FAILED})
            return str(fault)
        except Exception as fault:  # a fault of ours; the lane's next changes must still be shown
            _LOG.error(
                "Agents could not be shown a case: %s",
                described(fault),
                extra={"action": Action.COMMAND_FAILED},
            )
            return f"showing it failed ({type(fault).__name__}); see the log"
        return None

    async def _bring_up_to_date(self, lane: Lane, code: str) -> None:
        """Post, step by step, until agents have seen it all; what is posted is decided when it is this case's turn."""
        while await self._look(code) is not None:
            await self._room.turn()
            found = await self._look(code)
            if found is None:
                return
            posted, step = found
            left: str | None = None
            try:
                posted = await self._patiently(lane, partial(view.perform, self._room, posted, step))
            except PlaceGone as gone:
                left = posted.place if isinstance(gone, PlaceLeft) else None
                posted = await surely(partial(self._store.read, partial(_without_place, posted)))
            except MessageRefused:
                if not isinstance(step, view.ShowCard | view.Pin) or posted.card is None:
                    raise
                posted = replace(posted, card=None)  # somebody deleted the card
            await surely(partial(self._store.write, partial(_keep, posted, left)))

    async def _tell(self, lane: Lane, told: TellAgent) -> None:
        """Show on an agent's message what became of it; with the reason, if nothing did."""
        posted = await surely(lambda: self._store.read(lambda view: view.posted(told.case)))
        if posted is None or posted.place is None:
            return
        place, reason = posted.place, _reason(told)
        kind, _, message = told.message.partition(":")
        if kind == "m":
            await self._if_it_is_there(lane, partial(self._room.mark, place, message, done=reason is None))
        if reason is not None:
            await self._room.turn()
            await self._if_it_is_there(lane, partial(self._room.post, place, reason, to=message))

    async def _if_it_is_there(self, lane: Lane, call: Callable[[], Awaitable[object]]) -> None:
        """Call until the room has taken it; whoever wrote the message may have deleted it, and a group forbid reactions."""
        try:
            await self._patiently(lane, call)
        except (PlaceGone, MessageRefused) as fault:
            _LOG.info("An agent could not be told what became of a message: %s", fault)

    async def _look(self, code: str) -> tuple[Posted, view.Step] | None:
        return await surely(
            lambda: self._store.read(
                lambda snapshot: view.look(snapshot, code, self._catalog(), self._clock.now())
            )
        )

    async def _patiently(self, lane: Lane, call: Callable[[], Awaitable[_T]]) -> _T:
        """Call until the room has taken it. Raises PlaceGone and MessageRefused: no patience helps."""
        pause, told = FIRST_PAUSE_S, ""
        while True:
            if not self._owns(lane):
                raise _NotOurs
            try:
                return await call()
            except ChannelBusy as busy:
                await asyncio.sleep(busy.retry_after_s)
            except (PlaceGone, MessageRefused):
                raise
            except ChannelError as fault:
                if str(fault) != told:  # once, however long it lasts
                    told = str(fault)
                    _LOG.warning(
                        "Agents cannot be shown a case: %s It is tried again; `sparekey doctor` says more.",
                        fault,
                        extra={"action": Action.CHANNEL_FAILED},
                    )
                await asyncio.sleep(pause * random.random())
                pause = min(2 * pause, LONGEST_PAUSE_S)


def _reason(told: TellAgent) -> str | None:
    if told.refusal is not None:
        return words.REFUSALS[told.refusal]
    if told.fault is None:
        return None
    return words.BLOCKED if "blocked" in told.fault else words.NOT_DELIVERED.format(fault=told.fault)


def _without_place(posted: Posted, snapshot: Snapshot) -> Posted:
    return view.forgotten(posted, snapshot.transcript(posted.conversation))


def _keep(posted: Posted, left: str | None, tx: Transaction) -> None:
    """Keep what is posted now; a place that was left is deleted, and so is one whose contact was erased meanwhile."""
    if tx.case(posted.code) is not None:
        tx.keep_posted(posted)
        late = left
    else:
        late = left or posted.place
    if late is not None:
        removal = RemovePlace(id=f"late-place-{secrets.token_hex(8)}:0", place=late)
        tx.add_effects("", nobodys(posted.lane), [removal])


def _finish(batch: Sequence[Pending], fault: str | None, tx: Transaction) -> None:
    for pending in batch:
        tx.finish_command(pending.effect.id, fault=fault)
