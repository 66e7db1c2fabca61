"""A sparse matrix of features by phrases: by the feature, which phrases have it and with what value.

What many phrases have is kept as a row over all phrases: a row costs a product less than as many postings.
"""

from __future__ import annotations

import numpy as np

from bot.matching.align import Floats, Ints, Singles, ranges, starts

# Share of the phrases above which a feature has a row.
_MANY = 0.06
# Up to so many phrases of a feature, their pairs are counted one by one in the product of the phrases with each other.
_FEW = 16


class Postings:
    """Fitted when made.

    Args:
        number: the feature of each entry, ascending.
        phrase: the phrase of each entry.
        value: of each entry.
        shape: how many features there are, and how many phrases.
    """

    def __init__(self, number: Ints, phrase: Ints, value: Floats, shape: tuple[int, int]) -> None:
        features, self._size = shape
        self._length = np.bincount(number, minlength=features)
        self._start = starts(self._length)
        self._phrase, self._value = phrase.astype(np.int32), value.astype(np.float32)
        many = self._length > max(_MANY * self._size, _FEW)
        self._row = np.where(many, np.cumsum(many) - 1, -1).astype(np.int32)
        self._rows = self._spread(np.flatnonzero(many))

    def product(self, number: Ints, value: Floats) -> Floats:
        """With a text that has these features, each once, with these values: shape (phrases,)."""
        row = self._row[number]
        many, few = (row >= 0).nonzero()[0], (row < 0).nonzero()[0]
        common = value[many].astype(np.float32) @ self._rows.take(row[many], axis=0)
        number, value = number[few], value[few]
        length = self._length[number]
        there = ranges(self._start[number], length)
        weights = self._value[there] * value.repeat(length)
        return np.bincount(self._phrase[there], weights, self._size) + common

    def gram(self) -> Singles:
        """Of each phrase with each: shape (phrases, phrases)."""
        counts = self._length
        rows = self._spread(np.flatnonzero(counts > _FEW))
        length = np.repeat(counts, counts)
        entry = np.flatnonzero(length <= _FEW)
        length = length[entry]
        other = ranges(np.repeat(self._start, counts)[entry], length)
        place = np.repeat(self._phrase[entry].astype(np.int64) * self._size, length) + self._phrase[other]
        weights = np.repeat(self._value[entry], length) * self._value[other]
        few = np.bincount(place, weights, self._size**2).reshape(self._size, self._size)
        return np.asarray(rows.T @ rows + few, dtype=np.float32)

    def _spread(self, features: Ints) -> Singles:
        """The values of features as rows: shape (features, phrases)."""
        length = self._length[features]
        there = ranges(self._start[features], length)
        rows = np.zeros((len(features), self._size), np.float32)
        rows[np.repeat(np.arange(len(features)), length), self._phrase[there]] = self._value[there]
        return rows
