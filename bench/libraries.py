"""
What each library that carries calls to Telegram asks of a small server: until `sparekey serve` is ready, and for a message.

Both serve the same fake Telegram, in turn, round by round, each from the start of the process until `/healthz` answers 200: processor
time of the whole process, and the memory that it holds then. Afterwards one transport of each sends messages, one after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final, get_args

from bench import cpu
from bench.program import CACHE, Bot, kill
from bot.bootstrap import load_reader, open_transport
from bot.settings import Library, Settings
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running

LIBRARIES: Final[tuple[Library, ...]] = get_args(Library)
#: The one that the other is compared with.
BASE: Final[Library] = "aiogram"
PERSON: Final = 1001
_UNITS: Final = ("s of processor until ready", "MiB when ready", "ms of processor a message")


@dataclass(frozen=True, slots=True)
class Found:
    """One round of one library."""

    ready_cpu_s: float
    memory_mib: float
    message_cpu_ms: float

    def __str__(self) -> str:
        figures = zip(astuple(self), _UNITS, strict=True)
        return ", ".join(f"{figure:.2f} {unit}" for figure, unit in figures)


def measured(fake: FakeTelegram, library: Library, messages: int) -> Found:
    """One round."""
    with tempfile.TemporaryDirectory() as folder:
        bot = Bot(fake=fake, folder=Path(folder), settings={"SPAREKEY_TELEGRAM_LIBRARY": library})
        process = bot.start()
        try:
            bot.wait_until_ready()
            ready_cpu_s, memory_mib = cpu.used(process.pid), _memory_mib(process.pid)
        finally:
            kill(process)
    # In a process of its own: what one library has imported must not serve the other.
    command = [
        sys.executable,
        "-m",
        "bench.libraries",
        "--send",
        library,
        fake.token,
        fake.url,
        str(messages),
    ]
    sent = subprocess.run(command, check=True, capture_output=True, text=True)
    return Found(ready_cpu_s, memory_mib, float(sent.stdout))


async def send(library: Library, token: str, address: str, messages: int) -> float:
    """Send messages, the first of them unmeasured; return milliseconds of processor time of each."""
    transport = open_transport(Settings(telegram_token=token, telegram_api=address, telegram_library=library))
    message = {"chat_id": PERSON, "text": "Did it come?"}
    await transport.send_message(message)
    begun = time.process_time()
    for _ in range(messages):
        await transport.send_message(message)
    used = time.process_time() - begun
    await transport.close()
    return used / messages * 1e3


def _memory_mib(process: int) -> float:
    resident = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return resident * os.sysconf("SC_PAGE_SIZE") / 2**20


def report(found: dict[Library, list[Found]]) -> None:
    """Print the medians of each, and of the ratios of the rounds."""
    print(f"\nMedians of {len(found[BASE])} rounds; times {BASE}")
    for library, rounds in found.items():
        middle = Found(*map(statistics.median, zip(*map(astuple, rounds), strict=True)))
        ratios = [
            [one / base for one, base in zip(astuple(mine), astuple(theirs), strict=True)]
            for mine, theirs in zip(rounds, found[BASE], strict=True)
        ]
        told = [_spread(column) for column in zip(*ratios, strict=True)]
        print(f"{library:8} {'; '.join(told)}; {middle}")


def _spread(ratios: Sequence[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=500)
    parser.add_argument("--send", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.send:
        library, token, address, messages = options.send
        print(asyncio.run(send(library, token, address, int(messages))))
        return
    load_reader(Settings(cache_dir=CACHE))
    found: dict[Library, list[Found]] = {library: [] for library in LIBRARIES}
    with running() as fake:
        for _ in range(options.rounds):
            for library in LIBRARIES:
                fake.reset()
                fake.user(PERSON)
                found[library].append(measured(fake, library, options.messages))
                print(f"{library:8} {found[library][-1]}", flush=True)
    report(found)


if __name__ == "__main__":
    main()
