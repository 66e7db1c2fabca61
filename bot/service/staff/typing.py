"""
Showing the agent who has a case that the person is writing: at once or never, and kept nowhere.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import Final

from bot.core.vocabulary import Status
from bot.errors import ChannelError
from bot.ports import Lane, Snapshot, StaffRoom, Store

#: Seconds after which it is not worth showing any more.
_WORTH_S: Final = 4.0


async def show_typing(store: Store, room: StaffRoom, lane: Lane) -> None:
    """
    Show that a person writes, if an agent has their case.

    Args:
        store: Knows who has it.
        room: Where agents work; whatever it answers, nothing is tried again.
        lane: The person's.
    """
    place = await store.read(partial(_place, lane))
    if place is not None:
        with suppress(ChannelError, TimeoutError):
            async with asyncio.timeout(_WORTH_S):
                await room.typing(place)


def _place(lane: Lane, view: Snapshot) -> str | None:
    """Return where the agent who has the person's case works on it."""
    conversation = view.conversation(lane)
    if conversation is None or conversation.status is not Status.OPEN or not conversation.case_code:
        return None
    if conversation.case is None or conversation.case.agent is None:
        return None
    posted = view.posted(conversation.case_code)
    return posted.place if posted is not None else None
