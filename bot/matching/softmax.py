"""Logistic regression of many classes: one score a flow, whose softmax is the probability of the flow.

The penalised loss is convex, and its curvature in the scores is at most one half (Böhning, "Multinomial logistic regression
algorithm", 1992), so steps along the gradient, scaled by the inverse of that bound, never overshoot; momentum (Nesterov) makes few
of them enough. The scores are carried beside the weights. From zero, a fixed number of steps: deterministic.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bot.matching.align import Floats, Real, Singles

# Chosen on the validation split of BANKING77; .01 to .1 do as well within a point.
PENALTY = 0.03
# After 30 steps the scores of unseen texts move by less than their third digit.
STEPS = 30
# Matrices of this size are inverted as they are.
_SMALL = 64


def steps(kernel: NDArray[Real]) -> Floats:
    """What scales the steps of a fit over a kernel, symmetric and of shape (phrases, phrases): the inverse of the bound."""
    bound = kernel.astype(np.float64) / 2
    np.fill_diagonal(bound, bound.diagonal() + PENALTY)
    return inverse(bound)


def steps_without(steps: Floats, out: NDArray[np.bool_]) -> Floats:
    """The same for the kernel of the other phrases, those left out being few (the inverse of a block, by its Schur complement)."""
    side = steps[np.ix_(~out, out)]
    return np.asarray(steps[np.ix_(~out, ~out)] - side @ np.linalg.inv(steps[np.ix_(out, out)]) @ side.T)


def fit_kernel(steps: Floats, flows: NDArray[np.int64], count: int) -> Singles:
    """Fit one score per flow over a kernel.

    Args:
        steps: shape (phrases, phrases), of the kernel.
        flows: the flow of each phrase, 0 <= flow < count.
        count: the number of flows.

    Returns:
        Weights, shape (phrases, count): the scores of a text are its kernel row times them.
    """
    targets = np.eye(count, dtype=np.float32)[flows]
    # Inverted in double precision: in single, the scores that are carried would drift from the weights.
    scale, penalty = steps.astype(np.float32), np.float32(PENALTY)

    def both(ahead: Singles, scores: Singles) -> tuple[Singles, Singles]:
        error = targets - probabilities(scores) - penalty * ahead
        change = scale @ error
        # The kernel times the change, for the kernel is twice the bound less the penalty.
        return change, 2 * (error - penalty * change)

    return _climb(targets.shape, targets.shape, both)


def fit_linear(features: Floats, flows: NDArray[np.int64], count: int, penalty: float) -> Floats:
    """Fit one score per flow over features.

    Args:
        features: shape (phrases, dimensions).
        flows: the flow of each phrase, 0 <= flow < count.
        count: the number of flows.
        penalty: on the squares of the weights.

    Returns:
        Weights, shape (dimensions, count): the scores of a text are its features times them.
    """
    rows = features.astype(np.float32)
    targets = np.eye(count, dtype=np.float32)[flows]
    bound = rows.T @ rows / 2 + penalty * np.eye(rows.shape[1], dtype=np.float32)
    step = np.linalg.inv(bound).astype(np.float32)

    def both(ahead: Singles, scores: Singles) -> tuple[Singles, Singles]:
        change = step @ (rows.T @ (targets - probabilities(scores)) - np.float32(penalty) * ahead)
        return change, rows @ change

    return _climb((rows.shape[1], count), targets.shape, both).astype(np.float64)


def probabilities(scores: NDArray[Real], temperature: float = 1.0) -> NDArray[Real]:
    """The softmax of each row of scores; a lower temperature makes the first surer."""
    powers = np.exp((scores - scores.max(axis=-1, keepdims=True)) / temperature)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=scores.dtype)


def inverse(matrix: Floats) -> Floats:
    """The inverse of a symmetric positive definite matrix, by halves: products do most of it, twice as fast as LAPACK."""
    half = len(matrix) // 2
    if half < _SMALL:
        return np.asarray(np.linalg.inv(matrix))
    upper, side = inverse(matrix[:half, :half]), matrix[:half, half:]
    across = upper @ side
    lower = inverse(matrix[half:, half:] - side.T @ across)
    found = np.empty_like(matrix)
    found[half:, half:] = lower
    found[:half, half:] = -(across @ lower)
    found[half:, :half] = found[:half, half:].T
    found[:half, :half] = upper - found[:half, half:] @ across.T
    return found


def _climb(
    weights: tuple[int, ...],
    scores: tuple[int, ...],
    step: Callable[[Singles, Singles], tuple[Singles, Singles]],
) -> Singles:
    """Weights after `STEPS`; `step` gives the change of weights and of scores, whose shapes these are."""
    now = ahead = np.zeros(weights, np.float32)
    scored = ahead_scored = np.zeros(scores, np.float32)
    for turn in range(STEPS):
        change, change_scored = step(ahead, ahead_scored)
        after, after_scored = ahead + change, ahead_scored + change_scored
        momentum = np.float32(turn / (turn + 3))
        ahead = after + momentum * (after - now)
        ahead_scored = after_scored + momentum * (after_scored - scored)
        now, scored = after, after_scored
    return now
