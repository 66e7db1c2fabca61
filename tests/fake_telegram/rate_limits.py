"""Telegram's rate limits: always counted, and refused where a test switches them on.

What shows in a chat counts: messages sent, copied, forwarded and edited, and what posts a service message. All topics
of a group share the group's minute.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

from tests.fake_telegram.clock import Clock
from tests.fake_telegram.faults import too_many
from tests.fake_telegram.journal import Journal

COUNTED = (
    "send",
    "copy",
    "forward",
    "edit",
    "createForumTopic",
    "closeForumTopic",
    "reopenForumTopic",
    "pin",
)
FREE = ("sendChatAction", "sendMessageDraft", "sendRichMessageDraft")


def counts(method: str) -> bool:
    """Tell whether a call is counted."""
    return method.startswith(COUNTED) and method not in FREE


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in any span of so many seconds."""

    name: str
    most: int
    span_s: float


# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this allows "short bursts" in a chat and
# publishes no figure; three messages in a row are what bots send in practice.
PER_SECOND = 30
CHAT = Limit("chat", 3, 3.0)
GROUP = Limit("group", 20, 60.0)


class RateLimits:
    """Counts what the bot says. Refusals are off at first."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self._clock, self._journal = clock, journal
        self._said: dict[tuple[Limit, int | None], deque[float]] = {}
        self._refused: Counter[str] = Counter()
        self._most: Counter[str] = Counter()
        self.on = False
        self.allow(PER_SECOND)

    def allow(self, per_second: int) -> None:
        self.bot = Limit("bot", per_second, 1.0)

    def charge(self, method: str, params: dict[str, Any], chat_id: int) -> None:
        """Counts a call. Raises 429 where it is too much."""
        if counts(method):
            windows = [(self.bot, None), (CHAT, chat_id), *([(GROUP, chat_id)] if chat_id < 0 else ())]
            now = self._clock.now()
            if self.on:
                self._refuse_beyond(windows, now)
            self._count(windows, now, len(params["media"]) if method == "sendMediaGroup" else 1)

    def report(self) -> dict[str, Any]:
        """How often each limit was hit, and the most that was let through within its span."""
        return {
            limit.name: {
                "most": limit.most,
                "seen": self._most[limit.name],
                "refused": self._refused[limit.name],
            }
            for limit in (self.bot, CHAT, GROUP)
        }

    def _refuse_beyond(self, windows: list[tuple[Limit, int | None]], now: float) -> None:
        wait, limit, chat_id = max(
            ((self._wait(limit, key, now), limit, key) for limit, key in windows), key=lambda one: one[0]
        )
        if wait > 0:
            self._refused[limit.name] += 1
            self._journal.write("limited", time=now, limit=limit.name, chat_id=chat_id, wait=wait)
            raise too_many(math.ceil(wait))

    def _wait(self, limit: Limit, key: int | None, now: float) -> float:
        said = self._within(limit, key, now)
        return said[0] + limit.span_s - now if len(said) >= limit.most else 0.0

    def _count(self, windows: list[tuple[Limit, int | None]], now: float, messages: int) -> None:
        for limit, key in windows:
            said = self._within(limit, key, now)
            said.extend([now] * messages)
            self._most[limit.name] = max(self._most[limit.name], len(said))

    def _within(self, limit: Limit, key: int | None, now: float) -> deque[float]:
        said = self._said.setdefault((limit, key), deque())
        while said and said[0] <= now - limit.span_s:
            said.popleft()
        return said
