"""
A small simulator of things that wait for one another: time jumps from event to event.

What happens is written as generators. One yields a number to let so many seconds pass, a `Station` to have one of its places, a `Gate` to
go on once that is open. Whoever came first is served first; chance is the caller's alone.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Generator
from itertools import count
from typing import TypeAlias

Steps: TypeAlias = Generator["float | Station | Gate", None, None]


class World:
    """The clock and what is to come."""

    def __init__(self) -> None:
        self.now = 0.0
        self._agenda: list[tuple[float, int, Steps]] = []
        self._number = count()

    def start(self, steps: Steps) -> None:
        """Begin something at this moment, or go on with it."""
        self._put(0.0, steps)

    def run(self, until: float = math.inf) -> None:
        """Let time pass until then, or until nothing is to come."""
        while self._agenda and self._agenda[0][0] <= until:
            self.now, _, steps = heapq.heappop(self._agenda)
            self._go_on(steps)
        if until < math.inf:
            self.now = until

    def _put(self, seconds: float, steps: Steps) -> None:
        heapq.heappush(self._agenda, (self.now + seconds, next(self._number), steps))

    def _go_on(self, steps: Steps) -> None:
        """Advance until it waits for something or has ended."""
        for wish in steps:
            if isinstance(wish, Station | Gate):
                if not wish.admit(steps):
                    return
            else:
                self._put(wish, steps)
                return


class Gate:
    """Closed until it is opened, once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open = False
        self._waiting: list[Steps] = []

    def open(self) -> None:
        """Let all through."""
        self._open = True
        for steps in self._waiting:
            self._world.start(steps)
        self._waiting.clear()

    def admit(self, steps: Steps) -> bool:
        """Tell whether one may go on at once; if not, it will be started when the gate opens."""
        if not self._open:
            self._waiting.append(steps)
        return self._open


class Station:
    """
    Places that are taken one each, in the order of coming.

    Args:
        world: Where it stands.
        places: How many.
    """

    def __init__(self, world: World, places: int) -> None:
        self._world, self.places = world, places
        self.arrivals = self.departures = 0
        #: Seconds that those who got a place have waited for it.
        self.waited = 0.0
        self._taken = 0
        self._busy_s = self._since = self._begun = 0.0
        self._waiting: deque[tuple[float, Steps]] = deque()

    @property
    def present(self) -> int:
        """How many have a place or wait for one."""
        return self._taken + len(self._waiting)

    @property
    def utilisation(self) -> float:
        """The share of the places that was taken, on average since the beginning or since `forget`."""
        self._count()
        seconds = self._world.now - self._begun
        return self._busy_s / (seconds * self.places) if seconds else 0.0

    @property
    def waiting_s(self) -> float:
        """Seconds of waiting, on average over all who got a place."""
        served = self.departures + self._taken
        return self.waited / served if served else 0.0

    def admit(self, steps: Steps) -> bool:
        """Give a place if there is one; if not, it will be started when it has one."""
        self.arrivals += 1
        if self._taken < self.places:
            self._count()
            self._taken += 1
            return True
        self._waiting.append((self._world.now, steps))
        return False

    def leave(self) -> None:
        """Give a place back; who has waited longest takes it."""
        self.departures += 1
        if self._waiting:
            since, steps = self._waiting.popleft()
            self.waited += self._world.now - since
            self._world.start(steps)
        else:
            self._count()
            self._taken -= 1

    def forget(self) -> None:
        """Count what is in use from now on."""
        self._busy_s, self._since = 0.0, self._world.now
        self._begun = self._world.now

    def serve(self, seconds: float) -> Steps:
        """Take a place for so long."""
        yield self
        yield seconds
        self.leave()

    def _count(self) -> None:
        self._busy_s += self._taken * (self._world.now - self._since)
        self._since = self._world.now
