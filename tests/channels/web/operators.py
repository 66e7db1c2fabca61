"""What operators tell while a server runs, put where `sparekey incident` puts it: into its database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.adapters.storage.store import SqlStore
from bot.core.incident import Incident
from bot.ports import Transaction
from bot.service import incidents
from bot.service.clock import SystemClock

T = TypeVar("T")
#: What an operator tells in each language; who speaks another one reads the first.
BROKEN = {
    "en": "Text messages to China arrive up to two hours late.",
    "zh": "发往中国的短信最多会晚两个小时。",
    "fr": "Les SMS vers la Chine arrivent avec jusqu'à deux heures de retard.",
}


@contextmanager
def broken(folder: Path, *flows: str, since: datetime | None = None, **words: str) -> Iterator[None]:
    """Tell that something is broken, and in the end that it is over. Nobody waits until the server knows."""
    now = SystemClock().now()
    told = Incident(number=0, flows=flows, words=words, since=since or now, until=now + timedelta(days=1))
    number = _write(folder, lambda tx: incidents.start(tx, told))
    try:
        yield
    finally:
        _write(folder, lambda tx: incidents.end(tx, number, SystemClock().now()))


def _write(folder: Path, work: Callable[[Transaction], T]) -> T:
    async def write() -> T:
        store = SqlStore(f"sqlite:///{folder / 'sparekey.db'}")
        try:
            return await store.write(work)
        finally:
            await store.close()

    with ThreadPoolExecutor(1) as thread:  # a browser's test has a loop of its own in this one
        return thread.submit(lambda: asyncio.run(write())).result()
