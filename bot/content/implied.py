"""
What a condition tells beside being true or false: the slots that must then be set.

A name that is not set reads as none, which is false and equals nothing but none; so `country == 'TW'` tells, where it
holds, that `country` is set, and `case != none` tells it too.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import assert_never

from bot.core.conditions import All, AnyOf, Compare, Literal, Name, Node, Not

_NONE: frozenset[str] = frozenset()


def surely_named(node: Node, *, holds: bool) -> frozenset[str]:
    """
    Find the slots that are set for sure.

    Args:
        node: A condition.
        holds: Whether it is known to hold, or known not to.

    Returns:
        The names of slots.
    """
    match node:
        case Name(name):
            return frozenset({name}) if holds else _NONE
        case Literal():
            return _NONE
        case Compare():
            return _compared(node, holds=holds)
        case Not(part):
            return surely_named(part, holds=not holds)
        case All(parts):
            found = [surely_named(part, holds=holds) for part in parts]
            return reduce(or_ if holds else and_, found)
        case AnyOf(parts):
            found = [surely_named(part, holds=holds) for part in parts]
            return reduce(and_ if holds else or_, found)
        case _:
            assert_never(node)


def _compared(node: Compare, *, holds: bool) -> frozenset[str]:
    names = frozenset(one.name for one in (node.left, node.right) if isinstance(one, Name))
    literals = [one.value for one in (node.left, node.right) if isinstance(one, Literal)]
    with_none = any(value is None or (isinstance(value, tuple) and None in value) for value in literals)
    match node.sign:
        case "==":
            tells = bool(literals) and holds is not with_none
        case "!=":
            tells = bool(literals) and holds is with_none
        case "in":
            return _in(node, with_none=with_none) if holds else _NONE
        case _:
            tells = holds
    return names if tells else _NONE


def _in(node: Compare, *, with_none: bool) -> frozenset[str]:
    """What is in a slot: the slot is set. What is in a list: it is one of that list."""
    if isinstance(node.right, Name):
        return frozenset({node.right.name})
    return frozenset({node.left.name}) if isinstance(node.left, Name) and not with_none else _NONE
