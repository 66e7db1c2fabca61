"""
`python -m tests.crash.compare`: what one kill does to stock pollers, and to us.

100 texts of 20 chats wait in the queue. Each bot is killed once, after about 20 replies, and started again. The libraries'
handlers work 50 ms before they reply. We have no handler that could be slowed down; our second row is slowed by Telegram
instead, which takes each message at once and says so 50 ms later. That is the worst case for us: whatever is on its way at
the kill is sent again.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.bootstrap import load_reader
from bot.service.reading import Reader
from bot.settings import Settings
from tests.crash import script
from tests.crash.ledger import Journal, read_books
from tests.crash.oracle import judge
from tests.crash.process import ROOT, Setting, kill
from tests.crash.rivals import SLOWNESS_S
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running

#: Replies after which the kill comes.
REPLIES: Final = 20
#: A bot that has not replied for so long is done, seconds; longer than a start takes.
QUIET_S: Final = 12.0


@dataclass(frozen=True)
class Row:
    """What became of 100 updates. A reply to the same update that comes again is doubled."""

    bot: str
    replies_at_kill: int
    lost: int
    doubled: int

    def __str__(self) -> str:
        return f"{self.bot:<40} | {self.replies_at_kill:>15} | {self.lost:>4} | {self.doubled:>7}"


@dataclass
class Stage:
    """One bot in front of a fake."""

    fake: FakeTelegram
    setting: Setting
    journal: Journal
    module: tuple[str, ...]
    #: How long the fake takes to answer a `sendMessage`, seconds.
    latency_s: float = 0

    def start(self) -> subprocess.Popen[bytes]:
        with self.setting.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *self.module],
                cwd=ROOT,
                env=os.environ | self.setting.environment,
                stdout=log,
                stderr=log,
            )

    def play(self) -> int:
        """Kill once, start again, wait until nothing comes any more; return the replies at the kill."""
        if self.latency_s:
            self.fake.fault("slow", method="sendMessage", times=None, seconds=self.latency_s)
        self.fake.say_many(list(script.all_texts()))
        bot = self.start()
        self._wait(lambda: len(self.journal.accepted) >= REPLIES)
        kill(bot.pid)
        bot.wait()
        self.journal.read()
        at_kill = len(self.journal.accepted)
        bot = self.start()
        try:
            self._wait_for_quiet()
        finally:
            kill(bot.pid)
            bot.wait()
        return at_kill

    def _wait(self, reached: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not reached():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.module}: {self.setting.log.read_text()[-2000:]}")
            time.sleep(0.001)
            self.journal.read()

    def _wait_for_quiet(self) -> None:
        seen, since = -1, time.monotonic()
        while time.monotonic() - since < QUIET_S:
            self.journal.read()
            if len(self.journal.accepted) != seen:
                seen, since = len(self.journal.accepted), time.monotonic()
            time.sleep(0.05)


def rival(name: str, module: str) -> Row:
    """A library's bot replies with the number of the update."""
    with tempfile.TemporaryDirectory(prefix="sparekey-crash-") as folder:
        path = Path(folder) / "journal.jsonl"
        with running(journal=path) as fake:
            stage = Stage(fake, Setting(Path(folder), fake.token, fake.url), Journal(path), (module,))
            at_kill = stage.play()
            stage.journal.close()
    replies = Counter(int(text) for _, text in stage.journal.accepted)
    lost = sum(number not in replies for number in stage.journal.queued)
    return Row(name, at_kill, lost, sum(replies.values()) - len(replies))


async def ours(name: str, reader: Reader, latency_s: float = 0) -> Row:
    """Our replies are compared with the model's, chat by chat."""
    with tempfile.TemporaryDirectory(prefix="sparekey-crash-") as folder:
        path = Path(folder) / "journal.jsonl"
        with running(journal=path) as fake:
            setting = Setting(Path(folder), fake.token, fake.url)
            stage = Stage(fake, setting, Journal(path), ("bot", "serve"), latency_s)
            at_kill = stage.play()
            stage.journal.close()
            bot_id = int(fake.token.partition(":")[0])
        books = read_books(setting)
        verdict = await judge(stage.journal, books, reader, bot_id=bot_id, kills=1)
    for problem in verdict.problems:
        print(problem, file=sys.stderr)
    return Row(name, at_kill, verdict.lost, verdict.doubled_replies)


def compare() -> Iterator[Row]:
    """Play them one after the other."""
    reader = load_reader(Settings(cache_dir=ROOT / ".cache"))
    yield rival("python-telegram-bot, run_polling", "tests.crash.rivals.ptb")
    yield rival("aiogram, start_polling", "tests.crash.rivals.aiogram_bot")
    yield asyncio.run(ours("Sparekey", reader))
    yield asyncio.run(ours("Sparekey, Telegram answers after 50 ms", reader, SLOWNESS_S))


if __name__ == "__main__":
    print(f"{'bot':<40} | replies at kill | lost | doubled")
    for row in compare():
        print(row, flush=True)
