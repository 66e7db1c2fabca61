"""What a person typed: the digits of the longest run that looks like a number, and what else stood in it.

Nothing is judged here. A message may be a sentence; the words around the number are not part of it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from bot.diagnosis.codes import Code

#: Longest text looked at: the longest message a chat sends (Telegram: 4,096 characters).
_TEXT_LIMIT: Final = 4096
#: Digits kept of a run. ITU-T E.164 allows 15; prefixes typed before it need a few more.
_DIGITS_LIMIT: Final = 32

_PUNCTUATION: Final = frozenset("-.()/‐‑‒–—―−·（）．－ー")
_PLUS: Final = frozenset("+＋﹢")
_EXTENSION: Final = re.compile(
    r"[ ,;]{0,4}(?:ext(?:ension)?|extn|x|poste|int|доб|内线|分机|內線|分機|#)[.:= ]{0,3}\d{1,7}(?!\d)",
    re.IGNORECASE,
)
#: A keypad word: digits first, then letters to the end, as in 1-800-FLOWERS.
_KEYPAD: Final = re.compile(r"\s*\+?[\d\-. ()]{3,10}[A-Za-z]{2}[A-Za-z\d\-]{1,10}\s*")
_KEYS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A number as typed."""

    #: ASCII digits without the plus, at most 32; empty when there are none.
    digits: str
    #: Whether a plus stood before them.
    plus: bool
    #: Findings about the typing alone.
    codes: tuple[Code, ...]
    #: The digits of a keypad word, or None.
    keypad: str | None = None


def read(text: str) -> Typed:
    """Find the number in a message. Linear in the length of the text; never raises."""
    text = text[:_TEXT_LIMIT]
    start, end = _longest_run(text)
    run = text[start:end]
    digits = "".join(str(unicodedata.decimal(char)) for char in run if char.isdecimal())[:_DIGITS_LIMIT]
    plus = any(char in _PLUS for char in run)
    if not digits:
        return Typed(digits="", plus=plus, codes=())
    return Typed(digits=digits, plus=plus, codes=_codes(text, start, end), keypad=_keypad(text))


def _longest_run(text: str) -> tuple[int, int]:
    """Bounds of the run with the most digits, from its first digit or plus to its last digit."""
    best, best_count = (0, 0), 0
    start, count = -1, 0
    for position, char in enumerate(text):
        if char in _PLUS:
            start, count = position, 0
        elif char.isdecimal():
            start, count = (start if start >= 0 else position), count + 1
            if count > best_count:
                best, best_count = (start, position + 1), count
        elif not _joins(char):
            start, count = -1, 0
    start, end = best
    return (start - 1 if start and text[start - 1] in "(（" else start), end


def _joins(char: str) -> bool:
    return char in _PUNCTUATION or _is_space(char) or unicodedata.category(char) in {"Mn", "Me"}


def _is_space(char: str) -> bool:
    """Spaces and the invisible marks that come along when a number is copied from a contact; no line breaks."""
    return char in " \t" or unicodedata.category(char) in {"Zs", "Cf"}


def _codes(text: str, start: int, end: int) -> tuple[Code, ...]:
    run = text[start:end]
    extension = _EXTENSION.match(text, end)
    whole = all(_joins(char) or char.isspace() for char in text[:start] + text[end:])
    found = {
        Code.HAS_SPACES: any(map(_is_space, run)) or (whole and text != text.strip()),
        Code.HAS_PLUS: any(char in _PLUS for char in run),
        Code.HAS_PUNCTUATION: any(char in _PUNCTUATION for char in run),
        Code.HAS_LETTERS: not extension and _touches_letters(text, start, end),
        Code.NON_ASCII_DIGITS: any(char.isdecimal() and not char.isascii() for char in run),
        Code.HAS_EXTENSION: extension is not None,
    }
    return tuple(code for code, holds in found.items() if holds)


def _touches_letters(text: str, start: int, end: int) -> bool:
    """ASCII letters only: in scripts without spaces a word touches the number without being part of it."""
    neighbours = text[max(0, start - 1) : start] + text[end : end + 1]
    return any(char.isascii() and char.isalpha() for char in neighbours) or _keypad(text) is not None


def _keypad(text: str) -> str | None:
    """The digits of a keypad word. One letter repeated is a hidden digit (093613XXXX), not a word."""
    if not _KEYPAD.fullmatch(text):
        return None
    letters = {char for char in text.upper() if char.isalpha()}
    if len(letters) == 1:
        return None
    return "".join(char for char in text.upper().translate(_KEYS) if char.isdecimal() and char.isascii())
