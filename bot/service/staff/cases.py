"""
Looking up a case by the place where agents talk about it, or by its code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.core.catalog import Catalog
from bot.core.conversation import Case, Conversation
from bot.ports import Clock, Line, Posted, Snapshot, Store, Transaction
from bot.service.staff.card import Card, card
from bot.service.staff.view import handed_over_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A case as it is now."""

    posted: Posted
    conversation: Conversation
    case: Case
    lines: tuple[Line, ...]


class Cases:
    """
    The cases of a store, for whoever lets agents in.

    Args:
        store: Where they are kept.
        catalog: The content as it is now.
        clock: The present.
    """

    def __init__(self, store: Store, catalog: Callable[[], Catalog], clock: Clock) -> None:
        self._store, self.catalog, self._clock = store, catalog, clock

    async def at(self, *names: str) -> Posted | None:
        """Return the case that agents talk about in a place, under the first of its names that is known. Raises StoreError."""
        return await self._store.read(
            lambda view: next((found for each in names if (found := view.posted_at(each)) is not None), None)
        )

    async def move(self, before: Iterable[str], after: str) -> None:
        """Name the places of other rooms, or of none (an empty name), as those of a room. Raises StoreError."""

        def named(tx: Transaction) -> None:
            for room in before:
                tx.move_places(room, after)

        await self._store.write(named)

    async def of(self, code: str) -> Posted | None:
        """Return what was posted of the case with a code. Raises StoreError."""
        return await self._store.read(lambda view: view.posted(code))

    async def find(self, code: str) -> Found | None:
        """Return a case as it is now. Raises StoreError."""
        return await self._store.read(lambda view: _found(view, code))

    def card(self, found: Found) -> Card:
        """Write the card of a case with all that was said."""
        said = found.lines[handed_over_after(found.case, found.lines) :]
        return card(found.conversation, found.case, said, self.catalog(), self._clock.now())


def _found(view: Snapshot, code: str) -> Found | None:
    posted, conversation = view.posted(code), view.case(code)
    if posted is None or conversation is None or conversation.case is None:
        return None
    lines = view.transcript(conversation.id)
    return Found(posted=posted, conversation=conversation, case=conversation.case, lines=lines)
