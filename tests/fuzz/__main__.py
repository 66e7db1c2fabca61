"""`python -m tests.fuzz --updates 200000`: strange updates over HTTP, and people who are served behind them."""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from bot.bootstrap import load_reader
from bot.settings import Settings
from tests.fake_telegram.__main__ import spec_path
from tests.fake_telegram.process import running
from tests.fuzz.fuzz import Outcome, fuzz

ROOT = Path(__file__).resolve().parents[2]


def part(updates: int, seed: int) -> Outcome:
    """Run a part of it, with a bot and a fake of its own; what is drawn depends on the seed alone."""
    logging.disable(logging.CRITICAL)  # each strange update is told in a line
    reader = load_reader(Settings(cache_dir=ROOT / ".cache"))
    with running() as fake, tempfile.TemporaryDirectory(prefix="sparekey-fuzz-") as folder:
        return asyncio.run(fuzz(fake, reader, spec_path(), Path(folder), updates=updates, seed=seed))


def together(parts: Iterable[tuple[int, Outcome]]) -> Outcome:
    """Add up what was found in the parts, each with its seed."""
    whole = Outcome()
    for seed, found in parts:
        whole.updates += found.updates
        whole.decisions += found.decisions
        whole.spoilt |= found.spoilt
        whole.spoilable = found.spoilable
        whole.faults += [f"seed {seed}: {each[:2_000]}" for each in found.faults]
    return whole


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--updates", type=int, default=200_000)
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first part; the others have the next ones"
    )
    parser.add_argument("--jobs", type=int, default=2, help="parts at once")
    options = parser.parse_args()
    began, seeds = time.monotonic(), range(options.seed, options.seed + options.jobs)
    with ProcessPoolExecutor(options.jobs) as pool:
        each = -(-options.updates // options.jobs)
        found = together(zip(seeds, pool.map(partial(part, each), seeds), strict=True))
    print(*found.faults, sep="\n", end="\n" if found.faults else "")
    print(
        f"{found.updates:,} updates in {time.monotonic() - began:.0f} s, {len(found.spoilt):,} of {found.spoilable:,} fields"
        f" and manners; {dict(found.decisions)}; {len(found.faults)} faults (seeds {seeds[0]} to {seeds[-1]})"
    )
    return 1 if found.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
