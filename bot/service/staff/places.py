"""
Places where agents talked about a case that is kept no more are deleted, with all that was said there.

That a place is to go is stored in the transaction in which its case goes, and done with when the room has deleted it. Nobody
waits for it: what the room refuses now is tried again in an hour.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.commands import RemovePlace
from bot.core.vocabulary import Action
from bot.errors import ChannelBusy, ChannelError, MessageRefused, PlaceGone
from bot.ports import Lane, Pending, StaffRoom, Store

_LOG = logging.getLogger(__name__)
#: Waits that a room may ask for before the rest is left for the next time.
MOST_WAITS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What became of the places that were to go."""

    gone: int = 0
    left: int = 0
    #: Why some are left.
    why: str = ""


class Places:
    """
    Deletes places.

    Args:
        store: Says which.
        room: Where they are; None: no room is known here.
        channels: Whose people the cases were about.
        owns: Tells whether that is this process's part.
    """

    def __init__(
        self,
        *,
        store: Store,
        room: StaffRoom | None,
        channels: Collection[str],
        owns: Callable[[Lane], bool],
    ) -> None:
        self._store, self._room, self._channels, self._owns = store, room, channels, owns

    async def clear(self) -> Cleared:
        """Delete what is to go, as far as the room lets us now. Raises StoreError."""
        pending = await self._store.read(lambda view: view.pending(self._channels))
        found = [(each, each.effect) for each in pending if isinstance(each.effect, RemovePlace)]
        found = [(each, removal) for each, removal in found if self._owns(each.lane)]
        if self._room is None:
            return Cleared(left=len(found), why="No staff group is set here.")
        return await self._clear(self._room, found)

    async def _clear(self, room: StaffRoom, found: Sequence[tuple[Pending, RemovePlace]]) -> Cleared:
        gone, why = 0, dict[str, str]()
        for each, removal in found:
            # Of `<room>/<place>`: a room that the bot was thrown out of keeps nobody else's places back.
            if (of := removal.place.rpartition("/")[0]) in why:
                continue
            try:
                await _removed(room, removal.place)
            except MessageRefused as fault:
                await self._finish(each, why.setdefault(of, str(fault)))
            except ChannelError as fault:
                why[of] = str(fault)
                _LOG.warning(
                    "What agents were shown of erased cases is not deleted yet: %s It is tried again in an hour.",
                    fault,
                    extra={"action": Action.CHANNEL_FAILED},
                )
            else:
                gone += 1
                await self._finish(each, None)
        return Cleared(gone=gone, left=len(found) - gone, why=" ".join(dict.fromkeys(why.values())))

    async def _finish(self, pending: Pending, fault: str | None) -> None:
        await self._store.write(lambda tx: tx.finish_command(pending.effect.id, fault=fault))


async def _removed(room: StaffRoom, place: str) -> None:
    """Delete one place; one that is not there is deleted already."""
    for _ in range(MOST_WAITS):
        try:
            return await room.remove(place)
        except PlaceGone:
            return None
        except ChannelBusy as busy:
            await asyncio.sleep(busy.retry_after_s)
    return await room.remove(place)
