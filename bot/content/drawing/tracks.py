"""
Lines between two rows: which runs sideways above which.

All lines to one target are one strand: they join on a track of their own and go on from one place. Strands are ordered so
that few cross and none lies on another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: Points; strands that come nearer than this end to end would be taken for one.
NEAR: Final = 7.0
#: Two lines on each other are worse than any number of crossings.
_OVERLAP: Final = 1000
#: Rounds of moving strands; three change nothing any more in the shipped flows.
_ROUNDS: Final = 6


@dataclass(frozen=True, slots=True)
class Pin:
    """Where a strand enters or leaves the space between two rows."""

    x: float
    #: At the row above, or at the one below.
    above: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """All lines to one target in this space."""

    target: str
    sources: tuple[Pin, ...]
    sink: Pin

    @property
    def pins(self) -> tuple[Pin, ...]:
        """All of its ends here."""
        return (*self.sources, self.sink)

    @property
    def span(self) -> tuple[float, float]:
        """How far it reaches sideways."""
        places = [pin.x for pin in self.pins]
        return min(places), max(places)

    @property
    def straight(self) -> bool:
        """Tell whether it needs no track."""
        left, right = self.span
        return left == right and any(pin.above != self.sink.above for pin in self.sources)


def tracks(strands: Sequence[Strand]) -> Mapping[str, int]:
    """
    Give each strand that bends a track.

    Args:
        strands: One per target.

    Returns:
        Target -> number of its track from the top; tracks may be shared by strands that keep apart.
    """
    bent = sorted((strand for strand in strands if not strand.straight), key=lambda strand: strand.span)
    levels: dict[str, int] = {}
    placed: list[Strand] = []
    for strand in _ordered(bent):
        above = [levels[other.target] for other in placed if _meet(strand, other)]
        levels[strand.target] = max(above, default=-1) + 1
        placed.append(strand)
    return levels


def _ordered(strands: list[Strand]) -> list[Strand]:
    order: list[Strand] = []
    for strand in strands:
        _insert(order, strand)
    for _ in range(_ROUNDS):
        before = list(order)
        for strand in before:
            order.remove(strand)
            _insert(order, strand)
        if order == before:
            break
    return order


def _insert(order: list[Strand], strand: Strand) -> None:
    """Put a strand where it costs least, as far up as that allows."""
    cost = sum(_cost(strand, other) for other in order)
    least, best = cost, 0
    for place, other in enumerate(order, 1):
        cost += _cost(other, strand) - _cost(strand, other)
        if cost < least:
            least, best = cost, place
    order.insert(best, strand)


def _cost(upper: Strand, lower: Strand) -> int:
    """Count what crosses if one strand's track is above the other's."""
    if not _meet(upper, lower):
        return 0
    down = sum(_within(pin, upper) for pin in lower.pins if pin.above)
    up = sum(_within(pin, lower) for pin in upper.pins if not pin.above)
    return down + up + _OVERLAP * lie_on_each_other(upper, lower)


def lie_on_each_other(upper: Strand, lower: Strand) -> bool:
    """Tell whether two strands share a piece if the track of the first is above that of the second."""
    return any(
        not one.above and other.above and abs(one.x - other.x) < NEAR
        for one in upper.pins
        for other in lower.pins
    )


def _within(pin: Pin, strand: Strand) -> bool:
    left, right = strand.span
    return left < pin.x < right


def _meet(one: Strand, other: Strand) -> bool:
    (left, right), (start, end) = one.span, other.span
    return left < end + 2 * NEAR and start < right + 2 * NEAR
