"""
How a flow can be left from each of its states, if only some states may be passed; the flows that it runs count.

The human that the engine offers at every question is left out: it is the way out of everything, and proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from bot.content.draft import Draft
from bot.content.edges import edges
from bot.core.flow import THEN, End, Flow, HandOffState, Run, State

#: Results of `end`, and `HUMAN`.
Exit: TypeAlias = frozenset[str]
HUMAN: Final = "@human"
_NONE: Exit = frozenset()


class Exits:
    """Works it out once for each flow."""

    def __init__(self, draft: Draft, passable: Callable[[State], bool]) -> None:
        self._flows = draft.catalog.flows
        self._passable = passable
        self._found: dict[str, Mapping[str, Exit]] = {}

    def of(self, flow: str, state: str) -> Exit:
        """Return how a flow can be left from a state."""
        if flow not in self._found:
            self._found[flow] = {}  # stands in while a round is followed
            self._found[flow] = self._solve(self._flows[flow])
        return self._found[flow].get(state, _NONE)

    def _solve(self, flow: Flow) -> Mapping[str, Exit]:
        found: dict[str, Exit] = dict.fromkeys(flow.states, _NONE)
        changed = True
        while changed:
            changed = False
            for name, state in reversed(tuple(flow.states.items())):
                leaving = self._leave(state, found)
                changed |= leaving != found[name]
                found[name] = leaving
        return found

    def _leave(self, state: State, found: Mapping[str, Exit]) -> Exit:
        match state:
            case End():
                return frozenset({state.result})
            case HandOffState():
                return frozenset({HUMAN})
            case Run() if state.flow in self._flows:
                inner = self.of(state.flow, self._flows[state.flow].start)
                onward = (edge for edge in edges(state) if edge.label in inner or edge.label == THEN)
                return (inner & {HUMAN}).union(*(found.get(edge.target, _NONE) for edge in onward))
            case _ if self._passable(state):
                return _NONE.union(*(found.get(edge.target, _NONE) for edge in edges(state)))
            case _:
                return _NONE
