"""
`bot.ports.Store` on SQLite: one thread writes, a few read, the event loop never waits for the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import TypeVar, cast

from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError

from bot.adapters.storage import chain, faults, migrate
from bot.adapters.storage.database import BUSY_TIMEOUT_S, driver_of, file_of, open_engine
from bot.adapters.storage.transaction import SqlSnapshot
from bot.adapters.storage.workers import Job, Jobs, Reader, Writer
from bot.errors import StoreError
from bot.ports import Snapshot, Transaction

T = TypeVar("T")

#: Threads that read. Decoding holds the interpreter's lock, so more of them only wait for each other.
READERS = 2


class SqlStore:
    """
    The durable store.

    Args:
        url: SQLAlchemy address of a SQLite file that `migrate.upgrade` has prepared.
        busy_timeout_s: How long to wait for another process's lock.

    Raises:
        ConfigError: The address is of no SQLite file.
        StoreOutdated: The database has another schema than this program.
        StoreError: The database cannot be opened.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self._file = str(file_of(url))
        if migrate.state(url) != "current":
            raise faults.outdated(self._file)
        self._gate = threading.Lock()
        self._open = True
        self._reads: Jobs = SimpleQueue()
        self._writes: Jobs = SimpleQueue()
        self._connections = self._connect(open_engine(url, busy_timeout_s=busy_timeout_s))
        writing, *reading = (driver_of(each) for each in self._connections)
        translate = partial(faults.translate, file=self._file)
        self._writer = Writer("store-writer", writing, self._writes, translate)
        self._readers = [Reader("store-reader", each, self._reads, translate) for each in reading]
        for worker in (self._writer, *self._readers):
            worker.start()

    async def read(self, work: Callable[[Snapshot], T]) -> T:
        """Run `work` over a consistent view, off the event loop."""
        return await self._submit(self._reads, work)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` as one transaction, off the event loop; returns after it is durable. What `work` raises undoes it."""
        return await self._submit(self._writes, work)

    async def verify_audit(self) -> chain.Chain:
        """Follow the hash chain of the audit from its first record."""
        return await self.read(lambda view: chain.verify(cast("SqlSnapshot", view).sealed()))

    async def close(self) -> None:
        """Finish what runs, bring the write-ahead log into the database and release it."""
        with self._gate:
            if not self._open:
                return
            self._open = False
            self._writes.put(None)
            for _ in self._readers:
                self._reads.put(None)
        await asyncio.to_thread(self._finish)

    async def _submit(self, jobs: Jobs, work: Callable[..., T]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        with self._gate:
            if not self._open:
                raise StoreError(f"The database {self._file} was closed: the program is stopping.")
            jobs.put(Job(work, future))
        return await future

    def _connect(self, engine: Engine) -> list[PoolProxiedConnection]:
        try:
            return [engine.raw_connection() for _ in range(1 + READERS)]
        except DBAPIError as error:
            raise faults.translate(error, self._file) from None

    def _finish(self) -> None:
        for worker in (*self._readers, self._writer):
            worker.join()
        *reading, writing = reversed(self._connections)
        for connection in reading:
            connection.close()
        with contextlib.suppress(sqlite3.Error):  # on a full disk: the next opening reads the log
            driver_of(writing).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        writing.close()
