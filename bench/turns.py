"""
Durable turns per second, end to end over HTTP, beside a hand-written aiogram handler.

All answer the same pending updates of the same fake Telegram with the same words and five buttons. Theirs commits one
row per message to SQLite (WAL, synchronous FULL, as ours); ours stores the event, the conversation, the transcript and the
effect, in SQLite or, with `--postgresql 1 2 4`, by so many processes in PostgreSQL (synced at each commit, on this machine).
Counted from the first to the last answer, so that start-up does not count. In turn: A B C A B C.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bot.bootstrap import load_reader
from bot.settings import Settings
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running
from tests.postgres.cluster import Cluster, serving

#: Proved and fitted content is shared by all runs.
CACHE = Path(__file__).parents[1] / ".cache"
#: What each chat says: a complaint, then answers to the questions that follow.
TEXTS = ("i dont recieve the code", "1", "3", "no")


Start = Callable[[FakeTelegram, Path], list[subprocess.Popen[bytes]]]


def ours(
    fake: FakeTelegram, directory: Path, *, cluster: Cluster | None = None, processes: int = 1
) -> list[subprocess.Popen[bytes]]:
    """One bot on a file of its own, or several on a database of their own."""
    environment = {
        **os.environ,
        "SPAREKEY_TELEGRAM_TOKEN": fake.token,
        "SPAREKEY_TELEGRAM_API": fake.url,
        "SPAREKEY_DATA_DIR": str(directory),
        "SPAREKEY_DATABASE_URL": cluster.url(cluster.create()) if cluster else "",
        "SPAREKEY_CACHE_DIR": str(CACHE),
        "SPAREKEY_SEMANTIC": "off",
        "SPAREKEY_PORT": "0",
        "SPAREKEY_TELEGRAM_RATE": "0",
    }
    command = [sys.executable, "-m", "bot", "serve"]
    return [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(processes)]


def theirs(fake: FakeTelegram, directory: Path) -> list[subprocess.Popen[bytes]]:
    """The hand-written handler."""
    command = [sys.executable, "-m", "bench.handwritten", fake.token, fake.url, str(directory / "rows.db")]
    return [subprocess.Popen(command, stderr=subprocess.DEVNULL)]


def rate(fake: FakeTelegram, start: Start, chats: int) -> float:
    """Answers per second of one run."""
    fake.reset()
    people = list(range(1001, 1001 + chats))
    fake.say_many([(person, text) for text in TEXTS for person in people])
    count = chats * len(TEXTS)
    with tempfile.TemporaryDirectory() as directory:
        processes = start(fake, Path(directory))
        try:
            fake.wait_calls("sendMessage", count, timeout=180)
        finally:
            for process in processes:
                process.send_signal(signal.SIGKILL)
                process.wait()
    times = [call.time for call in fake.sent(method="sendMessage") if call.applied]
    assert len(times) == count, f"{len(times)} answers to {count} messages"
    return (len(times) - 1) / (times[-1] - times[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3, help="runs of each")
    parser.add_argument("--chats", type=int, default=250)
    parser.add_argument(
        "--postgresql",
        type=int,
        nargs="*",
        default=[],
        metavar="N",
        help="so many processes in PostgreSQL, too",
    )
    options = parser.parse_args()
    load_reader(Settings(cache_dir=CACHE))
    print(
        f"{options.chats} chats, {len(TEXTS)} messages each; answers per second, and times the hand-written"
    )
    with contextlib.ExitStack() as stack:
        fake = stack.enter_context(running())
        subjects: dict[str, Start] = {"SQLite": ours}
        if options.postgresql:
            cluster = stack.enter_context(serving(durable=True))
            for processes in options.postgresql:
                subjects[f"PostgreSQL, {processes}"] = partial(ours, cluster=cluster, processes=processes)
        ratios: dict[str, list[float]] = {name: [] for name in subjects}
        for _ in range(options.pairs):
            base = rate(fake, theirs, options.chats)
            line = [f"hand-written {base:5.0f}"]
            for name, start in subjects.items():
                found = rate(fake, start, options.chats)
                ratios[name].append(found / base)
                line.append(f"{name} {found:5.0f} ({found / base:.2f})")
            print("  ".join(line), flush=True)
    for name, each in ratios.items():
        print(
            f"{name}: median ratio {statistics.median(each):.2f} (min {min(each):.2f}, max {max(each):.2f})"
        )


if __name__ == "__main__":
    main()
