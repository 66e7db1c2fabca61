"""
How fast messages go to Telegram: so many a second of a bot, and so many in one chat.

Telegram takes about 30 messages a second of a bot, and one a second in a chat but for short bursts ("My bot is hitting
limits", Bots FAQ); what is faster is refused with a time to wait, for everybody. Each process that serves a bot has its part of
the bot's pace; somebody who floods the bot waits for the answers alone.

Telegram counts a message somewhere between its sending and its answer, nobody knows where. What is known: no call is quicker than
the way there and back. So a message that was answered at f was counted before f less the way back, and one that is sent at s is
counted after s and the way there. With s at least f + 1 less the quickest call, the two are counted a second apart, however the
quickest call is divided into there and back. Only what a call took longer than the quickest is lost: nothing can be sent sooner
without the risk that more are counted in some second than may be.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

#: Messages in one chat in any so many seconds: one a second, and a burst as long as a person's who types in a hurry.
BURST_OF_CHAT: Final = 3
SPAN_OF_CHAT_S: Final = 3.0
#: Chats that are remembered; those that have their whole burst again are forgotten first.
_REMEMBERED: Final = 10_000
#: Calls after which the quickest is believed to be as quick as a call can be, and for how long: a call that is
#: quick no more, as on another way through the net, is forgotten after twice as many seconds.
BELIEVED: Final = 100
REMEMBERED_S: Final = 600.0
#: Messages go one by one, each when the one before is answered, or after this part of their even distance: calls that are made
#: at once take longer, each waiting for the others, and whatever is on its way when the program dies may come twice.
SPREAD: Final = 0.6


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
        self._calls = Calls()
        #: When the latest message began, and whether it is answered.
        self._last, self._answered = 0.0, asyncio.Event()

    @asynccontextmanager
    async def message(self) -> AsyncIterator[None]:
        """Enter when it is the caller's turn, in the order of the calls; leave when the message is answered."""
        now = asyncio.get_running_loop().time
        async with self._turn:
            await self._until_free()
            self._taken += 1
            self._last, self._answered = now(), asyncio.Event()
            began, answered = self._last, self._answered
        try:
            yield
            self._calls.note(now() - began, now())
        finally:
            answered.set()
            counts = max(1.0, 1.0 / self._rate()) - self._calls.quickest()
            asyncio.get_running_loop().call_later(max(counts, 0.0), self._give_back)

    def idle(self) -> bool:
        """Tell whether half of the pace is free, so that something that nobody waits for may go, too."""
        return not self._turn.locked() and 2 * self._taken < self._most()

    async def _until_free(self) -> None:
        while self._taken >= self._most():
            self._given_back.clear()
            await self._given_back.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._last + SPREAD / self._rate()):
                await self._answered.wait()

    def _most(self) -> int:
        return max(int(self._rate()), 1)

    def _rate(self) -> float:
        return self._per_second / self._processes()

    def _give_back(self) -> None:
        self._taken -= 1
        self._given_back.set()


class Calls:
    """Remembers how quick a call can be."""

    def __init__(self) -> None:
        self._since = 0.0
        #: The quickest call and how many there were, of this stretch of time and of the one before, seconds.
        self._now, self._before = (math.inf, 0), (math.inf, 0)

    def note(self, took: float, at: float) -> None:
        """Note a call that was answered as it should be; one that failed at once was perhaps never on the way."""
        if at - self._since >= REMEMBERED_S:
            self._since, self._before, self._now = at, self._now, (math.inf, 0)
        self._now = min(took, self._now[0]), self._now[1] + 1

    def quickest(self) -> float:
        """Return the seconds that every call takes; 0 as long as nobody knows."""
        known = self._now[1] + self._before[1] >= BELIEVED
        return min(self._now[0], self._before[0]) if known else 0.0


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
