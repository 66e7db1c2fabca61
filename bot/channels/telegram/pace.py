"""
How fast messages go to Telegram: so many a second of a bot, and so many in one chat.

Telegram takes about 30 messages a second of a bot, and one a second in a chat but for short bursts ("My bot is hitting
limits", Bots FAQ); what is faster is refused with a time to wait, for everybody. Each process that serves a bot has its part of
the bot's pace; somebody who floods the bot waits for the answers alone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

#: Messages a second in one chat, and how many may come at once.
PER_SECOND_OF_CHAT: Final = 1.0
BURST_OF_CHAT: Final = 5.0
#: Chats that are remembered; those that have their whole burst again are forgotten first.
_REMEMBERED: Final = 10_000


class Pace:
    """
    Lets through so many a second.

    Args:
        per_second: For all processes together, more than 0.
        processes: How many processes share them at this moment, at least 1.
    """

    def __init__(self, per_second: float, processes: Callable[[], int] = lambda: 1) -> None:
        self._per_second, self._processes = per_second, processes
        self._tokens, self._at = per_second, time.monotonic()
        self._turn = asyncio.Lock()

    async def next(self) -> None:
        """Return when it is the caller's turn, in the order of the calls."""
        async with self._turn:
            while (missing := 1.0 - self._filled()) > 0:
                await asyncio.sleep(missing / self._rate())
            self._tokens -= 1.0

    def _rate(self) -> float:
        return self._per_second / self._processes()

    def _filled(self) -> float:
        """Fill up what has come since the last time; never more than a second's worth, nor less than one."""
        now, rate = time.monotonic(), self._rate()
        self._tokens = min(self._tokens + (now - self._at) * rate, max(rate, 1.0))
        self._at = now
        return self._tokens


class ChatPace:
    """Lets through a burst in each chat, then one a second."""

    def __init__(self) -> None:
        #: Chat -> how many it may have at a moment of the monotonic clock.
        self._chats: dict[str, tuple[float, float]] = {}

    def wait(self, chat: str) -> float:
        """Return the seconds that the next message to a chat must wait; 0: it may go now, and is counted."""
        now = time.monotonic()
        tokens, at = self._chats.get(chat, (BURST_OF_CHAT, now))
        tokens = min(tokens + (now - at) * PER_SECOND_OF_CHAT, BURST_OF_CHAT)
        if tokens < 1.0:
            return (1.0 - tokens) / PER_SECOND_OF_CHAT
        self._chats[chat] = tokens - 1.0, now
        if len(self._chats) > _REMEMBERED:
            self._forget(now)
        return 0.0

    def _forget(self, now: float) -> None:
        full = BURST_OF_CHAT / PER_SECOND_OF_CHAT
        self._chats = {chat: each for chat, each in self._chats.items() if now - each[1] < full}
