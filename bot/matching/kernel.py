"""One similarity between a text and every phrase.

Four blocks of sparse features (`bot.matching.features`) and the alignment. Within a block the features are
weighted by how few flows use them; each block counts by its own weight, however many features it has. The
result is a cosine, so 1 is "the same".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.matching.align import Aligner, Floats, Ints, ranges
from bot.matching.features import BLOCKS, Features, Keys, featurise, word_keys, words

# A feature that every flow uses still says a little.
FLAT = 0.5
# Weights of the blocks (words, pairs, letters, letters across spaces), of the alignment, and the width of the
# exponential: chosen on the validation split of BANKING77.
_WEIGHTS = np.array([1.0, 1.0, 1.0, 0.5])
ALIGNMENT = 1.5
WIDTH = 1.0


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
        self.size = len(documents)
        found = featurise(documents)
        self._keys, number = np.unique(found.key, return_inverse=True)
        flow = flows[found.text]
        count = len(set(flows.tolist()))
        self._rarity = rarity(_used_by(number, flow, len(self._keys)), count)
        self._unseen = float(rarity(np.array(1), count))
        proper = np.ones(len(flow), np.bool_) if reject is None else flow != reject
        self._times = np.bincount(number[proper], minlength=len(self._keys))
        self._flows = _used_by(number[proper], flow[proper], len(self._keys))
        value = self._values(found, number)
        order = np.argsort(number, kind="stable")
        self._phrase, self._value = found.text[order], value[order]
        counts = np.bincount(number, minlength=len(self._keys))
        self._start = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        vocabulary = tuple(dict.fromkeys(word for document in documents for word in document))
        rarities = self._rarity[np.searchsorted(self._keys, word_keys(vocabulary))]
        self._aligner = Aligner(
            documents, dict(zip(vocabulary, rarities.tolist(), strict=True)), self._unseen
        )

    def similarities(self, tokens: Sequence[str]) -> Floats:
        """Similarity with each phrase: shape (phrases,), each in 0..1."""
        found = featurise([tokens])
        at, known = self._find(found.key)
        values = self._values(
            Features(text=found.text[known], block=found.block[known], key=found.key[known]), at[known]
        )
        start = self._start[at[known]]
        length = self._start[at[known] + 1] - start
        there = ranges(start, length)
        sparse = np.bincount(
            self._phrase[there], self._value[there] * np.repeat(values, length), minlength=self.size
        )
        total = float(_WEIGHTS.sum())
        aligned = self._aligner.similarities(tokens)
        return np.asarray((total * sparse + ALIGNMENT * aligned) / (total + ALIGNMENT))

    def gram(self) -> Floats:
        """Similarity of each phrase with each: shape (phrases, phrases), symmetric, 1 on the diagonal."""
        used = np.flatnonzero(
            np.diff(self._start) > 1
        )  # what one phrase alone has adds nothing off the diagonal
        dense = np.zeros((self.size, len(used)), dtype=np.float32)
        length = self._start[used + 1] - self._start[used]
        at = ranges(self._start[used], length)
        dense[self._phrase[at], np.repeat(np.arange(len(used)), length)] = self._value[at]
        total = float(_WEIGHTS.sum())
        similarity = (total * (dense @ dense.T).astype(np.float64) + ALIGNMENT * self._aligner.gram()) / (
            total + ALIGNMENT
        )
        np.fill_diagonal(similarity, 1.0)
        return np.asarray(similarity)

    def coverage(self, tokens: Sequence[str], *, phrases: int = 1, flows: int = 1) -> float:
        """Share of the text's words, by weight, that at least so many phrases in scope, and flows, use (0..1).

        Ask for 2 of either to see a phrase in scope as if it, or its flow, were not there.
        """
        at, found = self._find(word_keys(words(tokens)))
        weight = np.where(found, self._rarity[at], self._unseen)
        known = found & (self._times[at] >= phrases) & (self._flows[at] >= flows)
        return float(weight[known].sum() / weight.sum()) if len(weight) else 0.0

    def says_little(self, tokens: Sequence[str]) -> bool:
        """Whether the words that flows use say less than one word that a single flow uses ("my account")."""
        at, found = self._find(word_keys(words(tokens)))
        return bool(self._rarity[at[found]].sum() < self._unseen)

    def _find(self, keys: Keys) -> tuple[Ints, NDArray[np.bool_]]:
        """Where each feature is among the known ones, and whether it is one of them."""
        if not len(self._keys):
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return at, self._keys[at] == keys

    def _values(self, found: Features, number: Ints) -> Floats:
        """The values of known features, of length one in all in each text, and in each block of it its share."""
        value = self._rarity[number]
        place = found.text * BLOCKS + found.block
        texts = int(found.text[-1]) + 1 if len(found.text) else 0
        norm = np.sqrt(np.bincount(place, value**2, minlength=texts * BLOCKS))
        filled = (norm.reshape(-1, BLOCKS) > 0) @ _WEIGHTS
        return np.asarray(value * np.sqrt(_WEIGHTS[found.block] / filled[found.text]) / norm[place])


def _used_by(number: Ints, flow: NDArray[np.int64], features: int) -> Ints:
    """By how many flows each feature is used."""
    most = int(flow.max(initial=0)) + 1
    pairs = np.unique(number * most + flow)
    return np.bincount(pairs // most, minlength=features)


def widen(similarity: Floats) -> Floats:
    """The kernel of the linear model: near phrases count more than their similarity says."""
    return np.asarray(np.exp(-WIDTH * (1.0 - similarity)))


def rarity(flows: Ints, of: int) -> Floats:
    """Weight of features that `flows` of `of` flows use."""
    return np.asarray(np.log((1 + of) / (1 + flows)) + FLAT)
