"""
A flow as a Mermaid flowchart, drawn from the same objects that run, so that it cannot drift from them.
"""

from __future__ import annotations

from typing import Final, assert_never

from bot.content.edges import Edge, edges
from bot.core.flow import (
    Ask,
    Branch,
    Call,
    Collect,
    End,
    Flow,
    FlowTexts,
    HandOffState,
    Run,
    Say,
    State,
    TryArticles,
    Wait,
)

#: Characters of a text in a box.
_SHOWN: Final = 60
#: Mermaid reads these as its own inside a quoted label; entity codes are its way to write them.
_ESCAPES: Final = {ord(sign): f"#{ord(sign)};" for sign in '"#&<>`{}[]()|;\\*_~'}


def mermaid(flow: Flow, texts: FlowTexts | None = None) -> str:
    """
    Draw a flow.

    Args:
        flow: Any flow.
        texts: Its words in one language; without them boxes show ids alone.

    Returns:
        A Mermaid flowchart that ends with a line break.
    """
    numbers = {name: f"s{number}" for number, name in enumerate(flow.states)}
    lines = ["flowchart TD", "  start((start))"]
    if flow.start in numbers:
        lines.append(f"  start --> {numbers[flow.start]}")
    for name, state in flow.states.items():
        lines.append(f"  {numbers[name]}{_box(state, _label(state, texts))}")
        lines.extend(
            f"  {numbers[name]}{_arrow(edge, texts, name)} {numbers[edge.target]}"
            for edge in edges(state)
            if edge.target in numbers
        )
    return "\n".join(lines) + "\n"


def _label(state: State, texts: FlowTexts | None) -> str:
    words = texts.states.get(state.id) if texts else None
    said = words.text.bare() if words and words.text else ""
    shown = said if len(said) <= _SHOWN else f"{said[: _SHOWN - 1]}…"
    parts = (state.id, _kind(state), shown)
    return "<br>".join(part.translate(_ESCAPES) for part in parts if part)


def _kind(state: State) -> str:
    match state:
        case Say() | Ask() | Branch():
            return ""
        case Collect():
            return f"collect: {state.slot}"
        case Call():
            return f"call: {state.operation}"
        case TryArticles():
            return f"try_articles: {state.topic}"
        case Run():
            return f"run: {state.flow}"
        case Wait():
            return f"wait: {state.duration}"
        case HandOffState():
            return f"handoff: {state.reason}"
        case End():
            return f"end: {state.result}"
        case _:
            assert_never(state)


def _box(state: State, label: str) -> str:
    """Draw questions as hexagons, decisions as diamonds, work as subroutines, ends as stadiums."""
    match state:
        case Ask() | Collect() | TryArticles() | Wait():
            return f'{{{{"{label}"}}}}'
        case Branch():
            return f'{{"{label}"}}'
        case Call() | Run():
            return f'[["{label}"]]'
        case HandOffState() | End():
            return f'(["{label}"])'
        case _:
            return f'["{label}"]'


def _arrow(edge: Edge, texts: FlowTexts | None, state: str) -> str:
    words = texts.states.get(state) if texts else None
    label = words.choices.get(edge.label, edge.label) if words else edge.label
    return f' -->|"{label.translate(_ESCAPES)}"|' if label else " -->"
