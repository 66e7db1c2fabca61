"""
The threads that talk to the database: one that writes, and a few that read; each takes jobs in groups.

The writer takes all jobs that wait, runs each in a savepoint of one transaction, commits once, and only then tells the
callers: ten writes that come together cost one sync of the disk, and a job that raises is undone alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from bot.adapters.storage.engine import Engine, Session
from bot.adapters.storage.transaction import SqlSnapshot, SqlTransaction
from bot.errors import StoreBusy, StoreError

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


#: None ends a worker.
Jobs = SimpleQueue[Job | None]


class Worker(threading.Thread):
    """A thread with a session of its own, opened again when it was lost; it ends when it meets None in its queue."""

    def __init__(self, name: str, engine: Engine, session: Session, jobs: Jobs) -> None:
        super().__init__(name=name, daemon=True)
        self._engine = engine
        self.session = session
        self._jobs = jobs
        self._faults: tuple[type[BaseException], ...] = (StoreError, *engine.broken)

    def run(self) -> None:
        """Work until the end of the queue."""
        while group := self._take():
            try:
                self._begin_surely()
                self._serve(group)
            except self._faults as error:
                self._undo(group, error)
            self._settle(group)

    def _begin(self) -> None:
        """Begin a snapshot or a transaction."""
        raise NotImplementedError

    def _serve(self, group: list[Job]) -> None:
        """Run the jobs in it and end it; raise what the driver raises where the database does not do its part."""
        raise NotImplementedError

    def _begin_surely(self) -> None:
        """Begin; a connection that was lost while it rested is opened again first."""
        try:
            self._begin()
        except self._engine.broken:
            if not self.session.is_lost():
                raise
            self.session.close()
            self.session = self._engine.open()
            self._begin()

    def _ensure_open(self, job: Job) -> None:
        """Raise if the engine gave up the whole transaction while a job ran, e.g. on a full disk."""
        if not self.session.in_transaction():
            raise (
                job.error
                if isinstance(job.error, self._engine.broken)
                else StoreBusy(f"The database {self._engine.name} gave up a transaction. It is tried again.")
            )

    def _undo(self, group: list[Job], error: BaseException) -> None:
        """Nothing was stored: every caller that has no error of its own gets this one."""
        with contextlib.suppress(*self._engine.broken):
            if self.session.in_transaction():  # the engine may or may not have rolled back by itself
                self.session.rollback()
        for job in group:
            job.error = job.error or error

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

    def _settle(self, jobs: Iterable[Job]) -> None:
        """Wake the callers, each event loop once."""
        callers: dict[asyncio.AbstractEventLoop, list[Job]] = {}
        for job in jobs:
            if job.error is not None:
                job.error = self._engine.translate(job.error)
            callers.setdefault(job.future.get_loop(), []).append(job)
        for loop, theirs in callers.items():
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_tell, theirs)


class Reader(Worker):
    """Runs jobs that come together over one snapshot, and wakes their callers together."""

    def _begin(self) -> None:
        self.session.begin_reading()

    def _serve(self, group: list[Job]) -> None:
        view = SqlSnapshot(self.session, self._engine.statements)
        for job in group:
            job.run(view)
            self._ensure_open(job)
            if isinstance(job.error, self._engine.broken):  # it may have spoilt the snapshot for the others
                self.session.rollback()
                self._begin()
        self.session.rollback()


class Writer(Worker):
    """Commits jobs in groups."""

    def _begin(self) -> None:
        self.session.begin_writing()

    def _serve(self, group: list[Job]) -> None:
        view, execute = SqlTransaction(self.session, self._engine.statements), self.session.execute
        for job in group:
            execute("SAVEPOINT job")
            job.run(view)
            self._ensure_open(job)
            if job.error is not None:
                execute("ROLLBACK TO job")
            execute("RELEASE job")
        self.session.commit()


def _tell(jobs: list[Job]) -> None:
    for job in jobs:
        job.tell()
