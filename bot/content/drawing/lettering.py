"""
How wide writing is, without a font: close enough to wrap it, and never too narrow for common sans-serif fonts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

#: From line to line, as a share of the size.
LINE: Final = 1.32
#: Widths as shares of the size: the widest of Arial, DejaVu Sans and Noto Sans, rounded.
_WIDTHS: Final = {
    **dict.fromkeys(" .,:;'|!il", 0.32),
    **dict.fromkeys('fjrtI()[]/\\-"`', 0.42),
    **dict.fromkeys("mwMW%@…—", 0.95),
    **dict.fromkeys("_", 0.55),
}
_CAPITAL: Final = 0.7
_SMALL: Final = 0.6
#: Of a font whose characters are all of one width.
_EVEN: Final = 0.62
#: A piece that is not broken: one wide character, or what stands between spaces.
_PIECE: Final = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7ff\uff00-\uffef]|[^\s\u2e80-\u9fff\uac00-\ud7ff\uff00-\uffef]+|\s+"
)
#: Stays at the end of the line before (JIS X 4051 and GB/T 15834 agree on these).
_CLOSING: Final = "，。、；：？！）》」』”’％"


def width(text: str, size: float, *, even: bool = False) -> float:
    """
    Measure one line.

    Args:
        text: Any writing.
        size: Of the font, in points.
        even: All characters have one width.

    Returns:
        Points.
    """
    return size * (len(text) * _EVEN if even else sum(map(_share, text)))


def _share(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.0
    if unicodedata.combining(sign):
        return 0.0
    return _WIDTHS.get(sign, _CAPITAL if sign.isupper() else _SMALL)


def wrapped(text: str, size: float, room: float, *, even: bool = False) -> tuple[str, ...]:
    """
    Break text into lines.

    Args:
        text: Any writing; its own line breaks are kept, empty lines are not.
        size: Of the font, in points.
        room: Width of a line, in points; at least one character stands in each.
        even: All characters have one width.

    Returns:
        The lines; none for empty text.
    """
    return tuple(
        line for paragraph in text.splitlines() for line in _lines(paragraph.strip(), size, room, even=even)
    )


def _lines(paragraph: str, size: float, room: float, *, even: bool) -> Iterable[str]:
    line = ""
    for piece in (
        part for whole in _PIECE.findall(paragraph) for part in _fitting(whole, size, room, even=even)
    ):
        if line and width(line + piece.rstrip(), size, even=even) > room and piece not in _CLOSING:
            yield line.rstrip()
            line = ""
        line += piece if line else piece.lstrip()
    if line:
        yield line.rstrip()


def _fitting(piece: str, size: float, room: float, *, even: bool) -> Iterable[str]:
    """Cut a word that is wider than a line, after `_` and `.` if there are any."""
    if width(piece, size, even=even) <= room:
        return [piece]
    cut = [part for part in re.split(r"(?<=[_.])", piece) if part]
    return [part for one in cut for part in ([one] if width(one, size, even=even) <= room else one)]
