"""
Notices that an author has saved: the files of the content are looked at a few times a second.

An editor writes a file in several steps, so a change counts once nothing has changed for one look.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

#: Seconds between two looks: the author is back in the chat later than that.
LOOK_S: Final = 0.3

#: Path -> when it was changed, in nanoseconds, and its size in bytes.
_Sight = dict[Path, tuple[int, int]]


async def saves(*folders: Path) -> AsyncIterator[None]:
    """
    Wait for changes, for ever.

    Args:
        folders: Their YAML files, and those of the folders in them.

    Yields:
        Once for each burst of changes: files written, added, removed or renamed.
    """
    known = last = _look(folders)
    while True:
        await asyncio.sleep(LOOK_S)
        seen = _look(folders)
        if seen == last != known:
            known = seen
            yield
        last = seen


def _look(folders: tuple[Path, ...]) -> _Sight:
    seen: _Sight = {}
    for folder in folders:
        for path in (*folder.glob("*.yaml"), *folder.glob("*/*.yaml")):
            try:
                status = path.stat()
            except OSError:  # it has just been removed
                continue
            seen[path] = (status.st_mtime_ns, status.st_size)
    return seen
