"""
What a text may do beside being said: name a value, choose between cases, repeat for a list. Nothing else.

The sandbox keeps a text from reaching out; this keeps it from running away: no arithmetic, no calls, no definitions, no
deep nesting. It is asked before a text is compiled, since compiling already computes constants.
"""

from __future__ import annotations

from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes

_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Test,
    nodes.Filter,
    nodes.List,
    nodes.Tuple,
)
#: The deepest shipped text has 7.
_MAX_DEPTH: Final = 16
_MAX_LOOPS: Final = 2
_PARSER: Final = Environment(autoescape=False)  # noqa: S701 - it only parses; chat is plain text


def refuse(source: str) -> str | None:
    """
    Tell why a text must not be compiled.

    Args:
        source: The text with its holes.

    Returns:
        The reason, or None if nothing is against it.
    """
    if "{" not in source:
        return None
    try:
        return _walk(_PARSER.parse(source), 0, 0)
    except TemplateSyntaxError as error:
        return str(error)
    except RecursionError:
        return "it is nested too deeply"


def _walk(node: nodes.Node, depth: int, loops: int) -> str | None:
    if not isinstance(node, _ALLOWED):
        return f"{type(node).__name__.lower()!r} is not allowed in a text"
    loops += isinstance(node, nodes.For)
    if depth > _MAX_DEPTH or loops > _MAX_LOOPS:
        return "it is nested too deeply"
    reasons = (_walk(child, depth + 1, loops) for child in node.iter_child_nodes())
    return next((reason for reason in reasons if reason is not None), None)
