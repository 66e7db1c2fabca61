"""How the authors' phrases do when each is judged as if nobody had written it down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.matching.decide import Bands, Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """A share of one flow's phrases that would be taken for another flow."""

    flow: str
    taken_for: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FitReport:
    """What the fit says about the phrases.

    Attributes:
        judged: how many phrases were judged.
        accuracy: share of the proper phrases that are taken for their flow, 0..1.
        by_flow: the same per flow, in the order of their names.
        confusions: which flows are taken for which, the largest share first.
        bands: the bands between the decisions.
        curve: what other precisions would mean.
    """

    judged: int
    accuracy: float
    by_flow: tuple[tuple[str, float], ...]
    confusions: tuple[Confusion, ...]
    bands: Bands
    curve: tuple[Point, ...]

    @classmethod
    def of_nothing(cls) -> FitReport:
        """The report where there is no phrase."""
        bands = Bands(low=1.0, high=1.0)
        return cls(judged=0, accuracy=0.0, by_flow=(), confusions=(), bands=bands, curve=())


def tally(
    judged: Sequence[tuple[str, str]],
) -> tuple[float, tuple[tuple[str, float], ...], tuple[Confusion, ...]]:
    """Accuracy, accuracy per flow, and confusions of (flow, taken for) pairs."""
    of = Counter(flow for flow, _ in judged)
    right = Counter(flow for flow, taken in judged if flow == taken)
    wrong = Counter(pair for pair in judged if pair[0] != pair[1])
    confusions = [
        Confusion(flow=flow, taken_for=taken, share=count / of[flow])
        for (flow, taken), count in wrong.items()
    ]
    return (
        right.total() / max(of.total(), 1),
        tuple((flow, right[flow] / of[flow]) for flow in sorted(of)),
        tuple(_largest_first(confusions)),
    )


def _largest_first(confusions: Iterable[Confusion]) -> list[Confusion]:
    return sorted(confusions, key=lambda one: (-one.share, one.flow, one.taken_for))
