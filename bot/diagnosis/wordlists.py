"""Wallet recovery words, told by their shape: many short words in a row and none of those that make a sentence.

The lists themselves (BIP-39) are not carried along. Their sizes are 12, 15, 18, 21 or 24 words of three to eight letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.diagnosis import secret_words
from bot.diagnosis.digits import Span, fold

#: Lengths of a recovery phrase (BIP-39).
_SIZES: Final = frozenset({12, 15, 18, 21, 24})
#: Fewest words in a row taken for a part of one, where the message says what it is.
_FEWEST: Final = 10

_WORD: Final = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f\u3099\u309a]+[^\W\d_]*)*")
_GAP: Final = re.compile(r"\s*[,;、，|/·\-]?\s*(?:\d{1,2}\s?[.):、\-]?\s*)?")


def seed_phrases(text: str) -> Iterator[Span]:
    """Spans of words that look like a recovery phrase."""
    folded = fold(text)
    words = list(_WORD.finditer(folded))
    if len(words) < _FEWEST:
        return
    named = secret_words.SEED.search(folded) is not None
    for run in _runs(folded, words):
        if _is_phrase([match[0] for match in run], whole=len(run) == len(words), named=named):
            yield run[0].start(), run[-1].end()


def _runs(folded: str, words: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """Neighbouring words, none of them a sentence's, with nothing but commas and numbers between."""
    run: list[re.Match[str]] = []
    end = 0
    for word in words:
        fits = _fits(word[0])
        if run and not (fits and _GAP.fullmatch(folded, end, word.start())):
            yield run
            run = []
        if fits:
            run.append(word)
        end = word.end()
    yield run


def _fits(word: str) -> bool:
    """Shape of a listed word: Latin, one Chinese character, hiragana or a Korean word."""
    if word in secret_words.IN_SENTENCES:
        return False
    first = ord(word[0])
    if 0x4E00 <= first <= 0x9FFF:
        return len(word) == 1
    if 0x3040 <= first <= 0x309F:
        return len(word) >= 2
    if 0xAC00 <= first <= 0xD7A3 or 0x1100 <= first <= 0x11FF:
        return True
    return first < 0x0250 and 3 <= len(word) <= 8


def _is_phrase(words: list[str], *, whole: bool, named: bool) -> bool:
    if len(words) < _FEWEST or len(set(words)) < 0.7 * len(words):
        return False
    latin = ord(words[0][0]) < 0x0250
    korean = ord(words[0][0]) >= 0x1100 and ord(words[0][0]) not in range(0x3040, 0xA000)
    if named:
        return latin or not korean or len(words) in _SIZES
    return (whole or not latin) and not korean and len(words) in _SIZES
