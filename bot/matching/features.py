"""The features of texts, as numbers.

Four blocks: words, pairs of words, letters within words, letters across spaces. A feature is a polynomial of its code points (or of
the numbers of its words) modulo 2^64, so all windows of all texts are had in a few array operations, and what is kept of a feature
is eight bytes. That two of some hundred thousand features share a number does not happen in practice, and would hardly matter.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.matching.align import Ints
from bot.matching.normalise import is_unspaced

WORDS, PAIRS, LETTERS, ACROSS = range(4)
BLOCKS = 4

Keys = NDArray[np.uint64]

# An odd number with its bits well mixed: 2^64 divided by the golden ratio.
_BASE = np.uint64(0x9E3779B97F4A7C15)
_SPACE = ord(" ")
#: Letters within a word, its boundaries counted; letters that span a space; the same of a script without spaces.
_WITHIN, _SPANNING, _SPANNING_UNSPACED = (2, 3, 4), 4, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The features of some texts: each once a text. All arrays have one shape.

    Attributes:
        text: the number of the text that has it, ascending.
        block: `WORDS`, `PAIRS`, `LETTERS` or `ACROSS`.
        key: the feature; the same in every process.
    """

    text: Ints
    block: NDArray[np.int64]
    key: Keys


def featurise(documents: Sequence[Sequence[str]]) -> Features:
    """The features of texts, given as their tokens."""
    parts = [*_of_words(documents), *_of_letters(documents)]
    text = np.concatenate([text for text, _, _ in parts])
    block = np.concatenate([np.full(len(text), block) for text, block, _ in parts])
    key = np.concatenate([_salted(key, block) for _, block, key in parts])
    order = np.lexsort((key, text))
    text, block, key = text[order], block[order], key[order]
    first = np.ones(len(key), np.bool_)
    first[1:] = (text[1:] != text[:-1]) | (key[1:] != key[:-1])
    return Features(text=text[first], block=block[first], key=key[first])


def words(tokens: Sequence[str]) -> tuple[str, ...]:
    """The tokens, and the pairs of neighbouring characters of an unspaced script, its nearest thing to words."""
    pairs = (left + right for left, right in pairwise(tokens) if is_unspaced(left) and is_unspaced(right))
    return tuple(dict.fromkeys((*tokens, *pairs)))


def word_keys(words: Sequence[str]) -> Keys:
    """The features that words are."""
    return _salted(_numbers(words), WORDS)


_Part = tuple[Ints, int, Keys]


def _of_words(documents: Sequence[Sequence[str]]) -> list[_Part]:
    """Words, and neighbouring tokens as well as tokens with one between them."""
    spoken = [words(document) for document in documents]
    tokens = [token for document in documents for token in document]
    at = np.repeat(np.arange(len(documents)), [len(document) for document in documents])
    number = _numbers(tokens)
    parts = [
        (
            np.repeat(np.arange(len(documents)), [len(some) for some in spoken]),
            WORDS,
            _numbers([word for some in spoken for word in some]),
        )
    ]
    for apart in (1, 2):
        within = at[:-apart] == at[apart:]
        key = number[:-apart] * _BASE + number[apart:]
        parts.append((at[:-apart][within], PAIRS, key[within]))
    return parts


def _of_letters(documents: Sequence[Sequence[str]]) -> list[_Part]:
    """Two to four letters within a word; one to three characters of an unspaced run; letters across spaces."""
    texts = [_joined(document) for document in documents]
    code = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    at = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    space = code == _SPACE
    letters, letter = np.unique(code, return_inverse=True)
    single = np.array([is_unspaced(chr(one)) for one in letters.tolist()], np.bool_)[letter]
    mixed = np.zeros(len(texts), np.bool_)
    mixed[at[single]] = True
    parts: list[_Part] = []
    for size in (1, 2, 3, 4):
        if len(code) < size:
            break
        starts = np.arange(len(code) - size + 1)
        whole = at[starts] == at[starts + size - 1]
        key = np.zeros(len(starts), np.uint64)
        all_single, any_single = np.ones(len(starts), np.bool_), np.zeros(len(starts), np.bool_)
        gap = np.zeros(len(starts), np.bool_)
        for offset in range(size):
            here = starts + offset
            key = key * _BASE + code[here]
            all_single &= single[here]
            any_single |= single[here]
            if 0 < offset < size - 1:
                gap |= space[here]
        if size in _WITHIN:
            within = whole & ~any_single & ~gap & ~(space[starts] & space[starts + size - 1] & (size == 2))
            parts.append((at[starts[within]], LETTERS, key[within]))
        if size <= _SPANNING_UNSPACED:
            parts.append((at[starts[whole & all_single]], LETTERS, key[whole & all_single]))
        across = np.zeros(len(starts), np.bool_)
        if size == _SPANNING:
            across = whole & gap & ~mixed[at[starts]]
        if size == _SPANNING_UNSPACED:
            across = whole & mixed[at[starts]]
        parts.append((at[starts[across]], ACROSS, key[across]))
    return parts


def _joined(tokens: Sequence[str]) -> str:
    """The tokens as written: with spaces, but none between characters of an unspaced script."""
    parts = [" "]
    before = False
    for at, token in enumerate(tokens):
        single = is_unspaced(token)
        if at and not (single and before):
            parts.append(" ")
        parts.append(token)
        before = single
    return "".join([*parts, " "])


def _numbers(words: Sequence[str]) -> Keys:
    """A number for each word, the same in every process."""
    return np.array(
        [
            zlib.crc32(data) | len(data) << 32
            for data in (word.encode("utf-8", "surrogatepass") for word in words)
        ],
        dtype=np.uint64,
    )


def _salted(keys: Keys, block: int) -> Keys:
    return (keys + np.uint64(block + 1)) * _BASE
