"""The examples of `examples/existing_bots`, as real processes in front of a fake Telegram."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.program import ROOT, environment
from tests.fake_telegram.client import FakeTelegram

#: What the shop says.
ORDER = "You have one order, number 17: on its way."
UNKNOWN = "The shop knows /orders and /support."


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How Sparekey is mounted."""

    carrier: str
    durable: bool

    def __str__(self) -> str:
        return f"{self.carrier}, {'our ingress' if self.durable else 'its own polling'}"

    @property
    def command(self) -> list[str]:
        flags = ["--durable"] if self.durable else []
        return [sys.executable, "-m", f"examples.existing_bots.{self.carrier}_shop", *flags]


WAYS = tuple(
    Way(carrier=carrier, durable=durable) for carrier in ("aiogram", "ptb") for durable in (False, True)
)


@contextmanager
def selling(way: Way, fake: FakeTelegram, folder: Path, **more: object) -> Iterator[subprocess.Popen[str]]:
    """The shop's bot; it is killed at the end if it has not ended by itself."""
    settings = environment(SHOP_BOT_TOKEN=fake.token, SHOP_BOT_API=fake.url, SPAREKEY_DATA_DIR=folder, **more)
    with (folder / "shop.log").open("a", encoding="utf-8") as log:
        process = subprocess.Popen(way.command, cwd=ROOT, env=settings, stderr=log, encoding="utf-8")
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def stop(process: subprocess.Popen[str]) -> int:
    """End the bot as an operator does."""
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=30)


def stored(folder: Path) -> frozenset[int]:
    """The updates that are durable with us."""
    with closing(sqlite3.connect(folder / "sparekey.db")) as database:
        return frozenset(
            int(event.partition("-")[2]) for (event,) in database.execute("SELECT event FROM inbox")
        )
