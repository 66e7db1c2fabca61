"""
Keep at the store until it takes what must not be forgotten.

A locked database or a full disk passes. Until then nothing is acknowledged, nothing is half done, and the log says once
a pause what is wrong and what the cure is.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from bot.core.vocabulary import Action
from bot.errors import StaleConversation, StoreError, StoreRefused, UnreadableRow

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
#: First and longest pause between two tries, seconds; doubled, with jitter so that processes do not march in step.
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 10.0


async def surely(attempt: Callable[[], Awaitable[_T]]) -> _T:
    """
    Try until the store takes it.

    Args:
        attempt: One read or write; made anew for each try.

    Returns:
        What the first successful attempt returned.

    Raises:
        StaleConversation: At once; the turn must be prepared again.
        UnreadableRow, StoreRefused: At once; no patience helps.
    """
    pause = FIRST_PAUSE_S
    while True:
        try:
            return await attempt()
        except (StaleConversation, UnreadableRow, StoreRefused):
            raise
        except StoreError as fault:
            _LOG.error(
                "%s It is tried again in about %.1f s.", fault, pause, extra={"action": Action.STORE_FAILED}
            )
        await asyncio.sleep(pause * (0.5 + random.random() / 2))
        pause = min(2 * pause, LONGEST_PAUSE_S)
