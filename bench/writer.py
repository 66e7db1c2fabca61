"""
How long a transaction keeps the writers' lock, by the jobs that share it: what limits a database, since writers follow one another.

The three jobs of a message (its intake, its turn, the note that its answer was sent) run on the store's own writer, one alone and 64
together, nothing beside them. The two give the milliseconds of a transaction and of each job in it; the writer's own processor time
apart, because it is the bot's, the rest is the database's. What sharing a transaction saves is the ratio to quote. The statements are
counted, too: each is one way to the server and back, and here the server is near.

Lower quartiles: what is more on some runs is another program's time.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from bench.subjects import CACHE
from bot.adapters.storage import migrate
from bot.adapters.storage.engine import BUSY_TIMEOUT_S, Cursor, Engine, Session, engine_of
from bot.adapters.storage.transaction import SqlSnapshot
from bot.adapters.storage.workers import GROUP, Job, Writer
from bot.bootstrap import load_reader
from bot.core.events import TextReceived
from bot.ports import Incoming, Lane, Transaction
from bot.rehearsal.person import MORNING
from bot.service import turn
from bot.service.reading import Reader
from bot.settings import Settings
from tests.postgres.cluster import serving

COMPLAINT: Final = "i dont recieve the code"
KINDS: Final = ("intake", "turn", "sent")

Work = Callable[[Transaction], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Took:
    """What one transaction took: milliseconds by the clock, of that the writer's own processor time, and statements."""

    wall: float
    cpu: float
    statements: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What a transaction takes, and each job in it."""

    transaction: float
    job: float

    def __str__(self) -> str:
        return f"{self.transaction:.3f} + {self.job:.3f} a job"


class Timed:
    """A session that keeps what its transactions took."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._statements = 0
        self.took: list[Took] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def execute(self, statement: str, values: Mapping[str, Any] | None = None) -> Cursor:
        self._statements += 1
        return self._session.execute(statement, values or {})

    def executemany(self, statement: str, rows: Iterable[Mapping[str, Any]]) -> object:
        self._statements += 1
        return self._session.executemany(statement, rows)

    def tell(self, message: str) -> None:
        self._statements += 1
        self._session.tell(message)

    def begin_writing(self) -> None:
        self._began = time.perf_counter(), time.thread_time()
        self._statements = 0
        self._session.begin_writing()

    def commit(self) -> None:
        self._session.commit()
        wall, cpu = self._began
        self.took.append(
            Took(
                wall=(time.perf_counter() - wall) * 1e3,
                cpu=(time.thread_time() - cpu) * 1e3,
                statements=self._statements,
            )
        )


def together(engine: Engine, session: Timed, works: Iterable[Work]) -> list[Any]:
    """Let the writer take all of them in one transaction; return what came out."""
    loop = asyncio.new_event_loop()
    queue: SimpleQueue[Job | None] = SimpleQueue()
    jobs = [Job(work, loop.create_future()) for work in works]
    for job in (*jobs, None):
        queue.put(job)
    writer = Writer("bench", engine, session, queue)
    writer.start()
    writer.join()
    loop.run_until_complete(asyncio.gather(*(job.future for job in jobs)))
    loop.close()
    return [job.value for job in jobs]


def prepared(engine: Engine, session: Session, reader: Reader, lane: Lane, now: datetime) -> turn.Prepared:
    """Read and step, as before each turn."""
    session.begin_reading()
    found = turn.prepare(
        SqlSnapshot(session, engine.statements), lane, reader, now, lambda: secrets.token_hex(16)
    )
    session.rollback()
    assert found is not None
    return found


def run(engine: Engine, writing: Timed, reading: Session, reader: Reader, jobs: int) -> dict[str, Took]:
    """So many people complain; return what the transactions for them took, by kind."""
    lanes = [Lane("bench", secrets.token_hex(8)) for _ in range(jobs)]
    come = [
        Incoming(lane=lane, event=TextReceived(id=secrets.token_hex(8), at=MORNING, text=COMPLAINT))
        for lane in lanes
    ]
    writing.took.clear()
    # An intake is one job for a whole batch: what Telegram hands out together.
    together(engine, writing, [lambda tx: [tx.receive(each) for each in come]])
    turns = [prepared(engine, reading, reader, lane, MORNING) for lane in lanes]
    saved = together(engine, writing, [lambda tx, one=one: turn.commit(tx, one) for one in turns])  # type: ignore[misc]
    effects = [pending.effect.id for each in saved for pending in each]
    together(engine, writing, [lambda tx, one=one: tx.finish_command(one) for one in effects])  # type: ignore[misc]
    assert len(effects) == jobs, "a complaint has one answer"
    return dict(zip(KINDS, writing.took, strict=True))


def low(values: Iterable[float]) -> float:
    """Return the lower quartile."""
    return statistics.quantiles(values, n=4)[0]


def line(alone: float, together: float) -> Line:
    """Put a line through the times of one job and of a whole group."""
    job = (together - alone) / (GROUP - 1)
    return Line(transaction=alone - job, job=job)


def measure(url: str, reader: Reader, runs: int) -> None:
    """Print the lines of one engine."""
    migrate.upgrade(url)
    engine = engine_of(url, busy_timeout_s=BUSY_TIMEOUT_S)
    writing, reading = Timed(engine.open()), engine.open()
    run(engine, writing, reading, reader, GROUP)
    times = {jobs: [run(engine, writing, reading, reader, jobs) for _ in range(runs)] for jobs in (1, GROUP)}
    for kind in KINDS:
        wall, cpu, statements = (
            line(*(low(getattr(one[kind], of) for one in times[jobs]) for jobs in (1, GROUP)))
            for of in ("wall", "cpu", "statements")
        )
        print(f"  {kind:7} {wall} ms, of that the writer's processor {cpu} ms; {statements} statements")
    alone, shared = (
        low(sum(took.wall for took in one.values()) for one in times[jobs]) / jobs for jobs in (1, GROUP)
    )
    print(f"  a message alone {alone:.2f} ms, among {GROUP} {shared:.2f} ms: ratio {alone / shared:.1f}")
    writing.close()
    reading.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=30, help="of each size of the group")
    options = parser.parse_args()
    reader = load_reader(Settings(cache_dir=CACHE))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(serving(durable=True))
        for name, url in (
            ("SQLite", f"sqlite:///{folder / 'bench.db'}"),
            ("PostgreSQL", cluster.url(cluster.create())),
        ):
            print(f"{name}: milliseconds of a transaction, and of each job in it")
            measure(url, reader, options.runs)


if __name__ == "__main__":
    main()
