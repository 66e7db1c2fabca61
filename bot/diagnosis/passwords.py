"""Passwords told in words: "password is ...", "mdp: ...". What is only said *about* a password is left alone.

A value with digits or signs among its letters is a password wherever it stands beside the word. A plain word is one
only after a colon or "is", at the end of what is said, and if it is no word people say of passwords.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from bot.diagnosis import secret_words
from bot.diagnosis.digits import Span

_QUOTED: Final = re.compile(r"[\"'“‘«「『`]([^\"'”’»」』`\n\0]{3,64})[\"'”’»」』`]")
_VALUE: Final = re.compile(r"[!-~]+|[^\s\0]+")
_ADDRESS: Final = re.compile(
    r"https?:|www\.|[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)*\.[a-z]{2,}[.,!?]*\Z", re.IGNORECASE
)
_SIGNS: Final = frozenset("!@#$%^&*_+=~?")
#: Where the scripts begin that write without spaces.
_UNSPACED: Final = "\u2e80"
#: A word in Latin letters after others of a script without spaces.
_LATIN_INSIDE: Final = re.compile(r"[^\x00-\u2e7f]{1,12}([!-~]{4,})")
#: Digits with a unit, an ordinal or a version, and case codes are no passwords, wherever they stand.
_AMOUNT: Final = re.compile(
    r"(?:\d+(?:[.,]\d+)?(?:st|nd|rd|th|h|hr|hrs|hours?|min|mins|minutes?|s|sec|secs|d|days?|weeks?|months?|years?|x|times|k|m|gb|mb|km"
    r"|usdt?|btc|eth|eur|euros?|am|pm)|v?\d+(?:\.\d+)+|[234]fa|(?:19|20)\d\d['’]\w{1,4})\Z",
    re.IGNORECASE,
)
#: A device or a system with its number, which names no password unless a verb or a mark tells it so.
_DEVICE: Final = re.compile(
    r"(?:1password|(?:iphone|ipad|ios|ipados|android|galaxy|pixel|redmi|xiaomi|samsung|huawei|oppo|vivo|realme|poco|honor|nokia|motorola|moto"
    r"|windows|win|macos|mac|chrome|firefox|safari|edge|version|ver)[ _\-]?[a-z]?\d{1,2}(?:\.\d+)*[a-z]{0,5})\Z",
    re.IGNORECASE,
)
#: Longest piece of text before a password's name that is looked at, and longest password.
_BEFORE: Final = 100
_LONGEST: Final = 128
#: Names of passwords looked at in one message: more is no message of a person.
_NAMES: Final = 64


def find(text: str, folded: str) -> Iterator[Span]:
    """Spans of passwords, what was removed already being NULs. `folded` is the same text in lower case."""
    for name in islice(secret_words.PASSWORD.finditer(folded), _NAMES):
        if span := _after(text, folded, name.end()) or _before(text, name.start()):
            yield span


def _after(text: str, folded: str, position: int) -> Span | None:
    joint = secret_words.joint(folded, position)
    start = joint.end
    if quoted := _QUOTED.match(text, start):
        return quoted.span(1) if joint.told and not quoted[1].startswith("http") else None
    if start == position and text[start : start + 1] >= _UNSPACED:
        latin = _LATIN_INSIDE.match(text, start)
        start = latin.start(1) if latin else len(text)
    value = _VALUE.match(text, start, start + _LONGEST)
    if value is None or (start == position and text[position - 1].isascii()):
        return None
    word = value[0].rstrip(".,;:)?\"'")
    rest = folded[start + len(word) : start + len(word) + 24]
    return (start, start + len(word)) if _is_password(word, rest, joint) else None


def _is_password(word: str, rest: str, joint: secret_words.Joint) -> bool:
    if _ADDRESS.match(word) or _AMOUNT.match(word) or (not joint.told and _is_something_else(word)):
        return False
    if _is_mixed(word):
        return len(word) >= (4 if joint.told else 6)
    if word.isdecimal():
        return len(word) >= (4 if joint.told else 6) and not secret_words.UNIT.match(rest)
    return joint.last and _is_plain_password(word.rstrip("!"), rest)


def _is_something_else(word: str) -> bool:
    """An address, an amount or a device."""
    return any(pattern.match(word) for pattern in (_ADDRESS, _AMOUNT, _DEVICE))


def _is_mixed(word: str) -> bool:
    """Letters with digits or with signs before the last character."""
    letters = any(char.isalpha() for char in word)
    return letters and (any(char.isdecimal() for char in word) or not _SIGNS.isdisjoint(word[:-1]))


def _is_plain_password(word: str, rest: str) -> bool:
    said = word.casefold() in secret_words.SAID_OF_PASSWORDS or word.endswith(("ed", "ing"))
    if said or len(word) < 4 or not word.isalpha():
        return False
    following = rest.split(None, 1)
    ends = (
        not rest.strip()
        or rest[0] in ".,;!?\n)"
        or (bool(following) and following[0] in secret_words.CONJUNCTIONS)
    )
    return ends and word.isascii()


def _before(text: str, position: int) -> Span | None:
    """`hunter2 is my password`, `hunter2 as password`: the value first."""
    begin = max(0, position - _BEFORE)
    if unspaced := secret_words.TOLD_BEFORE.search(text, begin, position):
        known = not _is_mixed(unspaced[1]) or _is_something_else(unspaced[1])
        return None if known else unspaced.span(1)
    words = list(re.finditer(r"\S+", text[begin:position]))[-6:]
    if len(words) > 1 and words[-2][0].casefold() in secret_words.OWNS:  # "is my old password"
        words.pop()
    while words and words[-1][0].casefold() in secret_words.OWNS:
        words.pop()
    if len(words) < 2 or words[-1][0].casefold() not in secret_words.IS:
        return None
    word = words[-2][0]
    if "\0" in word or len(word) < 4 or not _is_mixed(word) or _is_something_else(word):
        return None
    return begin + words[-2].start(), begin + words[-2].end()
