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
from bot.matching.features import BLOCKS, Keys, distinct, featurise, word_keys, words
from bot.matching.normalise import is_unspaced
from bot.matching.postings import Postings
from bot.matching.sounds import table

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
        flow, features = flows[found.text], len(found.key)
        self._keys = found.key
        count = len(set(flows.tolist()))
        self._rarity = rarity(_used_by(found.number, flow, features), count)
        self._unseen = float(rarity(np.array(1), count))
        proper = np.ones(len(flow), np.bool_) if reject is None else flow != reject
        self._times = np.bincount(found.number[proper], minlength=features).astype(np.int32)
        self._flows = _used_by(found.number[proper], flow[proper], features).astype(np.int32)
        value = _values(self._rarity[found.number], found.text, found.block[found.number])
        self._postings = Postings(found.number, found.text, value, (features, len(documents)))
        vocabulary = tuple(dict.fromkeys(word for document in documents for word in document))
        rarities = self._rarity[np.searchsorted(self._keys, word_keys(vocabulary))]
        weights = dict(zip(vocabulary, rarities.tolist(), strict=True))
        self._aligner = Aligner(documents, weights, self._unseen)
        self._worth = {
            word: weight * (_CHARACTER if is_unspaced(word) else 1.0) for word, weight in weights.items()
        }

    def similarities(self, tokens: Sequence[str]) -> Floats:
        """Similarity with each phrase: shape (phrases,), each in 0..1."""
        found = featurise([tokens], self._sounds)
        at, known = self._find(found.key)
        at, block = at[known], found.block[known]
        sparse = self._postings.product(at, _values(self._rarity[at], np.zeros_like(block), block))
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
        text = np.repeat(np.arange(len(spoken)), [len(some) for some in spoken])
        at, found = self._find(word_keys([word for some in spoken for word in some]))
        weight = np.where(found, self._rarity[at], self._unseen)
        least = np.broadcast_to(phrases, len(spoken))[text]
        known = found & (self._times[at] >= least) & (self._flows[at] >= flows)
        total = np.bincount(text, weight, len(spoken))
        return np.bincount(text, weight * known, len(spoken)) / np.maximum(total, 1e-12)

    def says_little(self, tokens: Sequence[str]) -> bool:
        """Whether the words that flows use say less than one word that a single flow uses ("my account")."""
        worth = sum(self._worth.get(token, 0.0) for token in dict.fromkeys(tokens))
        return bool(worth < self._unseen)

    def _find(self, keys: Keys) -> tuple[Ints, NDArray[np.bool_]]:
        """Where each feature is among the known ones, and whether it is one of them."""
        if not len(self._keys):
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return at, self._keys[at] == keys


def _has_chinese(documents: Sequence[Sequence[str]]) -> bool:
    return any("\u4e00" <= token <= "\u9fff" for document in documents for token in document)


def _values(rarity: Floats, text: Ints, block: Ints) -> Floats:
    """The values of features, of length one in all in each text, and in each block of it its share."""
    place = text * BLOCKS + block
    texts = int(text.max(initial=-1)) + 1
    norm = np.sqrt(np.bincount(place, rarity**2, minlength=texts * BLOCKS))
    filled = (norm.reshape(-1, BLOCKS) > 0) @ _WEIGHTS
    return np.asarray(rarity * np.sqrt(_WEIGHTS[block] / filled[text]) / norm[place])


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
