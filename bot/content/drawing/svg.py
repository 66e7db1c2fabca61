"""
A flow as one SVG file that needs nothing else: no script, no font, no other file.

Its colours follow the reader's light or dark screen. Every box has its full words as a tooltip and for screen readers,
with where each way leads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from bot.content.drawing.layout import layout
from bot.content.drawing.lettering import LINE, width, wrapped
from bot.content.drawing.picture import Box, Look, Picture
from bot.content.drawing.routes import Layout, Line, Node, Place, Point

#: Points: sizes of the writing.
_NAME, _KIND, _WORDS, _LABEL, _TITLE = 13.0, 11.0, 13.0, 11.5, 20.0
#: Inside a box, beside its writing; above and below.
_PAD: Final = 14.0
_RISE: Final = 10.0
#: A box is at least so wide, unless it has little to say.
_WIDE: Final = 250.0
_NARROW: Final = 120.0
#: Labels on ports are wrapped at this width.
_LABEL_WIDE: Final = 118.0
#: Lines of a text that are shown; the tooltip has it all.
_SHOWN: Final = 7
#: Between two labels of one port.
_BETWEEN: Final = 7.0
#: Radius of corners of lines.
_ROUND: Final = 6.0
#: Around the drawing.
_MARGIN: Final = 28.0
#: Colours that the lines take in turn, so that the eye can follow one; hand-offs have their own.
_HUES: Final = 7
#: Points; lines that are nearer are easily taken for each other.
_NEAR: Final = 60.0

#: Writing has a contrast of 4.5 and more to what it stands on, lines of 3 and more (WCAG 2.2, 1.4.3, 1.4.11).
_STYLE: Final = """
svg { --paper: #ffffff; --ink: #1c2430; --soft: #5b6675; --port: #ffffff; color-scheme: light dark;
  --w0: #3b6fb5; --w1: #8a5cc2; --w2: #14807a; --w3: #a0620b; --w4: #b0417f; --w5: #5d6b7d; --w6: #2c8548; --bad: #c0392b; --good: #2c8548;
  --say: #f1f3f6; --say-line: #7b8797; --ask: #e4effc; --ask-line: #3b78c4; --decide: #fff3d6; --decide-line: #b88420;
  --call: #efe7fc; --call-line: #7f57c5; --run: #def3f1; --run-line: #26877f; --out: #fde5e2; --end: #e0f4e5; }
@media (prefers-color-scheme: dark) { svg { --paper: #14181f; --ink: #e8ecf2; --soft: #9aa6b5; --port: #1c222c;
  --w0: #7fb0f0; --w1: #c3a1f0; --w2: #5cc7be; --w3: #e0a44d; --w4: #ee8cc0; --w5: #a3b0c0; --w6: #74cf90; --bad: #f08a7e; --good: #74cf90;
  --say: #232a35; --say-line: #7b8797; --ask: #18304d; --ask-line: #5b96de; --decide: #3a2e12; --decide-line: #c9983a;
  --call: #2c2147; --call-line: #9b78dd; --run: #123835; --run-line: #3fa49b; --out: #431f1b; --end: #17381f; } }
.paper { fill: var(--paper) }
text { fill: var(--ink); font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif }
.title { font-size: 20px; font-weight: 600 } .soft, .kind { fill: var(--soft) } .soft { font-size: 12px }
.name { font-weight: 600 } .kind { font-size: 11px; font-family: ui-monospace, Menlo, Consolas, monospace }
.label { font-size: 11.5px; text-anchor: middle } .silent { font-style: italic; fill: var(--soft) }
.box > .shape { stroke-width: 1.4 } .bar { stroke-width: 0.8; fill: none }
.port { fill: var(--port); stroke-width: 1 }
.say > .shape { fill: var(--say) } .say > * { stroke: var(--say-line) }
.question > .shape { fill: var(--ask) } .question > * { stroke: var(--ask-line) }
.decision > .shape { fill: var(--decide); stroke-dasharray: 5 3 } .decision > * { stroke: var(--decide-line) }
.call > .shape { fill: var(--call) } .call > * { stroke: var(--call-line) }
.run > .shape { fill: var(--run) } .run > * { stroke: var(--run-line) }
.hand_off > .shape { fill: var(--out) } .hand_off > * { stroke: var(--bad) }
.end > .shape { fill: var(--end) } .end > * { stroke: var(--good) }
.box > text { stroke: none }
.line { fill: none; stroke-width: 1.5 } .line:hover { stroke-width: 4 } .head { stroke: none }
""".strip()


@dataclass(frozen=True, slots=True)
class _Label:
    """The writing of one way."""

    lines: tuple[str, ...]
    silent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A box with its writing, before it is placed."""

    box: Box
    words: tuple[str, ...]
    kind: tuple[str, ...]
    #: Target -> its labels, each wrapped, and whether it is silent.
    labels: Mapping[str, tuple[_Label, ...]]
    node: Node
    #: Height of the ports; 0 if no way has a label.
    ports: float


def svg(picture: Picture) -> str:
    """
    Draw a flow.

    Args:
        picture: Any flow.

    Returns:
        A complete SVG document that ends with a line break.
    """
    boxes = {box.id: _written(box) for box in _start_first(picture)}
    drawn = layout(nodes_of(picture))
    legend, legend_width = _legend(picture)
    shift = 92.0
    wide = max(drawn.width, legend_width, width(picture.title, _TITLE) + 20) + 2 * _MARGIN
    high = drawn.height + shift + _MARGIN
    left = (wide - drawn.width) / 2
    parts = [
        _open(wide, high, picture.language),
        f'<title id="title">{escape(picture.title)}</title>',
        f'<desc id="desc">{escape(_description(picture))}</desc>',
        f"<style>{_STYLE}</style>",
        '<rect class="paper" width="100%" height="100%"/>',
        f'<text class="title" x="{_MARGIN:.0f}" y="38">{escape(picture.title)}</text>',
        f'<g transform="translate({_MARGIN:.0f} 52)" aria-hidden="true">',
        *legend,
        "</g>",
        f'<g transform="translate({left:.1f} {shift:.0f})">',
        *_lines(drawn, picture),
        *(_box(boxes[name], place, first=name == picture.start) for name, place in drawn.places.items()),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def nodes_of(picture: Picture) -> dict[str, Node]:
    """Return the boxes to place, the first one first: as large as their writing needs."""
    return {box.id: _written(box).node for box in _start_first(picture)}


def _open(wide: float, high: float, language: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
        f'viewBox="0 0 {wide:.0f} {high:.0f}" role="group" aria-labelledby="title desc" '
        f"lang={quoteattr(language)}>"
    )


def _start_first(picture: Picture) -> Iterable[Box]:
    return sorted(picture.boxes, key=lambda box: box.id != picture.start)


def _description(picture: Picture) -> str:
    return (
        f"Flow {picture.id}: {len(picture.boxes)} states, starting at {picture.start}. "
        "Each box is a state; its tooltip says where its ways lead."
    )


def _written(box: Box) -> _Written:
    labels = _labels(box)
    ports = {
        target: max((width(line, _LABEL) for label in found for line in label.lines), default=0.0) + 16
        for target, found in labels.items()
    }
    feet = sum(ports.values()) + 8 * (len(ports) + 1)
    wanted = max(
        width(box.id, _NAME) * 1.08,
        min(width(box.kind, _KIND, even=True), _WIDE),
        min(max((width(line, _WORDS) for line in box.words.splitlines()), default=0.0), _WIDE),
    )
    wide = max(_NARROW, feet, wanted + 2 * _PAD)
    words = wrapped(box.words, _WORDS, wide - 2 * _PAD)
    if len(words) > _SHOWN:
        words = (*words[: _SHOWN - 1], f"{words[_SHOWN - 1]} …")
    kind = wrapped(box.kind, _KIND, wide - 2 * _PAD, even=True)
    high = max(map(_height, labels.values()), default=0.0)
    height = _RISE * 2 + _NAME * LINE + len(kind) * _KIND * LINE + len(words) * _WORDS * LINE
    height += (4 if words else 0) + (high + 2 if high else 0)
    node = Node(width=wide, height=height, ports=ports)
    return _Written(box=box, words=words, kind=kind, labels=labels, node=node, ports=high)


def _labels(box: Box) -> dict[str, tuple[_Label, ...]]:
    """Put the labels of all ways to one target together."""
    found: dict[str, list[_Label]] = {}
    for way in box.ways:
        labels = found.setdefault(way.target, [])
        if way.label:
            labels.append(_Label(wrapped(way.label, _LABEL, _LABEL_WIDE), way.silent))
    return {target: tuple(labels) for target, labels in found.items()}


def _height(labels: tuple[_Label, ...]) -> float:
    """Return the height of a port; 0 if it has no label."""
    lines = sum(len(label.lines) for label in labels)
    return lines * _LABEL * LINE + len(labels) * _BETWEEN + 4 if labels else 0.0


def _box(written: _Written, place: Place, *, first: bool) -> str:
    box, left, top = written.box, place.left, place.top
    parts = [
        f'<g class="box {box.look.name.lower()}" id={quoteattr(box.id)} role="img" aria-label={quoteattr(_spoken(box))}>',
        f"<title>{escape(_spoken(box))}</title>",
        _shape(box.look, place),
    ]
    if first:
        parts.append(f'<text class="soft" x="{left + 2:.1f}" y="{top - 6:.1f}">▼ start</text>')
    x, y = left + _PAD, top + _RISE
    for style, size, lines in (
        ("name", _NAME, (box.id,)),
        ("kind", _KIND, written.kind),
        ("words", _WORDS, written.words),
    ):
        y += 4 if style == "words" else 0
        for line in lines:
            y += size * LINE
            parts.append(f'<text class="{style}" x="{x:.1f}" y="{y - size * 0.32:.1f}">{escape(line)}</text>')
    for target, labels in written.labels.items():
        if labels:
            parts.extend(_port(labels, written, place, target))
    return "\n".join([*parts, "</g>"])


def _spoken(box: Box) -> str:
    ways = "; ".join(f"{way.label or 'then'}: to {way.target}" for way in box.ways)
    said = " ".join(
        part for part in (f"{box.id} {box.look}.", f"{box.kind}." if box.kind else "", box.words) if part
    )
    return f"{said} [{ways}]" if ways else said


def _shape(look: Look, place: Place) -> str:
    round_ = (
        min(place.height / 2, 22.0)
        if look in (Look.HAND_OFF, Look.END)
        else 9.0
        if look is Look.QUESTION
        else 3.0
    )
    shape = _rect("shape", place.left, place.top, place.width, place.height, round_)
    if look in (Look.CALL, Look.RUN):
        foot = place.top + place.height
        for x in (place.left + 5, place.left + place.width - 5):
            shape += f'<path class="bar" d="M{x:.1f} {place.top:.1f}V{foot:.1f}"/>'
    return shape


def _port(labels: tuple[_Label, ...], written: _Written, place: Place, target: str) -> Iterable[str]:
    wide, high, middle = written.node.ports[target], written.ports, place.ports[target]
    top = place.top + place.height - high - 6
    yield _rect("port", middle - wide / 2, top, wide, high, 5.0)
    y = top + (high - _height(labels) + _BETWEEN + 4) / 2
    for number, label in enumerate(labels):
        if number:
            yield f'<path class="bar" d="M{middle - wide / 2 + 8:.1f} {y:.1f}h{wide - 16:.1f}"/>'
            y += _BETWEEN / 2
        for line in label.lines:
            y += _LABEL * LINE
            style = "label silent" if label.silent else "label"
            yield f'<text class="{style}" x="{middle:.1f}" y="{y - _LABEL * 0.34:.1f}">{escape(line)}</text>'
        y += _BETWEEN / 2


def _rect(style: str, left: float, top: float, wide: float, high: float, corner: float) -> str:
    return (
        f'<rect class="{style}" x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}" '
        f'rx="{corner:.0f}"/>'
    )


def _lines(drawn: Layout, picture: Picture) -> Iterable[str]:
    """Draw the lines, the last ones on top; one path a target, so that the whole of it lights up under the pointer."""
    looks = {box.id: box.look for box in picture.boxes}
    by_target: dict[str, list[Line]] = {}
    for line in drawn.lines:
        by_target.setdefault(line.target, []).append(line)
    hues = _hues(by_target)
    for target, lines in by_target.items():
        colour = "bad" if looks[target] is Look.HAND_OFF else f"w{hues[target]}"
        path = "".join(_path(line.points) for line in lines)
        yield f'<path class="line" style="stroke:var(--{colour})" d="{path}"><title>to {escape(target)}</title></path>'
        x, y = next(line.points[-1] for line in lines if line.arrives)
        yield f'<path class="head" style="fill:var(--{colour})" d="M{x:.1f} {y:.1f}l-5 -9h10z"/>'


def _hues(by_target: Mapping[str, Sequence[Line]]) -> dict[str, int]:
    """Give lines that run beside each other different colours, as long as there are enough."""
    hues: dict[str, int] = {}
    for target, lines in by_target.items():
        used = [0] * _HUES
        for other, hue in hues.items():
            used[hue] += _beside(lines, by_target[other])
        hues[target] = min(range(_HUES), key=used.__getitem__)
    return hues


def _beside(lines: Sequence[Line], others: Sequence[Line]) -> int:
    """Count the pieces that run down or up side by side, the near ones more."""
    found = 0
    for (x, top, foot), (near, start, end) in product(_upright(lines), _upright(others)):
        if top < end and start < foot:
            found += 10 if abs(x - near) < _NEAR else 1
    return found


def _upright(lines: Sequence[Line]) -> list[tuple[float, float, float]]:
    pieces = (piece for line in lines for piece in pairwise(line.points))
    return [(a[0], min(a[1], b[1]), max(a[1], b[1])) for a, b in pieces if a[0] == b[0]]


def _path(points: tuple[Point, ...]) -> str:
    """Write a line with rounded corners."""
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (before, corner), (_, after) in pairwise(pairwise(points)):
        start, end = _towards(corner, before), _towards(corner, after)
        path += f"L{start[0]:.1f} {start[1]:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {end[0]:.1f} {end[1]:.1f}"
    return path + f"L{points[-1][0]:.1f} {points[-1][1]:.1f}"


def _towards(corner: Point, other: Point) -> Point:
    """Return where the rounding of a corner begins: at most half-way to the other end."""
    across, down = other[0] - corner[0], other[1] - corner[1]
    length = abs(across) + abs(down)
    share = min(_ROUND, length / 2) / length if length else 0.0
    return corner[0] + across * share, corner[1] + down * share


def _legend(picture: Picture) -> tuple[list[str], float]:
    """Show what the looks mean that occur; return its width too."""
    parts, x = [], 0.0
    used = {box.look for box in picture.boxes}
    for look in (look for look in Look if look in used):
        place = Place(left=x, top=0.0, width=26.0, height=16.0, ports={})
        parts.append(f'<g class="box {look.name.lower()}">{_shape(look, place)}</g>')
        parts.append(f'<text class="soft" x="{x + 33:.1f}" y="12.5">{look}</text>')
        x += 33 + width(look, 12) + 22
    return parts, x
