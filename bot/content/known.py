"""
Which slots are surely set at each state of each flow, whichever way the conversation came there.

A flow that people can start begins with nothing. An internal flow begins with what all its callers have set by then,
and a caller goes on with what each result of the flow it ran makes sure. A consent stays in the flow it was given in,
and in those that this one runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from bot.content.draft import Draft
from bot.content.edges import CONSENT, Edge, surely_set
from bot.core.conversation import PRIVATE_SLOTS
from bot.core.flow import End, Flow, Run, State

#: Flow -> state -> slots; a state that cannot be reached is left out.
Known: TypeAlias = Mapping[str, Mapping[str, frozenset[str]]]
_NOTHING: frozenset[str] = frozenset()


def known_slots(draft: Draft) -> Known:
    """Find the slots that are set at every state; flows that run each other in a round know nothing of each other."""
    ways = _Ways(draft)
    return {name: ways.inside(name) for name in draft.catalog.flows}


class _Ways:
    """Works it out once for each flow."""

    def __init__(self, draft: Draft) -> None:
        self._flows = draft.catalog.flows
        self._callers: dict[str, list[tuple[str, str]]] = {}
        for outer, state in draft.runs():
            self._callers.setdefault(state.flow, []).append((outer, state.id))
        self._results: dict[str, dict[str, frozenset[str]]] = {}
        self._inside: dict[str, Mapping[str, frozenset[str]]] = {}
        #: Flows that are being worked out.
        self._followed: set[str] = set()

    def inside(self, flow: str) -> Mapping[str, frozenset[str]]:
        """Return state -> slots."""
        if flow not in self._inside:
            self._inside[flow] = {}  # stands in while a round is followed
            self._followed.add(flow)
            self._inside[flow] = surely_set(self._flows[flow], self._before(self._flows[flow]), self._gained)
            self._followed.discard(flow)
        return self._inside[flow]

    def _before(self, flow: Flow) -> frozenset[str]:
        callers = self._callers.get(flow.id, []) if flow.internal else []
        # A caller that nothing leads to is a fault of its own, and takes nothing away.
        sets = [
            self.inside(outer).get(state, _NOTHING)
            for outer, state in callers
            if outer in self._followed or state in self.inside(outer)
        ]
        return frozenset.intersection(*sets) if sets else _NOTHING

    def _gained(self, state: State, edge: Edge) -> frozenset[str]:
        if not isinstance(state, Run) or state.flow not in self._flows:
            return _NOTHING
        return self._after(state.flow).get(edge.label, _NOTHING)

    def _after(self, flow: str) -> Mapping[str, frozenset[str]]:
        """Return result -> what is set when the flow ends with it, whoever ran it; private slots are forgotten there."""
        if flow not in self._results:
            self._results[flow] = {}
            known = surely_set(self._flows[flow], gained=self._gained)
            ends: dict[str, frozenset[str]] = {}
            for name, slots in known.items():
                if isinstance(end := self._flows[flow].states[name], End):
                    ends[end.result] = ends.get(end.result, slots) & slots
            private = PRIVATE_SLOTS | {CONSENT}
            self._results[flow] = {result: slots - private for result, slots in ends.items()}
        return self._results[flow]
