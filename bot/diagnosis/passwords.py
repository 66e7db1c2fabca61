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
_EMAIL: Final = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)*\.[a-z]{2,}[.,!?]*", re.IGNORECASE)
_SIGNS: Final = frozenset("!@#$%^&*_+=~?")
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
    joint = secret_words.JOINS_PASSWORD.match(folded, position)
    joined = joint is not None and bool(joint["sign"] or joint["verb"])
    start = joint.end() if joint else position
    if quoted := _QUOTED.match(text, start):
        return quoted.span(1) if joined and not quoted[1].startswith("http") else None
    value = _VALUE.match(text, start, start + _LONGEST)
    if value is None or (start == position and text[position - 1].isascii()):
        return None
    word = value[0].rstrip(".,;:)?\"'")
    rest = folded[start + len(word) : start + len(word) + 24]
    return (start, start + len(word)) if _is_password(word, rest, joined=joined) else None


def _is_password(word: str, rest: str, *, joined: bool) -> bool:
    if word.casefold().startswith(("http:", "https:", "www.")) or _EMAIL.fullmatch(word):
        return False
    if _is_mixed(word):
        return len(word) >= (4 if joined else 6)
    if word.isdecimal():
        return len(word) >= (4 if joined else 6) and not secret_words.UNIT.match(rest)
    return joined and _is_plain_password(word.rstrip("!"), rest)


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
    """`hunter2 is my password`: the value first."""
    begin = max(0, position - _BEFORE)
    words = list(re.finditer(r"\S+", text[begin:position]))[-4:]
    lowered = [word[0].casefold() for word in words]
    for index in (len(words) - 3, len(words) - 4):
        if (
            index < 0
            or lowered[index + 1] not in secret_words.IS
            or lowered[index + 2] not in secret_words.OWNS
        ):
            continue
        word = words[index][0]
        if "\0" not in word and len(word) >= 4 and _is_mixed(word):
            return begin + words[index].start(), begin + words[index].end()
    return None
