"""`python -m tests.soak --updates 1000000 --conversations 10000`: a long run with trouble, and what the process holds on the way."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import tempfile
from pathlib import Path

import psycopg

from bot.running import LOOKS_FOR_GARBAGE
from bot.settings import Settings
from tests.postgres.cluster import serving
from tests.soak.gauge import HEAD, Held, bytes_of
from tests.soak.soak import Outcome, soak

ROOT = Path(__file__).resolve().parents[2]
#: Share by which the memory may grow between the first stretch and the last.
GROWTH = 0.05


def show(held: Held) -> None:
    print(held, flush=True)


def database_bytes(url: str) -> int:
    """Return how large a database is; a file with what is logged ahead of it."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        return bytes_of([file, file.with_name(file.name + "-wal")])
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0])


def judged(found: Outcome) -> list[str]:
    """Say what is not as it should be."""
    first, last = found.held[1], found.held[-1]
    objects = last.blocks / first.blocks - 1
    wrong = {
        f"objects grew by {objects:.1%}": objects >= GROWTH,
        f"memory grew by {found.growth:.1%}": found.growth >= GROWTH,
        f"open files: {first.files}, then {last.files}": last.files != first.files,
        f"threads: {first.threads}, then {last.threads}": last.threads != first.threads,
        f"tasks at the end: {last.tasks}": last.tasks != first.tasks,
        f"left after the stop: {found.after.tasks}": found.after.tasks != found.before.tasks,
        f"{found.unprocessed} events were never processed": found.unprocessed > 0,
        f"{found.set_aside} events were set aside": found.set_aside > 0,
        f"{found.pending} effects were never done": found.pending > 0,
    }
    return [words for words, is_so in wrong.items() if is_so]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--updates", type=int, default=1_000_000)
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    gc.set_threshold(*LOOKS_FOR_GARBAGE)  # as where it serves
    logging.disable(logging.CRITICAL)  # trouble is ordered here, thousands of times
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sparekey-soak-")))
        url = f"sqlite:///{folder / 'sparekey.db'}"
        if options.engine == "postgresql":
            cluster = stack.enter_context(serving(durable=True))
            url = cluster.url(cluster.create())
        print(HEAD)
        found = asyncio.run(
            soak(
                url,
                folder,
                updates=options.updates,
                people=options.conversations,
                settings=Settings(cache_dir=ROOT / ".cache"),
                seed=options.seed,
                note=show,
            )
        )
        size = database_bytes(url)
    total = found.held[-1].updates
    print(
        f"{total:,} updates of {found.people:,} people in {found.seconds:.0f} s, {total / found.seconds:.0f} a second;"
        f" memory {found.growth:+.1%}; {size / total:.0f} bytes of database an update; intake failed {found.intake_failed} times;"
        f" messages: {dict(found.messages)}"
    )
    wrong = judged(found)
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
