"""
One run: a bot as everybody starts it, the fake Telegram with its limits and with faults, people who write, and the figures.

All figures are the fake's: when an update was there, when a message was, and what was refused.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.e2e.program import SPAREKEY, environment
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running
from tests.fake_telegram.rate_limits import counts
from tests.load.crowd import FLOODER, Written, write
from tests.load.ideal import Answer, Room, delays, percentile

#: Shares of the calls that fail, or are slow, in a run with faults; and how slow.
BUSY, FAILED, SLOW = 0.005, 0.005, 0.01
SLOW_S: Final = 0.5
#: Seconds without a single message after which nothing more is expected.
PATIENCE_S: Final = 60.0
#: Seconds between two looks at how far it is.
LOOK_S: Final = 2.0
#: What the service may add to what the limits cost.
ALLOWANCE_S: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was found about the chats that do not flood."""

    updates: int
    lost: int
    doubled: int
    #: Answers that were not the one that belongs there.
    disordered: int
    #: Limit -> how often more was tried.
    refused: dict[str, int]
    #: Median, p99 and longest of the seconds from an update to its answer, and of the best that could be.
    delay_s: tuple[float, float, float]
    ideal_s: tuple[float, float, float]
    #: The same of the seconds that a message was sent later than the limits had room for it, given those before it.
    unused_s: tuple[float, float, float]
    #: Messages a second from the first update to the last answer, and of the best that could be.
    pace: tuple[float, float]
    strikes: Counter[str]
    #: How late the last update was, because the machine was busy.
    late_s: float

    @property
    def wrong(self) -> list[str]:
        """Return what is not as it should be, but for the delay."""
        counts = {"lost": self.lost, "doubled": self.doubled, "out of order": self.disordered, **self.refused}
        return [f"{name}: {count}" for name, count in counts.items() if count]

    def __str__(self) -> str:
        rows = zip(("p50", "p99", "longest"), self.delay_s, self.ideal_s, self.unused_s, strict=True)
        told = "\n".join(
            f"{name:>8}: {delay:9.3f} s, at best {ideal:9.3f} s: {delay - ideal:+.3f}; after there was room {unused:.3f} s"
            for name, delay, ideal, unused in rows
        )
        limits = ", ".join(f"{name} {count}" for name, count in self.refused.items())
        return (
            f"{self.updates:,} updates: {self.lost} lost, {self.doubled} doubled, {self.disordered} out of order;"
            f" above the limits: {limits}; faults: {dict(self.strikes)}; the last was written {self.late_s:.2f} s late\n"
            f"{self.pace[0]:.2f} messages a second, at best {self.pace[1]:.2f}: {self.pace[0] / self.pace[1]:.1%}\n{told}"
        )


def run(everything: Sequence[Written], replies: Sequence[str], *, per_second: int, faults: bool) -> Figures:
    """
    Let it all be written to a bot of its own.

    Args:
        everything: What is written.
        replies: What is answered to the story, in order.
        per_second: Messages that Telegram takes of the bot.
        faults: Whether calls fail.
    """
    with tempfile.TemporaryDirectory(prefix="sparekey-load-") as name:
        folder = Path(name)
        with running(journal=folder / "journal.jsonl") as fake:
            fake.settings(rate_limits=True, per_second=per_second)
            with _serving(fake, folder, per_second):
                if faults:
                    _trouble(fake)
                late = write(fake, everything)
                trips = _wait(fake, sum(each.chat != FLOODER for each in everything))
            refused = {limit: report.refused for limit, report in fake.limits().items()}
        return _figures(folder / "journal.jsonl", replies, per_second, refused, late, trips)


@contextlib.contextmanager
def _serving(fake: FakeTelegram, folder: Path, per_second: int) -> Iterator[None]:
    """The bot, warm: somebody was answered, and what a chat begins with has passed."""
    settings = environment(
        SPAREKEY_TELEGRAM_TOKEN=fake.token,
        SPAREKEY_TELEGRAM_API=fake.url,
        SPAREKEY_TELEGRAM_RATE=per_second,
        SPAREKEY_DATA_DIR=folder,
        SPAREKEY_PORT=0,
    )
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, SPAREKEY, "serve"], env=settings, stderr=log)
        try:
            fake.say(FLOODER - 1, "hello")
            fake.wait_for(FLOODER - 1, timeout=PATIENCE_S)
            yield
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)
        finally:
            process.kill()
            process.wait()


def _trouble(fake: FakeTelegram) -> None:
    fake.fault("too_many", method="sendMessage", times=None, probability=BUSY)
    fake.fault("server_error", method="sendMessage", times=None, probability=FAILED)
    fake.fault("slow", method="sendMessage", times=None, probability=SLOW, seconds=SLOW_S)


def _wait(fake: FakeTelegram, count: int) -> list[float]:
    """Until so many messages are sent to those who do not flood, or for a while none was; return how long calls took meanwhile."""
    trips, seen, since = [_round_trip(fake)], 0, time.monotonic()
    while (sent := _sent(fake)) < count and time.monotonic() - since < PATIENCE_S:
        if sent > seen:
            seen, since = sent, time.monotonic()
        with contextlib.suppress(TimeoutError):
            fake.wait_for(None, fake.count() + count - sent, timeout=LOOK_S)
        trips.append(_round_trip(fake))
    return trips


def _sent(fake: FakeTelegram) -> int:
    return fake.count() - fake.count(FLOODER) - fake.count(FLOODER - 1)


def _round_trip(fake: FakeTelegram) -> float:
    """Return how long a call takes that nothing befalls, seconds."""
    began = time.monotonic()
    fake.pending()
    return time.monotonic() - began


def _figures(
    journal: Path,
    replies: Sequence[str],
    per_second: int,
    refused: dict[str, int],
    late: float,
    trips: Sequence[float],
) -> Figures:
    arrived: dict[int, list[float]] = defaultdict(list)
    sent: dict[int, list[dict[str, Any]]] = defaultdict(list)
    struck: dict[tuple[int, int], list[float]] = defaultdict(list)
    order: list[tuple[int, int]] = []
    strikes: Counter[str] = Counter()
    room, ready, unused = Room(per_second), dict[int, float](), list[float]()
    for event in map(json.loads, journal.open(encoding="utf-8")):
        match event:
            case {"kind": "queued", "update": {"message": {"chat": {"id": chat}}}} if chat > FLOODER:
                order.append((chat, len(arrived[chat])))
                arrived[chat].append(event["time"])
            case {"kind": "call", "method": "sendMessage", "chat_id": chat} if chat > FLOODER:
                if len(sent[chat]) < len(arrived[chat]):
                    could = max(arrived[chat][len(sent[chat])], ready.get(chat, 0.0), room.since(chat))
                    unused.append(event["time"] - could)
                room.count(chat, event["time"])
                ready[chat] = event["time"] + (SLOW_S if event["fault"] == "slow" else 0.0)
                sent[chat].append(event)
                strikes.update(filter(None, [event["fault"]]))
            case {"kind": "call", "method": method, "chat_id": chat} if counts(method):
                room.count(chat, event["time"])
            case {"kind": "struck", "method": "sendMessage", "chat_id": chat} if chat > FLOODER:
                wait = 1.0 if event["status"] == 429 else 0.0
                ready[chat] = event["time"] + wait
                struck[chat, len(sent[chat])].append(wait)
                strikes[event["fault"]] += 1
    pairs = [(chat, number) for chat, number in order if number < len(sent[chat])]
    answers = [
        Answer(
            chat=chat,
            arrived=arrived[chat][number],
            strikes=tuple(struck[chat, number]),
            took=trip + (SLOW_S if sent[chat][number]["fault"] == "slow" else 0.0),
            quickest=min(trips),
        )
        for (chat, number), trip in zip(pairs, itertools.cycle(trips), strict=False)
    ]
    real = [sent[chat][number]["time"] - arrived[chat][number] for chat, number in pairs]
    ideal = delays(answers, per_second)
    return Figures(
        updates=len(order),
        lost=len(order) - len(pairs),
        doubled=sum(max(len(sent[chat]) - len(arrived[chat]), 0) for chat in sent),
        disordered=sum(sent[chat][number]["params"]["text"] != replies[number] for chat, number in pairs),
        refused=refused,
        delay_s=_summary(real),
        ideal_s=_summary(ideal),
        unused_s=_summary(unused),
        pace=(_pace(answers, real), _pace(answers, ideal)),
        strikes=strikes,
        late_s=late,
    )


def _pace(answers: Sequence[Answer], waited: Sequence[float]) -> float:
    last = max(answer.arrived + wait for answer, wait in zip(answers, waited, strict=True))
    return len(answers) / (last - answers[0].arrived)


def _summary(values: Sequence[float]) -> tuple[float, float, float]:
    return percentile(values, 0.5), percentile(values, 0.99), max(values)
