"""Wallet recovery words, told by their shape: many short words in a row and none of those that make a sentence.

The lists themselves (BIP-39) are not carried along. Their sizes are 12, 15, 18, 21 or 24 words of three to nine letters, accents apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from bot.diagnosis import secret_words
from bot.diagnosis.digits import Span, fold

#: Lengths of a recovery phrase (BIP-39).
_SIZES: Final = frozenset({12, 15, 18, 21, 24})
#: Fewest words in a row taken for a part of one, where the message says what it is.
_FEWEST: Final = 10
#: Fewest words in a row right after "my recovery words are".
_FEWEST_ANNOUNCED: Final = 4
#: Names of recovery words looked at in one message, and the text before one that may announce them.
_NAMES: Final = 16
_BEFORE: Final = 40

_WORD: Final = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f\u3099\u309a]+[^\W\d_]*)*")
_GAP: Final = re.compile(r"\s*[,;、，|/·\-]?\s*(?:\d{1,2}\s?[.):、\-]?\s*)?")

_NUMBERING: Final = re.compile(r"[\"'“«(\[]?\s*(?:1\s?[.):、\-]\s?)?")
#: Single Chinese characters with spaces between.
_SINGLES: Final = re.compile(r"[\u4e00-\u9fff](?:[\s,、，]{1,2}[\u4e00-\u9fff](?![\u4e00-\u9fff])){3}")
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]{12,25}")


def seed_phrases(text: str) -> Iterator[Span]:
    """Spans of words that look like a recovery phrase."""
    folded = fold(text)
    words = list(_WORD.finditer(folded))
    names = list(islice(secret_words.SEED.finditer(folded), _NAMES))
    starts = frozenset(_announced(folded, name) for name in names)
    yield from (span for start in starts if (span := _unspaced(folded, start)))
    if len(words) < _FEWEST_ANNOUNCED:
        return
    for run in _runs(folded, words):
        found = [match[0] for match in run]
        first = next((index for index, word in enumerate(run) if word.start() in starts), None)
        if _is_phrase(found, whole=len(run) == len(words), named=bool(names)):
            yield run[0].start(), run[-1].end()
        elif first is not None and _is_part(found[first:]):
            yield run[first].start(), run[-1].end()


def _announced(folded: str, name: re.Match[str]) -> int:
    """Where the recovery words begin that a name announces; -1 if it does not."""
    joint = secret_words.joint(folded, name.end())
    start = _NUMBERING.match(folded, joint.end)
    told = joint.told or "\n" in folded[name.end() : joint.end]
    if told or secret_words.ANNOUNCES.search(folded, max(0, name.start() - _BEFORE), name.start()):
        return start.end() if start else joint.end
    single = _SINGLES.match(folded, joint.end)
    return joint.end if single else -1


def _is_part(words: list[str]) -> bool:
    telling = {word for word in words if word not in secret_words.LISTED_IN_SENTENCES}
    return len(words) >= _FEWEST_ANNOUNCED and len(telling) >= max(_FEWEST_ANNOUNCED - 1, 0.7 * len(words))


def _unspaced(folded: str, start: int) -> Span | None:
    """A Chinese phrase written without spaces: as many characters as a phrase has, next to none of a sentence's."""
    run = _CHINESE.match(folded, start) if start >= 0 else None
    if run is None or len(run[0]) not in _SIZES or len(set(run[0])) < len(run[0]) - 1:
        return None
    usual = sum(char in secret_words.CHINESE_IN_SENTENCES for char in run[0])
    return run.span() if usual <= len(run[0]) // min(_SIZES) else None


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
    return first < 0x0250 and 3 <= sum(map(str.isalpha, word)) <= 9


def _is_phrase(words: list[str], *, whole: bool, named: bool) -> bool:
    if len(words) < _FEWEST or len(set(words)) < 0.7 * len(words):
        return False
    latin = ord(words[0][0]) < 0x0250
    korean = ord(words[0][0]) >= 0x1100 and ord(words[0][0]) not in range(0x3040, 0xA000)
    if named:
        return latin or not korean or len(words) in _SIZES
    return (whole or not latin) and not korean and len(words) in _SIZES
