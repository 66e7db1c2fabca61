"""
`bot.ports.Store` on SQLite or PostgreSQL: one thread writes, a few read, the event loop never waits for the disk.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from queue import SimpleQueue
from typing import TypeVar, cast

from bot.adapters.storage import chain, migrate
from bot.adapters.storage.engine import BUSY_TIMEOUT_S, Session, engine_of
from bot.adapters.storage.transaction import SqlSnapshot
from bot.adapters.storage.workers import Job, Jobs, Reader, Writer
from bot.errors import StoreError
from bot.ports import Lane, Snapshot, Transaction

T = TypeVar("T")

#: Threads that read. Decoding holds the interpreter's lock, so more of them only wait for each other.
READERS = 2


class SqlStore:
    """
    The durable store.

    Args:
        url: SQLAlchemy address of a database that `migrate.upgrade` has prepared.
        busy_timeout_s: How long to wait for another process's lock.

    Raises:
        ConfigError: The address is of no SQLite file and of no PostgreSQL database.
        StoreOutdated: The database has a schema with which this program does not work.
        StoreError: The database cannot be opened.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self._engine = engine_of(url, busy_timeout_s=busy_timeout_s)
        if migrate.state(url) not in ("current", "compatible"):
            raise self._engine.outdated()
        self.process = self._engine.process
        self._gate = threading.Lock()
        self._open = True
        self._reads: Jobs = SimpleQueue()
        self._writes: Jobs = SimpleQueue()
        writing, *reading = self._connect()
        self._writer = Writer("store-writer", self._engine, writing, self._writes)
        self._readers = [Reader("store-reader", self._engine, each, self._reads) for each in reading]
        for worker in (self._writer, *self._readers):
            worker.start()

    async def read(self, work: Callable[[Snapshot], T]) -> T:
        """Run `work` over a consistent view, off the event loop."""
        return await self._submit(self._reads, work)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` as one transaction, off the event loop; returns after it is durable. What `work` raises undoes it."""
        return await self._submit(self._writes, work)

    async def told(self) -> AsyncGenerator[Lane | None, None]:
        """Return the lanes that have got something new, in whatever process, and some in vain; None, as at first: some may have been missed."""
        async with aclosing(self._engine.told()) as messages:
            async for message in messages:
                yield Lane(*json.loads(message)) if message is not None else None

    async def verify_audit(self, noted: str = chain.GENESIS) -> chain.Chain:
        """Follow the hash chain of the audit from its first record, and look for a head that was written down earlier."""
        return await self.read(lambda view: chain.verify(cast("SqlSnapshot", view).sealed(), noted))

    async def close(self) -> None:
        """Finish what runs, bring the database into order and release it."""
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
                raise StoreError(f"The database {self._engine.name} was closed: the program is stopping.")
            jobs.put(Job(work, future))
        return await future

    def _connect(self) -> list[Session]:
        sessions: list[Session] = []
        try:
            while len(sessions) < 1 + READERS:
                sessions.append(self._engine.open())
        except self._engine.broken as error:
            for session in sessions:
                session.close()
            raise self._engine.translate(error) from None
        return sessions

    def _finish(self) -> None:
        self._engine.stop()
        for worker in (*self._readers, self._writer):
            worker.join()
        for reader in self._readers:
            reader.session.close()
        self._engine.tidy(self._writer.session)
        self._writer.session.close()
