"""
How often something may be asked for: by one session, from one address, and in total.

Not by address alone, because a whole office has one. A bucket holds some calls and is filled at an even pace; who finds it
empty is told when to come back. The buckets that were used longest ago are forgotten: they are full again by then.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: Buckets of one kind that are remembered, some 20 MB at most.
_REMEMBERED: Final = 100_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How many calls a second, and how many at once."""

    per_s: float
    at_once: int


@dataclass(frozen=True, slots=True)
class Limit:
    """The paces of one kind of call."""

    session: Pace
    address: Pace
    total: Pace


#: A worried person presses and types fast, never longer than some seconds.
SAYING: Final = Limit(Pace(1, 15), Pace(20, 100), Pace(500, 2_000))
READING: Final = Limit(Pace(5, 60), Pace(100, 1_000), Pace(2_000, 20_000))
BEGINNING: Final = Limit(Pace(1, 10), Pace(1, 60), Pace(100, 1_000))
#: Guessing is made useless by the codes themselves; this makes it slow, too.
LOOKING_UP: Final = Limit(Pace(1 / 30, 5), Pace(1 / 10, 20), Pace(10, 100))
PROVING: Final = Limit(Pace(1 / 10, 5), Pace(1, 30), Pace(20, 100))


class _Buckets:
    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        #: Whose -> how much was left, and when.
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def left(self, whose: str, now: float) -> float:
        """Return how many calls are left."""
        left, since = self._left.get(whose, (float(self._pace.at_once), now))
        return min(left + (now - since) * self._pace.per_s, self._pace.at_once)

    def take(self, whose: str, now: float) -> None:
        """Count one call."""
        self._left[whose] = (self.left(whose, now) - 1, now)
        self._left.move_to_end(whose)
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)

    def wait(self, whose: str, now: float) -> float:
        """Return the seconds until there is one."""
        return max((1 - self.left(whose, now)) / self._pace.per_s, 0.0)


class Limits:
    """
    Counts calls.

    Args:
        now: Seconds of a clock that is never set.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._buckets: dict[Limit, tuple[_Buckets, _Buckets, _Buckets]] = {}

    def take(self, limit: Limit, session: str, address: str) -> int:
        """
        Count one call, if it may be made.

        Args:
            limit: Its kind.
            session: Whose it is; empty: of nobody yet.
            address: Where it came from.

        Returns:
            0, or the whole seconds after which it may be tried again.
        """
        known = self._buckets.get(limit)
        if known is None:
            known = _Buckets(limit.session), _Buckets(limit.address), _Buckets(limit.total)
            self._buckets[limit] = known
        now = self._now()
        # The total last: who is too fast by themselves takes nothing from the others.
        asked = [(known[0], session)] if session else []
        asked += [(known[1], address), (known[2], "")]
        if wait := max(buckets.wait(whose, now) for buckets, whose in asked):
            return math.ceil(wait)
        for buckets, whose in asked:
            buckets.take(whose, now)
        return 0


def address_of(peer: str, forwarded: str) -> str:
    """
    Return whom a call came from.

    Args:
        peer: Who has opened the connection. One from a private address is a reverse proxy of ours.
        forwarded: The header `X-Forwarded-For`; its last entry is the one that this proxy has written.

    Returns:
        An address; of the sixth version only the half that a subscriber is given.
    """
    address = _parsed(peer)
    if address is None or address.is_private:
        address = _parsed(forwarded.rpartition(",")[2].strip()) or address
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
