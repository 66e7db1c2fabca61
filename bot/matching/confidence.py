"""How sure the matcher is, as a probability.

Two logistic models over what a score alone does not show: the margin, the nearest phrases, how much of the
text is known at all. They are fitted on the phrases themselves: each phrase as an unseen complaint
(leave-one-out), and as a complaint about something that no flow is for (leave-one-flow-out). No weight may
be negative: more evidence never makes the matcher less sure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.matching.align import Floats

# Scores differ by tenths where a flow is clear; the same scale turns them into shares.
TEMPERATURE = 0.1
# As sure as it gets: of an exact phrase. A logistic model runs on towards 1 beyond what it was fitted on.
SUREST = 0.99
# The phrases cannot teach what their words being unknown means: a flow that is left out still speaks of the
# same things as the others, a stranger does not. Strangers that were collected ask for 2.5 (CLINC150) to 5.7
# (complaints to other companies) on the coverage.
STRANGENESS = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 4.0, 0.0])
_SHRINKAGE = 0.01  # pulls the weights to zero, so that separable phrases do not give certainty
_STEPS = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for the best flow of one text.

    Attributes:
        flow: the best flow other than the reject class, as a number.
        features: shape (7,): score, lead over the reject class, margin, nearest phrase, mean of the three nearest, coverage, share.
    """

    flow: int
    features: Floats


class Witness:
    """Gathers the evidence for a text from its scores and similarities.

    Args:
        flows: the flow of each phrase, as a number.
        reject: the number of the reject class, or None.
    """

    def __init__(self, flows: NDArray[np.int64], reject: int | None) -> None:
        self._rows = [np.flatnonzero(flows == flow) for flow in range(int(flows.max(initial=-1)) + 1)]
        self._reject = reject

    def hear(self, scores: Floats, similarity: Floats, coverage: float) -> Evidence:
        """The evidence for the best flow; -inf is the score of a flow that is not there."""
        real = scores.copy()
        if self._reject is not None:
            real[self._reject] = -np.inf
        flow = int(real.argmax())
        others = np.delete(scores, flow)
        rival = float(others.max(initial=0.0))
        nearest = np.sort(similarity[self._rows[flow]])[-3:]
        rejected = 0.0 if self._reject is None else scores[self._reject]
        features = (
            scores[flow],
            scores[flow] - rejected,
            scores[flow] - rival,
            nearest[-1],
            nearest.mean(),
            coverage,
            shares(scores)[flow],
        )
        return Evidence(flow=flow, features=np.array(features))


def shares(scores: Floats) -> Floats:
    """The scores as shares of one."""
    powers = np.exp((scores - scores.max()) / TEMPERATURE)
    return np.asarray(powers / powers.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """A logistic model whose weights are not negative."""

    weights: Floats
    bias: float

    def probability(self, features: Floats) -> Floats:
        """Probability for each row: shape (rows,) from (rows, features)."""
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(features @ self.weights + self.bias, -30, 30))))


def fit_logistic(
    features: Floats, target: NDArray[np.bool_], weight: Floats, least: Floats | float = 0.0
) -> Logistic:
    """Fit by projected gradient with momentum, a fixed number of steps from zero: deterministic.

    Args:
        features: shape (rows, features).
        target: shape (rows,).
        weight: shape (rows,); how much each row counts.
        least: the smallest weight of each feature, not negative.
    """
    weight = weight / weight.sum()
    mean = weight @ features
    spread = np.sqrt(weight @ (features - mean) ** 2) + 1e-6
    scaled = np.column_stack(((features - mean) / spread, np.ones(len(features))))
    penalty = np.array([_SHRINKAGE] * features.shape[1] + [1e-6])
    # The curvature of the logistic loss is at most a quarter of the features' second moments.
    step = 1.0 / (0.25 * float(np.linalg.eigvalsh(scaled.T @ (scaled * weight[:, None]))[-1]) + _SHRINKAGE)
    now = ahead = np.zeros(scaled.shape[1])
    for turn in range(_STEPS):
        error = 1.0 / (1.0 + np.exp(-np.clip(scaled @ ahead, -30, 30))) - target
        after = ahead - step * (scaled.T @ (weight * error) + penalty * ahead)
        after[:-1] = np.maximum(after[:-1], least * spread)
        ahead = after + turn / (turn + 3) * (after - now)
        now = after
    weights = now[:-1] / spread
    return Logistic(weights=weights, bias=float(now[-1] - weights @ mean))
