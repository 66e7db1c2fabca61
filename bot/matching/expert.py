"""The matcher of one language: its vocabulary, its kernel and its regression.

Languages share few words, so a phrase competes with the phrases of its own language alone. That keeps the
correction of typing errors within the language, and the fit far below one over all phrases: its cost grows
with the cube of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.matching import softmax
from bot.matching.align import Floats, Ints, Singles
from bot.matching.correct import Corrector
from bot.matching.kernel import Kernel, widen

# Beyond so many phrases of a language the rest are known word for word only: time and memory stop growing, and
# BANKING77 gains less than a point for the next thousand.
MOST_PHRASES = 2_000
# One phrase in so many is left out to see what the rest make of it, and one flow in so many.
PARTS, FLOW_GROUPS = 8, 4
# Random letters split into two or three short words now and then; of 40,000 random strings none became so many more.
_TOO_MANY_FOR_CHANCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an expert makes of a text.

    Attributes:
        tokens: the text as understood.
        scores: shape (flows,); their softmax is a probability for each flow.
        similarity: shape (phrases,), each in 0..1.
        coverage: share of the words as typed that the phrases know, by weight.
        little: whether the words that are known say too little to go by.
        run_together: whether words were found in what was typed without spaces, too many for chance.
    """

    tokens: tuple[str, ...]
    scores: Floats
    similarity: Floats
    coverage: float
    little: bool
    run_together: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Phrases judged as if nobody had written them, one row each.

    Attributes:
        rows: which phrases of the expert, shape (rows,).
        scores: shape (rows, flows); `ABSENT` for a flow that was left out.
        similarity: shape (rows, phrases); 0 with what was left out.
        coverage: shape (rows,).
    """

    rows: Ints
    scores: Floats
    similarity: Singles
    coverage: Floats


# The score of a flow that is not there.
ABSENT = -1e3


class Expert:
    """Make one with `fit`; it is immutable and safe to share.

    Attributes:
        kept: which of the phrases it was fitted on, see `MOST_PHRASES`.
    """

    def __init__(self, kept: Ints, corrector: Corrector, kernel: Kernel, weights: Singles) -> None:
        self.kept = kept
        self._corrector, self._kernel, self._weights = corrector, kernel, weights

    @classmethod
    def fit(
        cls,
        documents: Sequence[tuple[str, ...]],
        flows: NDArray[np.int64],
        count: int,
        reject: int | None,
        *,
        parts: int,
        group: int,
    ) -> tuple[Expert, tuple[Unseen, ...]]:
        """Fit an expert, and see what it would make of some of its phrases if nobody had written them.

        Args:
            documents: the tokens of each phrase.
            flows: the flow of each phrase, 0 <= flow < count.
            count: the number of flows.
            reject: the number of the flow for what is out of scope, if there is one.
            parts: how many of the `PARTS` of the phrases are judged without themselves.
            group: which of the `FLOW_GROUPS` of proper flows is judged without itself.

        Returns:
            The expert; then each part as judged without it, and last the group as judged without its flows.
        """
        kept = landmarks(flows, MOST_PHRASES)
        documents, flows = tuple(documents[at] for at in kept.tolist()), flows[kept]
        corrector, kernel = Corrector(documents), Kernel(documents, flows, reject)
        phrases = _Phrases(documents, flows, reject, kernel, kernel.gram())
        out_by_part = [np.arange(len(flows)) % PARTS == part for part in range(parts)]
        out_by_flow = (flows % FLOW_GROUPS == group) & (flows != reject)
        steps = softmax.steps(widen(phrases.similarity))
        weights, *others, last = softmax.fit_kernel(steps, flows, count, [*out_by_part, out_by_flow])
        unseen = [phrases.without_some(out, fitted) for out, fitted in zip(out_by_part, others, strict=True)]
        return cls(kept, corrector, kernel, weights), (*unseen, phrases.without_flows(out_by_flow, last))

    @property
    def words(self) -> frozenset[str]:
        """The words of the phrases."""
        return self._corrector.words

    def hear(self, tokens: tuple[str, ...], known: dict[str, tuple[str, ...]]) -> Heard:
        """Score a text; `known` remembers corrected words between the texts of one match."""
        corrected = self._corrector.correct(tokens, known)
        similarity = self._kernel.similarities(corrected)
        return Heard(
            tokens=corrected,
            scores=(widen(similarity.astype(np.float32)) @ self._weights).astype(np.float64),
            similarity=similarity,
            coverage=float(self._kernel.coverage([tokens])[0]),
            little=self._kernel.says_little(corrected),
            run_together=len(corrected) >= len(tokens) + _TOO_MANY_FOR_CHANCE
            and self.words.issuperset(corrected),
        )

    def respell(self, text: str) -> str:
        """A text with what is surely misspelt as it was meant, for an encoder."""
        return self._corrector.respell(text)


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The phrases of an expert, to be judged as if some of them were not there."""

    documents: Sequence[tuple[str, ...]]
    flows: Ints
    reject: int | None
    kernel: Kernel
    #: Of each with each, shape (phrases, phrases).
    similarity: Singles

    def without_some(self, out: NDArray[np.bool_], weights: Singles) -> Unseen:
        """Those that were left out of a fit, by its weights."""
        rows = np.flatnonzero(out)
        similarity = self.similarity[rows].copy()
        similarity[np.arange(len(rows)), rows] = 0.0
        # A phrase of the reject class is not covered by itself.
        least = np.where(self.flows[rows] == self.reject, 1, 2)
        return Unseen(
            rows=rows,
            scores=self._scores(rows, weights),
            similarity=similarity,
            coverage=self.kernel.coverage(self._spoken(rows), phrases=least),
        )

    def without_flows(self, out: NDArray[np.bool_], weights: Singles) -> Unseen:
        """Those whose flows were left out of a fit, by its weights."""
        rows = np.flatnonzero(out)
        scores = self._scores(rows, weights)
        scores[:, np.unique(self.flows[rows])] = ABSENT
        return Unseen(
            rows=rows,
            scores=scores,
            similarity=np.where(out[None], 0.0, self.similarity[rows]),
            coverage=self.kernel.coverage(self._spoken(rows), flows=2),
        )

    def _scores(self, rows: Ints, weights: Singles) -> Floats:
        return np.asarray(widen(self.similarity[rows]) @ weights, np.float64)

    def _spoken(self, rows: Ints) -> list[tuple[str, ...]]:
        return [self.documents[at] for at in rows.tolist()]


def landmarks(flows: NDArray[np.int64], most: int) -> Ints:
    """The places of at most so many phrases, of each flow its share, spread evenly over their order."""
    if len(flows) <= most:
        return np.arange(len(flows))
    kept: list[int] = []
    for flow in np.unique(flows).tolist():
        rows = np.flatnonzero(flows == flow)
        share = max(1, int(len(rows) * most / len(flows)))
        kept += rows[np.linspace(0, len(rows) - 1, share).astype(np.int64)].tolist()
    return np.array(sorted(kept), dtype=np.int64)
