"""How much of a query finds a partner in a phrase, and of the phrase in the query.

A soft F1: each token takes its most similar partner on the other side (rapidfuzz's Indel similarity, at
least `FLOOR`), weighted by how few flows use it. It runs over posting lists, so only phrases that
share a token, or nearly one, cost anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Indel

Floats = NDArray[np.float64]
Real = TypeVar("Real", np.float32, np.float64)
Singles = NDArray[np.float32]
Ints32 = NDArray[np.int32]
Ints = NDArray[np.int64]

# Below this two tokens share letters only by chance; .7 does as well on BANKING77's validation split.
FLOOR = 0.6
# The place of a word that no phrase has: the last.
_UNSEEN = -1


class Aligner:
    """Aligns a query with every phrase at once."""

    def __init__(self, documents: Sequence[Sequence[str]], weights: dict[str, float], unseen: float) -> None:
        self._words = tuple(weights)
        self._ids = {word: at for at, word in enumerate(self._words)}
        # The last is that of a word that no phrase has.
        self._weight = np.array([*weights.values(), unseen])
        self._size = len(documents)
        self._length, self._phrase = _postings(documents, self._ids)
        self._start = starts(self._length)
        phrase_weight = np.bincount(self._phrase, self._weight[:-1].repeat(self._length), self._size)
        self._phrase_weight = np.maximum(phrase_weight, 1e-12)
        # Of a list of its own, for rapidfuzz takes longer over two sides that are one object.
        self._near_length, self._near_word, self._near_similarity = self._neighbours(list(self._words))
        self._near_start = starts(self._near_length)

    def similarities(self, tokens: Sequence[str]) -> Floats:
        """The soft F1 of the query with each phrase: shape (phrases,), each in 0..1."""
        query = tuple(dict.fromkeys(tokens))
        if not query or not self._words:
            return np.zeros(self._size)
        ids = np.array([self._ids.get(token, _UNSEEN) for token in query])
        at, word, similarity = self._pairs(query, ids)
        length = self._length[word]
        phrase = self._phrase[ranges(self._start[word], length)]
        # The most similar come last, so what is assigned is the best partner of each token in each phrase, ...
        best = np.zeros(len(query) * self._size, np.float32)
        best[(at * self._size).repeat(length) + phrase] = similarity.repeat(length)
        weight = self._weight[ids].astype(np.float32)
        precision = (weight @ best.reshape(len(query), self._size)) / max(float(weight.sum()), 1e-12)
        # ... and the best partner of each word of the phrases.
        pairs = np.arange(len(word))
        partner = np.zeros(len(self._words), np.int64)
        partner[word] = pairs
        covers = self._weight[word] * similarity * (partner[word] == pairs)
        recall = np.bincount(phrase, covers.repeat(length), self._size) / self._phrase_weight
        return np.asarray(2 * precision * recall / np.maximum(precision + recall, 1e-12))

    def gram(self) -> Singles:
        """The soft F1 of each phrase with each, query first: shape (phrases, phrases)."""
        # For each word of the vocabulary and each phrase the word's best partner in the phrase.
        partner = np.zeros((len(self._words), self._size), np.float32)
        word = np.repeat(np.arange(len(self._words)), self._length)
        length = self._near_length[word]
        near = ranges(self._near_start[word], length)
        place = self._near_word[near] * np.int64(self._size) + np.repeat(self._phrase, length)
        np.maximum.at(partner.reshape(-1), place, self._near_similarity[near])
        # A phrase has few words of the vocabulary: their rows alone, one phrase after the other.
        order = np.argsort(self._phrase, kind="stable")
        ends = np.cumsum(np.bincount(self._phrase, minlength=self._size))[:-1]
        weight = self._weight[:-1].astype(np.float32)
        precision = np.stack([weight[said] @ partner[said] for said in np.split(word[order], ends)])
        precision /= self._phrase_weight.astype(np.float32)[:, None]
        total = np.maximum(precision + precision.T, np.float32(1e-12))
        return np.asarray(2 * precision * precision.T / total)

    def _pairs(self, query: tuple[str, ...], ids: Ints) -> tuple[Ints, Ints32, Singles]:
        """(query position, vocabulary word, similarity) of every pair above the floor, the most similar last."""
        at = np.flatnonzero(ids != _UNSEEN)
        length = self._near_length[ids[at]]
        near = ranges(self._near_start[ids[at]], length)
        at, word, similarity = at.repeat(length), self._near_word[near], self._near_similarity[near]
        unseen = [at for at, token in enumerate(query) if len(token) > 1 and token not in self._ids]
        if unseen:
            length, more, like = self._neighbours([query[at] for at in unseen])
            at = np.concatenate((at, np.repeat(unseen, length)))
            word, similarity = np.concatenate((word, more)), np.concatenate((similarity, like))
        order = similarity.argsort(kind="stable")
        return at[order], word[order], similarity[order]

    def _neighbours(self, tokens: Sequence[str]) -> tuple[Ints, Ints32, Singles]:
        """How many vocabulary words resemble each token, and which, and how much, one token after the other."""
        if not tokens or not self._words:
            return np.zeros(len(tokens), np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
        table = process.cdist(
            tokens, self._words, scorer=Indel.normalized_similarity, score_cutoff=FLOOR, dtype=np.float32
        ).reshape(-1)
        found = np.flatnonzero(table)
        row, word = np.divmod(found, len(self._words))
        return np.bincount(row, minlength=len(tokens)), word.astype(np.int32), table[found]


def starts(length: Ints) -> Ints:
    """Where lists of these lengths start when one comes after the other."""
    return length.cumsum() - length


def ranges(start: Ints, length: Ints) -> Ints:
    """The integers of start[i] .. start[i] + length[i] - 1, for all i, one after the other."""
    ends = length.cumsum()
    found = np.arange(ends[-1] if len(ends) else 0)
    found += (start - ends + length).repeat(length)
    return found


def _postings(documents: Sequence[Sequence[str]], ids: dict[str, int]) -> tuple[Ints, Ints32]:
    """How many phrases have each word, and which, one word after the other."""
    words = [[ids[token] for token in dict.fromkeys(document)] for document in documents]
    phrase = np.repeat(np.arange(len(words), dtype=np.int32), [len(some) for some in words])
    word = np.array([one for some in words for one in some], np.int64)
    return np.bincount(word, minlength=len(ids)), phrase[np.argsort(word, kind="stable")]
