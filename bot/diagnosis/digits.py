"""One-time codes: digits whose shape and neighbours say that they are a code and not a number, a date or an amount.

All work is done on folded text: lower case, plain digits and punctuation, character for character as long as the
original, so that a position in one is a position in the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from bot.diagnosis import secret_words

Span = tuple[int, int]

#: How far from its code word a code is looked for, in characters. At 30 none of the test corpus is missed, at 24 three.
_WINDOW: Final = 44
#: A full stop further than this from the digits ends what was said of them.
_SENTENCE: Final = 16
#: A phone or order word this close to the digits names them.
_CLOSE: Final = 16

_RUN: Final = re.compile(r"\d(?:[ .\-]?\d)*")
_STOP: Final = re.compile(r"[.!?。！？](?=\s|$)|\n\n")
_CURRENCY: Final = "$€£¥₹₽₺₫฿₩#@/\\_+"
#: An area code in parentheses, as it stands before a local phone number.
_AREA: Final = re.compile(r"\d\d\) ?$")
#: Characters before or after digits in which nothing more is said than that these are they.
_MAX_AROUND: Final = 40
#: Marks around digits that say nothing of them.
_UNQUOTED: Final = str.maketrans(dict.fromkeys(' \t\n\r.,;:!?"()*', " ") | {"\u2019": "'"})
#: Group lengths a code is written in.
_SHAPES: Final = frozenset({(3, 3), (4, 4), (2, 2, 2), (2, 2, 2, 2), (3, 2)})


def fold(text: str) -> str:
    """Lower case, ASCII digits and ASCII forms of full-width characters; as long as the text."""
    return text if text.isascii() and text.islower() else "".join(map(_fold_char, text))


def _fold_char(char: str) -> str:
    if char.isascii():
        return char.lower()
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if 0xFF01 <= ord(char) <= 0xFF5E and char != "，":  # between digits an ASCII comma belongs to an amount
        return chr(ord(char) - 0xFEE0).lower()
    if unicodedata.category(char) == "Zs":
        return " "
    lower = char.lower()
    return lower if len(lower) == 1 else char


def codes(folded: str, *, expects_digits: bool) -> Iterator[Span]:
    """Spans of one-time codes.

    Args:
        folded: The text, folded; what has been removed already is blanked out by a line of NULs.
        expects_digits: Whether the bot asked for a number, so that bare digits are no code.
    """
    words = [(m.start(), m.end(), m.lastgroup or "") for m in secret_words.NEAR_DIGITS.finditer(folded)]
    for run in _RUN.finditer(folded):
        for start, end in _shaped(run, folded):
            alone = not expects_digits and _stands_alone(folded, start, end)
            if alone or _is_called_code(folded, start, end, words):
                yield start, end


def _stands_alone(folded: str, start: int, end: int) -> bool:
    """Whether there is nothing but the digits, or only words that point at them: "it is 482913"."""
    if start > _MAX_AROUND or len(folded) - end > _MAX_AROUND:
        return False
    around = f"{folded[:start]} {folded[end:]}".translate(_UNQUOTED).split()
    if not around:
        return True
    return " ".join(around) in secret_words.POINTING and not _is_year(folded[start:end])


def _shaped(run: re.Match[str], folded: str) -> Iterator[Span]:
    """The parts of a run of digits that are written like a code, its `G-` included."""
    start, end = run.span()
    before, after = folded[max(0, start - 5) : start], folded[end : end + 2]
    if not _may_follow(before) or not _may_precede(after):
        return
    if before.endswith("g-") and not before[-3:-2].isalnum():
        start -= 2
    groups = [len(group) for group in re.split(r"[ .\-]", run[0])]
    if _is_shape(groups, run[0]):
        yield start, end
    elif "." not in run[0] and 6 in groups and all(size in (1, 2, 6) for size in groups):
        yield from ((run.start() + m.start(), run.start() + m.end()) for m in re.finditer(r"\d{6}", run[0]))


def _is_shape(groups: list[int], run: str) -> bool:
    if len(groups) == 1:
        return 4 <= groups[0] <= 8
    if set(groups) == {1}:
        return 4 <= len(groups) <= 8
    return "." not in run and tuple(groups) in _SHAPES


def _may_follow(before: str) -> bool:
    """Whether digits after these characters stand on their own: not in a word, a price, a time, a ticket."""
    if _AREA.search(before):
        return False
    last, earlier = before[-1:], before[:-1]
    if last == "-":
        return earlier.endswith("g") or not earlier[-1:].isalnum()
    if last in {":", ".", ","}:
        return not earlier[-1:].isdigit()
    return not last or not (last in _CURRENCY or _is_latin(last))


def _may_precede(after: str) -> bool:
    first, second = after[:1], after[1:]
    if first in {":", ",", "."}:
        return not second.isdigit()
    if first in {"-", "/"}:
        return not second.isalnum()
    return not first or not (first in _CURRENCY + "%" or _is_latin(first))


def _is_latin(char: str) -> bool:
    """Letters of scripts that put spaces between words; others touch a number without being part of it."""
    return char.isalpha() and (ord(char) < 0x0590 or 0x1E00 <= ord(char) < 0x2000)


def _is_called_code(folded: str, start: int, end: int, words: list[tuple[int, int, str]]) -> bool:
    if secret_words.UNIT.match(folded, end):
        return False
    before = [word for word in words if start - _WINDOW <= word[0] and word[1] <= start]
    after = [word for word in words if end <= word[0] <= end + _WINDOW]
    if before and _same_thought(folded[before[-1][1] : start]):
        _, word_end, kind = before[-1]
        joined = secret_words.JOINS_CODE.fullmatch(folded, word_end, start) is not None
        if kind == "code":
            return joined or not _is_year(folded[start:end])
        if start - word_end <= _CLOSE:
            return False
        earlier = [word for word in before if word[2] == "code"]
        if earlier and _same_thought(folded[earlier[-1][1] : start]):
            return not _is_year(folded[start:end])
    after = [word for word in after if word[2] != "other"]
    if not after or not _same_thought(folded[end : after[0][0]]):
        return False
    return after[0][2] == "code" and not _is_year(folded[start:end])


def _same_thought(between: str) -> bool:
    """Whether no sentence ends, and nothing was removed, between a word and the digits."""
    return "\0" not in between and (len(between) <= _SENTENCE or not _STOP.search(between))


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits.startswith(("19", "20"))
