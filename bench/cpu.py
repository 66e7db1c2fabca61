"""How much of the processor a process and all that it has started have used."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def used(process: int) -> float:
    """Return the seconds of processor time of a process, of what it has started, and of what of that has ended (proc(5))."""
    total, waiting = 0.0, [process]
    while waiting:
        each = Path(f"/proc/{waiting.pop()}")
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # The name of the program may contain blanks; it ends with the last bracket.
            fields = (each / "stat").read_text("utf-8").rpartition(")")[2].split()
            total += sum(map(int, fields[11:15])) * _TICK_S
            for children in (each / "task").glob("*/children"):
                waiting += map(int, children.read_text("ascii").split())
    return total
