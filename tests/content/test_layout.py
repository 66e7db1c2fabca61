"""A drawing of any graph can be read: no box on another, no line through a box, every way drawn to its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.drawing.layout import layout
from bot.content.drawing.lettering import width, wrapped
from bot.content.drawing.picture import picture
from bot.content.drawing.routes import Layout, Line, Node, Place, Point
from bot.content.drawing.svg import nodes_of
from bot.content.drawing.tracks import NEAR
from bot.content.load import load
from bot.content.paths import content_folders


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Node]:
    """Boxes of all sizes with ways to any of them, also back, to themselves and to nowhere."""
    names = [f"n{number}" for number in range(draw(st.integers(1, 9)))]
    found = {}
    for name in names:
        targets = draw(st.lists(st.sampled_from(names), max_size=5, unique=True))
        ports = {target: float(draw(st.integers(24, 120))) for target in targets}
        wide = max(draw(st.integers(60, 300)), sum(ports.values()) + 8 * (len(ports) + 1))
        found[name] = Node(width=wide, height=draw(st.integers(30, 200)), ports=ports)
    return found


def pieces(lines: Iterable[Line]) -> list[tuple[str, Point, Point]]:
    return [(line.target, start, end) for line in lines for start, end in pairwise(line.points)]


def overlap(one: Place, other: Place) -> bool:
    return (
        one.left < other.left + other.width
        and other.left < one.left + one.width
        and one.top < other.top + other.height
        and other.top < one.top + one.height
    )


def runs_through(start: Point, end: Point, place: Place) -> bool:
    (left, right), (top, bottom) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    inside_across = left < place.left + place.width - 0.2 and right > place.left + 0.2
    return inside_across and top < place.top + place.height - 0.2 and bottom > place.top + 0.2


def check_readable(nodes: Mapping[str, Node], drawn: Layout) -> None:
    places = drawn.places
    assert places.keys() == nodes.keys()
    assert not [pair for pair in combinations(places, 2) if overlap(places[pair[0]], places[pair[1]])]
    for target, start, end in pieces(drawn.lines):
        assert start[0] == end[0] or start[1] == end[1], "lines run straight down or sideways"
        assert not [name for name, place in places.items() if runs_through(start, end, place)], target
        for x, y in (start, end):
            assert -0.2 <= x <= drawn.width + 0.2
            assert 0 <= y <= drawn.height
    for name, node in nodes.items():
        for target in node.ports:
            assert arrives(drawn, name, target), f"{name} -> {target}"


def arrives(drawn: Layout, name: str, target: str) -> bool:
    """Follow the lines to a target from under its port."""
    place, goal = drawn.places[name], drawn.places[target]
    half = 60.0
    reached = {
        point
        for line in drawn.lines
        if line.target == target
        for point in line.points[:1]
        if point[1] == place.top + place.height and abs(point[0] - place.ports[target]) <= half
    }
    waiting = list(reached)
    while waiting:
        here = waiting.pop()
        for line in drawn.lines:
            if line.target == target and here in (line.points[0], line.points[-1]):
                if line.arrives and line.points[-1][1] == goal.top:
                    return goal.left < line.points[-1][0] < goal.left + goal.width
                new = {line.points[0], line.points[-1]} - reached
                reached |= new
                waiting.extend(new)
    return False


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_any_graph_can_be_read(nodes: dict[str, Node]) -> None:
    check_readable(nodes, layout(nodes))


@settings(max_examples=30, deadline=None)
@given(graphs())
def test_the_same_graph_is_drawn_the_same(nodes: dict[str, Node]) -> None:
    assert layout(nodes) == layout(nodes)


def test_shipped_flows_can_be_read_in_every_language() -> None:
    """Also: no line lies on a line to another box."""
    catalog = load(*content_folders()).draft
    assert catalog is not None
    for language in catalog.catalog.service.languages:
        for flow in catalog.catalog.flows.values():
            nodes = nodes_of(picture(flow, catalog.catalog, language))
            drawn = layout(nodes)
            check_readable(nodes, drawn)
            assert on_each_other(drawn) == [], flow.id


def on_each_other(drawn: Layout) -> list[tuple[str, str, Point, Point]]:
    """Find pieces of different targets that share more than a crossing."""
    found = []
    for (target, a, b), (other, c, d) in combinations(pieces(drawn.lines), 2):
        if target == other or a == b or c == d:
            continue
        along = 1 if a[0] == b[0] else 0
        if c[1 - along] != d[1 - along] or abs(a[1 - along] - c[1 - along]) > NEAR / 4:
            continue
        (low, high), (start, end) = sorted((a[along], b[along])), sorted((c[along], d[along]))
        if low < end and start < high:
            found.append((target, other, a, b))
    return found


def test_boxes_stand_in_rows_below_what_leads_to_them() -> None:
    chain = {
        name: Node(width=100, height=40, ports=dict.fromkeys(after, 30.0))
        for name, after in {"a": ["b", "d"], "b": ["c"], "c": ["d", "a"], "d": []}.items()
    }
    tops = {name: place.top for name, place in layout(chain).places.items()}
    assert tops["a"] < tops["b"] < tops["c"] < tops["d"]


def test_writing_is_wrapped_within_its_room() -> None:
    text = "Please wait a little, then look at the page again.\n请稍等片刻，然后再看一下页面上的按钮。 phone.cannot_receive_sms"
    lines = wrapped(text, 13, 120)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    # A full stop may hang over.
    assert all(width(line.rstrip("，。"), 13) <= 120 for line in lines)
    assert not any(line[0] in "，。" for line in lines)
