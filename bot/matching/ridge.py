"""Kernel ridge regression, with the predictions it would have made without a row, or a class, in closed form.

With G = (K + L)^-1 and A = G Y, where L is the ridge of each row on the diagonal, the prediction for row i
by a model that never saw row i is Y_i - A_i / G_ii; for the rows c of a class by a model that never saw
the class it is Y_c - G_cc^-1 A_c. (Rifkin and Lippert, "Notes on regularized least squares", 2007,
section 3; the block form follows from the same partitioned inverse.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.align import Floats

# Chosen on the validation split of BANKING77.
RIDGE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ridge:
    """A fitted model and its predictions for the rows it was fitted on, as if unseen.

    Attributes:
        weights: shape (phrases, flows); the scores of a text are its kernel row times this.
        without_row: shape (phrases, flows); each phrase scored by a model without it.
        without_flow: shape (phrases, flows); each phrase scored by a model without its whole flow.
    """

    weights: Floats
    without_row: Floats
    without_flow: Floats


def fit(kernel: Floats, flows: Sequence[int], count: int, weights: Sequence[float]) -> Ridge:
    """Fit one score per flow.

    Args:
        kernel: shape (phrases, phrases), symmetric.
        flows: the flow of each phrase, 0 <= flow < count.
        count: the number of flows.
        weights: how much each phrase counts; 2 is as if it stood there twice.
    """
    targets = np.eye(count)[np.asarray(flows)]
    ridge = RIDGE / np.asarray(weights)
    inverse = np.linalg.inv(kernel + np.diag(ridge))
    solution = inverse @ targets
    without_row = targets - solution / np.diag(inverse)[:, None]
    without_flow = np.empty_like(solution)
    for flow in range(count):
        rows = np.flatnonzero(np.asarray(flows) == flow)
        block = inverse[np.ix_(rows, rows)]
        without_flow[rows] = targets[rows] - np.linalg.solve(block, solution[rows])
    return Ridge(weights=solution, without_row=without_row, without_flow=without_flow)
