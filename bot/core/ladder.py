"""
The resend ladder: how long to wait after each code, counted by us, the same for accounts that do not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta


def next_code_at(sends: Sequence[datetime], waits: Sequence[timedelta], pause: timedelta) -> datetime | None:
    """
    Tell when the next code may be asked for.

    Args:
        sends: When codes were asked for, oldest first.
        waits: The wait after the first, the second ... code.
        pause: The wait after the last one; older codes do not count any more.

    Returns:
        The moment, possibly past; None if no code counts.
    """
    if not sends:
        return None
    counted = [sent for sent in sends if sends[-1] - sent < pause]
    wait = waits[len(counted) - 1] if len(counted) <= len(waits) else pause
    return sends[-1] + wait
