"""
What the log says of a fault that nobody foresaw: its kind and its place, not its words, which may quote a person.
"""

from __future__ import annotations

import traceback


def described(fault: BaseException) -> str:
    """Return the kind of a fault and where it was raised, as lines of a traceback."""
    return f"{type(fault).__name__}\n{''.join(traceback.format_tb(fault.__traceback__))}".rstrip()
