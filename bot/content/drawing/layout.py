"""
A layered drawing in points: how far to the right each box stands, and then the lines between the boxes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf
from typing import Final

from bot.content.drawing.layers import Item, Kind, Layers, layers
from bot.content.drawing.routes import Layout, Node, routed

#: Points between two boxes, and between two lanes.
_BESIDE_BOX: Final = 28.0
_BESIDE_LANE: Final = 14.0
#: Rounds of straightening; more change nothing that can be seen.
_ROUNDS: Final = 24
#: A lane that is straight from row to row is worth more than a box right above its target.
_LANE_WEIGHT: Final = 6.0


def layout(nodes: Mapping[str, Node]) -> Layout:
    """
    Place boxes and lines.

    Args:
        nodes: The boxes, the first one first; ports lead to other boxes or the same.

    Returns:
        Places and lines in points from the top left corner; the same for the same nodes.
    """
    if not nodes:
        return Layout(width=0, height=0, places={}, lines=())
    found = layers({name: tuple(node.ports) for name, node in nodes.items()})
    ports = {name: _ports(name, node, found) for name, node in nodes.items()}
    return routed(nodes, found, _middles(nodes, found, ports), ports)


def _ports(name: str, node: Node, found: Layers) -> dict[str, float]:
    """Line the ports up at the foot of a box, each towards its target; return their middles from the box's middle."""
    places = {item: place for row in found.rows for place, item in enumerate(row)}
    row = found.row_of[name]
    own = places[Item(row, Kind.BOX, name)]

    def towards(target: str) -> tuple[int, int]:
        if found.row_of[target] <= row:
            place = places[Item(row, Kind.UP, target)]
            return (-1 if place < own else 1, place)
        below = Item(row + 1, Kind.BOX, target)
        return (0, places[below] if below in places else places[Item(row + 1, Kind.DOWN, target)])

    ordered = sorted(node.ports, key=towards)
    gap = (node.width - sum(node.ports.values())) / max(1, len(ordered))
    middles, left = {}, -node.width / 2 + gap / 2
    for target in ordered:
        middles[target] = left + node.ports[target] / 2
        left += node.ports[target] + gap
    return middles


def _middles(
    nodes: Mapping[str, Node], found: Layers, ports: Mapping[str, Mapping[str, float]]
) -> dict[Item, float]:
    """Find where the middle of each item stands: near what it is joined to, without changing the order of a row."""
    pulls = _pulls(found, ports)
    gaps = [[_gap(nodes, one, other) for one, other in pairwise(row)] for row in found.rows]
    middles: dict[Item, float] = {}
    for row, between in zip(found.rows, gaps, strict=True):
        middles.update(zip(row, _apart([(0.0, 1.0)] * len(row), between), strict=True))
    for turn in range(_ROUNDS):
        side = -1 if turn % 2 == 0 else 1
        sides = (side,) if turn < _ROUNDS // 2 else (-1, 0, 1)
        numbers = range(len(found.rows))
        for number in numbers if turn % 2 == 0 else reversed(numbers):
            row = found.rows[number]
            wanted = [_wanted(item, pulls[item], middles, sides) for item in row]
            middles.update(zip(row, _apart(wanted, gaps[number]), strict=True))
    _straighten(found, middles, nodes)
    left = min(middle - _half(nodes, item) for item, middle in middles.items())
    return {item: round(middle - left, 1) for item, middle in middles.items()}


def _pulls(
    found: Layers, ports: Mapping[str, Mapping[str, float]]
) -> dict[Item, list[tuple[Item, float, float]]]:
    """Collect for each item what pulls at it: another item, where it wants to stand from there, and how strongly."""
    pulls: dict[Item, list[tuple[Item, float, float]]] = {item: [] for row in found.rows for item in row}
    for one, other in found.links:
        offset = ports[one.name].get(other.name, 0.0) if one.kind is Kind.BOX else 0.0
        weight = 1.0 if Kind.BOX in (one.kind, other.kind) else _LANE_WEIGHT
        pulls[one].append((other, -offset, weight))
        pulls[other].append((one, offset, weight))
    return pulls


def _wanted(
    item: Item,
    pulls: Sequence[tuple[Item, float, float]],
    middles: Mapping[Item, float],
    sides: Sequence[int],
) -> tuple[float, float]:
    felt = [(middles[other] + off, weight) for other, off, weight in pulls if other.row - item.row in sides]
    strength = sum(weight for _, weight in felt)
    if not felt:
        return middles[item], 0.1
    return sum(place * weight for place, weight in felt) / strength, strength


def _apart(wanted: Sequence[tuple[float, float]], gaps: Sequence[float]) -> list[float]:
    """Place a row: each as near to where it wants as the order and the gaps allow (least squares, pooled)."""
    starts = [0.0]
    for gap in gaps:
        starts.append(starts[-1] + gap)
    pools: list[tuple[float, float, int]] = []
    for (place, weight), start in zip(wanted, starts, strict=True):
        pool = ((place - start) * weight, weight, 1)
        while pools and pools[-1][0] / pools[-1][1] >= pool[0] / pool[1]:
            last = pools.pop()
            pool = (last[0] + pool[0], last[1] + pool[1], last[2] + pool[2])
        pools.append(pool)
    shifts = [total / weight for total, weight, count in pools for _ in range(count)]
    return [shift + start for shift, start in zip(shifts, starts, strict=True)]


def _straighten(found: Layers, middles: dict[Item, float], nodes: Mapping[str, Node]) -> None:
    """Give a lane one place over as many rows as its neighbours leave free."""
    chains: dict[tuple[Kind, str], list[Item]] = {}
    for row in found.rows:
        for item in row:
            if item.kind is not Kind.BOX:
                chains.setdefault((item.kind, item.name), []).append(item)
    for (_, target), chain in chains.items():
        goal = middles[Item(found.row_of[target], Kind.BOX, target)]
        straight: list[Item] = []
        low, high = -inf, inf
        for lane in chain:
            left, right = _free(lane, found.rows[lane.row], middles, nodes)
            if max(low, left) > min(high, right):
                _align(straight, low, high, goal, middles)
                straight, low, high = [], -inf, inf
            straight.append(lane)
            low, high = max(low, left), min(high, right)
        _align(straight, low, high, goal, middles)


def _free(
    item: Item, row: Sequence[Item], middles: Mapping[Item, float], nodes: Mapping[str, Node]
) -> tuple[float, float]:
    """Return how far an item may go to the left and to the right."""
    place = row.index(item)
    before, after = row[:place][-1:], row[place + 1 :][:1]
    low = max((middles[other] + _gap(nodes, other, item) for other in before), default=-inf)
    high = min((middles[other] - _gap(nodes, item, other) for other in after), default=inf)
    return low, max(low, high)


def _align(lanes: Sequence[Item], low: float, high: float, goal: float, middles: dict[Item, float]) -> None:
    """Put lanes under each other: above their target if there is room, else where they stand on average."""
    mean = sum(middles[lane] for lane in lanes) / len(lanes)
    wanted = goal if low <= goal <= high and lanes[0].kind is Kind.DOWN else mean
    middles.update(dict.fromkeys(lanes, min(max(wanted, low), high)))


def _half(nodes: Mapping[str, Node], item: Item) -> float:
    return nodes[item.name].width / 2 if item.kind is Kind.BOX else 0.0


def _gap(nodes: Mapping[str, Node], one: Item, other: Item) -> float:
    boxes = one.kind is Kind.BOX and other.kind is Kind.BOX
    lanes = one.kind is not Kind.BOX and other.kind is not Kind.BOX
    between = _BESIDE_BOX if boxes else _BESIDE_LANE if lanes else (_BESIDE_BOX + _BESIDE_LANE) / 2
    return _half(nodes, one) + _half(nodes, other) + between
