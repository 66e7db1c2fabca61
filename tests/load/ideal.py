"""
What Telegram's limits allow: the best that any sender could do with these updates and these faults.

It answers at once and costs nothing, sends the oldest that may go, knows each fault before, and never risks a refusal: nobody
knows when within a call Telegram counts a message, nor whether it counts one that failed. So every call counts until a second after
its end, less what every call takes. That is why thirty a second are not quite reached: each second is longer by what a call takes
longer than the quickest one, and a run that is more than the limits allow adds that up.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SECOND_S: Final = 1.0
#: Messages in one chat within so many seconds, as the fake counts.
CHAT_MOST: Final = 3
CHAT_SPAN_S: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One update, and what befell its answer."""

    chat: int
    #: When the update was there, seconds.
    arrived: float
    #: Calls that failed before the one that did it: seconds to wait after each.
    strikes: tuple[float, ...] = ()
    #: Seconds that the call took which did it, and those before.
    took: float
    #: Seconds of it that every call takes.
    quickest: float = 0.0


def delays(answers: Sequence[Answer], per_second: int) -> list[float]:
    """
    Send in the best way.

    Args:
        answers: In the order of arrival.
        per_second: What Telegram takes of a bot.

    Returns:
        Seconds from each update until its answer was sent.
    """
    waiting: dict[int, deque[int]] = defaultdict(deque)
    for number, answer in enumerate(answers):
        waiting[answer.chat].append(number)
    heads = [(answers[numbers[0]].arrived, numbers[0], 0) for numbers in waiting.values()]
    heapq.heapify(heads)
    ready: list[tuple[int, int]] = []
    counting: list[float] = []
    ended: dict[int, deque[float]] = defaultdict(lambda: deque(maxlen=CHAT_MOST))
    found, now = [0.0] * len(answers), 0.0
    while heads or ready:
        while heads and heads[0][0] <= now:
            _, number, tries = heapq.heappop(heads)
            heapq.heappush(ready, (number, tries))
        if not ready:
            now = heads[0][0]
            continue
        while counting and counting[0] <= now:
            heapq.heappop(counting)
        if len(counting) >= per_second:
            now = min(counting[0], heads[0][0]) if heads else counting[0]
            continue
        number, tries = heapq.heappop(ready)
        answer = answers[number]
        end = now + answer.took
        heapq.heappush(counting, end + SECOND_S - answer.quickest)
        if tries < len(answer.strikes):
            heapq.heappush(heads, (end + answer.strikes[tries], number, tries + 1))
            continue
        found[number] = now - answer.arrived
        ends, behind = ended[answer.chat], waiting[answer.chat]
        ends.append(end)
        behind.popleft()
        if behind:
            free = ends[0] + CHAT_SPAN_S if len(ends) == CHAT_MOST else end
            heapq.heappush(heads, (max(answers[behind[0]].arrived, end, free), behind[0], 0))
    return found


class Room:
    """
    When the limits have room, given what was sent: a sender that loses a little with each call is as late with each as the first time,
    however many it sends, while beside the best one it falls behind more and more.
    """

    def __init__(self, per_second: int) -> None:
        self._bot: deque[float] = deque(maxlen=per_second)
        self._chats: dict[int, deque[float]] = defaultdict(lambda: deque(maxlen=CHAT_MOST))

    def since(self, chat: int) -> float:
        """Return since when one more message to a chat may be counted, seconds."""
        bot = self._bot[0] + SECOND_S if len(self._bot) == self._bot.maxlen else 0.0
        own = self._chats[chat]
        return max(bot, own[0] + CHAT_SPAN_S if len(own) == CHAT_MOST else 0.0)

    def count(self, chat: int, now: float) -> None:
        """Count a message, in the order of time."""
        self._bot.append(now)
        self._chats[chat].append(now)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which so large a share lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
