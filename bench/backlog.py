"""
After a crash with thousands of updates waiting: how soon the bot is back, how fast it catches up, and whether it keeps its manners.

A few people write, the bot is killed with SIGKILL in the middle of its answers, and while it is away many people write. Then it is
started again. The fake Telegram enforces Telegram's own limits (30 messages a second, three in a chat in three seconds) and answers
what is too fast with 429. The start is timed until `/healthz` answers 200, beside the bare import of aiogram just before.
Every chat has the same story, so every chat must get the same answers in the same order.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.program import CACHE, PATIENCE_S, Bot, kill
from bot.bootstrap import load_reader
from bot.rehearsal.person import playing
from bot.service.reading import Reader
from bot.settings import Settings
from tests.fake_telegram.client import Call, FakeTelegram
from tests.fake_telegram.process import running

#: What each person writes.
STORY: Final = ("i dont recieve the code", "1", "3", "no")
#: People who write before the kill, and the answers after which it comes.
EARLY, ANSWERS_AT_KILL = 15, 25
#: Chats of the early and of the others.
FIRST_EARLY, FIRST_LATE = 500_001, 1001
#: The span of Telegram's limit for a bot, and that for a chat, seconds; a second for each message of its burst.
SECOND_S, CHAT_S = 1.0, 3.0


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was seen of one crash."""

    #: Updates that waited at Telegram at the start.
    waiting: int
    #: Seconds from the start until `/healthz` answered 200.
    ready_s: float
    #: Answers a second, from the first after the start to the last.
    rate: float
    #: Most messages that Telegram took within a second, and within three in one chat.
    most_in_a_second: int
    most_in_a_chat: int
    #: Messages that Telegram refused as too fast.
    refused: int
    #: Messages that came twice, each in a chat whose answer was on its way at the kill.
    doubled: int
    #: What is wrong with the answers of a chat, in words.
    faults: tuple[str, ...]
    #: Most memory the bot ever had after the start, MiB.
    memory_mib: float


async def expected(reader: Reader) -> tuple[str, ...]:
    """Ask the service itself, in memory, what a person gets who writes the story."""
    with tempfile.TemporaryDirectory() as folder:
        async with playing(reader, Path(folder)) as person:
            return tuple([message.text for text in STORY for message in await person.say(text)])


def crash(fake: FakeTelegram, chats: int, answers: Sequence[str]) -> Figures:
    """
    Kill the bot in its work, let people write, start it again and watch it catch up.

    Args:
        fake: A fresh one.
        chats: How many people write while it is away.
        answers: What each must get.
    """
    fake.settings(rate_limits=True)
    early = range(FIRST_EARLY, FIRST_EARLY + EARLY)
    late = range(FIRST_LATE, FIRST_LATE + chats)
    with tempfile.TemporaryDirectory() as folder:
        bot = Bot(fake=fake, folder=Path(folder))
        process = bot.start()
        try:
            fake.say_many([(person, text) for text in STORY for person in early])
            fake.wait_calls("sendMessage", ANSWERS_AT_KILL, timeout=PATIENCE_S)
        finally:
            kill(process)
        before = len(_taken(fake.sent(method="sendMessage")))
        fake.say_many([(person, text) for text in STORY for person in late])
        waiting = fake.pending()
        began = time.monotonic()
        process = bot.start()
        try:
            bot.wait_until_ready()
            ready_s = time.monotonic() - began
            _wait_for_all(bot, (EARLY + chats) * len(answers))
            memory = _most_memory_mib(process.pid)
        finally:
            kill(process)
    calls = fake.sent(method="sendMessage")
    taken = _taken(calls)
    after = [call.time for call in taken[before:]]
    got = _by_chat(taken)
    return Figures(
        waiting=waiting,
        ready_s=ready_s,
        rate=(len(after) - 1) / (after[-1] - after[0]),
        most_in_a_second=most_within([call.time for call in taken], SECOND_S),
        most_in_a_chat=max(most_within([call.time for call in each], CHAT_S) for each in got.values()),
        refused=sum(call.status == 429 for call in calls),
        doubled=len(taken) - (EARLY + chats) * len(answers),
        faults=tuple(
            f"chat {chat} got {texts}"
            for chat, each in got.items()
            if (texts := [call.params["text"] for call in each]) != list(answers)
            and not (chat in early and [text for text, _ in itertools.groupby(texts)] == list(answers))
        ),
        memory_mib=memory,
    )


def most_within(times: Sequence[float], span_s: float) -> int:
    """Return how many of these moments, oldest first, fell into less than one span at most."""
    most = first = 0
    for place, moment in enumerate(times):
        while moment - times[first] >= span_s:
            first += 1
        most = max(most, place - first + 1)
    return most


def _wait_for_all(bot: Bot, count: int) -> None:
    """Wait for so many answers, and for those beyond them that nobody expects."""
    bot.wait_for_answers(count)
    bot.fake.wait_confirmed(timeout=PATIENCE_S)
    seen = -1
    while seen != (seen := len(bot.fake.sent(method="sendMessage"))):
        time.sleep(2.0)


def _taken(calls: Sequence[Call]) -> list[Call]:
    return [call for call in calls if call.applied]


def _by_chat(calls: Sequence[Call]) -> dict[int | None, list[Call]]:
    chats: dict[int | None, list[Call]] = {}
    for call in calls:
        chats.setdefault(call.chat_id, []).append(call)
    return chats


def _most_memory_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _import_s() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import aiogram"], check=True)
    return time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=2_500)
    parser.add_argument("--crashes", type=int, default=1)
    options = parser.parse_args()
    answers = asyncio.run(expected(load_reader(Settings(cache_dir=CACHE))))
    wrong = False
    for _ in range(options.crashes):
        aiogram_s = statistics.median(_import_s() for _ in range(3))
        with running() as fake:
            found = crash(fake, options.chats, answers)
            violations = fake.violations()
        print(
            f"{found.waiting:,} waited. Ready after {found.ready_s:.2f} s, {found.ready_s / aiogram_s:.1f} times "
            f"`import aiogram` ({aiogram_s:.2f} s). {found.rate:.1f} answers a second; most in a second "
            f"{found.most_in_a_second}, in three seconds of a chat {found.most_in_a_chat}; refused {found.refused}; "
            f"sent twice {found.doubled}; chats with wrong answers {len(found.faults)}; {found.memory_mib:.0f} MiB at most",
            flush=True,
        )
        for problem in [*found.faults[:5], *map(str, violations[:5])]:
            print(problem, file=sys.stderr)
        wrong = wrong or bool(found.faults or violations or found.refused)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
