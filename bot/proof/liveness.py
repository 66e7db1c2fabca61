"""
Which slots still matter: a backward walk over all flows and all that they run.

A slot is *live* at a state for an atom if some way on from there asks the atom before the slot gets another value. A
slot that is not live cannot change anything that is still to come, so situations that differ only in it are one.

Not everything that is live is kept. A flow *keeps* what it reads itself, what it writes for the flows that run it
or that it runs, and what safety depends on. What only other flows read is dropped when the flow begins, and it is *open* for whoever reads
it later: every value that it may have is taken there. The same holds for each factor in `lost`. So more conversations are explored than there can be, never fewer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from bot.content.edges import CONSENT as CONSENT_EDGE
from bot.content.edges import Edge, edges, graph, reachable
from bot.core.calls import CHANNELS, OF_THE_LINK
from bot.core.catalog import Catalog
from bot.core.flow import Call, End, Flow, Run, Set, State
from bot.core.vocabulary import LINKED, LOST
from bot.proof.reads import BRAKED, BRAKES, CASE_CODE, CONSENT, Atom, forgotten, reads, writes

#: Slots that safety depends on; no flow drops them.
SAFETY: Final = frozenset(
    {LOST, CONSENT, BRAKED, CASE_CODE, LINKED, *OF_THE_LINK, "case", "identifier", "ticket"}
)
#: A flow and one of its states.
Place = tuple[str, str]


class Footprint:
    """What matters where, for one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        #: Flow -> the slots that it, or a flow that it runs, may change.
        self.changes: Mapping[str, frozenset[str]] = _changes(catalog)
        #: State -> what it reads.
        self.reads = {
            (flow.id, name): reads(catalog, flow, state)
            for flow in catalog.flows.values()
            for name, state in flow.states.items()
        }
        #: State -> the slots that it may change.
        self.writes = {
            (flow.id, name): writes(catalog, state)
            for flow in catalog.flows.values()
            for name, state in flow.states.items()
        }
        #: `end` -> its result.
        self.results = {
            (flow.id, name): state.result
            for flow in catalog.flows.values()
            for name, state in flow.states.items()
            if isinstance(state, End)
        }
        #: `end` -> the slots that are forgotten with it.
        self.forgets = {place: forgotten(catalog.flows[place[0]]) for place in self.results}
        #: `set` -> what it notes.
        self.notes: Mapping[Place, Mapping[str, str | tuple[str, ...]]] = {
            (flow.id, name): state.values
            for flow in catalog.flows.values()
            for name, state in flow.states.items()
            if isinstance(state, Set)
        }
        #: State -> the slots that are changed by entering it, other than by noting.
        self.acts = {
            place: frozenset() if place in self.notes else self._entered(place) for place in self.writes
        }
        kept = _kept_by(catalog, self.reads)
        #: Flow -> the slots whose values it may find though nobody has kept them.
        self.open: Mapping[str, frozenset[str]] = _open(catalog, self.changes, kept)
        members = _members(catalog, self.reads)
        #: Flow -> the factors of `lost` that it reads though somebody near has not kept whether they are lost.
        self.open_factors: Mapping[str, frozenset[str]] = _open_factors(catalog, self.changes, members)
        #: State -> the atoms that are live when it is entered and while it waits, as far as they are kept.
        self.live: Mapping[Place, frozenset[Atom]] = _live(catalog, self.changes, self.reads, kept, members)

    def _entered(self, place: Place) -> frozenset[str]:
        state = self._catalog.flows[place[0]].states[place[1]]
        if isinstance(state, Call):
            return self.writes[place]
        return self.writes[place] & BRAKES if state.brake else frozenset()


def _changes(catalog: Catalog) -> dict[str, frozenset[str]]:
    own = {
        flow.id: frozenset().union(
            forgotten(flow), *(writes(catalog, state) for state in flow.states.values())
        )
        for flow in catalog.flows.values()
    }
    runs = {
        flow.id: tuple(state.flow for state in flow.states.values() if isinstance(state, Run))
        for flow in catalog.flows.values()
    }
    return {name: frozenset().union(*(own[inner] for inner in reachable(runs, (name,)))) for name in own}


def _kept_by(catalog: Catalog, reading: Mapping[Place, frozenset[Atom]]) -> dict[str, frozenset[str]]:
    own = {
        flow.id: frozenset(atom.slot for name in flow.states for atom in reading[flow.id, name])
        for flow in catalog.flows.values()
    }
    kept = {}
    for flow in catalog.flows.values():
        written = frozenset().union(*(writes(catalog, state) for state in flow.states.values()))
        inner = {state.flow for state in flow.states.values() if isinstance(state, Run)} & own.keys()
        near = {outer for outer, _ in _callers(catalog, flow.id)} | inner
        outside = frozenset().union(*(own[other] for other in near))
        kept[flow.id] = own[flow.id] | (written & outside) | SAFETY
    return kept


def _open(
    catalog: Catalog, changes: Mapping[str, frozenset[str]], kept: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Return what may have been dropped before a flow begins, or by a flow that it runs."""
    found = {}
    for flow in catalog.flows.values():
        lost = {slot for outer, _ in _callers(catalog, flow.id) for slot in kept[flow.id] - kept[outer]}
        for state in flow.states.values():
            if isinstance(state, Run) and state.flow in catalog.flows:
                lost |= changes[state.flow] - kept[state.flow]
        found[flow.id] = frozenset(lost - SAFETY)
    return found


def _members(catalog: Catalog, reading: Mapping[Place, frozenset[Atom]]) -> dict[str, frozenset[str]]:
    """Return the factors of `lost` that a flow keeps apart: those that get codes, and those that it reads."""
    sent_to = frozenset(factor.value for factor in CHANNELS.values())
    return {
        flow.id: sent_to
        | {atom.what for name in flow.states for atom in reading[flow.id, name] if atom.slot == LOST}
        for flow in catalog.flows.values()
    }


def _open_factors(
    catalog: Catalog, changes: Mapping[str, frozenset[str]], members: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    found = {}
    for flow in catalog.flows.values():
        near = {outer for outer, _ in _callers(catalog, flow.id)}
        inner = {state.flow for state in flow.states.values() if isinstance(state, Run)} & members.keys()
        near |= {name for name in inner if LOST in changes[name]}
        found[flow.id] = frozenset().union(*(members[flow.id] - members[other] for other in near))
    return found


def _callers(catalog: Catalog, inner: str) -> Iterator[tuple[str, Run]]:
    for flow in catalog.flows.values():
        for state in flow.states.values():
            if isinstance(state, Run) and state.flow == inner:
                yield flow.id, state


def _live(
    catalog: Catalog,
    changes: Mapping[str, frozenset[str]],
    reading: Mapping[Place, frozenset[Atom]],
    kept: Mapping[str, frozenset[str]],
    members: Mapping[str, frozenset[str]],
) -> dict[Place, frozenset[Atom]]:
    """Solve the equations by passing on what has changed until nothing does."""
    into = _Equations(catalog, changes).into
    live = dict(reading)
    waiting = set(live)
    while waiting:
        place = waiting.pop()
        for earlier, keep in into[place]:
            passed = live[place] if keep is None else _kept(live[place], keep)
            passed = frozenset(
                atom
                for atom in passed
                if atom.slot in kept[earlier[0]]
                and (atom.slot != LOST or not atom.what or atom.what in members[earlier[0]])
            )
            if not passed <= live[earlier]:
                live[earlier] |= passed
                waiting.add(earlier)
    return live


#: What of the later atoms is passed on: slots that get another value on the way, or the only slots that count.
_Filter = tuple[frozenset[str], bool]


def _kept(atoms: frozenset[Atom], keep: _Filter) -> frozenset[Atom]:
    slots, only = keep
    return frozenset(atom for atom in atoms if (atom.slot in slots) is only)


class _Equations:
    """Every way on, turned around: place -> (the place before, what is passed on to it)."""

    def __init__(self, catalog: Catalog, changes: Mapping[str, frozenset[str]]) -> None:
        self.into: dict[Place, list[tuple[Place, _Filter | None]]] = defaultdict(list)
        for flow in catalog.flows.values():
            for state in flow.states.values():
                written = writes(catalog, state)
                for edge in edges(state):
                    if edge.target in flow.states:
                        keep = (
                            _beside(state, changes)
                            if isinstance(state, Run)
                            else _renewed(state, edge, written)
                        )
                        self.into[flow.id, edge.target].append(((flow.id, state.id), keep))
                if isinstance(state, Run) and state.flow in catalog.flows:
                    self._run(catalog, flow, state, changes[state.flow])
            for call, later in _late(catalog, flow):
                for target in flow.states[call].outcomes.values():  # type: ignore[union-attr]
                    self.into[flow.id, target].append(((flow.id, later), None))

    def _run(self, catalog: Catalog, flow: Flow, state: Run, changed: frozenset[str]) -> None:
        """Enter the inner flow; where it ends, what it may have changed matters as the outer flow goes on."""
        inner = catalog.flows[state.flow]
        self.into[inner.id, inner.start].append(((flow.id, state.id), None))
        for end in inner.states.values():
            target = state.results.get(end.result) if isinstance(end, End) else None
            if target in flow.states:
                self.into[flow.id, str(target)].append(((inner.id, end.id), (changed, True)))


def _renewed(state: State, edge: Edge, written: frozenset[str]) -> _Filter | None:
    """Return the slots that surely get another value on the way; what a branch knows it has not set, a list is added to."""
    values = state.values if isinstance(state, Set) else {}
    sets = {CONSENT if name == CONSENT_EDGE else name for name in edge.sets} & written
    sets -= {name for name, value in values.items() if isinstance(value, tuple)}
    return (frozenset(sets), False) if sets else None


def _beside(state: Run, changes: Mapping[str, frozenset[str]]) -> _Filter | None:
    """Return what matters through a flow that is run, not beside it, though both is followed for other slots."""
    told = frozenset(OF_THE_LINK) & changes.get(state.flow, frozenset())
    return (told, False) if told else None


def _late(catalog: Catalog, flow: Flow) -> Iterator[tuple[str, str]]:
    """Yield every call that goes on before its result is there, with every state where the result may come."""
    ways = graph(flow)
    for state in flow.states.values():
        operation = catalog.operations.get(state.operation) if isinstance(state, Call) else None
        if operation is not None and operation.neutral:
            yield from ((state.id, later) for later in reachable(ways, (state.id,)))
