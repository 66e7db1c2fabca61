"""
Aligned columns for a terminal, and texts of strangers made fit to stand in them.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final

#: Joins letters in Persian and in Indian scripts; invisible, yet part of the spelling.
_JOINERS: Final = "\u200c\u200d"
_GAP: Final = "  "


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: Collection[int] = (0,)) -> str:
    """
    Set a table.

    Args:
        heads: One per column.
        rows: Cells as texts, each row as long as `heads`.
        left: The columns of words; the others are aligned right.

    Returns:
        Lines without a break at the end.
    """
    lines = [heads, *rows]
    widths = [max(columns(line[at]) for line in lines) for at in range(len(heads))]
    return "\n".join(
        _GAP.join(_cell(cell, widths[at], left=at in left) for at, cell in enumerate(line)).rstrip()
        for line in lines
    )


def _cell(text: str, width: int, *, left: bool) -> str:
    space = " " * (width - columns(text))
    return text + space if left else space + text


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: two for a wide character, none for a mark."""
    return sum(
        0
        if unicodedata.combining(char) or char in _JOINERS
        else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def one_line(text: str, longest: int) -> str:
    """A text on one line of at most so many characters; what would move the cursor or turn the writing is blank."""
    shown = "".join(char if char.isprintable() or char in _JOINERS else " " for char in text)
    shown = " ".join(shown.split())
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"


def percent(share: float) -> str:
    """A share in per cent; a dash where nothing was measured."""
    return "–" if math.isnan(share) else f"{share:.1%}".replace("%", " %")
