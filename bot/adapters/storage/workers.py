"""
The threads that talk to the database: one that writes, and a few that read; each takes jobs in groups.

The writer takes all jobs that wait, runs each in a savepoint of one transaction, commits once, and only then tells the
callers: ten writes that come together cost one sync of the disk, and a job that raises is undone alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from bot.adapters.storage.transaction import SqlSnapshot, SqlTransaction

#: At most this many jobs share a transaction, so that the first does not wait long for the last: 64 typical turns run in
#: less than 10 ms.
GROUP = 64


@dataclass(slots=True, eq=False)
class Job:
    """A unit of work and the caller that waits for it."""

    work: Callable[[Any], Any]
    future: asyncio.Future[Any]
    value: Any = None
    error: BaseException | None = None

    def run(self, view: SqlSnapshot) -> None:
        """Run the work; what it raises is kept for its caller."""
        try:
            self.value = self.work(view)
        except BaseException as error:  # it belongs to the caller, whatever it is
            self.error = error

    def tell(self) -> None:
        """Give the caller what came out; to be called in the caller's event loop."""
        if self.future.done():  # the caller was cancelled meanwhile
            return
        if self.error is None:
            self.future.set_result(self.value)
        elif isinstance(self.error, StopIteration):  # no future can carry it
            self.future.set_exception(RuntimeError("the unit of work raised StopIteration"))
        else:
            self.future.set_exception(self.error)


#: What the driver raises when the database does not do its part.
_BROKEN = (sqlite3.Error, MemoryError)

#: None ends a worker.
Jobs = SimpleQueue[Job | None]
Translate = Callable[[BaseException], BaseException]


class Worker(threading.Thread):
    """A thread with a connection of its own; it ends when it meets None in its queue."""

    def __init__(self, name: str, connection: sqlite3.Connection, jobs: Jobs, translate: Translate) -> None:
        super().__init__(name=name, daemon=True)
        self._connection = connection
        self._jobs = jobs
        self._translate = translate

    def _take(self) -> list[Job]:
        """Wait for a job and take what else is there; nothing when the queue has ended."""
        group: list[Job] = []
        with contextlib.suppress(Empty):
            while len(group) < GROUP:
                job = self._jobs.get_nowait() if group else self._jobs.get()
                if job is None:
                    self._jobs.put(None)  # nothing stands behind it: the next call finds it again
                    break
                group.append(job)
        return group


class Reader(Worker):
    """Runs jobs that come together over one snapshot, and wakes their callers together."""

    def run(self) -> None:
        """Work until the end of the queue."""
        view = SqlSnapshot(self._connection)
        while group := self._take():
            try:
                self._connection.execute("BEGIN")
                for job in group:
                    job.run(view)
                self._connection.execute("ROLLBACK")
            except _BROKEN as error:
                for job in group:
                    job.error = job.error or error
            _settle(group, self._translate)


class Writer(Worker):
    """Commits jobs in groups."""

    def run(self) -> None:
        """Work until the end of the queue."""
        view = SqlTransaction(self._connection)
        while group := self._take():
            try:
                self._commit(group, view)
            except _BROKEN as error:
                self._undo(group, error)
            _settle(group, self._translate)

    def _commit(self, group: list[Job], view: SqlTransaction) -> None:
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        for job in group:
            execute("SAVEPOINT job")
            job.run(view)
            if not self._connection.in_transaction:  # SQLite gave all of it up, e.g. on a full disk
                raise job.error if isinstance(job.error, _BROKEN) else sqlite3.OperationalError()
            if job.error is not None:
                execute("ROLLBACK TO job")
            execute("RELEASE job")
        execute("COMMIT")

    def _undo(self, group: list[Job], error: BaseException) -> None:
        """Nothing was stored: every caller that has no error of its own gets this one."""
        if self._connection.in_transaction:  # SQLite may or may not have rolled back by itself
            with contextlib.suppress(*_BROKEN):
                self._connection.execute("ROLLBACK")
        for job in group:
            job.error = job.error or error


def _settle(jobs: Iterable[Job], translate: Translate) -> None:
    """Wake the callers, each event loop once."""
    callers: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        if job.error is not None:
            job.error = translate(job.error)
        callers.setdefault(job.future.get_loop(), []).append(job)
    for loop, theirs in callers.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_tell, theirs)


def _tell(jobs: list[Job]) -> None:
    for job in jobs:
        job.tell()
