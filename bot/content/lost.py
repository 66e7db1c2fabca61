"""
Which factors the person has surely lost at each state of a flow, because a `set` noted it or a condition asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import TypeAlias

from bot.content.draft import Draft
from bot.content.edges import edges
from bot.core.conditions import All, AnyOf, Compare, Literal, Name, Node, Not
from bot.core.flow import AskMany, Branch, Flow, Run, Set, State
from bot.core.vocabulary import LOST

_Factors: TypeAlias = frozenset[str]
_NONE: _Factors = frozenset()


def surely_lost(draft: Draft, flow: Flow) -> Mapping[str, _Factors]:
    """Return state -> factors that are lost there, whatever way the person came; unreachable states are left out."""
    known: dict[str, _Factors] = {flow.start: _NONE} if flow.start in flow.states else {}
    waiting = list(known)
    while waiting:
        name = waiting.pop()
        for target, lost in _after(draft, flow.states[name], known[name]):
            merged = known[target] & lost if target in known else lost
            if target in flow.states and (target not in known or merged != known[target]):
                known[target] = merged
                waiting.append(target)
    return known


def _after(draft: Draft, state: State, lost: _Factors) -> list[tuple[str, _Factors]]:
    """Return where a state leads, with what is lost there."""
    match state:
        case Set(values=values) if isinstance(more := values.get(LOST), tuple):
            lost |= frozenset(more)
        case AskMany(id=slot) if slot == LOST:
            lost = _NONE
        case Run(flow=inner) if _asks(draft, inner, ()):
            lost = _NONE
        case Branch():
            return _decided(state, lost)
        case _:
            pass
    return [(edge.target, lost) for edge in edges(state)]


def _decided(state: Branch, lost: _Factors) -> list[tuple[str, _Factors]]:
    found = []
    for condition, target in state.cases:
        found.append((target, lost | _named(condition.node, holds=True)))
        lost |= _named(condition.node, holds=False)
    return [*found, (state.otherwise, lost), *([(state.then, _NONE)] if state.then is not None else [])]


def _named(node: Node, *, holds: bool) -> _Factors:
    """Return the factors that are lost if a condition holds, or if it does not."""
    match node:
        case Compare("in", Literal(str(factor)), Name(name, None)) if name == LOST and holds:
            return frozenset({factor})
        case Not(part):
            return _named(part, holds=not holds)
        case All(parts):
            return reduce(or_ if holds else and_, [_named(part, holds=holds) for part in parts])
        case AnyOf(parts):
            return reduce(and_ if holds else or_, [_named(part, holds=holds) for part in parts])
        case _:
            return _NONE


def _asks(draft: Draft, flow: str, seen: tuple[str, ...]) -> bool:
    """Tell whether a flow, or one that it runs, asks anew what is lost."""
    inner = draft.catalog.flows.get(flow)
    return (
        inner is not None
        and flow not in seen
        and any(
            state.id == LOST if isinstance(state, AskMany) else _asks(draft, state.flow, (*seen, flow))
            for state in inner.states.values()
            if isinstance(state, AskMany | Run)
        )
    )
