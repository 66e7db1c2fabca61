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
#: Where a word begins, where it ends, and which kind it is.
Said = tuple[int, int, str]

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
#: Longest message in which digits are taken for a code because they came, were typed or were refused, how far from
#: those words they stand, and how near if more is said between.
_SHORT: Final = 240
_TOLD: Final = 32
_NEAR: Final = 20
#: Digits of the usual code.
_USUAL: Final = 6
#: How far around digits a word is looked for that makes them another number.
_AROUND: Final = 28
#: Marks around digits that say nothing of them.
_UNQUOTED: Final = str.maketrans(dict.fromkeys(' \t\n\r.,;:!?"()*', " ") | {"\u2019": "'"})
#: Eight digits that are a day, and digits that are a round sum.
_DATE: Final = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d"
)
_ROUND: Final = re.compile(r"[1-9]\d*000|[1-9]\d00|[1-9]\d?000")
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
    bare = not expects_digits
    said = _said(folded) if bare and len(folded) <= _SHORT else ()
    for run in _RUN.finditer(folded):
        for start, end in _shaped(run, folded):
            if (
                (bare and _stands_alone(folded, start, end, words))
                or _is_called_code(folded, start, end, words)
                or (said and _is_told(folded, start, end, said, words))
            ):
                yield start, end


def _stands_alone(folded: str, start: int, end: int, words: list[Said]) -> bool:
    """Whether there is nothing but the digits, or only words that point at them: "it is 482913"."""
    if start > _MAX_AROUND or len(folded) - end > _MAX_AROUND:
        return False
    around = f"{folded[:start]} {folded[end:]}".translate(_UNQUOTED).strip()
    if not around:
        return True
    if _is_day(folded[start:end]) or secret_words.UNIT.match(folded, end):
        return False
    if folded[:end].endswith((" 000", ".000")):  # thousands, as sums are written
        return False
    if any(word[2] == "other" and start - _CLOSE <= word[1] <= start for word in words):
        return False
    return _is_small_talk(folded[:start]) and _is_small_talk(folded[end:])


def _is_small_talk(text: str) -> bool:
    """Whether a text says only that something came, was typed or was refused, or points at it."""
    return secret_words.POINTING.fullmatch(text.translate(_UNQUOTED)) is not None


def _said(folded: str) -> tuple[Said, ...]:
    return tuple((m.start(), m.end(), m.lastgroup or "") for m in secret_words.SAID_OF_CODES.finditer(folded))


def _is_told(folded: str, start: int, end: int, said: tuple[Said, ...], words: list[Said]) -> bool:
    """Whether the person says that these digits came, were typed or were refused: "i got 482913 but it fails"."""
    if _is_another_number(folded, start, end, words):
        return False
    before = [word for word in said if start - _TOLD <= word[1] <= start]
    after = [word for word in said if end <= word[0] <= end + _TOLD]
    gaps = [folded[word[1] : start] for word in before[-2:]] + [folded[end : word[0]] for word in after[:2]]
    if any("\0" not in gap and _is_small_talk(gap) for gap in gaps):
        return True
    near = [folded[word[1] : start] for word in before[-1:]]
    near += [folded[end : word[0]] for word in after[:1] if word[2] == "wrong"]
    usual = sum(map(str.isdigit, folded[start:end])) == _USUAL
    return usual and any(len(gap) <= _NEAR and "\0" not in gap and not _STOP.search(gap) for gap in near)


def _is_another_number(folded: str, start: int, end: int, words: list[Said]) -> bool:
    """Whether digits are a year, a date, a sum, a sender, or what a word close by names."""
    digits = "".join(filter(str.isdigit, folded[start:end]))
    if _is_day(digits) or _ROUND.fullmatch(digits):
        return True
    if secret_words.UNIT.match(folded, end) or secret_words.NOT_TOLD_AFTER.match(folded, end):
        return True
    if secret_words.NOT_TOLD_BEFORE.search(folded, max(0, start - _CLOSE), start):
        return True
    if secret_words.NUMBERED.search(folded, max(0, start - _AROUND), end + _AROUND):
        return True
    names = [word for word in words if word[2] != "code"]
    if any(start - _CLOSE <= word[1] <= start for word in names):
        return True
    after = [word for word in names if end <= word[0] <= end + _CLOSE and word[2] == "reference"]
    return any(_is_small_talk(folded[end : word[0]]) for word in after)


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


def _is_called_code(folded: str, start: int, end: int, words: list[Said]) -> bool:
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
    if secret_words.NOT_TOLD_BEFORE.search(folded, max(0, start - _CLOSE), start):
        return False
    if not after or not _same_thought(folded[end : after[0][0]]):
        return False
    return after[0][2] == "code" and not _is_year(folded[start:end])


def _same_thought(between: str) -> bool:
    """Whether no sentence ends, and nothing was removed, between a word and the digits."""
    return "\0" not in between and (len(between) <= _SENTENCE or not _STOP.search(between))


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits.startswith(("19", "20"))


def _is_day(digits: str) -> bool:
    return _is_year(digits) or _DATE.fullmatch(digits) is not None
