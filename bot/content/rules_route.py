"""
Rules over decisions: a table knows every combination of answers, and no row and no case stands there in vain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from bot.content.draft import Draft
from bot.content.edges import edges
from bot.content.held import Combination, Held, every_combination, few_values, situations
from bot.content.known import Known, known_slots
from bot.content.problem import Problem
from bot.core.flow import Branch, Flow, Route, Row, State


def routes(draft: Draft) -> Iterator[Problem]:
    """A table is over answers that are surely there, and every combination of them has a row, and every row one."""
    if not draft.whole("flows"):
        return
    few, known = few_values(draft.catalog.flows.values()), known_slots(draft)
    for flow, state in _states(draft):
        if isinstance(state, Route):
            found = [*_slots(draft, flow, state, few, known), *_cells(draft, flow, state, few)]
            yield from found or _table(draft, flow, state, {slot: few[slot] for slot in state.slots})


def _slots(
    draft: Draft, flow: Flow, state: Route, few: Mapping[str, tuple[Held, ...]], known: Known
) -> Iterator[Problem]:
    keys = ("states", state.id, "route")
    for slot in state.slots:
        if slot not in few:
            message = f"state {state.id!r} decides over {slot!r}, which no state asks with choices or sets"
            yield draft.problem(flow.path, keys, message, "Name an `ask`, `ask_many` or `set` slot.")
        elif slot not in known[flow.id].get(state.id, frozenset({slot})):
            message = (
                f"{slot!r} is not set on every way to {state.id!r}{_unset_from(flow, state, slot, known)}"
            )
            cure = "Ask for it or `set` it on that way, also behind `give_up`."
            yield draft.problem(flow.path, keys, message, cure)


def _unset_from(flow: Flow, state: State, slot: str, known: Known) -> str:
    """Name the nearest question before it that sets the slot, and the way out of it that does not."""
    waiting, seen = [state.id], {state.id}
    while waiting:
        target = waiting.pop(0)
        for name, sure in known[flow.id].items():
            for edge in edges(flow.states[name]):
                if edge.target != target or slot in sure | edge.sets:
                    continue
                asks = not isinstance(flow.states[name], Branch)
                if asks and any(slot in other.sets for other in edges(flow.states[name])):
                    return f": it is missing after {name!r} by {edge.label!r}"
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)
    return ""


def _cells(draft: Draft, flow: Flow, state: Route, few: Mapping[str, tuple[Held, ...]]) -> Iterator[Problem]:
    for number, row in enumerate(state.rows):
        keys = ("states", state.id, "table", str(number))
        if not row.cells:
            message = f"a row of {state.id!r} fits everything, so that nobody notices what is missing"
            yield draft.problem(flow.path, keys, message, "Name the answers that it is for.")
        for slot, cell in row.cells.items():
            allowed = {member for value in few.get(slot, ()) for member in _members(value)}
            for value in cell:
                if slot in few and value not in allowed:
                    message = f"a row of {state.id!r} is for {slot} {value!r}, which is never answered"
                    cure = f"Use some of: {', '.join(sorted(map(str, allowed)))}."
                    yield draft.problem(flow.path, keys, message, cure)


def _members(value: Held) -> tuple[Held, ...]:
    return value if isinstance(value, tuple) else (value,)


def _table(
    draft: Draft, flow: Flow, state: Route, values: Mapping[str, tuple[Held, ...]]
) -> Iterator[Problem]:
    used: set[int] = set()
    missing: Combination | None = None
    for combination in every_combination(values):
        row = next((number for number, row in enumerate(state.rows) if _fits(row, combination)), None)
        if row is not None:
            used.add(row)
        elif missing is None:
            missing = combination
    table = ("states", state.id, "table")
    if missing is not None:
        message = f"no row of {state.id!r} fits {_told(missing)}"
        yield draft.problem(flow.path, table, message, "Add a row for it.")
    for number in sorted(set(range(len(state.rows))) - used):
        message = f"row {number + 1} of {state.id!r} never decides: the rows before it take all that it fits"
        yield draft.problem(flow.path, (*table, str(number)), message, "Put it higher or remove it.")


def _fits(row: Row, combination: Combination) -> bool:
    return row.fits({slot: value for slot, value in combination.items() if isinstance(value, str | tuple)})


def _told(combination: Combination) -> str:
    """Write a combination as a row of the table would."""
    return ", ".join(
        f"{slot}: {'[' + ', '.join(value) + ']' if isinstance(value, tuple) else value}"
        for slot, value in combination.items()
    )


def branches(draft: Draft) -> Iterator[Problem]:
    """Every case of a branch decides sometimes: it can hold, and the cases before it do not take all of it."""
    if not draft.whole("flows"):
        return
    few, known = few_values(draft.catalog.flows.values()), known_slots(draft)
    for flow, state in _states(draft):
        if isinstance(state, Branch):
            yield from _branch(draft, flow, state, few, known[flow.id].get(state.id, frozenset()))


def _branch(
    draft: Draft, flow: Flow, state: Branch, few: Mapping[str, tuple[Held, ...]], sure: frozenset[str]
) -> Iterator[Problem]:
    holds: set[int] = set()
    decides: set[int] = set()
    seen = False
    for slots in situations((condition for condition, _ in state.cases), few, sure):
        seen = True
        held = [number for number, (condition, _) in enumerate(state.cases) if condition.holds(slots)]
        holds.update(held)
        decides.update(held[:1])
    for number, (condition, _) in enumerate(state.cases):
        if seen and number not in decides:
            fault = "the cases before it take all of it" if number in holds else "it can never hold"
            message = f"the case {condition.source!r} of {state.id!r} never decides: {fault}"
            keys = ("states", state.id, "branch", str(number))
            yield draft.problem(flow.path, keys, message, "Correct it, put it higher or remove it.")


def _states(draft: Draft) -> Iterator[tuple[Flow, State]]:
    for flow in draft.catalog.flows.values():
        for state in flow.states.values():
            yield flow, state


ROUTE_RULES: Final = (routes, branches)
