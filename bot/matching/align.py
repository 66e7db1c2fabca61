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
Whole = NDArray[np.int32] | NDArray[np.int64]

# Below this two tokens share letters only by chance; .7 does as well on BANKING77's validation split.
FLOOR = 0.6


class Aligner:
    """Aligns a query with every phrase at once."""

    def __init__(self, documents: Sequence[Sequence[str]], weights: dict[str, float], unseen: float) -> None:
        self._words = tuple(weights)
        self._ids = {word: at for at, word in enumerate(self._words)}
        self._weight = np.array([weights[word] for word in self._words])
        self._unseen = unseen
        self._size = len(documents)
        counts, self._phrase = _postings(documents, self._ids)
        self._start = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        self._phrase_weight = np.bincount(self._phrase, np.repeat(self._weight, counts), self._size)
        self._near_start, self._near_word, self._near_similarity = self._neighbours(self._words)

    def similarities(self, tokens: Sequence[str]) -> Floats:
        """The soft F1 of the query with each phrase: shape (phrases,), each in 0..1."""
        query = tuple(dict.fromkeys(tokens))
        if not query or not self._words:
            return np.zeros(self._size)
        at, word, similarity = self._pairs(query)
        phrase, length = self._phrases_with(word)
        best = np.zeros(len(query) * self._size, np.float32)
        np.maximum.at(best, (at * self._size).repeat(length) + phrase, similarity.repeat(length))
        weight = np.array([self._weight_of(token) for token in query], np.float32)
        precision = (weight @ best.reshape(len(query), self._size)) / max(float(weight.sum()), 1e-12)

        best_of_word = np.zeros(len(self._words), np.float32)
        np.maximum.at(best_of_word, word, similarity)
        found = best_of_word.nonzero()[0]
        phrase, length = self._phrases_with(found)
        covered = np.bincount(phrase, (best_of_word[found] * self._weight[found]).repeat(length), self._size)
        recall = covered / np.maximum(self._phrase_weight, 1e-12)
        return np.asarray(2 * precision * recall / np.maximum(precision + recall, 1e-12))

    def gram(self) -> Singles:
        """The soft F1 of each phrase with each, query first: shape (phrases, phrases)."""
        # For each word of the vocabulary and each phrase the word's best partner in the phrase.
        partner = np.zeros((len(self._words), self._size), np.float32)
        word = np.repeat(np.arange(len(self._words)), np.diff(self._start))
        start = self._near_start[word]
        length = self._near_start[word + 1] - start
        near = ranges(start, length)
        place = self._near_word[near] * np.int64(self._size) + np.repeat(self._phrase, length)
        np.maximum.at(partner.reshape(-1), place, self._near_similarity[near])
        # A phrase has few words of the vocabulary: their rows alone, one phrase after the other.
        order = np.argsort(self._phrase, kind="stable")
        ends = np.cumsum(np.bincount(self._phrase, minlength=self._size))[:-1]
        weight = self._weight.astype(np.float32)
        precision = np.stack([weight[said] @ partner[said] for said in np.split(word[order], ends)])
        precision /= np.maximum(self._phrase_weight, 1e-12).astype(np.float32)[:, None]
        total = np.maximum(precision + precision.T, np.float32(1e-12))
        return np.asarray(2 * precision * precision.T / total)

    def _phrases_with(self, word: Whole) -> tuple[Ints32, Ints32]:
        """The phrases that have these words, one word after the other, and how many have each."""
        start = self._start[word]
        length = self._start[word + 1] - start
        return self._phrase[ranges(start, length)], length

    def _weight_of(self, token: str) -> float:
        at = self._ids.get(token)
        return self._unseen if at is None else float(self._weight[at])

    def _pairs(self, query: tuple[str, ...]) -> tuple[Ints, Ints32, Singles]:
        """(query position, vocabulary word, similarity) of every pair above the floor."""
        known = [(at, self._ids[token]) for at, token in enumerate(query) if token in self._ids]
        position = np.array([at for at, _ in known], dtype=np.int64)
        word = np.array([index for _, index in known], dtype=np.int64)
        length = self._near_start[word + 1] - self._near_start[word]
        near = ranges(self._near_start[word], length)
        positions, words = [position.repeat(length)], [self._near_word[near]]
        values = [self._near_similarity[near]]
        unknown = [(at, token) for at, token in enumerate(query) if token not in self._ids and len(token) > 1]
        if unknown:
            start, found, similarity = self._neighbours([token for _, token in unknown])
            positions.append(np.repeat(np.array([at for at, _ in unknown], dtype=np.int64), np.diff(start)))
            words.append(found)
            values.append(similarity)
        return np.concatenate(positions), np.concatenate(words), np.concatenate(values)

    def _neighbours(self, tokens: Sequence[str]) -> tuple[Ints32, Ints32, Singles]:
        """Posting lists from each token to the vocabulary words that resemble it."""
        if not tokens or not self._words:
            return np.zeros(len(tokens) + 1, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32)
        table = process.cdist(
            tokens, self._words, scorer=Indel.normalized_similarity, score_cutoff=FLOOR, dtype=np.float32
        ).reshape(-1)
        found = np.flatnonzero(table)
        row, word = np.divmod(found, len(self._words))
        start = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(tokens)))))
        return start.astype(np.int32), word.astype(np.int32), table[found]


def ranges(start: Ints32, length: Ints32) -> Ints:
    """The integers of start[i] .. start[i] + length[i] - 1, for all i, one after the other."""
    ends = np.cumsum(length, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total, dtype=np.int64) + (start - ends + length).repeat(length)


def _postings(documents: Sequence[Sequence[str]], ids: dict[str, int]) -> tuple[Ints, Ints32]:
    """How many phrases have each word, and which, one word after the other."""
    words = [[ids[token] for token in dict.fromkeys(document)] for document in documents]
    phrase = np.repeat(np.arange(len(words), dtype=np.int32), [len(some) for some in words])
    word = np.array([one for some in words for one in some], np.int64)
    return np.bincount(word, minlength=len(ids)), phrase[np.argsort(word, kind="stable")]
