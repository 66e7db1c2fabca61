"""One similarity between a text and every phrase.

Five blocks of sparse features (`bot.matching.features`) and the alignment. Within a block the features are
weighted by how few flows use them; each block counts by its own weight, however many features it has. The
result is a cosine, so 1 is "the same".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.matching.align import Aligner, Floats, Ints, Real, Singles
from bot.matching.features import BLOCKS, Keys, distinct, featurise, keys, word_keys, words
from bot.matching.normalise import is_unspaced
from bot.matching.postings import Postings
from bot.matching.sounds import table

Blocks = NDArray[np.uint8]

# Where what is kept of each feature has what holds for one that no phrase has: the last.
_UNSEEN = -1
# A feature that every flow uses still says a little.
FLAT = 0.5
# Weights of the blocks (words, pairs, letters, letters across spaces, sounds), of the alignment, and the width of the
# exponential: chosen on the validation split of BANKING77; of the sounds, on Chinese phrases with one character in five
# replaced by another of the same sound (3.7 points), which costs texts without such errors nothing.
_WEIGHTS = np.array([1.0, 1.0, 1.0, 0.5, 1.0])
# Of all blocks together, beside the alignment.
_TOTAL = 3.5
ALIGNMENT = 1.0
WIDTH = 1.0
# A character of a script without spaces says less than a word: 我的账户 ("my account") is too little, 登不进去 ("cannot get in") is not.
_CHARACTER = 0.85


class Kernel:
    """Similarity of any tokens with the phrases it was built from.

    Args:
        documents: the tokens of each phrase.
        flows: the flow of each phrase, as a number.
        reject: the number of the flow for what is out of scope, if there is one.
    """

    def __init__(
        self, documents: Sequence[Sequence[str]], flows: NDArray[np.int64], reject: int | None = None
    ) -> None:
        self._sounds = table() if _has_chinese(documents) else None
        found = featurise(documents, self._sounds)
        self._keys, self._block = found.key, found.block.astype(np.uint8)
        flow, features = flows[found.text], len(found.key)
        count = len(set(flows.tolist()))
        # The last is what no phrase has.
        self._rarity = rarity(np.append(_used_by(found.number, flow, features), 1), count)
        self._unseen = float(self._rarity[_UNSEEN])
        proper = np.ones(len(flow), np.bool_) if reject is None else flow != reject
        number, flow = found.number[proper], flow[proper]
        self._times = np.bincount(number, minlength=features + 1).astype(np.int32)
        self._flows = _used_by(number, flow, features + 1).astype(np.int32)
        place = found.text * BLOCKS + found.block[found.number]
        value = _values(self._rarity[found.number], place, len(documents))
        self._postings = Postings(found.number, found.text, value, (features, len(documents)))
        said = tuple(dict.fromkeys(word for document in documents for word in words(document)))
        self._said = dict(zip(said, np.searchsorted(self._keys, word_keys(said)).tolist(), strict=True))
        vocabulary = dict.fromkeys(word for document in documents for word in document)
        weights = {word: float(self._rarity[self._said[word]]) for word in vocabulary}
        self._aligner = Aligner(documents, weights, self._unseen)
        self._worth = {
            word: weight * (_CHARACTER if is_unspaced(word) else 1.0) for word, weight in weights.items()
        }

    def similarities(self, tokens: Sequence[str]) -> Floats:
        """Similarity with each phrase: shape (phrases,), each in 0..1."""
        found = self._find(keys(tokens, self._sounds))
        sparse = self._postings.product(found, _values(self._rarity[found], self._block[found], 1))
        return (_TOTAL * sparse + ALIGNMENT * self._aligner.similarities(tokens)) / (_TOTAL + ALIGNMENT)

    def gram(self) -> Singles:
        """Similarity of each phrase with each: shape (phrases, phrases), symmetric, 1 on the diagonal."""
        similarity = np.float32(_TOTAL) * self._postings.gram()
        similarity += np.float32(ALIGNMENT) * self._aligner.gram()
        similarity /= np.float32(_TOTAL + ALIGNMENT)
        np.fill_diagonal(similarity, 1.0)
        return similarity

    def coverage(
        self, documents: Sequence[Sequence[str]], *, phrases: Ints | int = 1, flows: int = 1
    ) -> Floats:
        """Share of each text's words, by weight, that at least so many phrases in scope, and flows, use: shape (texts,), 0..1.

        Ask for 2 of either to see a phrase in scope as if it, or its flow, were not there.
        """
        spoken = [words(document) for document in documents]
        text = np.arange(len(spoken)).repeat([len(some) for some in spoken])
        at = np.array([self._said.get(word, _UNSEEN) for some in spoken for word in some], np.int64)
        weight = self._rarity[at]
        least = phrases if isinstance(phrases, int) else phrases[text]
        known = (self._times[at] >= least) & (self._flows[at] >= flows)
        total = np.bincount(text, weight, len(spoken))
        return np.bincount(text, weight * known, len(spoken)) / np.maximum(total, 1e-12)

    def says_little(self, tokens: Sequence[str]) -> bool:
        """Whether the words that flows use say less than one word that a single flow uses ("my account")."""
        worth = sum(self._worth.get(token, 0.0) for token in dict.fromkeys(tokens))
        return bool(worth < self._unseen)

    def _find(self, key: Keys) -> Ints:
        """The known ones among these features, each once."""
        key = distinct(key)
        at = self._keys.searchsorted(key)
        return np.asarray(at[self._keys.take(at, mode="clip") == key])


def _has_chinese(documents: Sequence[Sequence[str]]) -> bool:
    return any("\u4e00" <= token <= "\u9fff" for document in documents for token in document)


def _values(rarity: Floats, place: Ints | Blocks, texts: int) -> Floats:
    """The values of features, of length one in all in each text, and in each block of it its share.

    Args:
        rarity: of each feature.
        place: of each feature: the number of its text times `BLOCKS`, plus its block.
        texts: how many there are.
    """
    squares = np.bincount(place, rarity**2, texts * BLOCKS).reshape(-1, BLOCKS)
    filled = (squares > 0) @ _WEIGHTS
    scale = np.sqrt(_WEIGHTS / np.maximum(squares * filled[:, None], 1e-12))
    return np.asarray(rarity * scale.reshape(-1)[place])


def _used_by(number: Ints, flow: Ints, features: int) -> Ints:
    """By how many flows each feature is used."""
    most = int(flow.max(initial=0)) + 1
    return np.bincount(distinct(number * most + flow) // most, minlength=features)


def widen(similarity: NDArray[Real]) -> NDArray[Real]:
    """The kernel of the linear model: near phrases count more than their similarity says."""
    return np.asarray(np.exp(-WIDTH * (1.0 - similarity)), dtype=similarity.dtype)


def rarity(flows: Ints, of: int) -> Floats:
    """Weight of features that `flows` of `of` flows use."""
    return np.asarray(np.log((1 + of) / (1 + flows)) + FLAT)
