"""
`python -m tests.engines --conversations 10000 --seed 1`: random conversations on every store, compared.

The model is the store in memory. Each store has its own service, clock and account system; conversations follow one another.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.bootstrap import load_reader
from bot.ports import Store
from bot.service.reading import Reader
from bot.settings import Settings
from bot.testing import MemoryStore
from tests.engines.conversation import Seen, service, talk
from tests.postgres.cluster import serving

ROOT = Path(__file__).resolve().parents[2]
#: Conversations at one store; then it is a fresh one.
BATCH = 100


async def compare(reader: Reader, stores: Mapping[str, Store], seeds: list[str], folder: Path) -> list[str]:
    """Hold the same conversations on each store; return what differs from the first one, in words."""
    seen: dict[str, list[Seen]] = {}
    for name, store in stores.items():
        async with service(store, reader, folder / name) as running:
            seen[name] = [await talk(seed, store, running) for seed in seeds]
    model, *others = seen
    return [
        f"{name}, conversation {seed}: {_difference(expected, found)}"
        for name in others
        for seed, expected, found in zip(seeds, seen[model], seen[name], strict=True)
        if expected != found
    ]


def _difference(expected: Seen, found: Seen) -> str:
    ours, theirs = (*expected.messages, *expected.transcript), (*found.messages, *found.transcript)
    first = next((at for at, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]), None)
    if first is None:
        return f"{len(ours)} lines in the model, {len(theirs)} here"
    return f"{ours[first]!r} in the model, {theirs[first]!r} here"


async def run(conversations: int, seed: int) -> int:
    """Compare many; return how many differ."""
    reader = load_reader(Settings(cache_dir=ROOT / ".cache"))
    differ = 0
    with serving() as cluster, tempfile.TemporaryDirectory() as directory:
        for first in range(0, conversations, BATCH):
            folder = Path(directory) / str(first)
            folder.mkdir()
            urls = {"sqlite": f"sqlite:///{folder}/sparekey.db", "postgresql": cluster.url(cluster.create())}
            for url in urls.values():
                migrate.upgrade(url)
            stores = {"memory": MemoryStore(), **{name: SqlStore(url) for name, url in urls.items()}}
            seeds = [f"{seed}/{number}" for number in range(first, min(first + BATCH, conversations))]
            found = await compare(reader, stores, seeds, folder)
            differ += len(found)
            print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
            for store in stores.values():
                with contextlib.suppress(Exception):
                    await store.close()
    return differ


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.engines", description=__doc__)
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    differ = asyncio.run(run(options.conversations, options.seed))
    print(
        f"{options.conversations:,} conversations on 3 stores in {time.monotonic() - began:.0f} s: {differ} differ"
    )
    return 1 if differ else 0


if __name__ == "__main__":
    raise SystemExit(main())
