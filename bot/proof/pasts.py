"""
What the abstraction has forgotten of the past, taken back as assumptions where a step depends on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.core.catalog import Catalog
from bot.core.commands import CallBackend
from bot.core.events import Value
from bot.core.flow import Ask, AskMany, Call, Set, TryArticles
from bot.core.question import STILL_STUCK
from bot.core.vocabulary import LOST
from bot.proof.act import Acted
from bot.proof.inputs import Assumed, Kind, Move, Pick, Type
from bot.proof.liveness import Footprint, Place
from bot.proof.reads import Atom


class Pasts:
    """What a step may take for granted of a past that was dropped, for one catalog."""

    def __init__(self, catalog: Catalog, footprint: Footprint) -> None:
        self._catalog, self._footprint = catalog, footprint
        self._values = values(catalog)
        #: State -> the open slots that it reads.
        self._open = {
            place: frozenset(atom.slot for atom in atoms) & footprint.open[place[0]]
            for place, atoms in footprint.reads.items()
        }

        #: State -> the open factors that it reads.
        self._losses = {
            place: frozenset(
                Assumed(Kind.LOST, atom.what)
                for atom in atoms
                if atom.slot == LOST and atom.what in footprint.open_factors[place[0]]
            )
            for place, atoms in footprint.reads.items()
        }

    def of(
        self, acted: Acted, move: Move, parts: tuple[tuple[Place, ...], ...], level: int
    ) -> tuple[Assumed, ...]:
        """
        Return what could be taken for granted as well: each budget and each open slot that a step met.

        Args:
            acted: The step.
            move: What is taken for granted already.
            parts: The states that were entered, parted where a flow ended.
            level: The part that counts; the others are looked at under fewer or more callers.
        """
        found = {past for place in parts[level] for past in self._met(acted, place)}
        if level == 0 and move.input == Pick(STILL_STUCK):
            found |= set(self._met(acted, acted.before.place))
        known, written = set(acted.before.left.slots), set[str]()
        if acted.before.left.stack and isinstance(move.input, Pick | Type):
            written |= self._footprint.writes[acted.before.place]
        for number, part in enumerate(parts[: level + 1]):
            for place in part:
                if number == level:
                    for slot in self._open[place] - known - written:
                        found |= set(self._each(slot, self._footprint.live[place]))
                    if not self._asks_losses(acted, move):
                        found |= self._losses[place]
                written |= self._footprint.writes[place]
        return tuple(sorted(found - move.assumed, key=str))

    def _asks_losses(self, acted: Acted, move: Move) -> bool:
        """Tell whether an input says of every factor whether it is lost; noting one leaves the others as they were."""
        if not acted.before.left.stack or not isinstance(move.input, Pick):
            return False
        flow, name = acted.before.place
        state = self._catalog.flows[flow].states[name]
        return isinstance(state, AskMany) and name == LOST and move.input.choice not in state.choices

    def _met(self, acted: Acted, place: Place) -> Iterator[Assumed]:
        """Yield the budgets of a state."""
        flow, name = place
        state = self._catalog.flows[flow].states[name]
        if isinstance(state, TryArticles):
            yield Assumed(Kind.TRIED, state.topic)
        if (
            isinstance(state, Call)
            and self._catalog.operations[state.operation].sends
            and any(isinstance(command, CallBackend) for command in acted.left.commands)
        ):
            yield Assumed(Kind.EARLY)
        if (
            state.at_most is not None
            and place != acted.before.place
            and any(frame.flow == flow for frame in acted.before.left.stack)
        ):
            yield Assumed(Kind.SPENT, f"{flow}.{name}", cost=state.at_most)

    def _each(self, slot: str, live: Collection[Atom]) -> Iterator[Assumed]:
        atoms = sorted(atom for atom in live if atom.slot == slot)
        seen = {tuple(atom.ask(None) for atom in atoms)}
        for value in self._values.get(slot, ()):
            answers = tuple(atom.ask(value) for atom in atoms)
            if answers not in seen:
                seen.add(answers)
                yield Assumed(Kind.NOTED, slot, value)


def values(catalog: Catalog) -> dict[str, tuple[Value, ...]]:
    """Return every value that some state gives to a slot."""
    found: dict[str, tuple[Value, ...]] = {"clock": (480,), "country": ("TW",)}
    for flow in catalog.flows.values():
        for state in flow.states.values():
            if isinstance(state, Ask):
                found[state.id] = (*found.get(state.id, ()), *state.choices)
            elif isinstance(state, AskMany):
                found[state.id] = (
                    *found.get(state.id, ()),
                    state.members,
                    *((one,) for one in state.members),
                )
            elif isinstance(state, Set):
                for name, value in state.values.items():
                    found[name] = (*found.get(name, ()), value)
    return found
