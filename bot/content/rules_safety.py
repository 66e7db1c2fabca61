"""
Rules for the safety of people: consent before consequences, no dependence on what fails, and a brake that holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from bot.content.draft import Draft
from bot.content.edges import CASE_CODE, CONSENT, Edge, graph, opens_ticket, reachable, surely_set
from bot.content.exits import Exits
from bot.content.known import known_slots
from bot.content.problem import Problem
from bot.core.calls import CHANNELS, OPERATIONS
from bot.core.flow import THEN, TYPED, Call, Collect, End, HandOffState, Run, State
from bot.core.vocabulary import Factor, Priority, Result

#: Set by a state with a brake; no slot can be named like it.
_BRAKE: Final = "@brake"


def consents(draft: Draft) -> Iterator[Problem]:
    """Before a reset ticket, and wherever a state says so, the consequences were accepted on every way."""
    if not draft.whole("flows"):
        return
    known = known_slots(draft)
    for flow in draft.catalog.flows.values():
        for name, sure in known[flow.id].items():
            state = flow.states[name]
            if CONSENT in sure or not (state.after_consent or opens_ticket(state)):
                continue
            key = "after_consent" if state.after_consent else "call"
            what = "comes after a consent" if state.after_consent else "opens a ticket"
            message = f"state {name!r} {what}, but a way leads to it on which nobody agreed"
            cure = "Lead every way through the choice that `consent` names."
            yield draft.problem(flow.path, ("states", name, key), message, cure)


def failing(draft: Draft) -> Iterator[Problem]:
    """From every state an end can be reached without a message to the factor that fails."""
    for flow in draft.catalog.flows.values():
        if flow.failing is None:
            continue
        passable = partial(_needs_not, flow.failing)
        exits = Exits(draft, passable)
        for name, state in flow.states.items():
            if passable(state) and not exits.of(flow.id, name):
                message = f"from {name!r} the only ways on send to the {flow.failing.value}, which fails here"
                cure = "Add a way that needs nothing from it."
                yield draft.problem(flow.path, ("states", name), message, cure)


def _needs_not(factor: Factor, state: State) -> bool:
    return _receiver(state) is not factor


def _receiver(state: State) -> Factor | None:
    """Return the factor that a state sends a code or a link to."""
    operation = OPERATIONS.get(state.operation) if isinstance(state, Call) else None
    if not isinstance(state, Call) or operation is None or not operation.sends:
        return None
    return CHANNELS.get(state.arguments.get("channel", ""))


def brakes(draft: Draft) -> Iterator[Problem]:
    """Behind a brake nothing is sent: a call there would always end `held`."""
    for flow in draft.catalog.flows.values():
        ways = graph(flow)
        braked = reachable(ways, (name for name, state in flow.states.items() if state.brake))
        sending = _sending(draft)
        for name in sorted(braked):
            state = flow.states[name]
            if _sends(state) or (isinstance(state, Run) and state.flow in sending):
                message = f"state {name!r} sends something, though a brake comes before it"
                yield draft.problem(
                    flow.path, ("states", name), message, "Hand over instead, or move the brake."
                )


def _sends(state: State) -> bool:
    operation = OPERATIONS.get(state.operation) if isinstance(state, Call) else None
    return operation is not None and operation.sends


def _sending(draft: Draft) -> frozenset[str]:
    """Return the flows that send something, by themselves or through one that they run."""
    flows = draft.catalog.flows
    found = {name for name, flow in flows.items() if any(map(_sends, flow.states.values()))}
    runs = tuple(draft.runs())
    for _ in flows:
        found |= {outer for outer, state in runs if state.flow in found}
    return frozenset(found)


def urgent(draft: Draft) -> Iterator[Problem]:
    """Whoever is in danger reaches a human as urgent, or calls it off, without telling which account it is."""
    for flow in draft.catalog.flows.values():
        if not flow.urgent:
            continue
        ways = graph(flow, lambda state, edge: not _names_account(state, edge))
        for name in sorted(reachable(ways, (flow.start,))):
            ends = (flow.states[other] for other in reachable(ways, (name,)))
            if not any(isinstance(end, End) or _hurries(end) for end in ends):
                message = f"from {name!r} no human is reached as urgent before the account is named"
                yield draft.problem(
                    flow.path,
                    ("states", name),
                    message,
                    "Hand over first with `priority: urgent`; ask later.",
                )


def unbraked(draft: Draft) -> Iterator[Problem]:
    """In an urgent flow nothing is sent any more by the time a human gets it: a brake stands on every way there."""
    for flow in draft.catalog.flows.values():
        known = surely_set(flow, gained=_braked) if flow.urgent else {}
        for name, sure in known.items():
            state = flow.states[name]
            if isinstance(state, HandOffState) and not state.brake and _BRAKE not in sure:
                message = f"a way leads to {name!r} on which nothing was braked"
                yield draft.problem(flow.path, ("states", name), message, "Put `brake: true` on that way.")


def _braked(state: State, edge: Edge) -> frozenset[str]:
    return frozenset({_BRAKE}) if state.brake and edge.label != THEN else frozenset()


def tickets(draft: Draft) -> Iterator[Problem]:
    """A flow ends with `ticket` only where one was opened."""
    if not draft.whole("flows"):
        return
    known = known_slots(draft)
    for flow in draft.catalog.flows.values():
        for name, sure in known[flow.id].items():
            state = flow.states[name]
            if isinstance(state, End) and state.result == Result.TICKET and CASE_CODE not in sure:
                message = f"state {name!r} ends with a ticket, but a way leads to it on which none was opened"
                keys = ("states", name)
                yield draft.problem(flow.path, keys, message, "End with another result on that way.")


def _hurries(state: State) -> bool:
    return isinstance(state, HandOffState) and state.priority is Priority.URGENT


def _names_account(state: State, edge: Edge) -> bool:
    return isinstance(state, Collect) and state.slot == "identifier" and edge.label == TYPED


SAFETY_RULES: Final = (consents, failing, brakes, urgent, unbraked, tickets)
