"""`python -m tests.telegram_suite`: all conversation tests through the fake Telegram, by either library, polled and delivered."""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from bot.bootstrap import load_reader
from bot.rehearsal.player import Play
from bot.rehearsal.rehearse import load_cases
from bot.service.reading import Reader
from bot.settings import Settings
from tests.fake_telegram.process import running
from tests.telegram_suite.suite import Outcome, in_memory, through
from tests.telegram_suite.ways import WAYS, Way

TESTS = Path(__file__).resolve().parents[1]


def content() -> Reader:
    logging.disable(logging.CRITICAL)  # faults of the account system are ordered, hundreds of times
    return load_reader(Settings(cache_dir=TESTS.parent / ".cache"))


def timed(plays: Sequence[Play], way: Way) -> tuple[Outcome, float]:
    began = time.monotonic()
    with running() as fake:
        return through(way, plays, content(), fake), time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.telegram_suite", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="play one case in so many")
    parser.add_argument("--jobs", type=int, default=2, help="ways at once")
    options = parser.parse_args()
    reader = content()
    cases = load_cases(TESTS, reader.catalog.service.languages)[:: options.every]
    plays = in_memory(cases, reader)
    wrong = [str(each.failure) for each in plays if each.failure]
    if wrong:
        print(*wrong, "These fail without Telegram already, and are left out.", sep="\n")
    plays, failed = tuple(each for each in plays if not each.failure), bool(wrong)
    with ProcessPoolExecutor(options.jobs) as pool:
        for outcome, seconds in pool.map(partial(timed, plays), WAYS):
            print(*outcome.differences, sep="\n", end="")
            verdict = f"{len(outcome.differences)} differ" if outcome.differences else "the same transcripts"
            print(
                f"{outcome.way}: {outcome.plays} plays, {outcome.steps} steps in {seconds:.0f} s: {verdict}"
            )
            failed |= bool(outcome.differences)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
