"""
The lines of a layered drawing.

Lines run straight down, up and sideways only, and sideways only between the rows, so that no line runs through a box.
Each way leaves at the foot of its own box, at its port; all ways into a box arrive together at the middle of its top.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from bot.content.drawing.layers import Item, Kind, Layers
from bot.content.drawing.tracks import NEAR, Pin, Strand, lie_on_each_other, tracks

#: Points between two tracks, and above the first and below the last one.
_TRACK: Final = 10.0
_CLEAR: Final = 18.0
#: Lines arrive at most so far from the middle of a box; every box is wide enough for it.
_STEP: Final = 24.0
#: How far a line may leave from the middle of its port, tried in this order.
_SHIFTS: Final = (0.0, NEAR, -NEAR, 2 * NEAR, -2 * NEAR)

Point = tuple[float, float]
#: Box -> target -> middle of the port from the middle of the box.
Ports = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box to place."""

    width: float
    height: float
    #: Target -> width of the port from which the line to it leaves; they fit side by side.
    ports: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A box in its place."""

    left: float
    top: float
    width: float
    height: float
    #: Target -> middle of its port.
    ports: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One piece of the lines to a box; the pieces of one target join at their ends."""

    target: str
    points: tuple[Point, ...]
    #: It ends at the box.
    arrives: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A drawing in points from its top left corner."""

    width: float
    height: float
    places: Mapping[str, Place]
    lines: tuple[Line, ...]


def routed(nodes: Mapping[str, Node], found: Layers, middles: Mapping[Item, float], ports: Ports) -> Layout:
    """
    Draw the lines.

    Args:
        nodes: The boxes.
        found: Their rows.
        middles: Where each box and each lane stands.
        ports: Where the ways leave each box.

    Returns:
        The drawing; rows are as far apart as their lines need.
    """
    exits = _exits(nodes, found, middles, ports)
    middles = dict(middles)
    spaces = [_disentangled(number, found, middles, exits) for number in range(len(found.rows) + 1)]
    levels = [tracks(strands) for strands in spaces]
    tops, feet = _heights(nodes, found, levels)
    places = {}
    for name, node in nodes.items():
        row = found.row_of[name]
        middle = middles[Item(row, Kind.BOX, name)]
        left, pills = middle - node.width / 2, {target: middle + off for target, off in ports[name].items()}
        places[name] = Place(left=left, top=tops[row], width=node.width, height=node.height, ports=pills)
    lines = [*_stems(found, places, exits, feet), *_lanes(found, middles, tops, feet)]
    for number, strands in enumerate(spaces):
        above, below = ([0.0, *feet][number], tops[number])
        for strand in strands:
            track = above + _CLEAR + levels[number].get(strand.target, 0) * _TRACK
            arrives = found.row_of[strand.target] == number and not strand.sink.above
            lines.extend(_bends(strand, track, (above, below), arrives=arrives))
    width = max(place.left + place.width for place in places.values())
    width = max(width, *middles.values())
    return Layout(width=width, height=tops[-1], places=places, lines=tuple(lines))


def _disentangled(number: int, found: Layers, middles: dict[Item, float], exits: Ports) -> tuple[Strand, ...]:
    """Collect the lines above a row; move a lane of it where two would lie on each other in any order."""
    row = found.rows[number] if number < len(found.rows) else ()
    for one, other in combinations(_strands(number, found, middles, exits), 2):
        if lie_on_each_other(one, other) and lie_on_each_other(other, one):
            lanes = (item for item in row if item.kind is not Kind.BOX)
            for lane in [lane for lane in lanes if lane.name in (one.target, other.target)][:1]:
                middles[lane] = _clear(middles[lane] + NEAR, 2 * NEAR, [middles[item] for item in row])
    return _strands(number, found, middles, exits)


def _strands(number: int, found: Layers, middles: Mapping[Item, float], exits: Ports) -> tuple[Strand, ...]:
    """Collect the lines between a row and the one above it."""
    sources: dict[str, list[Pin]] = {}
    sinks: dict[str, Pin] = {}
    for item in found.rows[number - 1] if number else ():
        if item.kind is Kind.BOX:
            for target, x in exits[item.name].items():
                sources.setdefault(target, []).append(Pin(x, above=True))
        elif item.kind is Kind.DOWN:
            sources.setdefault(item.name, []).append(Pin(middles[item], above=True))
        else:
            sinks[item.name] = Pin(middles[item], above=True)
    for item in found.rows[number] if number < len(found.rows) else ():
        if item.kind is Kind.UP:
            sources.setdefault(item.name, []).append(Pin(middles[item], above=False))
        else:
            x = middles[item]
            if item.kind is Kind.BOX:
                x = _entry(x, [pin.x for pin in sources.get(item.name, ()) if pin.above])
            sinks[item.name] = Pin(x, above=False)
    return tuple(
        Strand(target=target, sources=tuple(pins), sink=sinks[target]) for target, pins in sources.items()
    )


def _entry(middle: float, sources: Sequence[float]) -> float:
    """Let a line that would make a small step into a box come down straight."""
    nearest = min(sources, key=lambda x: abs(x - middle), default=middle)
    return nearest if abs(nearest - middle) <= _STEP else middle


def _exits(nodes: Mapping[str, Node], found: Layers, middles: Mapping[Item, float], ports: Ports) -> Ports:
    """Place the ends of the lines at the ports, apart from what other lines end at in the row below."""
    exits: dict[str, dict[str, float]] = {}
    for name, row in found.row_of.items():
        middle = middles[Item(row, Kind.BOX, name)]
        below = found.rows[row + 1] if row + 1 < len(found.rows) else ()
        exits[name] = {
            target: _clear(middle + offset, nodes[name].ports[target] / 2 - NEAR, others)
            for target, offset in ports[name].items()
            for others in [[middles[item] for item in below if item.name != target]]
        }
    return exits


def _clear(x: float, room: float, others: Sequence[float]) -> float:
    """Return the nearest place that is apart from others, or the middle if there is none."""
    shifts = (shift for shift in _SHIFTS if abs(shift) <= max(room, 0.0))
    return next((x + shift for shift in shifts if all(abs(x + shift - other) >= NEAR for other in others)), x)


def _heights(
    nodes: Mapping[str, Node], found: Layers, levels: Sequence[Mapping[str, int]]
) -> tuple[list[float], list[float]]:
    """Return the top and the foot of every row; below the last one is room for its lines."""
    tops: list[float] = []
    feet: list[float] = []
    for number, used in enumerate(levels):
        above = feet[-1] if feet else 0.0
        room = (
            2 * _CLEAR + max(used.values(), default=0) * _TRACK
            if used or 0 < number < len(found.rows)
            else 0.0
        )
        tops.append(above + room)
        if number < len(found.rows):
            boxes = [nodes[item.name].height for item in found.rows[number] if item.kind is Kind.BOX]
            feet.append(tops[-1] + max(boxes))
    return tops, feet


def _bends(strand: Strand, track: float, edges: tuple[float, float], *, arrives: bool) -> Iterable[Line]:
    """Draw a strand: from each source to its track, along it, and to the sink."""
    sink = (strand.sink.x, edges[0] if strand.sink.above else edges[1])
    for pin in strand.sources:
        source = (pin.x, edges[0] if pin.above else edges[1])
        straight = pin.x == strand.sink.x and pin.above != strand.sink.above
        corners = () if straight else ((pin.x, track), (strand.sink.x, track))
        yield Line(target=strand.target, points=(source, *corners, sink), arrives=arrives)


def _stems(found: Layers, places: Mapping[str, Place], exits: Ports, feet: Sequence[float]) -> Iterable[Line]:
    """Draw the way from a box to the foot of its row, which a higher box sets."""
    for name, place in places.items():
        foot = feet[found.row_of[name]]
        for target, x in exits[name].items():
            if place.top + place.height < foot:
                yield Line(target=target, points=((x, place.top + place.height), (x, foot)))


def _lanes(
    found: Layers, middles: Mapping[Item, float], tops: Sequence[float], feet: Sequence[float]
) -> Iterable[Line]:
    """Draw the ways that pass a row."""
    for row in found.rows:
        for item in row:
            if item.kind is not Kind.BOX:
                x = middles[item]
                yield Line(target=item.name, points=((x, tops[item.row]), (x, feet[item.row])))
