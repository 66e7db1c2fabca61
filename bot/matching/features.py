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
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.matching.align import Ints
from bot.matching.normalise import FIRST_UNSPACED, is_unspaced
from bot.matching.sounds import Sounds

WORDS, PAIRS, LETTERS, ACROSS, SOUNDS = range(5)
BLOCKS = 5

Number = TypeVar("Number", np.int64, np.uint64)
Keys = NDArray[np.uint64]
Codes = NDArray[np.uint32]
Which = NDArray[np.bool_]

# An odd number with its bits well mixed: 2^64 divided by the golden ratio.
_BASE = np.uint64(0x9E3779B97F4A7C15)
_SPACE = ord(" ")


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
    parts = _parts(documents, sounds)
    key, text = _salted(parts), np.concatenate([text for text, _, _ in parts])
    order = key.argsort()
    key, text = key[order], text[order]
    first = _firsts(key)
    # In the order of the features, and of the texts within each.
    number, text = np.divmod(distinct((np.cumsum(first) - 1) * len(documents) + text), len(documents))
    block = np.repeat([block for _, block, _ in parts], [len(key) for _, _, key in parts])
    return Features(key=key[first], block=block[order[first]], number=number, text=text)


def keys(tokens: Sequence[str], sounds: Sounds | None = None) -> Keys:
    """The features of one text, in any order and as often as they come."""
    return _salted(_parts([tokens], sounds))


def words(tokens: Sequence[str]) -> tuple[str, ...]:
    """The tokens, and the pairs of neighbouring characters of an unspaced script, its nearest thing to words."""
    if " ".join(tokens).isascii():
        return tuple(dict.fromkeys(tokens))
    marked = ((token, is_unspaced(token)) for token in tokens)
    pairs = (left + right for (left, alone), (right, too) in pairwise(marked) if alone and too)
    return tuple(dict.fromkeys((*tokens, *pairs)))


def word_keys(words: Sequence[str]) -> Keys:
    """The features that words are."""
    known = _numbered(words)
    return np.array([known[word] for word in words], np.uint64) * _BASE + np.uint64(WORDS + 1)


_Part = tuple[Ints, int, Keys]


def _parts(documents: Sequence[Sequence[str]], sounds: Sounds | None) -> list[_Part]:
    return [*_of_words(documents), *_of_characters(documents, sounds)]


def _salted(parts: Sequence[_Part]) -> Keys:
    """The keys of all parts, those of each block unlike those of the others."""
    salts = np.array([block + 1 for _, block, _ in parts], np.uint64)
    return np.concatenate([key for _, _, key in parts]) * _BASE + salts.repeat(
        [len(key) for _, _, key in parts]
    )


def _of_words(documents: Sequence[Sequence[str]]) -> list[_Part]:
    """Words, and neighbouring tokens as well as tokens with one between them."""
    spoken = [words(document) for document in documents]
    known = _numbered(word for some in spoken for word in some)
    texts = np.arange(len(documents))
    said = np.array([known[word] for some in spoken for word in some], np.uint64)
    parts = [(texts.repeat([len(some) for some in spoken]), WORDS, said)]
    number = np.array([known[token] for document in documents for token in document], np.uint64)
    at = texts.repeat([len(document) for document in documents])
    for apart in (1, 2):
        within = at[:-apart] == at[apart:]
        key = number[:-apart] * _BASE + number[apart:]
        parts.append((at[:-apart][within], PAIRS, key[within]))
    return parts


def _of_characters(documents: Sequence[Sequence[str]], sounds: Sounds | None) -> list[_Part]:
    texts = [_joined(document) for document in documents]
    code = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    at = np.arange(len(texts)).repeat([len(text) for text in texts])
    parts = _of_letters(code, at)
    return parts if sounds is None else [*parts, *_of_sounds(code, at, sounds)]


def _of_letters(code: Codes, at: Ints) -> list[_Part]:
    """Two to four letters within a word, its boundaries counted; four with a space among them."""
    two, three, four = _runs(code)
    space = code == _SPACE
    # Each text has a space at both ends, so a run over two texts has two of them in a row.
    gap = space[1:-2] | space[2:-1]
    in_two, in_three, in_four = ~(space[:-1] & space[1:]), ~space[1:-1], ~gap
    across = gap & (at[:-3] == at[3:])
    parts: list[_Part] = []
    unspaced = _are_unspaced(code)
    if unspaced is not None:
        any_two = unspaced[:-1] | unspaced[1:]
        any_three = any_two[:-1] | unspaced[2:]
        in_two, in_three, in_four = (
            in_two & ~any_two,
            in_three & ~any_three,
            in_four & ~(any_three[:-1] | unspaced[3:]),
        )
        has_unspaced = np.zeros(int(at[-1]) + 1, np.bool_)
        has_unspaced[at[unspaced]] = True
        mixed = has_unspaced[at]
        across &= ~mixed[3:]
        parts += _of_unspaced(code, at, unspaced, mixed)
    return [
        *parts,
        _kept(at, LETTERS, two, in_two),
        _kept(at, LETTERS, three, in_three),
        _kept(at, LETTERS, four, in_four),
        _kept(at, ACROSS, four, across),
    ]


def _of_unspaced(code: Codes, at: Ints, unspaced: Which, mixed: Which) -> list[_Part]:
    """One to three characters of a run without spaces; any three characters of a text that has such runs."""
    two, three, _ = _runs(code)
    both = unspaced[:-1] & unspaced[1:]
    return [
        _kept(at, LETTERS, code.astype(np.uint64), unspaced),
        _kept(at, LETTERS, two, both),
        _kept(at, LETTERS, three, both[:-1] & unspaced[2:]),
        _kept(at, ACROSS, three, mixed[2:] & (at[:-2] == at[2:])),
    ]


def _of_sounds(code: Codes, at: Ints, sounds: Sounds) -> list[_Part]:
    """The sounds of single characters, and of neighbours."""
    sound = sounds[np.where(code < len(sounds), code, 0)].astype(np.uint64)
    both = (sound[:-1] > 0) & (sound[1:] > 0) & (at[:-1] == at[1:])
    return [
        _kept(at, SOUNDS, sound, sound > 0),
        _kept(at, SOUNDS, sound[:-1] * _BASE + sound[1:], both),
    ]


def _runs(code: Codes) -> tuple[Keys, Keys, Keys]:
    """The keys of two, three and four characters in a row, from each place on."""
    two = code[:-1] * _BASE + code[1:]
    three = two[:-1] * _BASE + code[2:]
    return two, three, three[:-1] * _BASE + code[3:]


def _kept(text: Ints, block: int, key: Keys, which: Which) -> _Part:
    at = which.nonzero()[0]
    return text[at], block, key[at]


def _are_unspaced(code: Codes) -> Which | None:
    """Which characters are of scripts without spaces, if any are."""
    if int(code.max(initial=0)) < FIRST_UNSPACED:
        return None
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


def distinct(values: NDArray[Number]) -> NDArray[Number]:
    """Numbers, ascending and each once."""
    values = np.sort(values)
    return values[_firsts(values)]


def _firsts(values: NDArray[Number]) -> Which:
    """Which of ascending numbers differ from the one before."""
    first = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first
