"""
What goes wrong when people write a flow: each function makes one mistake in one place, drawn at random.

Only mistakes that change where somebody gets are made: `after_consent` and `failing` only ask for a proof.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tests.mutation.content import Content, Mutant, Tree

#: Keys of a state that lead to another one.
_TARGETS = ("say", "next", "give_up", "then", "solved", "exhausted")
_MAPS = ("ask", "choices", "results", "outcomes")


def flow_states(content: Content) -> list[tuple[str, str]]:
    """Every state: the file of its flow, and its name."""
    return [(path, name) for path, tree in content.flows() for name in tree["states"]]


def _ways(state: Tree) -> Iterator[tuple[Any, Any]]:
    """Every place of a state that names a target: what holds it, and under which key."""
    yield from ((state, key) for key in _TARGETS if isinstance(state.get(key), str))
    for key in _MAPS:
        if isinstance(state.get(key), dict):
            yield from ((state[key], inner) for inner in state[key])
    for case in state.get("branch", ()):
        yield case, "else" if "else" in case else "next"
    for row in state.get("table", ()):
        yield row, "next"


def _in_state(path: str, tree: Tree, name: str, what: str) -> Mutant:
    flow = tree["id"]
    return Mutant(path=path, what=f"{flow}.{name}: {what}", tree=tree, states=frozenset({(flow, name)}))


def _drawn_state(content: Content, rng: Random, fits: Callable[[Tree], bool]) -> tuple[str, Tree, str] | None:
    """Draw a state that fits; a copy of its file is returned, to be changed."""
    fitting = [
        (path, name) for path, name in flow_states(content) if fits(content.trees[path]["states"][name])
    ]
    if not fitting:
        return None
    path, name = rng.choice(fitting)
    return path, copy.deepcopy(content.trees[path]), name


def retarget(content: Content, rng: Random) -> Mutant | None:
    """A way leads to another state."""
    drawn = _drawn_state(content, rng, lambda state: any(_ways(state)))
    if drawn is None:
        return None
    path, tree, name = drawn
    holder, key = rng.choice(list(_ways(tree["states"][name])))
    others = [other for other in tree["states"] if other not in (holder[key], name)]
    if not others:
        return None
    old, holder[key] = holder[key], rng.choice(others)
    return _in_state(path, tree, name, f"{key!r} leads to {holder[key]!r} instead of {old!r}")


def misspell_target(content: Content, rng: Random) -> Mutant | None:
    """A way leads to a name with a letter too many."""
    drawn = _drawn_state(content, rng, lambda state: any(_ways(state)))
    if drawn is None:
        return None
    path, tree, name = drawn
    holder, key = rng.choice(list(_ways(tree["states"][name])))
    holder[key] = f"{holder[key]}s"
    return _in_state(path, tree, name, f"{key!r} leads to {holder[key]!r}")


def remove_way(content: Content, rng: Random) -> Mutant | None:
    """A choice, an outcome, a result or a way out is gone."""
    drawn = _drawn_state(content, rng, lambda state: any(_removable(state)))
    if drawn is None:
        return None
    path, tree, name = drawn
    holder, key = rng.choice(list(_removable(tree["states"][name])))
    del holder[key]
    return _in_state(path, tree, name, f"{key!r} is removed")


def _removable(state: Tree) -> Iterator[tuple[Any, Any]]:
    if "give_up" in state:
        yield state, "give_up"
    for key in _MAPS:
        if isinstance(state.get(key), dict):
            yield from ((state[key], inner) for inner in state[key])


def remove_case(content: Content, rng: Random) -> Mutant | None:
    """A case of a branch or a row of a table is gone."""
    drawn = _drawn_state(content, rng, lambda state: len(state.get("branch") or state.get("table") or ()) > 1)
    if drawn is None:
        return None
    path, tree, name = drawn
    state = tree["states"][name]
    cases = state.get("branch", state.get("table"))
    gone = cases.pop(rng.randrange(len(cases) - ("branch" in state)))
    return _in_state(path, tree, name, f"{gone} is removed")


def negate(content: Content, rng: Random) -> Mutant | None:
    """A condition is turned around."""
    drawn = _drawn_state(content, rng, lambda state: "branch" in state)
    if drawn is None:
        return None
    path, tree, name = drawn
    case = rng.choice([case for case in tree["states"][name]["branch"] if "if" in case])
    case["if"] = f"not ({case['if']})"
    return _in_state(path, tree, name, f"if {case['if']}")


def swap_targets(content: Content, rng: Random) -> Mutant | None:
    """Two choices, outcomes or results lead where the other should."""
    found = []
    for path, name in flow_states(content):
        state = content.trees[path]["states"][name]
        for key in _MAPS:
            ways = state.get(key)
            if isinstance(ways, dict) and len(set(ways.values())) > 1:
                found.append((path, name, key))
    if not found:
        return None
    path, name, key = rng.choice(found)
    tree = copy.deepcopy(content.trees[path])
    ways = tree["states"][name][key]
    one = rng.choice(list(ways))
    other = rng.choice([choice for choice in ways if ways[choice] != ways[one]])
    ways[one], ways[other] = ways[other], ways[one]
    return _in_state(path, tree, name, f"the targets of {one!r} and {other!r} are swapped")


def remove_promise(content: Content, rng: Random) -> Mutant | None:
    """A key that keeps people safe is gone."""
    found = [
        (path, name, key)
        for path, name in flow_states(content)
        for key in ("brake", "consent", "priority")
        if key in content.trees[path]["states"][name]
    ]
    found += [(path, "", "urgent") for path, tree in content.flows() if "urgent" in tree]
    if not found:
        return None
    path, name, key = rng.choice(found)
    tree = copy.deepcopy(content.trees[path])
    del (tree["states"][name] if name else tree)[key]
    if name:
        return _in_state(path, tree, name, f"{key!r} is removed")
    states = frozenset((tree["id"], state) for state in tree["states"])
    return Mutant(path=path, what=f"{key!r} is removed", tree=tree, states=states)


def wrong_channel(content: Content, rng: Random) -> Mutant | None:
    """A code goes the other way."""
    drawn = _drawn_state(content, rng, lambda state: "channel" in state.get("with", {}))
    if drawn is None:
        return None
    path, tree, name = drawn
    arguments = tree["states"][name]["with"]
    arguments["channel"] = "email" if arguments["channel"] != "email" else "sms"
    return _in_state(path, tree, name, f"sends by {arguments['channel']}")


def wrong_end(content: Content, rng: Random) -> Mutant | None:
    """A flow ends with another result."""
    drawn = _drawn_state(content, rng, lambda state: "end" in state)
    if drawn is None:
        return None
    path, tree, name = drawn
    results = ["solved", "not_solved", "cancelled", "told", "ticket"]
    state = tree["states"][name]
    state["end"] = rng.choice([result for result in results if result != state["end"]])
    return _in_state(path, tree, name, f"ends {state['end']!r}")
