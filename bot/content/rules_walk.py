"""
Rules over the length of ways: the engine walks as far as it must, and nobody answers questions for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from bot.content.draft import Draft
from bot.content.edges import edges
from bot.content.problem import Problem
from bot.core.flow import INPUTS, End, Flow, Run, State, TryArticles
from bot.core.walk import MAX_DEPTH, MAX_WALK

#: Questions from any state to the nearest end or human, without the human that every question offers.
#: The longest of the shipped flows has 4.
MAX_QUESTIONS: Final = 6
_FAR: Final = 10_000


def depth(draft: Draft) -> Iterator[Problem]:
    """Flows do not run each other deeper than the engine goes."""
    below: dict[str, int] = {}

    def levels(flow: str) -> int:
        if flow not in below:
            below[flow] = 0  # a round is another rule's
            inner = [state.flow for outer, state in draft.runs() if outer == flow]
            below[flow] = 1 + max((levels(one) for one in inner if one in draft.catalog.flows), default=0)
        return below[flow]

    for name, flow in draft.catalog.flows.items():
        if levels(name) > MAX_DEPTH:
            message = f"flows run each other {levels(name)} deep from here; {MAX_DEPTH} is the most"
            yield draft.problem(flow.path, ("id",), message, "Let a flow end, and the one that ran it go on.")


def walks(draft: Draft) -> Iterator[Problem]:
    """Between two inputs the engine passes no more states than it may, through all runs."""
    steps = _Steps(draft)
    for flow in draft.catalog.flows.values():
        longest = max(flow.states, key=lambda name: steps.longest(flow.id, name), default="")
        if flow.states and steps.longest(flow.id, longest) > MAX_WALK:
            message = (
                f"from {longest!r} the way to the next question may pass {steps.longest(flow.id, longest)} states;"
                f" the engine stops after {MAX_WALK}"
            )
            yield draft.problem(flow.path, ("states", longest), message, "Ask something on the way.")


class _Steps:
    """Counts the states that are entered without an input, at worst: every article tried, every result the longest."""

    def __init__(self, draft: Draft) -> None:
        self._flows = draft.catalog.flows
        self._callers: dict[str, list[tuple[str, Run]]] = {}
        for outer, state in draft.runs():
            self._callers.setdefault(state.flow, []).append((outer, state))
        self._longest: dict[tuple[str, str], int] = {}

    def longest(self, flow: str, name: str) -> int:
        """Return how many states are entered from this one on, itself included."""
        if name not in self._flows[flow].states:
            return 0
        if (flow, name) not in self._longest:
            self._longest[flow, name] = 0  # a round without the person is another rule's
            self._longest[flow, name] = 1 + self._onward(flow, self._flows[flow].states[name])
        return self._longest[flow, name]

    def _onward(self, flow: str, state: State) -> int:
        match state:
            case End(result=result):
                callers = self._callers.get(flow, ())
                onward = [self.longest(outer, run.results.get(result, "")) for outer, run in callers]
            case Run() if state.flow in self._flows:
                onward = [self.longest(state.flow, self._flows[state.flow].start)]
            case TryArticles():
                onward = [self.longest(flow, state.exhausted)]
            case _ if isinstance(state, INPUTS):
                onward = []
            case _:
                onward = [self.longest(flow, edge.target) for edge in edges(state)]
        spent = self.longest(flow, state.then) if state.then is not None else 0
        return max(spent, *onward, 0)


def questions(draft: Draft) -> Iterator[Problem]:
    """From every state an end or a human is few questions away, even for whoever overlooks the button for a human."""
    distance = _Distance(draft)
    for flow in draft.catalog.flows.values():
        for name, count in distance.of(flow.id).items():
            if MAX_QUESTIONS < count < _FAR:
                message = (
                    f"from {name!r} the nearest end is {count} questions away; {MAX_QUESTIONS} is the most"
                )
                yield draft.problem(flow.path, ("states", name), message, "Offer a shorter way out.")


class _Distance:
    """Counts the questions on the shortest way out of a flow, those of the flows that it runs included."""

    def __init__(self, draft: Draft) -> None:
        self._flows = draft.catalog.flows
        self._found: dict[str, Mapping[str, int]] = {}

    def of(self, flow: str) -> Mapping[str, int]:
        """Return state -> questions."""
        if flow not in self._found:
            self._found[flow] = {}  # stands in while a round is followed
            self._found[flow] = self._solve(self._flows[flow])
        return self._found[flow]

    def _solve(self, flow: Flow) -> Mapping[str, int]:
        found = dict.fromkeys(flow.states, _FAR)
        for _ in found:
            before = dict(found)
            for name, state in flow.states.items():
                onward = (found.get(edge.target, _FAR) for edge in edges(state))
                found[name] = min(min(onward, default=0) + self._cost(state), _FAR)
            if found == before:
                break
        return found

    def _cost(self, state: State) -> int:
        if isinstance(state, Run) and state.flow in self._flows:
            return self.of(state.flow).get(self._flows[state.flow].start, 0)
        return int(isinstance(state, INPUTS))


WALK_RULES: Final = (depth, walks, questions)
