"""`python -m tests.fuzz --updates 200000`: strange updates over HTTP, and people who are served behind them."""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
import time
from pathlib import Path

from bot.bootstrap import load_reader
from bot.settings import Settings
from tests.fake_telegram.__main__ import spec_path
from tests.fake_telegram.process import running
from tests.fuzz.fuzz import fuzz

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--updates", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)  # each strange update is told in a line
    reader, began = load_reader(Settings(cache_dir=ROOT / ".cache")), time.monotonic()
    with running() as fake, tempfile.TemporaryDirectory(prefix="sparekey-fuzz-") as folder:
        found = asyncio.run(
            fuzz(fake, reader, spec_path(), Path(folder), updates=options.updates, seed=options.seed)
        )
    seconds = time.monotonic() - began
    print(*(each[:2_000] for each in found.faults), sep="\n", end="\n" if found.faults else "")
    print(
        f"{found.updates:,} updates in {seconds:.0f} s, {len(found.spoilt):,} of {found.spoilable:,} fields and manners;"
        f" {dict(found.decisions)}; {len(found.faults)} faults (seed {options.seed})"
    )
    return 1 if found.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
