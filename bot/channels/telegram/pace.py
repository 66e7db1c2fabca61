"""
How fast messages go to Telegram: so many a second of a bot, and so many in one chat.

Telegram takes about 30 messages a second of a bot, and one a second in a chat but for short bursts ("My bot is hitting
limits", Bots FAQ); what is faster is refused with a time to wait, for everybody. Each process that serves a bot has its part of
the bot's pace; somebody who floods the bot waits for the answers alone.

A message counts from before it is sent until a second after its answer. Telegram counts it somewhere between the two, so no
second of Telegram's has more than may be, however long messages are on their way.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

#: Messages in one chat in any so many seconds: one a second, and a burst as long as a person's who types in a hurry.
BURST_OF_CHAT: Final = 3
SPAN_OF_CHAT_S: Final = 3.0
#: Chats that are remembered; those that have their whole burst again are forgotten first.
_REMEMBERED: Final = 10_000


class Pace:
    """
    Lets through so many in any second.

    Args:
        per_second: For all processes together, more than 0.
        processes: How many processes share them at this moment, at least 1.
    """

    def __init__(self, per_second: float, processes: Callable[[], int] = lambda: 1) -> None:
        self._per_second, self._processes = per_second, processes
        #: Messages that count.
        self._taken = 0
        self._given_back = asyncio.Event()
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def message(self) -> AsyncIterator[None]:
        """Enter when it is the caller's turn, in the order of the calls; leave when the message is answered."""
        async with self._turn:
            while self._taken >= max(int(self._rate()), 1):
                self._given_back.clear()
                await self._given_back.wait()
            self._taken += 1
        try:
            yield
        finally:
            asyncio.get_running_loop().call_later(max(1.0, 1.0 / self._rate()), self._give_back)

    def idle(self) -> bool:
        """Tell whether half of the pace is free, so that something that nobody waits for may go, too."""
        return not self._turn.locked() and 2 * self._taken < int(self._rate())

    def _rate(self) -> float:
        return self._per_second / self._processes()

    def _give_back(self) -> None:
        self._taken -= 1
        self._given_back.set()


class ChatPace:
    """
    Lets through a burst in each chat, and no more than one a second in the long run.

    What a process that was killed just before has sent is not known: every chat begins as if its burst had just been used.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        #: Chat -> when the latest messages were answered, by the monotonic clock.
        self._chats: dict[str, tuple[float, ...]] = {}

    def wait(self, chat: str) -> float:
        """Return the seconds that the next message to a chat must wait; 0: it may go now."""
        latest = self._chats.get(chat, ())
        first = latest[0] if len(latest) == BURST_OF_CHAT else self._began
        return max(first + SPAN_OF_CHAT_S - time.monotonic(), 0.0)

    def idle(self, chat: str) -> bool:
        """Tell whether the burst of a chat is whole but for one message: another one would make nobody wait soon."""
        latest, now = self._chats.get(chat, ()), time.monotonic()
        known = now - self._began >= SPAN_OF_CHAT_S
        return known and sum(now - answered < SPAN_OF_CHAT_S for answered in latest) <= 1

    def count(self, chat: str) -> None:
        """Count a message that was answered just now; those of one chat go one after the other."""
        now = time.monotonic()
        self._chats[chat] = (*self._chats.get(chat, ()), now)[-BURST_OF_CHAT:]
        if len(self._chats) > _REMEMBERED:
            self._chats = {
                name: latest for name, latest in self._chats.items() if now - latest[-1] < SPAN_OF_CHAT_S
            }
