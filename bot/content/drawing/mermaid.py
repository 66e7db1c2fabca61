"""
A flow as a Mermaid flowchart, for pages that draw it themselves.
"""

from __future__ import annotations

from typing import Final

from bot.content.drawing.picture import Box, Look, Picture, Way

#: Characters of a text in a box.
_SHOWN: Final = 60
#: Mermaid reads these as its own inside a quoted label; entity codes are its way to write them.
_ESCAPES: Final = {ord(sign): f"#{ord(sign)};" for sign in '"#&<>`{}[]()|;\\*_~'}
#: Around the label; questions are hexagons, decisions diamonds, work subroutines, ends stadiums.
_SHAPES: Final = {
    Look.SAY: ("[", "]"),
    Look.QUESTION: ("{{", "}}"),
    Look.DECISION: ("{", "}"),
    Look.CALL: ("[[", "]]"),
    Look.RUN: ("[[", "]]"),
    Look.HAND_OFF: ("([", "])"),
    Look.END: ("([", "])"),
}
#: Fill, border, writing: dark on light, so that they can be read on a page of either kind.
_CLASSES: Final = {
    Look.SAY: ("#f2f4f7", "#667085", "#1d2939"),
    Look.QUESTION: ("#e3effd", "#2f6fb7", "#12304f"),
    Look.DECISION: ("#fff3d6", "#b7791f", "#4a2f05"),
    Look.CALL: ("#efe6fd", "#7a4fc0", "#2e1760"),
    Look.RUN: ("#dff4f3", "#20837d", "#0b3d3a"),
    Look.HAND_OFF: ("#fde4e1", "#c0392b", "#5a1710"),
    Look.END: ("#e0f4e4", "#2e8b4a", "#0f3d1e"),
}


def mermaid(picture: Picture) -> str:
    """
    Draw a flow.

    Args:
        picture: Any flow.

    Returns:
        A Mermaid flowchart that ends with a line break.
    """
    numbers = {box.id: f"s{number}" for number, box in enumerate(picture.boxes)}
    lines = ["flowchart TD", f"  accTitle: {picture.title.translate(_ESCAPES)}", "  start((start))"]
    if picture.start in numbers:
        lines.append(f"  start --> {numbers[picture.start]}")
    for box in picture.boxes:
        lines.append(f"  {numbers[box.id]}{_shape(box)}:::{box.look.name.lower()}")
        lines.extend(f"  {numbers[box.id]}{_arrow(way)} {numbers[way.target]}" for way in box.ways)
    for look in dict.fromkeys(box.look for box in picture.boxes):
        fill, stroke, colour = _CLASSES[look]
        lines.append(f"  classDef {look.name.lower()} fill:{fill},stroke:{stroke},color:{colour}")
    return "\n".join(lines) + "\n"


def _shape(box: Box) -> str:
    words = " ".join(box.words.split())
    shown = words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"
    before, after = _SHAPES[box.look]
    label = "<br>".join(part.translate(_ESCAPES) for part in (box.id, box.kind, shown) if part)
    return f'{before}"{label}"{after}'


def _arrow(way: Way) -> str:
    return f' -->|"{way.label.translate(_ESCAPES)}"|' if way.label else " -->"
