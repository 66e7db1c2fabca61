"""
Everything that is kept of one contact is deleted at once, also while a bot runs.

First what waits, so that nothing of it begins any more; a turn that is under way finds its event gone and is not saved. Then
the conversations, in steps. The audit is told how many rows went, and not whose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from bot.core.vocabulary import Action
from bot.ports import AuditRecord, Kept, Key, Lane, Removed, Store, Transaction
from bot.service.flood import notices
from bot.service.housekeeping import rows

#: Before anything was ever counted.
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: What waits goes first.
_ORDER: Final = (
    Kept.EVENTS,
    Kept.TIMERS,
    Kept.CASES,
    Kept.EFFECTS,
    Kept.SHOWN,
    Kept.PICTURES,
    Kept.CONVERSATIONS,
    Kept.VISITS,
)


async def erase(store: Store, lane: Lane, now: datetime) -> Removed:
    """
    Delete what is kept of a contact as of now.

    Args:
        store: Where it is kept.
        lane: The contact, and the channel.
        now: Aware UTC, for the audit.

    Returns:
        How many rows of each kind are gone.

    Raises:
        StoreError: Not everything is gone; it is to be called for again.
    """
    belongings = await store.read(lambda view: view.belongings(lane))
    removed: Removed = Counter()
    for kind in _ORDER:
        keys = belongings[kind]
        most = rows(kind)
        for first in range(0, len(keys), most):
            removed += await _remove(store, kind, keys[first : first + most], most)
    await store.write(lambda tx: _note(tx, lane, removed, now))
    return removed


async def _remove(store: Store, kind: Kept, keys: Sequence[Key], most: int) -> Removed:
    """Delete in as many steps as it takes."""
    removed: Removed = Counter()
    while step := await store.write(lambda tx: tx.remove(kind, keys, most=most)):
        removed += step
    return removed


def _note(tx: Transaction, lane: Lane, removed: Removed, now: datetime) -> None:
    budget = notices(lane)
    for at in tx.spent(budget, _EVER):
        tx.refund(budget, at)
    tx.add_audit(AuditRecord(at=now, conversation="", action=Action.ERASED, details=dict(removed)))
