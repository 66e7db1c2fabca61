"""
Which process does what, where several share one store.

The lanes of a channel are divided into shares, by a hash of the contact; each share belongs to one process at a time, and so
do the polling of a channel and the housekeeping. A process says every second that it is alive. It takes what belongs to nobody, or to a dead
one, up to its part, and gives up what is more than that once nothing of it is under way.

Owning a share saves doubled work; that nothing is doubled does not rest on it, but on the store: a turn is saved against
the version it was prepared from, and a call is claimed. A process that was frozen knows by its own clock that others may
have taken what it owned, and does nothing until it has asked.

The order of a lane rests on two rules. A turn is committed only by who owns its lane at that moment, by the store's books. And
who takes a share first sends what was committed for it, then begins its turns: nothing new overtakes what a predecessor left.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
import zlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, Generic, Protocol, TypeVar

from bot.core.vocabulary import Action
from bot.errors import StoreError
from bot.ports import Lane, Store, Transaction
from bot.service.faults import described

_LOG = logging.getLogger(__name__)
_Left = TypeVar("_Left")
#: Shares of a channel: enough to divide evenly among a dozen processes.
SHARES: Final = 64
#: Seconds between two signs of life, and after how many without one a process counts as dead: a pause of the collector or a
#: slow disk is no death.
BEAT_S: Final = 1.0
ALIVE_S: Final = 5.0
#: The share of who deletes what nobody needs.
_HOUSEKEEPING: Final = "housekeeping"


class Ownership(Protocol):
    """What this process may do."""

    def owns(self, lane: Lane) -> bool:
        """Tell whether the lane's turns, effects and calls are this process's."""
        ...

    def keeps(self, lane: Lane, tx: Transaction) -> bool:
        """Tell whether the lane is this process's by the store's books; until the transaction ends nobody takes it."""
        ...

    def polls(self, channel: str) -> bool:
        """Tell whether this process receives for a channel that only one may receive for."""
        ...

    def cleans(self) -> bool:
        """Tell whether this process deletes what nobody needs."""
        ...

    @property
    def processes(self) -> int:
        """How many processes share the work."""
        ...


class Alone:
    """One process does everything."""

    processes = 1

    def owns(self, _: Lane) -> bool:
        """All of it."""
        return True

    def keeps(self, _: Lane, __: Transaction) -> bool:
        """All of it."""
        return True

    def polls(self, _: str) -> bool:
        """All of it."""
        return True

    def cleans(self) -> bool:
        """All of it."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What a process owns after a beat."""

    shares: frozenset[str] = frozenset()
    #: What it will give up: nothing of it begins here any more.
    leaving: frozenset[str] = frozenset()
    processes: int = 1


class Sharing(Generic[_Left]):
    """
    This process among the others at a store.

    Args:
        store: Of all of them.
        channels: What this process serves.
        busy: The lanes that something is under way for.
        left: Reads what is left undone in all lanes.
        gained: Is given that, and told which lanes this process has got, to take it up there at once.
    """

    def __init__(
        self,
        *,
        store: Store,
        channels: Sequence[str],
        busy: Callable[[], Collection[Lane]],
        left: Callable[[], Awaitable[_Left]],
        gained: Callable[[_Left, Callable[[Lane], bool]], None],
    ) -> None:
        self._store, self._busy, self._left, self._gained = store, busy, left, gained
        self._process = store.process
        #: Each kind of work is divided by itself.
        self._work = (
            tuple(f"{channel}/{number}" for channel in channels for number in range(SHARES)),
            tuple(map(_polling, channels)),
            (_HOUSEKEEPING,),
        )
        self._held = _Held()
        #: Until when, by this process's own clock, nobody else takes what it owns.
        self._until = -math.inf
        self._leaving = False

    @property
    def processes(self) -> int:
        """How many processes share the work, this one included."""
        return self._held.processes

    def owns(self, lane: Lane) -> bool:
        """Tell whether the lane is this process's at this moment."""
        return self._holds(share_of(lane))

    def keeps(self, lane: Lane, tx: Transaction) -> bool:
        """Tell whether the lane is this process's by the store's books."""
        return tx.owner(share_of(lane)) == self._process

    def polls(self, channel: str) -> bool:
        """Tell whether this process receives for a channel."""
        return self._holds(_polling(channel))

    def cleans(self) -> bool:
        """Tell whether the housekeeping is this process's at this moment."""
        return self._holds(_HOUSEKEEPING)

    async def run(self, look_around: Callable[[], Awaitable[None]]) -> None:
        """Give a sign of life every second, and look around, until cancelled."""
        while True:
            began = time.monotonic()
            try:
                await self.beat()
                await look_around()
            except StoreError as fault:
                _LOG.error("%s It is tried again.", fault, extra={"action": Action.STORE_FAILED})
            except Exception as fault:
                _LOG.error("Sharing failed: %s", described(fault), extra={"action": Action.COMMAND_FAILED})
            await asyncio.sleep(max(BEAT_S - (time.monotonic() - began), 0.0))

    async def beat(self) -> None:
        """Give one sign of life, and take or give up what the others' signs ask for."""
        began = time.monotonic()
        before = self._held.shares if began < self._until else frozenset()
        busy = frozenset(map(share_of, self._busy()))
        held = await self._store.write(partial(self._divide, busy))
        new = held.shares - before
        left = await self._left() if new else None
        # From here to the end nothing else runs: the first that is done for a new lane is what was left.
        self._held, self._until = held, began + ALIVE_S
        if left is not None:
            self._gained(left, lambda lane: share_of(lane) in new)

    async def leave(self) -> None:
        """Give everything up; others take it at their next beat."""
        self._leaving = True
        self._held, self._until = _Held(), -math.inf
        await self._store.write(partial(self._divide, frozenset()))

    def _holds(self, share: str) -> bool:
        return share in self._held.shares and time.monotonic() < self._until

    def _divide(self, busy: frozenset[str], tx: Transaction) -> _Held:
        now = tx.moment()
        tx.register(self._process, now if self._leaving else now + timedelta(seconds=ALIVE_S))
        alive, owners = tx.processes(), tx.shares()
        shares: set[str] = set()
        leaving: set[str] = set()
        for names in self._work:
            mine = [name for name in names if owners.get(name) == self._process]
            free = [name for name in names if owners.get(name) not in alive]
            part = 0 if self._leaving else math.ceil(len(names) / len(alive))
            idle = [name for name in mine if name not in busy]
            idle.sort(key=lambda name: name not in self._held.leaving)
            surplus = idle[: max(len(mine) - part, 0)]
            # At the first beat nothing begins there any more; at the second one nothing can be under way.
            given = [name for name in surplus if self._leaving or name in self._held.leaving]
            taken = [name for name in free if name not in mine][: max(part - len(mine), 0)]
            for name in given:
                tx.assign(name, None)
            for name in taken:
                tx.assign(name, self._process)
            leaving |= {*surplus} - {*given}
            shares |= {*mine, *taken} - {*surplus}
        return _Held(shares=frozenset(shares), leaving=frozenset(leaving), processes=max(len(alive), 1))


def share_of(lane: Lane) -> str:
    """Return the share of a lane; the same in every process and version."""
    return f"{lane.channel}/{zlib.crc32(lane.contact.encode('utf-8', 'surrogatepass')) % SHARES}"


def _polling(channel: str) -> str:
    return f"{channel}/polling"
