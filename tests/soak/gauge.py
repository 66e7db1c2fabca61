"""What a process holds at a moment: memory, files, threads, tasks, and the bytes of its database."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
import threading
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Held:
    """What this process holds once everything that can be given back has been."""

    updates: int
    #: Memory of its own: what is in no file. Pages of files (libraries, the content that was prepared) come and go as the
    #: system likes, which says nothing about the process.
    own_kib: int
    #: Pieces of memory that Python objects live in; unlike the system's figure it knows no holes between them.
    blocks: int
    files: int
    threads: int
    #: Names of the coroutines of the tasks that run, sorted.
    tasks: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.updates:>9,} | {self.own_kib / 1024:>8.1f} | {self.blocks:>9,} | {self.files:>5} | {self.threads:>7} | {len(self.tasks):>5}"


HEAD = f"{'updates':>9} | {'own, MiB':>8} | {'blocks':>9} | files | threads | tasks"


def held(updates: int) -> Held:
    """Collect what nobody refers to, give free memory back to the system, and look."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return Held(
        updates=updates,
        own_kib=_own_kib(),
        blocks=sys.getallocatedblocks(),
        files=len(list(Path("/proc/self/fd").iterdir())),
        threads=threading.active_count(),
        tasks=tuple(sorted(getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())),
    )


def bytes_of(files: Collection[Path]) -> int:
    """Return how much these files take together."""
    return sum(file.stat().st_size for file in files if file.exists())


def _own_kib() -> int:
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:"))
