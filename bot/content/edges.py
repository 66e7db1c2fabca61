"""
Where a flow can go: the arrows out of each state, and what can be proved from them alone.

An arrow to a state that does not exist is kept here; the walks ignore it, a rule of its own reports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, assert_never

from bot.content.implied import surely_named
from bot.core.calls import OPERATIONS
from bot.core.flow import (
    ELSE,
    EXHAUSTED,
    GIVE_UP,
    ONLY,
    PICKED,
    SOLVED,
    THEN,
    TIME_IS_UP,
    TYPED,
    Ask,
    AskMany,
    Branch,
    Call,
    Collect,
    End,
    Flow,
    HandOffState,
    Route,
    Run,
    Say,
    Set,
    State,
    TryArticles,
    Wait,
)
from bot.core.vocabulary import LINKED, Outcome

#: Set by the choice that accepts the consequences; no slot can be named like it.
CONSENT: Final = "@consent"
#: Set by a call that opens a ticket.
CASE_CODE: Final = "case_code"
#: State id -> the states that follow it.
Graph: TypeAlias = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow."""

    #: What leads there: a choice, an outcome, a result, a condition, or a name of `bot.core.flow`.
    label: str
    target: str
    #: Keys of the flow file below the state.
    keys: tuple[str, ...]
    #: What is surely known after it: slots, `CONSENT`, `CASE_CODE`.
    sets: frozenset[str] = frozenset()


def edges(state: State) -> tuple[Edge, ...]:
    """Return the arrows out of a state in the order of the file, the spent budget last."""
    then = (Edge(THEN, state.then, ("then",)),) if state.then is not None else ()
    return (*_own(state), *then)


def _own(state: State) -> Iterable[Edge]:
    match state:
        case Say():
            return (Edge(ONLY, state.next, ("say",)),)
        case Ask():
            return (*_asked(state), *_give_up(state.give_up))
        case AskMany():
            picked = Edge(PICKED, state.next, ("next",), frozenset({state.id}))
            return (picked, *_many("choices", state.choices), *_give_up(state.give_up))
        case Collect():
            typed = Edge(TYPED, state.next, ("next",), frozenset({state.slot}))
            return (typed, *_many("choices", state.choices), *_give_up(state.give_up))
        case Branch():
            return tuple(_cases(state))
        case Route():
            return tuple(
                Edge(row.way, row.next, ("table", str(number))) for number, row in enumerate(state.rows)
            )
        case Set():
            return (Edge(ONLY, state.next, ("next",), frozenset(state.values)),)
        case Call():
            targets = {outcome.value: target for outcome, target in state.outcomes.items()}
            known = frozenset({CASE_CODE}) if opens_ticket(state) else frozenset()
            edges = _many("outcomes", targets, known)
            return tuple(replace(edge, sets=edge.sets | _told(state, edge.label)) for edge in edges)
        case TryArticles():
            return (
                Edge(SOLVED, state.solved, ("solved",)),
                Edge(EXHAUSTED, state.exhausted, ("exhausted",)),
            )
        case Run():
            return _many("results", state.results)
        case Wait():
            return (Edge(TIME_IS_UP, state.next, ("next",)), *_many("choices", state.choices))
        case HandOffState() | End():
            return ()
        case _:
            assert_never(state)


def opens_ticket(state: State) -> bool:
    """Tell whether a state opens a ticket."""
    operation = OPERATIONS.get(state.operation) if isinstance(state, Call) else None
    return operation is not None and operation.opens_ticket


def _told(state: Call, outcome: str) -> frozenset[str]:
    """Return what an outcome makes sure: some are for people who are linked to their account alone."""
    operation = OPERATIONS.get(state.operation)
    if operation is None:
        return frozenset()
    if operation.tells is not None:
        return frozenset({operation.tells, LINKED}) if outcome == Outcome.ACCEPTED else frozenset()
    return frozenset({LINKED}) if outcome in operation.unseen else frozenset()


def _asked(state: Ask) -> Iterable[Edge]:
    for choice, target in state.choices.items():
        known = {state.id, CONSENT} if choice == state.consent else {state.id}
        yield Edge(choice, target, ("ask", choice), frozenset(known))


def _cases(state: Branch) -> Iterable[Edge]:
    """Behind a case its condition holds, and those before it do not."""
    told: frozenset[str] = frozenset()
    for number, (condition, target) in enumerate(state.cases):
        sets = told | surely_named(condition.node, holds=True)
        yield Edge(condition.source, target, ("branch", str(number)), sets)
        told |= surely_named(condition.node, holds=False)
    yield Edge(ELSE, state.otherwise, ("branch", str(len(state.cases))), told)


def _many(key: str, targets: Mapping[str, str], sets: frozenset[str] = frozenset()) -> tuple[Edge, ...]:
    return tuple(Edge(name, target, (key, name), sets) for name, target in targets.items())


def _give_up(target: str | None) -> tuple[Edge, ...]:
    return (Edge(GIVE_UP, target, ("give_up",)),) if target is not None else ()


def graph(flow: Flow, follow: Callable[[State, Edge], bool] = lambda _state, _edge: True) -> Graph:
    """
    Draw a flow as a graph.

    Args:
        flow: Any flow.
        follow: Tells which arrows count; all unless told.

    Returns:
        Every state with the states that follow it.
    """
    return {
        name: tuple(
            edge.target for edge in edges(state) if edge.target in flow.states and follow(state, edge)
        )
        for name, state in flow.states.items()
    }


def spent(state: State, edge: Edge) -> bool:
    """
    Tell whether an arrow is still there when every budget is used up and no article is left.

    An endless conversation must, from some moment on, follow such arrows only: the others are followed finitely often.
    """
    if state.at_most is not None:
        return edge.label == THEN
    return not isinstance(state, TryArticles) or edge.label == EXHAUSTED


def reachable(ways: Graph, starts: Iterable[str]) -> frozenset[str]:
    """Return the states that can be reached, the starts included."""
    seen: set[str] = set()
    waiting = [start for start in starts if start in ways]
    while waiting:
        if (name := waiting.pop()) not in seen:
            seen.add(name)
            waiting.extend(ways[name])
    return frozenset(seen)


def backwards(ways: Graph) -> Graph:
    """Turn every arrow around."""
    turned: dict[str, list[str]] = {name: [] for name in ways}
    for name, targets in ways.items():
        for target in targets:
            turned[target].append(name)
    return {name: tuple(sources) for name, sources in turned.items()}


def cycle(ways: Graph) -> tuple[str, ...]:
    """Return the states of one cycle, in order, or nothing if there is none."""
    done: set[str] = set()
    for start in ways:
        path = [start]
        branches = [iter(ways[start])]
        while branches:
            target = next(branches[-1], None)
            if target is None:
                branches.pop()
                done.add(path.pop())
            elif target in path:
                return tuple(path[path.index(target) :])
            elif target not in done:
                path.append(target)
                branches.append(iter(ways[target]))
    return ()


def surely_set(
    flow: Flow,
    before: frozenset[str] = frozenset(),
    gained: Callable[[State, Edge], frozenset[str]] = lambda _state, _edge: frozenset(),
) -> Mapping[str, frozenset[str]]:
    """
    Find the slots that are set on every way to a state.

    Args:
        flow: Any flow.
        before: The slots that are set when the flow begins.
        gained: What an arrow sets beside what it says of itself: what a flow that was run has asked.

    Returns:
        State -> slots; states that cannot be reached are left out.
    """
    known: dict[str, frozenset[str]] = {flow.start: before} if flow.start in flow.states else {}
    waiting = list(known)
    while waiting:
        name = waiting.pop()
        for edge in edges(flow.states[name]):
            if edge.target not in flow.states:
                continue
            arriving = known[name] | edge.sets | gained(flow.states[name], edge)
            merged = known[edge.target] & arriving if edge.target in known else arriving
            if edge.target not in known or merged != known[edge.target]:
                known[edge.target] = merged
                waiting.append(edge.target)
    return known
