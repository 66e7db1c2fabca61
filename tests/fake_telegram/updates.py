"""The queue of updates not yet confirmed, with the semantics of `getUpdates`.

An offset confirms, and so forgets, everything below it. What is unconfirmed is delivered again. A message lives
24 hours, a button press 150 seconds, an inline query 30 seconds. After a week without updates the next
identifier is random.
"""

from __future__ import annotations

import heapq
import random
from collections import OrderedDict
from collections.abc import KeysView
from dataclasses import dataclass
from typing import Any

from tests.fake_telegram.clock import Changes, Clock
from tests.fake_telegram.journal import Journal
from tests.fake_telegram.spec import Spec

LIFETIME_S = {"callback_query": 150, "shipping_query": 150, "pre_checkout_query": 150, "inline_query": 30}
MESSAGE_LIFETIME_S = 86_400
IDLE_BEFORE_NEW_IDS_S = 7 * 86_400
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
FAR_FUTURE = 10  # an offset further above the queue's end is taken for a leftover of older identifiers
REMEMBERED = 20_000  # updates that can be delivered again
CALLBACK_LANE = 3 << 33  # a person's presses and messages wait in two different lanes


@dataclass(frozen=True, slots=True)
class Update:
    """One update as it goes over the wire; `lane` is what a webhook keeps in order, `sender` whose faults strike it."""

    update_id: int
    kind: str
    lane: int
    sender: int
    expires: float
    wire: dict[str, Any]


class UpdateQueue:
    """What Telegram keeps for the bot until it is confirmed."""

    def __init__(
        self, spec: Spec, clock: Clock, changes: Changes, journal: Journal, rng: random.Random
    ) -> None:
        self._spec, self._clock, self._changes, self._journal, self._rng = spec, clock, changes, journal, rng
        self._waiting: OrderedDict[int, Update] = OrderedDict()
        self._lanes: dict[int, OrderedDict[int, Update]] = {}
        self._expiry: list[tuple[float, int]] = []
        self._again: list[Update] = []
        self._history: dict[int, Update] = {}
        self._next_id = rng.randrange(10_000_000, 900_000_000)
        self._last_push = clock.now()
        self.allowed: list[str] = []
        self.duplicate_probability = 0.0

    def __len__(self) -> int:
        self._drop_expired()
        return len(self._waiting)

    def push(self, kind: str, body: dict[str, Any], *, verbatim: bool = False) -> int | None:
        """Queues an update; None if `allowed_updates` filters it out. Raises `Mismatch` if Telegram would not send it."""
        if not verbatim:
            self._spec.check("Update", {"update_id": 0, kind: body})
        return self.push_unasked(kind, body) if self._wanted(kind) else None

    def push_unasked(self, kind: str, body: Any) -> int:
        """Queues anything at all, whatever the bot wants to hear of."""
        now = self._clock.now()
        self._drop_expired()
        if not self._waiting and now - self._last_push >= IDLE_BEFORE_NEW_IDS_S:
            self._next_id = self._rng.randrange(10_000_000, 900_000_000)
        self._last_push = now
        update_id, self._next_id = self._next_id, self._next_id + 1
        update = Update(
            update_id=update_id,
            kind=kind,
            lane=_lane(kind, body),
            sender=_id(body, "from"),
            expires=now + LIFETIME_S.get(kind, MESSAGE_LIFETIME_S),
            wire={"update_id": update_id, kind: body},
        )
        self._history[update_id] = update
        if len(self._history) > REMEMBERED:
            del self._history[next(iter(self._history))]
        self._put(update)
        heapq.heappush(self._expiry, (update.expires, update_id))
        self._journal.write("queued", time=now, update_id=update_id, update=update.wire)
        self._changes.notify()
        return update_id

    def confirm(self, offset: int) -> None:
        """Forgets everything below a positive offset, and all but the last `-offset` for a negative one."""
        self._drop_expired()
        if offset < 0:
            offset = list(self._waiting)[offset:][0] if len(self._waiting) > -offset else 0
        if offset > self._next_id + FAR_FUTURE:
            return
        while self._waiting and next(iter(self._waiting)) < offset:
            self.forget(next(iter(self._waiting)))

    def batch(self, limit: int) -> list[dict[str, Any]]:
        """The oldest unconfirmed updates, preceded by duplicates that are due."""
        self._drop_expired()
        again, self._again = self._again[: limit // 2], self._again[limit // 2 :]
        fresh = [update for update, _ in zip(self._waiting.values(), range(limit - len(again)), strict=False)]
        # One that is unconfirmed and beyond the batch would confirm those before it that nobody has got.
        known = [update for update in again if update.update_id not in self._waiting or update in fresh]
        self._again += [update for update in fresh if self._rng.random() < self.duplicate_probability]
        return [update.wire for update in known + fresh]

    def redeliver(self, update_id: int, *, by_webhook: bool) -> None:
        """Delivers an update again, confirmed or not. Raises `KeyError` if there never was one."""
        update = self._history[update_id]
        if by_webhook:
            self._put(update)
        else:
            self._again.append(update)
        self._changes.notify()

    def forget(self, update_id: int) -> None:
        if self._take(update_id):
            self._journal.write("confirmed", time=self._clock.now(), update_id=update_id)
            self._changes.notify()

    def forget_all(self) -> None:
        for update_id in tuple(self._waiting):
            self.forget(update_id)

    def lanes(self) -> KeysView[int]:
        """The lanes in which something waits, the longest waiting first."""
        self._drop_expired()
        return self._lanes.keys()

    def head(self, lane: int) -> Update | None:
        """The oldest update of a lane."""
        self._drop_expired()
        return next(iter(self._lanes[lane].values())) if lane in self._lanes else None

    def _put(self, update: Update) -> None:
        self._waiting[update.update_id] = update
        self._lanes.setdefault(update.lane, OrderedDict())[update.update_id] = update

    def _take(self, update_id: int) -> Update | None:
        update = self._waiting.pop(update_id, None)
        if update:
            lane = self._lanes[update.lane]
            del lane[update_id]
            if not lane:
                del self._lanes[update.lane]
        return update

    def _wanted(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def _drop_expired(self) -> None:
        now = self._clock.now()
        while self._expiry and self._expiry[0][0] <= now:
            _, update_id = heapq.heappop(self._expiry)
            if self._take(update_id):
                self._journal.write("expired", time=now, update_id=update_id)


def _lane(kind: str, body: Any) -> int:
    if kind == "callback_query":
        return _id(body, "from") + CALLBACK_LANE
    return _id(body, "chat") or _id(body, "from")


def _id(body: Any, whose: str) -> int:
    """0 where there is none; what a test queues verbatim may hold anything."""
    holder = body.get(whose) if isinstance(body, dict) else None
    found = holder.get("id") if isinstance(holder, dict) else None
    return found if type(found) is int else 0
