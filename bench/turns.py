"""
Durable turns per second, end to end over HTTP, beside a hand-written aiogram handler.

Both answer the same pending updates of the same fake Telegram with the same words and five buttons. Theirs commits one
row per message (WAL, synchronous FULL, as ours); ours stores the event, the conversation, the transcript and the effect.
Counted from the first to the last answer, so that start-up does not count. Pairs in turn: A B A B.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running

#: What each chat says: a complaint, then answers to the questions that follow.
TEXTS = ("i dont recieve the code", "1", "3", "no")


def ours(fake: FakeTelegram, directory: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "SPAREKEY_TELEGRAM_TOKEN": fake.token,
        "SPAREKEY_TELEGRAM_API": fake.url,
        "SPAREKEY_DATA_DIR": str(directory),
        "SPAREKEY_PORT": "0",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"], env=environment, stderr=subprocess.DEVNULL
    )


def theirs(fake: FakeTelegram, directory: Path) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "bench.handwritten",
        fake.token,
        fake.url,
        str(directory / "rows.db"),
    ]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def rate(fake: FakeTelegram, start: object, chats: int) -> float:
    """Answers per second of one run."""
    fake.reset()
    people = list(range(1001, 1001 + chats))
    fake.say_many([(person, text) for text in TEXTS for person in people])
    count = chats * len(TEXTS)
    with tempfile.TemporaryDirectory() as directory:
        process = start(fake, Path(directory))  # type: ignore[operator]
        try:
            fake.wait_calls("sendMessage", count, timeout=180)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    times = [call.time for call in fake.sent(method="sendMessage") if call.applied]
    assert len(times) == count, f"{len(times)} answers to {count} messages"
    return (len(times) - 1) / (times[-1] - times[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--chats", type=int, default=250)
    options = parser.parse_args()
    print(f"{options.chats} chats, {len(TEXTS)} messages each; answers per second")
    ratios = []
    with running() as fake:
        for pair in range(1, options.pairs + 1):
            a, b = (rate(fake, subject, options.chats) for subject in (ours, theirs))
            ratios.append(a / b)
            print(f"pair {pair}: ours {a:7.0f}  hand-written {b:7.0f}  ratio {a / b:.2f}", flush=True)
    print(f"median ratio {statistics.median(ratios):.2f} (min {min(ratios):.2f}, max {max(ratios):.2f})")


if __name__ == "__main__":
    main()
