"""
Turns through Telegram, over HTTP: ours beside a hand-written aiogram handler and beside two libraries' own persistence.

All answer the same people at the same fake Telegram with five buttons. First everything waits at once: answers a second, from the first
to the last, and the processor time of an answer. Then people write at an even pace, far from what any of them can: milliseconds from the
moment a person sends until the answer arrives at Telegram. About one of them is the request that puts the message into the fake.

`bench.rivals` says what each of them keeps. Ours stores the event, the conversation, the transcript and the effect, in SQLite or, with
`--postgresql 1 2 4`, by so many processes in PostgreSQL (synced at each commit, on this machine). All take turns, round by round.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from bench.program import CACHE
from bench.subjects import Running, Start, ours, rival, running
from bot.bootstrap import load_reader
from bot.settings import Settings
from tests.fake_telegram import process
from tests.fake_telegram.client import FakeTelegram
from tests.postgres.cluster import serving

#: What each person says: a complaint, then answers to the questions that follow.
TEXTS: Final = ("i dont recieve the code", "1", "3", "no")
#: The one that the others are compared with.
BASE: Final = "hand-written"
#: Messages a second of the even pace.
PACE: Final = 20.0
#: People of the warming up, of the rush and of the even pace: ids that do not meet.
_FIRST, _RUSH, _PACED = range(1, 9), 1_001, 500_001
#: Seconds that a run may take.
_PATIENCE_S: Final = 300.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What one run of one subject came to."""

    #: Answers a second.
    rate: float
    #: Processor time of an answer, milliseconds: the bots', and the database server's.
    bots_ms: float
    server_ms: float
    #: From the sending to the answer, milliseconds.
    median_ms: float
    slow_ms: float

    def __str__(self) -> str:
        server = f" + {self.server_ms:.2f}" if self.server_ms else ""
        return (
            f"{self.rate:5.0f} answers/s, {self.bots_ms:.2f}{server} ms of processor each; "
            f"paced: median {self.median_ms:.1f} ms, 99th {self.slow_ms:.1f} ms"
        )


def rush(fake: FakeTelegram, subject: Running, chats: int) -> tuple[float, float, float]:
    """Everybody writes everything at once; return answers a second, and processor milliseconds of each."""
    earlier, count = fake.sent(method="sendMessage"), chats * len(TEXTS)
    before = subject.cpu()
    fake.say_many([(person, text) for text in TEXTS for person in range(_RUSH, _RUSH + chats)])
    fake.wait_calls("sendMessage", len(earlier) + count, timeout=_PATIENCE_S)
    after = subject.cpu()
    times = [call.time for call in fake.sent(since=earlier[-1].n, method="sendMessage") if call.applied]
    assert len(times) == count, f"{len(times)} answers to {count} messages"
    bots_ms, server_ms = ((b - a) / count * 1e3 for a, b in zip(before, after, strict=True))
    return (len(times) - 1) / (times[-1] - times[0]), bots_ms, server_ms


def paced(fake: FakeTelegram, chats: int) -> list[float]:
    """People write at the even pace, whether or not they are answered; return the milliseconds of each."""
    asked: dict[int, list[float]] = defaultdict(list)
    earlier = fake.sent(method="sendMessage")
    people = [person for _ in TEXTS for person in range(_PACED, _PACED + chats)]
    begin = time.monotonic()
    for number, person in enumerate(people):
        time.sleep(max(begin + number / PACE - time.monotonic(), 0.0))
        said = asked[person]
        said.append(time.time())
        fake.say(person, TEXTS[len(said) - 1])
    fake.wait_calls("sendMessage", len(earlier) + len(people), timeout=_PATIENCE_S)
    answered: dict[int, list[float]] = defaultdict(list)
    for call in fake.sent(since=earlier[-1].n, method="sendMessage"):
        answered[call.chat_id or 0].append(call.time)
    return [
        (at - since) * 1e3
        for person, moments in asked.items()
        for since, at in zip(moments, answered[person], strict=True)
    ]


def measured(fake: FakeTelegram, start: Start, chats: int, slowly: int) -> Found:
    """One run of one subject."""
    fake.reset()
    with tempfile.TemporaryDirectory() as directory, running(start, fake, Path(directory)) as subject:
        fake.say_many([(person, TEXTS[0]) for person in _FIRST])
        fake.wait_calls("sendMessage", len(_FIRST), timeout=_PATIENCE_S)
        subject.wait_until_shared()
        rate, bots_ms, server_ms = rush(fake, subject, chats)
        waits = paced(fake, slowly)
    return Found(
        rate=rate,
        bots_ms=bots_ms,
        server_ms=server_ms,
        median_ms=statistics.median(waits),
        slow_ms=statistics.quantiles(waits, n=100)[98],
    )


def rivals() -> dict[str, Start]:
    """Name -> how it is started."""
    each = ("--each",)
    return {
        BASE: partial(rival, module="rows"),
        "aiogram, MemoryStorage": partial(rival, module="states"),
        "python-telegram-bot, PicklePersistence": partial(rival, module="pickled"),
        "the same, written each time": partial(rival, module="pickled", options=each),
        "the same, 10,000 people known": partial(
            rival, module="pickled", options=(*each, "--known", "10000")
        ),
    }


def report(found: dict[str, list[Found]]) -> None:
    """Print the medians, and those of the ratios to the hand-written one of the same round."""
    print(f"\nMedians of {len(found[BASE])} rounds; times the hand-written: rate, median wait")
    for name, each in found.items():
        pairs = list(zip(each, found[BASE], strict=True))
        rates = [ours.rate / base.rate for ours, base in pairs]
        waits = statistics.median(ours.median_ms / base.median_ms for ours, base in pairs)
        middle = Found(
            **{field: statistics.median(getattr(one, field) for one in each) for field in Found.__slots__}
        )
        print(
            f"{name:40} {statistics.median(rates):.2f} ({min(rates):.2f} to {max(rates):.2f}), {waits:.2f}; {middle}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of each")
    parser.add_argument("--chats", type=int, default=250, help="people of the rush")
    parser.add_argument("--slowly", type=int, default=50, help="people of the even pace")
    parser.add_argument(
        "--postgresql", type=int, nargs="*", default=[], metavar="N", help="so many processes in PostgreSQL"
    )
    options = parser.parse_args()
    load_reader(Settings(cache_dir=CACHE))
    print(f"{options.chats} people, {len(TEXTS)} messages each; then {options.slowly}, {PACE:.0f} a second")
    with contextlib.ExitStack() as stack:
        fake = stack.enter_context(process.running())
        subjects: dict[str, Start] = rivals() | {"Sparekey, SQLite": ours}
        subjects["the same over python-telegram-bot"] = partial(ours, library="ptb")
        if options.postgresql:
            cluster = stack.enter_context(serving(durable=True))
            for number in options.postgresql:
                subjects[f"Sparekey, PostgreSQL, {number}"] = partial(ours, cluster=cluster, processes=number)
        found: dict[str, list[Found]] = {name: [] for name in subjects}
        for _ in range(options.rounds):
            for name, start in subjects.items():
                found[name].append(measured(fake, start, options.chats, options.slowly))
                print(f"{name:40} {found[name][-1]}", flush=True)
    report(found)


if __name__ == "__main__":
    main()
