"""`python -m tests.walks --conversations 100000 --seed 1`: many random conversations, on two processes."""

from __future__ import annotations

import argparse
import sys
import time
from functools import cache, partial
from multiprocessing import Pool

from bot.content.load import load_or_raise
from bot.content.paths import content_folders
from bot.core.catalog import Catalog
from bot.proof.witness import strict
from tests.walks.walk import Broken, walk

PROCESSES = 2
#: Conversations handed to a process at once.
BATCH = 200


@cache
def catalog() -> Catalog:
    """Read the shipped content once a process, with texts that raise where a hole cannot be filled."""
    return strict(load_or_raise(*content_folders()))


def batch(first: int, *, seed: int, conversations: int) -> tuple[int, str | None]:
    """Take some conversations; returns the steps, and the first thing that did not hold."""
    steps = 0
    for number in range(first, min(first + BATCH, conversations)):
        try:
            steps += walk(catalog(), f"{seed}/{number}")
        except Broken as fault:
            return steps, str(fault)
    return steps, None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.walks", description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parsed = parser.parse_args()
    work = partial(batch, seed=parsed.seed, conversations=parsed.conversations)
    began, steps, faults = time.monotonic(), 0, []
    with Pool(PROCESSES) as pool:
        for taken, fault in pool.imap_unordered(work, range(0, parsed.conversations, BATCH)):
            steps += taken
            if fault is not None:
                faults.append(fault)
                print(fault, file=sys.stderr)
    seconds = time.monotonic() - began
    print(
        f"{parsed.conversations:,} conversations, {steps:,} steps in {seconds:.0f} s: {steps / seconds:,.0f} steps a second;"
        f" {len(faults)} broken"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
