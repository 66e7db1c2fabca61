"""Start a flow, ask "did you mean", or say that nothing fits: the bands between the three.

The bands come from the phrases, each judged as if unseen, for what the policy asks: `precision` expected of the flows
that are started, by their confidence, and a share `keep` of proper complaints that are not turned away. Complaints about
something else are expected as `out_of_scope_share` of the traffic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bot.matching.align import Floats

Decision = Literal["start", "clarify", "none"]

# What the phrases may move the bands between. Leave-one-out takes away the only similar phrase where there are
# few, and a quantile of what is left falls towards zero; phrases that are all alike push `high` there. What is
# more likely out of scope than in is not worth a question, and what is more likely wrong than right is not
# started; nor is anyone turned away who is more likely than 3 to 2 in scope.
_LOW, _HIGH = (0.50, 0.60), (0.50, 0.95)
# Below this many judged phrases a quantile says nothing, and the middle of each range is taken.
_FEWEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the bands are set for. Each is a share, 0 < share < 1."""

    precision: float = 0.85
    keep: float = 0.95
    out_of_scope_share: float = 0.25

    def __post_init__(self) -> None:
        for name in ("precision", "keep", "out_of_scope_share"):
            if not 0.0 < getattr(self, name) < 1.0:
                raise ValueError(f"Policy.{name} is {getattr(self, name)}; give a share between 0 and 1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """`none` below `low` (of being in scope), `start` from `high` (of the flow being right), else `clarify`."""

    low: float
    high: float

    def decide(self, in_scope: float, confidence: float, *, vague: bool) -> Decision:
        """The decision for a text with these probabilities; what is vague is asked about, never started."""
        if in_scope < self.low:
            return "none"
        return "start" if confidence >= self.high and not vague else "clarify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Texts judged as if unseen. All arrays have shape (texts,).

    Attributes:
        in_scope: probability of being in scope.
        confidence: probability that the best flow is the right one.
        proper: whether the text is in scope.
        weight: the share of the traffic that the text stands for; sums to 1.
    """

    in_scope: Floats
    confidence: Floats
    proper: NDArray[np.bool_]
    weight: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What one asked precision would cost: shares of the traffic, and the precision reached."""

    precision: float
    threshold: float
    started: float
    clarified: float
    none: float
    reached: float


def balance(weight: Floats, proper: NDArray[np.bool_], out_of_scope_share: float) -> Floats:
    """The weights scaled so that texts out of scope have their share of the sum, which is 1."""
    scaled = weight.astype(np.float64)
    for rows, share in ((proper, 1.0 - out_of_scope_share), (~proper, out_of_scope_share)):
        total = scaled[rows].sum()
        if total > 0:
            scaled[rows] *= share / total
    return np.asarray(scaled / max(float(scaled.sum()), 1e-12))


def set_bands(rehearsal: Rehearsal, policy: Policy) -> Bands:
    """The bands that meet the policy on these texts; `high` is 1 where no threshold reaches the precision."""
    if int(rehearsal.proper.sum()) < _FEWEST:
        return Bands(low=sum(_LOW) / 2, high=sum(_HIGH) / 2)
    low = float(np.clip(_quantile(rehearsal, 1.0 - policy.keep), *_LOW))
    high = _threshold(rehearsal, low, policy.precision)
    return Bands(low=low, high=1.0 if high is None else float(np.clip(high, *_HIGH)))


def curve(rehearsal: Rehearsal, policy: Policy, precisions: Iterable[float]) -> tuple[Point, ...]:
    """What other precisions would mean for the people who write: for the authors to choose by."""
    points = []
    for precision in precisions:
        asked = Policy(precision=precision, keep=policy.keep, out_of_scope_share=policy.out_of_scope_share)
        bands = set_bands(rehearsal, asked)
        kept = rehearsal.in_scope >= bands.low
        started = kept & (rehearsal.confidence >= bands.high)
        share = float(rehearsal.weight[started].sum())
        right = float((rehearsal.weight * rehearsal.confidence)[started].sum())
        points.append(
            Point(
                precision=precision,
                threshold=bands.high,
                started=share,
                clarified=float(rehearsal.weight[kept].sum()) - share,
                none=float(rehearsal.weight[~kept].sum()),
                reached=right / share if share else 1.0,
            )
        )
    return tuple(points)


def _quantile(rehearsal: Rehearsal, share: float) -> float:
    """The probability of being in scope that this share of the texts in scope is below."""
    rows = np.flatnonzero(rehearsal.proper)
    order = rows[np.argsort(rehearsal.in_scope[rows], kind="stable")]
    below = np.cumsum(rehearsal.weight[order])
    return float(rehearsal.in_scope[order[np.searchsorted(below, share * below[-1])]])


def _threshold(rehearsal: Rehearsal, low: float, precision: float) -> float | None:
    """The smallest confidence from which on the started flows are expected to be right often enough."""
    kept = np.flatnonzero(rehearsal.in_scope >= low)
    order = kept[np.argsort(-rehearsal.confidence[kept], kind="stable")]
    weight, confidence = rehearsal.weight[order], rehearsal.confidence[order]
    reached = np.cumsum(weight * confidence) / np.maximum(np.cumsum(weight), 1e-12)
    good = np.flatnonzero(reached >= precision)
    return float(confidence[good[-1]]) if len(good) else None
