"""
A busy staff group, by the clock: `python -m tests.staff [--cases 30] [--minutes 5]`.

The real program serves a fake Telegram that enforces its limits. So many people are handed over at once, agents take all
cases, and everybody goes on writing. Told is how many messages a minute the group got, what was refused as too fast, and how
long the slowest case waited for its topic. It ends with 1 if the limit was hit, or if a line is missing.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.test_bad_nights import serving
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running

MINA = 501
#: Seconds between two rounds in which everybody writes.
ROUND_S = 10.0
PATIENCE_S = 1_800.0


def until(what: object, why: str, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not what():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise TimeoutError(why)
        time.sleep(0.5)


def busy(fake: FakeTelegram, folder: Path, cases: int, minutes: float) -> bool:
    """Let a team work; return whether all went well."""
    group = fake.group("Support", forum=True)
    fake.user(MINA, first_name="Mina")
    fake.settings(rate_limits=True)
    people, lines = range(1001, 1001 + cases), 0
    settings = {"SPAREKEY_STAFF_GROUP": group, "SPAREKEY_STAFF_AGENTS": MINA}
    with serving(fake, folder, **settings):  # type: ignore[arg-type]
        began = time.monotonic()
        for person in people:
            fake.say(person, "talk to a person")
        until(lambda: len(fake.chat(group).topics) == cases, "a case has no topic")
        opened = time.monotonic() - began
        for topic in fake.chat(group).topics:
            fake.say(MINA, "/take", chat=group, thread=topic)
        while time.monotonic() - began < opened + 60 * minutes:
            lines += 1
            for person in people:
                fake.say(person, f"line {lines:03} of {person}")
            time.sleep(ROUND_S)
        wanted = {f"line {number:03} of {person}" for number in range(1, lines + 1) for person in people}

        def missing() -> set[str]:
            told = "\n".join(bubble.text for bubble in fake.chat(group).from_bot)
            return {line for line in wanted if line not in told}

        until(lambda: not missing(), "a line is missing")
        took = time.monotonic() - began
    limit, once = fake.limits()["group"], "\n".join(bubble.text for bubble in fake.chat(group).from_bot)
    doubled = sum(once.count(line) - 1 for line in wanted)
    print(f"{cases} cases, {lines} lines each, {took:.0f} s")
    print(f"the last topic after {opened:.0f} s")
    print(f"most messages in a minute: {limit.seen} of {limit.most}; refused: {limit.refused}")
    print(f"lines missing: 0; doubled: {doubled}")
    return limit.seen <= limit.most and not limit.refused and not doubled


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.staff", description=__doc__)
    parser.add_argument("--cases", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=5.0)
    given = parser.parse_args()
    with running() as fake, TemporaryDirectory() as folder:
        return 0 if busy(fake, Path(folder), given.cases, given.minutes) else 1


if __name__ == "__main__":
    sys.exit(main())
