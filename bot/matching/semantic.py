"""What a text means, beside how it is spelt: a linear model over the embeddings of the phrases.

An encoder makes texts that mean the same into vectors that point the same way, in whatever language. A regression over
those vectors scores each flow on the same scale as the experts' scores, so the two are simply added. It is solved in the
dimensions of the vectors, not in the phrases, so thousands of phrases stay cheap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.matching import softmax
from bot.matching.align import Floats

Embeddings = NDArray[np.float32]

# For each phrase. Less of it fits the authors' variants of one phrase, more fits nothing: chosen on real complaints and on the
# validation split of BANKING77, which have 500 and 10 phrases a flow and agree.
PENALTY = 1e-4
# How much the meaning counts beside the spelling. The more, the better on clean text and the worse on typing
# errors: an encoder knows words, not misspellings.
SHARE = 0.5


class Encoder(Protocol):
    """Makes vectors of texts. It never fails because of a text, and never asks the network."""

    @property
    def name(self) -> str:
        """What the vectors depend on, for the keys of caches: the model, its version and its weights."""
        ...

    def encode(self, texts: Sequence[str]) -> Embeddings:
        """One vector of length 1 a text: shape (texts, dimensions)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SemanticModel:
    """A fitted model. Make one with `fit`.

    Attributes:
        centre: shape (dimensions,); what all phrases have in common, which tells no flow from another.
        weights: shape (dimensions + 1, flows).
    """

    centre: Floats
    weights: Floats

    @classmethod
    def fit(cls, embeddings: Embeddings, flows: NDArray[np.int64], count: int) -> SemanticModel:
        """Fit one score per flow.

        Args:
            embeddings: shape (phrases, dimensions), at least one phrase.
            flows: the flow of each phrase, 0 <= flow < count.
            count: the number of flows.
        """
        centre = np.asarray(embeddings.mean(axis=0), dtype=np.float64)
        penalty = PENALTY * len(embeddings)
        return cls(
            centre=centre, weights=softmax.fit_linear(_features(embeddings, centre), flows, count, penalty)
        )

    def scores(self, embedding: Embeddings) -> Floats:
        """What is added to the score of each flow: shape (flows,) from (dimensions,), or (texts, flows)."""
        return np.asarray(SHARE * (_features(embedding, self.centre) @ self.weights))


def _features(embeddings: Embeddings, centre: Floats) -> Floats:
    """The directions from the centre, of length 1, and a constant: shape (..., dimensions + 1)."""
    offset = embeddings - centre
    length = np.linalg.norm(offset, axis=-1, keepdims=True)
    return np.concatenate((offset / np.maximum(length, 1e-12), np.ones_like(length)), axis=-1)
