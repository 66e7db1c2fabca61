"""
What one input does at a situation, found once by the real engine, however often the situation is come to.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from bot.core.catalog import Catalog
from bot.core.flow import End, Run
from bot.core.vocabulary import Status
from bot.proof.act import Acted, act
from bot.proof.inputs import Assumed, Move
from bot.proof.liveness import Footprint, Place
from bot.proof.pasts import Pasts
from bot.proof.situation import Abstraction, Pair, truncated
from bot.proof.witness import IncompleteText, strict


@dataclass(eq=False, slots=True)
class Local:
    """A situation of the innermost flow, whoever ran it."""

    #: In normal form, under the callers that it was found under first.
    pair: Pair


#: Callers, the innermost first; None at the end: there are no more.
Callers = tuple[Local | None, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What an input does."""

    #: What it could take for granted as well.
    pasts: tuple[Assumed, ...] = ()
    #: It ends the outermost flow that was given, and what tells this way of ending from others; else None.
    leaves: tuple[Hashable, ...] | None = None
    #: The states that it ends through.
    path: tuple[Place, ...] = ()
    #: Flows that it ended, of those given.
    pops: int = 0
    #: Where it leads: the innermost flow that goes on, then those that it runs; empty: nowhere.
    arrivals: tuple[Local, ...] = ()
    #: The flow itself has ended the conversation or handed it over.
    final: bool = False


class Effects:
    """All effects so far."""

    def __init__(self, catalog: Catalog, footprint: Footprint) -> None:
        self._catalog, self._forgiving = strict(catalog), catalog
        self._alike, self._pasts = Abstraction(footprint), Pasts(catalog, footprint)
        self._locals: dict[Hashable, Local] = {}
        self._known: dict[Hashable, Effect] = {}
        #: Steps of the engine.
        self.steps = 0

    def local(self, pair: Pair) -> Local:
        """Return the situation of the innermost flow of a pair."""
        normal = self._alike.normal(pair)
        return self._locals.setdefault(self._alike.key(normal), Local(normal))

    @property
    def locals(self) -> tuple[Local, ...]:
        """Every situation so far."""
        return tuple(self._locals.values())

    def known(self, local: Local, move: Move, callers: Callers) -> Effect | None:
        """Return an effect that was found before."""
        return self._known.get((local, move, callers))

    def take(self, local: Local, move: Move, callers: Callers) -> Acted | Exception:
        """Let the engine take a step; returns what it raised, if so."""
        self.steps += 1
        pair = self._assembled(local, callers)
        try:
            return act(pair, move, self._catalog)
        except IncompleteText as fault:
            # Of flows below that are not given the slots are not there; only what the given ones say must be whole.
            acted = act(pair, move, self._forgiving)
            return acted if self.leads_beyond(acted, callers) else fault
        except Exception as fault:
            return fault

    def leads_beyond(self, acted: Acted, callers: Callers) -> bool:
        """Tell whether a step ends more flows than were given, so that it is looked at under those that ran them."""
        return _beyond(_parts(acted, self._catalog), callers)

    def keep(
        self, local: Local, move: Move, callers: Callers, acted: Acted | None, *, counts: bool = False
    ) -> Effect:
        """
        Keep what an input does.

        Args:
            local: Where it came.
            move: The input.
            callers: The flows below that it may come back to, as far as they are given.
            acted: The step; None: there was none.
            counts: What follows from it counts.

        Returns:
            The effect. If it ends more flows than there are callers, only that it does.
        """
        effect = Effect() if acted is None else self._effect(local, move, callers, acted, counts=counts)
        self._known[local, move, callers] = effect
        return effect

    def _effect(self, local: Local, move: Move, callers: Callers, acted: Acted, *, counts: bool) -> Effect:
        parts = _parts(acted, self._catalog)
        pops = len(parts) - 1
        if _beyond(parts, callers):
            level = len(callers)
            path = tuple(place for part in parts[: level + 1] for place in part)
            leaves = self._alike.leaving(acted.before, path, local.pair, move.input)
            return Effect(self._pasts.of(acted, move, parts, level), leaves, path)
        pasts = self._pasts.of(acted, move, parts, pops)
        if not counts:
            return Effect(pasts)
        if acted.left.conversation.status is not Status.PENDING:
            # Without a state of the flow it is the engine that fetches a human.
            return Effect(pasts, pops=pops, final=bool(acted.left.entered))
        return Effect(pasts, pops=pops, arrivals=self._arrivals(acted, pops))

    def _arrivals(self, acted: Acted, pops: int) -> tuple[Local, ...]:
        pair = acted.pair
        lowest = len(acted.before.left.stack) - pops
        return tuple(self.local(truncated(pair, depth)) for depth in range(lowest, len(pair.left.stack) + 1))

    def _assembled(self, local: Local, callers: Callers) -> Pair:
        """Put a situation under its callers."""
        if not callers:
            return local.pair
        outer: Pair | None = None
        for caller in reversed(callers):
            if caller is not None:
                whole = caller is callers[-1]
                outer = caller.pair if whole else self._alike.under(caller.pair, outer)
        return self._alike.under(local.pair, outer)


def _beyond(parts: tuple[tuple[Place, ...], ...], callers: Callers) -> bool:
    """Tell whether more flows end than the callers are of."""
    return callers[-1:] != (None,) and len(parts) - 1 > len(callers)


def _parts(acted: Acted, catalog: Catalog) -> tuple[tuple[Place, ...], ...]:
    """Return the states that were entered, parted where a flow that was there before has ended."""
    depth = lowest = 0
    parts: list[list[Place]] = [[]]
    for flow, name in acted.left.entered:
        parts[-1].append((flow, name))
        state = catalog.flows[flow].states[name]
        depth += isinstance(state, Run) - isinstance(state, End)
        if depth < lowest:
            lowest = depth
            parts.append([])
    return tuple(map(tuple, parts))
