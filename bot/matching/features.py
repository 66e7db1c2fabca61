"""The features of texts, as numbers.

Five blocks: words, pairs of words, letters within words, letters across spaces, sounds of Chinese characters. A feature is a polynomial of its code points (or of
the numbers of its words) modulo 2^64, so all windows of all texts are had in a few array operations, and what is kept of a feature
is eight bytes. That two of some hundred thousand features share a number does not happen in practice, and would hardly matter.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.matching.align import Ints
from bot.matching.normalise import FIRST_UNSPACED, is_unspaced
from bot.matching.sounds import Sounds

WORDS, PAIRS, LETTERS, ACROSS, SOUNDS = range(5)
BLOCKS = 5

Keys = NDArray[np.uint64]

# An odd number with its bits well mixed: 2^64 divided by the golden ratio.
_BASE = np.uint64(0x9E3779B97F4A7C15)
_SPACE = ord(" ")
#: Letters within a word, its boundaries counted; letters that span a space; the same of a script without spaces.
_WITHIN, _SPANNING, _SPANNING_UNSPACED = (2, 3, 4), 4, 3
_LONGEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The features of some texts: each once a text.

    Attributes:
        key: each feature there is, ascending; the same in every process.
        block: of each feature: `WORDS`, `PAIRS`, `LETTERS`, `ACROSS` or `SOUNDS`.
        number: which feature a text has, ascending; shape (entries,).
        text: the number of the text that has it; shape (entries,).
    """

    key: Keys
    block: Ints
    number: Ints
    text: Ints


def featurise(documents: Sequence[Sequence[str]], sounds: Sounds | None = None) -> Features:
    """The features of texts, given as their tokens; with `sounds`, those of Chinese characters too."""
    parts = [*_of_words(documents), *_of_letters(documents), *_of_sounds(documents, sounds)]
    lengths = [len(key) for _, _, key in parts]
    salts = np.array([block + 1 for _, block, _ in parts], np.uint64)
    key = np.concatenate([key for _, _, key in parts]) * _BASE + salts.repeat(lengths)
    order = key.argsort()
    key = key[order]
    first = _firsts(key)
    if len(documents) > 1:
        text = np.concatenate([text for text, _, _ in parts])[order]
        # In the order of the features, and of the texts within each.
        number, text = np.divmod(distinct((np.cumsum(first) - 1) * len(documents) + text), len(documents))
    else:
        number, text = np.arange(first.sum()), np.zeros(first.sum(), np.int64)
    block = (salts.astype(np.int64) - 1).repeat(lengths)[order[first]]
    return Features(key=key[first], block=block, number=number, text=text)


def words(tokens: Sequence[str]) -> tuple[str, ...]:
    """The tokens, and the pairs of neighbouring characters of an unspaced script, its nearest thing to words."""
    if " ".join(tokens).isascii():
        return tuple(dict.fromkeys(tokens))
    pairs = (left + right for left, right in pairwise(tokens) if is_unspaced(left) and is_unspaced(right))
    return tuple(dict.fromkeys((*tokens, *pairs)))


def word_keys(words: Sequence[str]) -> Keys:
    """The features that words are."""
    known = _numbered(words)
    return np.array([known[word] for word in words], np.uint64) * _BASE + np.uint64(WORDS + 1)


_Part = tuple[Ints, int, Keys]


def _of_words(documents: Sequence[Sequence[str]]) -> list[_Part]:
    """Words, and neighbouring tokens as well as tokens with one between them."""
    spoken = [words(document) for document in documents]
    known = _numbered(word for some in spoken for word in some)
    texts = np.arange(len(documents))
    said = np.array([known[word] for some in spoken for word in some], np.uint64)
    parts = [(np.repeat(texts, [len(some) for some in spoken]), WORDS, said)]
    number = np.array([known[token] for document in documents for token in document], np.uint64)
    at = np.repeat(texts, [len(document) for document in documents])
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
    spaces = _counted(space)
    unspaced = _are_unspaced(code)
    singles = _counted(unspaced) if unspaced.any() else None
    mixed = np.zeros(len(texts), np.bool_)
    mixed[at[unspaced]] = True
    parts: list[_Part] = []
    key = code.astype(np.uint64)
    for size in range(1, min(_LONGEST, len(code)) + 1):
        if size > 1:
            key = key[:-1] * _BASE + code[size - 1 :]
        start = at[: len(key)]
        whole = start == at[size - 1 :]
        # Spaces at its ends belong to a word; one within, or nothing but spaces, does not.
        gap = spaces[size - 1 : -1] > spaces[1 : len(key) + 1]
        if size == 2:
            gap = space[:-1] & space[1:]
        spaced = whole
        if singles is not None:
            single = singles[size:] - singles[: len(key)]
            spaced = whole & (single == 0)
            if size <= _SPANNING_UNSPACED:
                parts.append(_kept(start, LETTERS, key, whole & (single == size)))
            if size == _SPANNING_UNSPACED:
                parts.append(_kept(start, ACROSS, key, whole & mixed[start]))
        if size in _WITHIN:
            parts.append(_kept(start, LETTERS, key, spaced & ~gap))
        if size == _SPANNING:
            parts.append(_kept(start, ACROSS, key, whole & gap & ~mixed[start]))
    return parts


def _of_sounds(documents: Sequence[Sequence[str]], sounds: Sounds | None) -> list[_Part]:
    """The sounds of single characters, and of neighbours."""
    if sounds is None:
        return []
    texts = [_joined(document) for document in documents]
    code = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    at = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    sound = sounds[np.where(code < len(sounds), code, 0)].astype(np.uint64)
    both = (sound[:-1] > 0) & (sound[1:] > 0) & (at[:-1] == at[1:])
    return [
        _kept(at, SOUNDS, sound, sound > 0),
        _kept(at[:-1], SOUNDS, sound[:-1] * _BASE + sound[1:], both),
    ]


def _counted(which: NDArray[np.bool_]) -> Ints:
    """How many there are before each place, and in all."""
    counted = np.zeros(len(which) + 1, np.int64)
    np.cumsum(which, out=counted[1:])
    return counted


def _kept(text: Ints, block: int, key: Keys, which: NDArray[np.bool_]) -> _Part:
    return text[which], block, key[which]


def _are_unspaced(code: NDArray[np.uint32]) -> NDArray[np.bool_]:
    if int(code.max(initial=0)) < FIRST_UNSPACED:
        return np.zeros(len(code), np.bool_)
    letters, letter = np.unique(code, return_inverse=True)
    return np.array([is_unspaced(chr(one)) for one in letters.tolist()], np.bool_)[letter]


def _joined(tokens: Sequence[str]) -> str:
    """The tokens as written: with spaces, but none between characters of an unspaced script."""
    written = " ".join(tokens)
    if written.isascii():
        return f" {written} "
    parts = [" "]
    before = False
    for at, token in enumerate(tokens):
        single = is_unspaced(token)
        if at and not (single and before):
            parts.append(" ")
        parts.append(token)
        before = single
    return "".join([*parts, " "])


def _numbered(words: Iterable[str]) -> dict[str, int]:
    """A number for each word, the same in every process."""
    encoded = {word: word.encode("utf-8", "surrogatepass") for word in set(words)}
    return {word: zlib.crc32(data) | len(data) << 32 for word, data in encoded.items()}


def distinct(values: Ints) -> Ints:
    """Numbers from 0 up, ascending and each once."""
    values = np.sort(values)
    return values[_firsts(values)]


def _firsts(values: Ints | Keys) -> NDArray[np.bool_]:
    """Which of ascending numbers differ from the one before."""
    first = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first
