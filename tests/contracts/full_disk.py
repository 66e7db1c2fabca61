"""
Fill the disk under a store: `python -m tests.contracts.full_disk DATABASE`; prints what was seen as JSON.

A process of its own, because the limit on the size of files holds for everything that a process writes.
"""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.storage.store import SqlStore
from bot.core.vocabulary import Direction
from bot.errors import StoreError
from bot.ports import Line, Transaction

Work = Callable[[Transaction], None]

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
#: Commits for a while and then finds the disk full at the commit; more than SQLite's cache of 2 MB holds, so that it
#: must write, and fails, in the middle of the work.
SMALL, LARGE = 60, 2_000


def add(lines: int) -> Work:
    def work(unit: Transaction) -> None:
        for _ in range(lines):
            unit.add_line("c1", Line(at=NOON, direction=Direction.INCOMING, text="x" * 2_000))

    return work


async def count(store: SqlStore) -> int:
    return len(await store.read(lambda view: view.transcript("c1")))


async def together(store: SqlStore, *work: Work) -> list[object]:
    """Let the work share one commit: it is given while the writer is held."""
    started, go = threading.Event(), threading.Event()

    def hold(_: Transaction) -> None:
        started.set()
        go.wait(10)

    held = asyncio.ensure_future(store.write(hold))
    await asyncio.to_thread(started.wait, 10)
    tasks = [asyncio.ensure_future(store.write(each)) for each in work]
    await asyncio.sleep(0)
    go.set()
    await held
    return await asyncio.gather(*tasks, return_exceptions=True)


async def fill(file: Path) -> dict[str, object]:
    store = SqlStore(f"sqlite:///{file}")
    await store.write(add(5))
    before = await count(store)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(each.stat().st_size for each in file.parent.glob(f"{file.name}*"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 8_192, unlimited[1]))
    faults = [*await together(store, add(SMALL), add(1)), *await together(store, add(1), add(LARGE))]
    full = await count(store)
    resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    await store.write(add(1))
    after = await count(store)
    await store.close()
    connection = sqlite3.connect(file)
    integrity = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    return {
        "faults": [type(each).__name__ for each in faults],
        "messages": [str(each) for each in faults if isinstance(each, StoreError)],
        "lines_before": before,
        "lines_when_full": full,
        "lines_after": after,
        "integrity": integrity,
    }


if __name__ == "__main__":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write itself shall fail, as on a full disk
    json.dump(asyncio.run(fill(Path(sys.argv[1]))), sys.stdout)
