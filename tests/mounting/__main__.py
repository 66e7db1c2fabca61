"""
`python -m tests.mounting --kills 25`: what a kill does to Sparekey within a bot that somebody else wrote.

80 people write to us and 20 to the shop within a moment, and the bot is killed at a random moment of the next 0.3 s; then it is started
again, and again. At the end it is asked what became of everything that was written: whether what was said to us is in our inbox, and
how often the shop answered what was said to it.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running
from tests.mounting.shop import ORDER, WAYS, Way, selling, stored

#: People who write to us, and to the shop, before each kill.
OURS: Final = 80
THEIRS: Final = 20
#: Seconds after the last message within which the kill comes; an idle bot has handled them all by then.
SPAN_S: Final = 0.3
#: Seconds that a start may take on a busy machine, and that nothing may happen at the end.
PATIENCE_S: Final = 120.0
QUIET_S: Final = 5.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was written, and what became of it."""

    way: Way
    kills: int = 0
    ours: list[int] = field(default_factory=list)
    theirs: list[int] = field(default_factory=list)
    lost: int = 0
    shop_lost: int = 0
    shop_doubled: int = 0

    def __str__(self) -> str:
        return (
            f"{self.way!s:<28} | {self.kills:>5} | {len(self.ours):>11} | {self.lost:>4} | {len(self.theirs):>11} | "
            f"{self.shop_lost:>4} | {self.shop_doubled:>7}"
        )


def play(way: Way, kills: int, chance: random.Random) -> Tally:
    """Kill a shop's bot again and again."""
    tally = Tally(way=way)
    with tempfile.TemporaryDirectory(prefix="sparekey-mounting-") as name, running() as fake:
        folder = Path(name)
        for number in range(kills):
            with selling(way, fake, folder):
                _until_it_answers(fake, number + 1)
                _write(fake, tally, chance)
                time.sleep(chance.uniform(0, SPAN_S))
            tally.kills += 1
        with selling(way, fake, folder):
            _until_it_answers(fake, kills + 1)
            _until_quiet(fake, folder)
        _judge(fake, folder, tally)
    return tally


def _until_it_answers(fake: FakeTelegram, count: int) -> None:
    """Wait for the shop's answer to somebody who asks once a start; an answer may come twice."""
    fake.say(count, "/orders")
    fake.wait_for(count, timeout=PATIENCE_S)


def _write(fake: FakeTelegram, tally: Tally, chance: random.Random) -> None:
    first = 100_000 + tally.kills * (OURS + THEIRS)
    people = list(range(first, first + OURS + THEIRS))
    customers = set(chance.sample(people, THEIRS))
    texts = [(person, "/orders" if person in customers else "/support no otp coming") for person in people]
    for (person, _), queued in zip(texts, fake.say_many(texts), strict=True):
        assert queued.update_id is not None
        if person in customers:
            tally.theirs.append(person)
        else:
            tally.ours.append(queued.update_id)


def _until_quiet(fake: FakeTelegram, folder: Path) -> None:
    """Wait until everything is acknowledged and nothing more is stored."""
    fake.wait_confirmed(timeout=60)
    seen, since = -1, time.monotonic()
    while time.monotonic() - since < QUIET_S:
        if (count := len(stored(folder))) != seen:
            seen, since = count, time.monotonic()
        time.sleep(0.1)


def _judge(fake: FakeTelegram, folder: Path, tally: Tally) -> None:
    tally.lost = len(set(tally.ours) - stored(folder))
    answers = [fake.texts(person).count(ORDER) for person in tally.theirs]
    tally.shop_lost, tally.shop_doubled = answers.count(0), sum(count > 1 for count in answers)


def measure(ways: Iterable[Way], kills: int, seed: int) -> None:
    """Print a line for each way."""
    print(f"{'bot':<28} | kills | said to us  | lost | to the shop | lost | doubled")
    for way in ways:
        print(play(way, kills, random.Random(seed)), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=25, help="for each way")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="part of the way's name, e.g. ptb")
    given = parser.parse_args()
    measure([way for way in WAYS if (given.only or "") in str(way)], given.kills, given.seed)
