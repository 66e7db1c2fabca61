"""
Rules over the states of the flows: every way leads somewhere, ends, and can be said to have been allowed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from bot.content.draft import SERVICE, Draft
from bot.content.edges import Edge, backwards, cycle, edges, graph, reachable, spent
from bot.content.problem import Problem, Severity
from bot.content.spoken import places, related
from bot.content.values import (
    ACCOUNT,
    DELIVERY,
    GIVEN_SLOTS,
    PHONE,
    RESERVED,
    TICKET,
    choice_ids,
    closed_values,
    slot_names,
)
from bot.core.calls import OPERATIONS
from bot.core.conditions import Condition, Literal, Name
from bot.core.flow import (
    EXHAUSTED,
    INPUTS,
    Ask,
    AskMany,
    Branch,
    Call,
    End,
    Flow,
    HandOffState,
    Run,
    Set,
    State,
    TryArticles,
    Wait,
)

#: More buttons are not read, they are searched.
MAX_CHOICES: Final = 6
#: Telegram's 64 bytes of callback data less `v1:`, a screen number of 12 digits and `:`.
MAX_CHOICE_BYTES: Final = 48
#: The wait that is no fact: until the ladder allows the next code.
NEXT_CODE: Final = "next_code"


def starts(draft: Draft) -> Iterator[Problem]:
    """A flow starts at one of its states."""
    for flow in draft.catalog.flows.values():
        if flow.start not in flow.states:
            message = f"the flow starts at {flow.start!r}, which does not exist"
            yield draft.problem(flow.path, ("start",), message, "Name one of its states.")


def targets(draft: Draft) -> Iterator[Problem]:
    """Every way leads to a state that exists."""
    for flow in draft.catalog.flows.values():
        for state in flow.states.values():
            for edge in edges(state):
                if edge.target not in flow.states:
                    message = f"state {state.id!r} leads to {edge.target!r}, which does not exist"
                    near = difflib.get_close_matches(edge.target, flow.states, 1)
                    hint = f"Did you mean {near[0]!r}?" if near else "Correct the name or add the state."
                    yield draft.problem(flow.path, ("states", state.id, *edge.keys), message, hint)


def unreachable(draft: Draft) -> Iterator[Problem]:
    """Every state can be reached."""
    for flow in draft.catalog.flows.values():
        for name in sorted(flow.states.keys() - reachable(graph(flow), (flow.start,))):
            message = f"state {name!r} cannot be reached from {flow.start!r}"
            if flow.start in flow.states:
                yield draft.problem(
                    flow.path, ("states", name), message, "Let some state lead to it or remove it."
                )


def ways_out(draft: Draft) -> Iterator[Problem]:
    """From every state an end or a human can be reached."""
    for flow in draft.catalog.flows.values():
        last = [name for name, state in flow.states.items() if isinstance(state, End | HandOffState)]
        for name in sorted(flow.states.keys() - reachable(backwards(graph(flow)), last)):
            if all(edge.target in flow.states for edge in edges(flow.states[name])):
                message = f"state {name!r} never comes to an end or a human"
                yield draft.problem(
                    flow.path, ("states", name), message, "Let it lead to an `end` or a `handoff`."
                )


def silent_cycles(draft: Draft) -> Iterator[Problem]:
    """No cycle runs without the person, not even when every article was tried before."""
    for flow in draft.catalog.flows.values():
        if found := cycle(graph(flow, _silent)):
            message = f"{_round(found)} goes round without the person"
            yield draft.problem(flow.path, ("states", found[0]), message, "Ask something on the way.")


def _silent(state: State, edge: Edge) -> bool:
    return not isinstance(state, INPUTS) or (isinstance(state, TryArticles) and edge.label == EXHAUSTED)


def endless_cycles(draft: Draft) -> Iterator[Problem]:
    """No cycle lasts for ever: with every budget used up and no article left, every way ends."""
    for flow in draft.catalog.flows.values():
        if found := cycle(graph(flow, spent)):
            message = f"{_round(found)} may go round for ever"
            yield draft.problem(
                flow.path, ("states", found[0]), message, "Give one of them `at_most` and `then`."
            )


def _round(found: tuple[str, ...]) -> str:
    return " -> ".join(map(repr, (*found, found[0])))


def conditions(draft: Draft) -> Iterator[Problem]:
    """Conditions read slots that are asked for, and compare them with what they can hold."""
    if not draft.whole("flows"):
        return
    for flow in draft.catalog.flows.values():
        for state in flow.states.values():
            for condition, _ in state.cases if isinstance(state, Branch) else ():
                keys = ("states", state.id, "branch")
                yield from _condition(draft, flow.path, keys, condition, related(draft, (flow.id,)))
    for article in draft.catalog.articles.values():
        if article.when is not None:
            flows = related(draft, tuple(flow for flow, _ in places(draft, article.topics)))
            yield from _condition(draft, article.path, ("applies_to", "when"), article.when, flows)


def _condition(
    draft: Draft, path: str, keys: tuple[str, ...], condition: Condition, flows: tuple[Flow, ...]
) -> Iterator[Problem]:
    known = slot_names(flows) | frozenset(GIVEN_SLOTS)
    for name, attribute in sorted(condition.names(), key=str):
        full = f"{name}.{attribute}" if attribute else name
        has = {"phone": PHONE, "ticket": TICKET, "account": ACCOUNT, "delivery": DELIVERY}.get(name, ())
        if name not in known or (attribute is not None and attribute not in has):
            message = f"the condition {condition.source!r} reads {full!r}, which is never set"
            yield draft.problem(path, keys, message, "Name a slot that is asked for, or correct the name.")
    for slot, value in _compared(condition):
        if (allowed := closed_values(flows).get(slot)) is not None and value not in allowed:
            message = (
                f"the condition {condition.source!r} compares with {value!r}, which {slot[0]!r} never is"
            )
            yield draft.problem(path, keys, message, f"Use one of: {', '.join(sorted(allowed))}.")


def _compared(condition: Condition) -> Iterator[tuple[tuple[str, str | None], object]]:
    """Return every slot that is compared with a string, and the string."""
    for comparison in condition.comparisons():
        for one, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
            if isinstance(one, Name) and isinstance(other, Literal):
                held = other.value if isinstance(other.value, tuple) else (other.value,)
                yield from (((one.name, one.attribute), value) for value in held if isinstance(value, str))


def calls(draft: Draft) -> Iterator[Problem]:
    """A call names an operation, gives its arguments and handles its outcomes, no more and no fewer."""
    for flow in draft.catalog.flows.values():
        for state in flow.states.values():
            if isinstance(state, Call):
                yield from _call(draft, flow, state)


def _call(draft: Draft, flow: Flow, state: Call) -> Iterator[Problem]:
    at = ("states", state.id)
    operation = OPERATIONS.get(state.operation)
    if operation is None:
        message = f"state {state.id!r} calls {state.operation!r}, which is no operation"
        yield draft.problem(flow.path, (*at, "call"), message, f"Call one of: {', '.join(OPERATIONS)}.")
        return
    for name in operation.arguments:
        if name not in state.arguments:
            message = f"state {state.id!r} calls {operation.name!r} without the argument {name!r}"
            yield draft.problem(flow.path, (*at, "with"), message, "Add it under `with`.")
    for name in state.arguments:
        if name not in operation.arguments:
            message = f"{operation.name!r} takes no argument {name!r}"
            yield draft.problem(flow.path, (*at, "with", name), message, "Remove it.")
    for outcome in operation.outcomes:
        if outcome not in state.outcomes:
            message = f"state {state.id!r} does not handle outcome {outcome.value!r}"
            yield draft.problem(flow.path, (*at, "outcomes"), message, "Add it.")
    for outcome in state.outcomes:
        if outcome not in operation.outcomes:
            message = f"{operation.name!r} never ends {outcome.value!r}"
            yield draft.problem(flow.path, (*at, "outcomes", outcome.value), message, "Remove it.")


def runs(draft: Draft) -> Iterator[Problem]:
    """A flow that is run exists, does not come back to itself, and every result of it is handled."""
    for outer, state in draft.runs():
        flow, inner = draft.catalog.flows[outer], draft.catalog.flows.get(state.flow)
        if inner is not None:
            yield from _results(draft, flow, state, inner)
        elif f"flows/{state.flow}.yaml" not in draft.broken:
            message = f"state {state.id!r} runs {state.flow!r}, which is no flow"
            yield draft.problem(
                flow.path, ("states", state.id, "run"), message, "Correct the name or add the flow."
            )
        if outer in reachable(_runs(draft), (state.flow,)):
            message = f"state {state.id!r} runs {state.flow!r}, which runs {outer!r} again"
            yield draft.problem(
                flow.path, ("states", state.id, "run"), message, "Let it end with a result instead."
            )


def _runs(draft: Draft) -> dict[str, tuple[str, ...]]:
    flows = draft.catalog.flows
    return {
        name: tuple(run.flow for outer, run in draft.runs() if outer == name and run.flow in flows)
        for name in flows
    }


def _results(draft: Draft, flow: Flow, state: Run, inner: Flow) -> Iterator[Problem]:
    ends = {end.result for end in inner.states.values() if isinstance(end, End)}
    for result in sorted(ends - state.results.keys()):
        message = f"state {state.id!r} does not handle result {result!r} of {inner.id!r}"
        yield draft.problem(flow.path, ("states", state.id, "results"), message, "Add it.")
    for result in sorted(state.results.keys() - ends):
        message = f"{inner.id!r} never ends {result!r}"
        yield draft.problem(flow.path, ("states", state.id, "results", result), message, "Remove it.")


def topics(draft: Draft) -> Iterator[Problem]:
    """Articles are tried that exist, and every article is tried somewhere."""
    written = {topic for article in draft.catalog.articles.values() for topic in article.topics}
    tried: set[str] = set()
    for flow in draft.catalog.flows.values():
        for state in flow.states.values():
            if isinstance(state, TryArticles):
                tried.add(state.topic)
                if state.topic not in written and draft.whole("knowledge"):
                    message = f"no article is of the topic {state.topic!r}"
                    keys = ("states", state.id, "try_articles")
                    yield draft.problem(flow.path, keys, message, "Write one or correct the name.")
    for article in draft.catalog.articles.values():
        for topic in article.topics:
            if topic not in tried and draft.whole("flows"):
                message = f"no flow tries articles of the topic {topic!r}"
                cure = "Add a `try_articles` state or correct the name."
                yield draft.problem(article.path, ("applies_to", "topics"), message, cure, Severity.WARNING)


def waits(draft: Draft) -> Iterator[Problem]:
    """A wait lasts as long as a fact says, or until the next code."""
    for flow in draft.catalog.flows.values():
        for state in flow.states.values():
            if not isinstance(state, Wait) or state.duration == NEXT_CODE:
                continue
            fact = draft.catalog.service.facts.get(state.duration)
            if fact is None or not isinstance(fact.value, timedelta):
                fault = "is no fact" if fact is None else "is no duration"
                message = f"state {state.id!r} waits for {state.duration!r}, which {fault}"
                cure = f'Give {SERVICE} such a fact, e.g. "10 minutes", or wait for {NEXT_CODE}.'
                yield draft.problem(flow.path, ("states", state.id, "wait"), message, cure)


def choices(draft: Draft) -> Iterator[Problem]:
    """A question has few choices, and their ids fit a button."""
    for flow in draft.catalog.flows.values():
        for state in flow.states.values():
            given = choice_ids(state)
            keys = ("states", state.id)
            if len(given) > MAX_CHOICES:
                message = f"state {state.id!r} has {len(given)} choices"
                yield draft.problem(flow.path, keys, message, f"Keep {MAX_CHOICES} or ask in two steps.")
            for choice in given:
                if len(choice.encode()) > MAX_CHOICE_BYTES:
                    message = f"choice {choice!r} is longer than {MAX_CHOICE_BYTES} bytes"
                    yield draft.problem(flow.path, keys, message, "Shorten the id.")


def reserved(draft: Draft) -> Iterator[Problem]:
    """No answer is kept under a name that means something else in texts."""
    for flow in draft.catalog.flows.values():
        for state in flow.states.values():
            kept = tuple(state.values) if isinstance(state, Set) else (state.id,)
            for name in kept if isinstance(state, Ask | AskMany | Set) else ():
                if name in RESERVED:
                    message = f"{name!r} is kept by state {state.id!r} and means something else in texts"
                    yield draft.problem(flow.path, ("states", state.id), message, "Choose another name.")


def menu(draft: Draft) -> Iterator[Problem]:
    """The menu has one order, and holds no flow that only other flows run."""
    places_taken: dict[int, str] = {}
    for flow in draft.catalog.flows.values():
        if flow.menu is None:
            continue
        if flow.internal:
            message = "an internal flow stands in the menu"
            yield draft.problem(flow.path, ("menu",), message, "Remove `menu` or `internal`.")
        if flow.menu in places_taken:
            message = f"menu place {flow.menu} is taken by {places_taken[flow.menu]!r}"
            yield draft.problem(flow.path, ("menu",), message, "Choose another number.")
        places_taken.setdefault(flow.menu, flow.id)


FLOW_RULES: Final = (
    starts,
    targets,
    unreachable,
    ways_out,
    silent_cycles,
    endless_cycles,
    conditions,
    calls,
    runs,
    topics,
    waits,
    choices,
    reserved,
    menu,
)
