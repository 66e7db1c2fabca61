"""Phone numbers and e-mail addresses made unreadable in transcripts: two last digits, one first letter.

Dates, times of day and our own case codes stay as they are.
"""

from __future__ import annotations

import re
from typing import Final

from bot.core.case_code import parse

#: Fewest digits taken for a phone number: local numbers have seven or more, codes for pages and years fewer.
_FEWEST: Final = 7

_STAYS: Final = re.compile(
    r"((?<!\d)(?<!\d[./\-])(?:"
    r"(?:19|20)\d\d[./\-](?:0?[1-9]|1[0-2])[./\-](?:[12]\d|3[01]|0?[1-9])"
    r"|(?:[12]\d|3[01]|0?[1-9])[./\-](?:[12]\d|3[01]|0?[1-9])[./\-](?:19|20)\d\d"
    r"|(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
    r")(?!\d)(?![./\-]\d)|\bR-[0-9A-Z]{5}-[0-9A-Z]{5}\b)"
)
_NUMBER: Final = re.compile(r"[+＋(（]{0,3}\d(?:[^\S\n]?[.\-‐‑–()（）]{0,2}[^\S\n]?\d)*")
_EMAIL: Final = re.compile(r"(?<![\w.+%\-])([\w.+%\-])[\w.+%\-]*@((?:[\w\-]+\.)+[\w\-]+)")


def mask(text: str) -> str:
    """Mask e-mail addresses and phone numbers. Masking again changes nothing."""
    return mask_numbers(mask_emails(text))


def mask_numbers(text: str) -> str:
    """Replace runs of seven and more digits, with the signs people put between, by bullets and the last two digits."""
    parts = _STAYS.split(text)
    return "".join(
        part if index % 2 and not _is_a_code_of_nobody(part) else _NUMBER.sub(_hide_digits, part)
        for index, part in enumerate(parts)
    )


def mask_emails(text: str) -> str:
    """Replace the local part of addresses by its first letter and three bullets."""
    return _EMAIL.sub(r"\1•••@\2", text)


def _is_a_code_of_nobody(part: str) -> bool:
    """Whether something is written as a case code and is none: it may hide a number."""
    return part.startswith("R-") and parse(part) is None


def _hide_digits(match: re.Match[str]) -> str:
    digits = [char for char in match[0] if char.isdecimal()]
    if len(digits) < _FEWEST:
        return match[0]
    return "•" * (len(digits) - 2) + "".join(digits[-2:])
