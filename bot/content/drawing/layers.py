"""
The order of a layered drawing: which row a box stands in, and in which order a row stands.

After Sugiyama, Tagawa and Toda (1981): arrows that close a circle are set aside, a box stands below everything that
leads to it, an arrow that passes a row gets a lane in it, and the rows are sorted until few arrows cross. All arrows
with the same target share their lanes, so that a box that everything leads to does not drown the drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final, NamedTuple

#: Rounds of sorting; the shipped flows stop getting better after 8.
_ROUNDS: Final = 16

#: Box -> the boxes that its arrows lead to, without repetition.
Targets = Mapping[str, Sequence[str]]


class Kind(IntEnum):
    """What stands in a row."""

    BOX = 0
    #: Where arrows pass downwards to a box of a later row.
    DOWN = 1
    #: Where arrows pass upwards to a box of this row or an earlier one.
    UP = 2


class Item(NamedTuple):
    """A box, or the lane of all arrows to it through one row."""

    row: int
    kind: Kind
    #: The box itself, or the target of the arrows.
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The rows from top to bottom, each from left to right."""

    rows: tuple[tuple[Item, ...], ...]
    row_of: Mapping[str, int]
    #: What an arrow joins, the upper one first; within a row, a lane upwards and the box that it serves.
    links: tuple[tuple[Item, Item], ...]


def layers(targets: Targets) -> Layers:
    """
    Sort boxes into rows.

    Args:
        targets: Every box, the first one first, with the boxes that its arrows lead to.

    Returns:
        The rows; the same for the same boxes.
    """
    row_of = _rows(targets)
    links = tuple(
        dict.fromkeys(
            link for source, ends in targets.items() for end in ends for link in _links(row_of, source, end)
        )
    )
    items = dict.fromkeys(Item(row, Kind.BOX, name) for name, row in row_of.items())
    items.update(dict.fromkeys(item for link in links for item in link))
    rows: list[list[Item]] = [[] for _ in range(max(row_of.values(), default=-1) + 1)]
    for item in items:
        rows[item.row].append(item)
    return Layers(rows=_sorted(rows, links), row_of=row_of, links=links)


def _rows(targets: Targets) -> dict[str, int]:
    """Put every box below all that lead to it, but for arrows that close a circle."""
    finished, closing = _walk(targets)
    row_of = dict.fromkeys(targets, 0)
    for name in reversed(finished):
        for end in targets[name]:
            if (name, end) not in closing:
                row_of[end] = max(row_of[end], row_of[name] + 1)
    return row_of


def _walk(targets: Targets) -> tuple[list[str], set[tuple[str, str]]]:
    """Walk depth first; return the boxes as they are finished, and the arrows back to an unfinished one."""
    finished: dict[str, None] = {}
    closing: set[tuple[str, str]] = set()
    for first in targets:
        path = [] if first in finished else [(first, iter(targets[first]))]
        while path:
            name, ways = path[-1]
            end = next(ways, None)
            if end is None:
                finished[name] = None
                path.pop()
            elif any(end == before for before, _ in path):
                closing.add((name, end))
            elif end not in finished:
                path.append((end, iter(targets[end])))
    return list(finished), closing


def _links(row_of: Mapping[str, int], source: str, end: str) -> Iterable[tuple[Item, Item]]:
    top, bottom = row_of[source], row_of[end]
    here, there = Item(top, Kind.BOX, source), Item(bottom, Kind.BOX, end)
    if top < bottom:
        lanes = [Item(row, Kind.DOWN, end) for row in range(top + 1, bottom)]
        return zip([here, *lanes], [*lanes, there], strict=True)
    lanes = [Item(row, Kind.UP, end) for row in range(bottom, top + 1)]
    return [(there, lanes[0]), *pairwise(lanes), (here, lanes[-1])]


def _sorted(rows: list[list[Item]], links: Sequence[tuple[Item, Item]]) -> tuple[tuple[Item, ...], ...]:
    near: dict[Item, list[Item]] = {item: [] for row in rows for item in row}
    for one, other in links:
        near[one].append(other)
        near[other].append(one)
    best, least = [list(row) for row in rows], _cost(rows, links)
    for turn in range(_ROUNDS):
        order = range(len(rows)) if turn % 2 == 0 else range(len(rows) - 1, -1, -1)
        for number in order:
            _sort_row(rows, number, near, -1 if turn % 2 == 0 else 1)
        for number in order:
            _swap_neighbours(rows, number, near)
        if (cost := _cost(rows, links)) < least:
            best, least = [list(row) for row in rows], cost
    return tuple(tuple(row) for row in best)


def _sort_row(rows: list[list[Item]], number: int, near: Mapping[Item, Sequence[Item]], side: int) -> None:
    """Sort by the mean place of the neighbours in the row before; who has none there stays where it is."""
    places = {item: place for row in rows for place, item in enumerate(row)}

    def mean(item: Item) -> float:
        seen = [_share(rows, places, other) for other in near[item] if other.row in (number, number + side)]
        return sum(seen) / len(seen) if seen else _share(rows, places, item)

    rows[number] = sorted(rows[number], key=mean)


def _share(rows: list[list[Item]], places: Mapping[Item, int], item: Item) -> float:
    return (places[item] + 0.5) / len(rows[item.row])


def _swap_neighbours(rows: list[list[Item]], number: int, near: Mapping[Item, Sequence[Item]]) -> None:
    """Swap two that stand side by side wherever fewer of their arrows cross then."""
    row = rows[number]
    places = {item: place for line in rows for place, item in enumerate(line)}
    for left in range(len(row) - 1):
        one, other = row[left], row[left + 1]
        if _crossings(one, other, near, places) > _crossings(other, one, near, places):
            row[left], row[left + 1] = other, one
            places[one], places[other] = left + 1, left


def _crossings(
    left: Item, right: Item, near: Mapping[Item, Sequence[Item]], places: Mapping[Item, int]
) -> int:
    return sum(
        places[of_left] > places[of_right]
        for of_left in near[left]
        for of_right in near[right]
        if of_left.row == of_right.row != left.row
    )


def _cost(rows: Sequence[Sequence[Item]], links: Sequence[tuple[Item, Item]]) -> int:
    """Count the crossings, and what stands between a box and the lane that leads up from it or to it."""
    places = {item: place for row in rows for place, item in enumerate(row)}
    between: list[list[tuple[int, int]]] = [[] for _ in rows]
    cost = 0
    for one, other in links:
        if one.row == other.row:
            cost += abs(places[one] - places[other])
        else:
            upper, lower = sorted((one, other))
            between[upper.row].append((places[upper], places[lower]))
    for ways in between:
        ways.sort()
        cost += sum(ways[j][1] < ways[i][1] for i in range(len(ways)) for j in range(i + 1, len(ways)))
    return cost
