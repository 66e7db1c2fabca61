"""Faults on order.

A fault says what goes wrong, for which method and person, how many times, after how many calls, and with what
probability. The first one that fits a call is used up by it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.fake_telegram.errors import ApiError

KINDS = {
    "forbidden",  # 403, without effect
    "too_many",  # 429 with parameters.retry_after, without effect
    "bad_gateway",  # 502 with an HTML body, without effect
    "server_error",  # 500, without effect
    "drop_before",  # the connection closes without an answer and without effect
    "drop_after",  # the effect happens; the connection closes without an answer
    "slow",  # the effect happens at once, the answer comes after `seconds`
    "truncated",  # the effect happens; the answer is half a JSON document
}
NAMED_ONLY = {"getupdates", "webhook"}


@dataclass(slots=True, kw_only=True)
class Fault:
    """One order. `times=None` lasts until cleared.

    `method=None` strikes any call but `getUpdates`, which comes all the time and so must be named.
    `method="webhook"` strikes the delivery by webhook.
    """

    kind: str
    method: str | None = None
    user: int | None = None
    times: int | None = 1
    skip: int = 0
    probability: float = 1.0
    seconds: float = 1.0
    retry_after: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {sorted(KINDS)}")

    def fits(self, method: str, user: int | None) -> bool:
        if self.user not in (None, user):
            return False
        if self.method is None:
            return method.lower() not in NAMED_ONLY
        return self.method.lower() == method.lower()


class Faults:
    """The orders not yet used up."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._orders: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._orders.append(fault)

    def clear(self) -> None:
        self._orders.clear()

    def take(self, method: str, user: int | None) -> Fault | None:
        """The fault that strikes this call, if any."""
        for fault in self._orders:
            if not fault.fits(method, user) or self._rng.random() >= fault.probability:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if not fault.times:
                    self._orders.remove(fault)
            return fault
        return None


def refuse(fault: Fault | None) -> None:
    """Raises the `ApiError` of a fault that is an answer of Telegram's own."""
    if fault and fault.kind == "forbidden":
        raise ApiError(403, "Forbidden: bot was blocked by the user")
    if fault and fault.kind == "too_many":
        raise too_many(fault.retry_after)
    if fault and fault.kind == "server_error":
        raise ApiError(500, "Internal Server Error: restart")


def too_many(retry_after: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
