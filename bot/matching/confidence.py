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

from bot.matching.align import Floats, Real
from bot.matching.softmax import probabilities

# As sure as it gets: of an exact phrase. A logistic model runs on towards 1 beyond what it was fitted on.
SUREST = 0.99
# Below 1, because the regression is too modest about texts that it has not seen.
TEMPERATURE = 0.3
_SHRINKAGE = 0.01  # pulls the weights to zero, so that separable phrases do not give certainty
_STEPS = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for the best flow of each of some texts.

    Attributes:
        flow: the best flow other than the reject class, as a number; shape (texts,).
        features: shape (texts, 7): score, lead over the reject class, margin, nearest phrase, mean of the three nearest,
            coverage, share.
        meaning: shape (texts, 1): what the semantic tier scores alone; (texts, 0) where it is not asked.
    """

    flow: NDArray[np.int64]
    features: Floats
    meaning: Floats

    @property
    def all(self) -> Floats:
        """The features and the meaning.

        A text about something else means something else, whichever words it shares. Which flow is right, the meaning
        tells no better than the scores that it is a part of.
        """
        return np.concatenate((self.features, self.meaning), axis=1)


def gather(
    scores: Floats,
    similarity: NDArray[Real],
    flows: NDArray[np.int64],
    coverage: Floats,
    reject: int | None,
    meaning: Floats | None = None,
) -> Evidence:
    """Gather the evidence for some texts.

    Args:
        scores: shape (texts, flows); -inf is the score of a flow that is not there.
        similarity: shape (texts, phrases).
        flows: the flow of each phrase, as a number.
        coverage: shape (texts,).
        reject: the number of the reject class, or None.
        meaning: shape (texts, flows); the part of the scores that the semantic tier gives, where it is asked.
    """
    texts = np.arange(len(scores))
    others, rejected = scores.copy(), np.zeros(len(scores))
    if reject is not None:
        rejected = scores[:, reject]
        others[:, reject] = -np.inf
    best = others.argmax(axis=1)
    top = scores[texts, best]
    others[texts, best] = -np.inf
    rival = np.maximum(others.max(axis=1), np.maximum(rejected, 0.0))
    nearest, three = np.zeros(len(scores)), np.zeros(len(scores))
    for flow in set(best.tolist()):
        rows, phrases = np.flatnonzero(best == flow), np.flatnonzero(flows == flow)
        if len(phrases):
            of = np.sort(similarity[rows[:, None], phrases], axis=1)[:, -3:]
            nearest[rows], three[rows] = of[:, -1], of.sum(axis=1) / of.shape[1]
    share = probabilities(scores, TEMPERATURE)[texts, best]
    features = np.array((top, top - rejected, top - rival, nearest, three, coverage, share)).T
    alone = np.zeros((len(scores), 0)) if meaning is None else meaning[texts, best][:, None]
    return Evidence(flow=best, features=features, meaning=alone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """A logistic model whose weights are not negative."""

    weights: Floats
    bias: float

    def rescaled(self, slope: float, shift: float) -> Logistic:
        """The same with other log-odds: times `slope`, plus `shift`."""
        return Logistic(weights=slope * self.weights, bias=slope * self.bias + shift)

    def probability(self, features: Floats) -> Floats:
        """Probability for each row: shape (rows,) from (rows, features)."""
        return _logistic(features @ self.weights + self.bias)


def fit_logistic(features: Floats, target: NDArray[np.bool_], weight: Floats) -> Logistic:
    """Fit by projected gradient with momentum, a fixed number of steps from zero: deterministic.

    Args:
        features: shape (rows, features).
        target: shape (rows,).
        weight: shape (rows,); how much each row counts.
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
        error = _logistic(scaled @ ahead) - target
        after = ahead - step * (scaled.T @ (weight * error) + penalty * ahead)
        after[:-1] = np.maximum(after[:-1], 0.0)
        ahead = after + turn / (turn + 3) * (after - now)
        now = after
    weights = now[:-1] / spread
    return Logistic(weights=weights, bias=float(now[-1] - weights @ mean))


def _logistic(log_odds: Floats) -> Floats:
    """The probability; written as a hyperbolic tangent, which no log-odds are too large for."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * log_odds))
