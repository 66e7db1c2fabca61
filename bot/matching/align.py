"""How much of a query finds a partner in a phrase, and of the phrase in the query.

A soft F1: each token takes its most similar partner on the other side (rapidfuzz's Indel similarity, at
least `FLOOR`), weighted by how few flows use it. It runs over posting lists, so only phrases that
share a token, or nearly one, cost anything.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Indel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

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
        self._slot_phrase, self._slot_word = _slots(documents, self._ids)
        order = np.argsort(self._slot_word, kind="stable")
        self._posting = order
        counts = np.bincount(self._slot_word, minlength=len(self._words))
        self._start = np.concatenate(([0], np.cumsum(counts)))
        self._slot_weight = self._weight[self._slot_word]
        self._phrase_weight = np.bincount(self._slot_phrase, self._slot_weight, self._size)
        self._near_start, self._near_word, self._near_similarity = self._neighbours(self._words)

    def similarities(self, tokens: Sequence[str]) -> Floats:
        """The soft F1 of the query with each phrase: shape (phrases,), each in 0..1."""
        query = tuple(dict.fromkeys(tokens))
        if not query or not self._words:
            return np.zeros(self._size)
        at, word, similarity = self._pairs(query)
        length = self._start[word + 1] - self._start[word]
        slot = self._posting[ranges(self._start[word], length)]
        at, similarity = np.repeat(at, length), np.repeat(similarity, length)
        weight = np.array([self._weight_of(token) for token in query])

        best_of_query = np.zeros(len(query) * self._size)
        np.maximum.at(best_of_query, at * self._size + self._slot_phrase[slot], similarity)
        covered_query = weight @ best_of_query.reshape(len(query), self._size)
        best_of_slot = np.zeros(len(self._slot_phrase))
        np.maximum.at(best_of_slot, slot, similarity)
        covered_phrase = np.bincount(self._slot_phrase, best_of_slot * self._slot_weight, self._size)

        precision = covered_query / max(float(weight.sum()), 1e-12)
        recall = covered_phrase / np.maximum(self._phrase_weight, 1e-12)
        both = precision + recall
        return np.asarray(2 * precision * recall / np.maximum(both, 1e-12))

    def gram(self) -> Floats:
        """The soft F1 of each phrase with each, query first: shape (phrases, phrases)."""
        count = len(self._words)
        near = np.zeros((count, count), dtype=np.float32)
        near[np.repeat(np.arange(count), np.diff(self._near_start)), self._near_word] = self._near_similarity
        order = np.argsort(self._slot_phrase, kind="stable")
        phrase, word = self._slot_phrase[order], self._slot_word[order]
        starts = np.flatnonzero(np.diff(phrase, prepend=-1))
        # For each phrase and each word of the vocabulary the best partner of the word in the phrase.
        partner = np.maximum.reduceat(near[word], starts, axis=0)
        weighed = np.zeros((self._size, count), dtype=np.float32)
        weighed[self._slot_phrase, self._slot_word] = self._slot_weight
        length = np.maximum(self._phrase_weight, 1e-12)
        precision = (weighed @ partner.T) / length[:, None]
        recall = precision.T
        return np.asarray(2 * precision * recall / np.maximum(precision + recall, 1e-12), dtype=np.float64)

    def _weight_of(self, token: str) -> float:
        at = self._ids.get(token)
        return self._unseen if at is None else float(self._weight[at])

    def _pairs(self, query: tuple[str, ...]) -> tuple[Ints, Ints, Floats]:
        """(query position, vocabulary word, similarity) of every pair above the floor."""
        known = [(at, self._ids[token]) for at, token in enumerate(query) if token in self._ids]
        position = np.array([at for at, _ in known], dtype=np.int64)
        word = np.array([index for _, index in known], dtype=np.int64)
        length = self._near_start[word + 1] - self._near_start[word]
        near = ranges(self._near_start[word], length)
        positions, words = [np.repeat(position, length)], [self._near_word[near]]
        values = [self._near_similarity[near]]
        unknown = [(at, token) for at, token in enumerate(query) if token not in self._ids and len(token) > 1]
        if unknown:
            start, found, similarity = self._neighbours([token for _, token in unknown])
            positions.append(np.repeat(np.array([at for at, _ in unknown], dtype=np.int64), np.diff(start)))
            words.append(found)
            values.append(similarity)
        return np.concatenate(positions), np.concatenate(words), np.concatenate(values)

    def _neighbours(self, tokens: Sequence[str]) -> tuple[Ints, Ints, Floats]:
        """Posting lists from each token to the vocabulary words that resemble it."""
        if not tokens or not self._words:
            return np.zeros(len(tokens) + 1, np.int64), np.zeros(0, np.int64), np.zeros(0)
        table = process.cdist(
            tokens, self._words, scorer=Indel.normalized_similarity, score_cutoff=FLOOR, dtype=np.float32
        )
        row, word = np.nonzero(table)
        start = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(tokens)))))
        return start, word, table[row, word].astype(np.float64)


def ranges(start: Ints, length: Ints) -> Ints:
    """The integers of start[i] .. start[i] + length[i] - 1, for all i, one after the other."""
    total = int(length.sum())
    offset = np.repeat(
        start - np.concatenate(([0], np.cumsum(length)[:-1])) if len(length) else start, length
    )
    return np.arange(total, dtype=np.int64) + offset


def _slots(documents: Sequence[Sequence[str]], ids: dict[str, int]) -> tuple[Ints, Ints]:
    """Every distinct token of every phrase: the phrase it is in, the word that it is."""
    phrase: list[int] = []
    word: list[int] = []
    for at, document in enumerate(documents):
        distinct = dict.fromkeys(document)
        phrase.extend([at] * len(distinct))
        word.extend(ids[token] for token in distinct)
    return np.array(phrase, dtype=np.int64), np.array(word, dtype=np.int64)
