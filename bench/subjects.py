"""The bots of the bench of turns, each started as a process that answers one fake Telegram."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from bench import cpu
from bench.program import Bot
from bot.settings import Library
from tests.fake_telegram.client import FakeTelegram
from tests.postgres.cluster import Cluster

#: Seconds that several processes have to divide the work among them.
_PATIENCE_S: Final = 30.0


@dataclass(frozen=True, kw_only=True)
class Running:
    """What answers, and the server that it stores in."""

    processes: list[subprocess.Popen[bytes]]
    cluster: Cluster | None = None
    #: Address of its database there.
    database: str = ""

    def cpu(self) -> tuple[float, float]:
        """Return the seconds of processor time that the bots and the server have used."""
        bots = sum(cpu.used(process.pid) for process in self.processes)
        return bots, cpu.used(self.cluster.pid) if self.cluster else 0.0

    def wait_until_shared(self) -> None:
        """Wait until each of several processes has its part of the conversations."""
        deadline = time.monotonic() + _PATIENCE_S
        while self.database and self._owners() < len(self.processes):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self.processes)} processes do not share the work")
            time.sleep(0.2)

    def _owners(self) -> int:
        with psycopg.connect(self.database) as connection:
            row = connection.execute(
                "SELECT count(DISTINCT owner) FROM shares WHERE name NOT LIKE '%polling'"
            ).fetchone()
        return int(row[0]) if row else 0


#: Starts it: the fake to answer, and a directory of its own.
Start = Callable[[FakeTelegram, Path], Running]


@contextmanager
def running(start: Start, fake: FakeTelegram, directory: Path) -> Iterator[Running]:
    """A subject that answers, and is killed afterwards."""
    subject = start(fake, directory)
    try:
        yield subject
    finally:
        for process in subject.processes:
            process.send_signal(signal.SIGKILL)
            process.wait()


def ours(
    fake: FakeTelegram,
    directory: Path,
    *,
    cluster: Cluster | None = None,
    processes: int = 1,
    library: Library = "aiogram",
) -> Running:
    """One bot on a file of its own, or several on a database of their own; over aiogram, as the handler they are compared with."""
    database = cluster.url(cluster.create()) if cluster else ""
    settings = {"SPAREKEY_DATABASE_URL": database, "SPAREKEY_PORT": "0", "SPAREKEY_TELEGRAM_RATE": "0"}
    settings["SPAREKEY_TELEGRAM_LIBRARY"] = library
    bot = Bot(fake=fake, folder=directory, settings=settings)
    return Running(processes=[bot.start() for _ in range(processes)], cluster=cluster, database=database)


def rival(fake: FakeTelegram, directory: Path, *, module: str, options: tuple[str, ...] = ()) -> Running:
    """One of `bench.rivals`."""
    command = [sys.executable, "-m", f"bench.rivals.{module}", fake.token, fake.url, str(directory / "kept")]
    return Running(processes=[subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL)])
