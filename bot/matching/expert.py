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
    """Fitted when made.

    Args:
        documents: the tokens of each phrase.
        flows: the flow of each phrase, 0 <= flow < count.
        count: the number of flows.
        reject: the number of the flow for what is out of scope, if there is one.
    """

    def __init__(
        self, documents: Sequence[tuple[str, ...]], flows: NDArray[np.int64], count: int, reject: int | None
    ) -> None:
        self.kept = landmarks(flows, MOST_PHRASES)
        self._documents: tuple[tuple[str, ...], ...] = tuple(documents[at] for at in self.kept.tolist())
        self.flows = flows[self.kept]
        self._count, self._reject = count, reject
        self._corrector = Corrector(self._documents)
        self._kernel = Kernel(self._documents, self.flows, reject)
        self._similarity = self._kernel.gram()
        self._steps = softmax.steps(widen(self._similarity))
        self._weights = softmax.fit_kernel(self._steps, self.flows, count)

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

    def some_unseen(self, part: int) -> Unseen:
        """The phrases of one part in `PARTS`, as the expert would judge them without these."""
        out = np.arange(len(self.flows)) % PARTS == part
        rows = np.flatnonzero(out)
        similarity = self._similarity[rows].copy()
        similarity[np.arange(len(rows)), rows] = 0.0
        # A phrase of the reject class is not covered by itself.
        least = np.where(self.flows[rows] == self._reject, 1, 2)
        coverage = self._kernel.coverage([self._documents[at] for at in rows.tolist()], phrases=least)
        return Unseen(rows=rows, scores=self._scores_without(out), similarity=similarity, coverage=coverage)

    def some_without_flows(self, group: int) -> Unseen:
        """The phrases of one group of proper flows in `FLOW_GROUPS`, as judged without these flows."""
        out = (self.flows % FLOW_GROUPS == group) & (self.flows != self._reject)
        rows = np.flatnonzero(out)
        scores = self._scores_without(out)
        scores[:, np.unique(self.flows[rows])] = ABSENT
        return Unseen(
            rows=rows,
            scores=scores,
            similarity=np.where(out[None], 0.0, self._similarity[rows]),
            coverage=self._kernel.coverage([self._documents[at] for at in rows.tolist()], flows=2),
        )

    def settle(self) -> None:
        """Let go of what only the fit needs."""
        self._documents = ()
        self._similarity, self._steps = np.zeros((0, 0), np.float32), np.zeros((0, 0))

    def _scores_without(self, rows: NDArray[np.bool_]) -> Floats:
        """The scores of these phrases, fitted on the others."""
        if rows.all() or not rows.any():
            return np.zeros((int(rows.sum()), self._count))
        steps = softmax.steps_without(self._steps, rows)
        weights = softmax.fit_kernel(steps, self.flows[~rows], self._count)
        return (widen(self._similarity[np.ix_(rows, ~rows)]) @ weights).astype(np.float64)


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
