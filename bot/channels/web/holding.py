"""
How many calls are held open at once: streams, and questions that wait for something new.

Each takes one of the files that the process may have open. Whoever would take too many is told when to come again, and reads page
by page meanwhile: nothing is lost by it, it only comes later.
"""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bot.channels.web.problems import full, too_many_open

#: Of one session: one a tab, and the browser's other windows.
MOST_OF_SESSION: Final = 12
#: From one address: a large office, of whom many ask for help at once.
MOST_OF_ADDRESS: Final = 200
#: In all, as many as the memory of a process is meant for.
MOST: Final = 20_000


def most_held() -> int:
    """Return how many a process may hold: half of its files, because other calls and the database need some, too."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else min(MOST, soft // 2)


class Held:
    """
    Counts what is held open.

    Args:
        most: How many there may be in all.
    """

    def __init__(self, most: int) -> None:
        self._most, self._all = most, 0
        self._of: Counter[str] = Counter()

    @contextmanager
    def one(self, session: str, address: str) -> Iterator[None]:
        """
        Count one while the context is open.

        Raises:
            Problem: It would be one too many of this session, from this address, or in all.
        """
        if self._of[session] >= MOST_OF_SESSION or self._of[address] >= MOST_OF_ADDRESS:
            raise too_many_open()
        if self._all >= self._most:
            raise full()
        self._count(session, address, 1)
        try:
            yield
        finally:
            self._count(session, address, -1)

    def _count(self, session: str, address: str, change: int) -> None:
        self._all += change
        for each in (session, address):
            self._of[each] += change
            if not self._of[each]:
                del self._of[each]
