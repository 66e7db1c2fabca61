"""
Explore every situation of every flow, each flow once for each way in which it can begin.

An *activation* is one run of a flow as it began: all of its callers that it cannot tell apart share it. Its situations
are explored once; where it ends, the last step is taken again under each caller with the real engine, so that the outer
flow goes on from its own slots and its own place. This is the tabulation of Reps, Horwitz and Sagiv ("Precise
interprocedural dataflow analysis via graph reachability", POPL 1995) with the engine's `step` in place of flow
functions. It rests on one property of the engine: until the innermost flow ends, the frames below it are not looked at.
Situations are taken in the order of the inputs that lead to them, so that the first way to anything is a shortest one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Protocol

from bot.core.catalog import Catalog
from bot.core.offers import MENU_PAGE, MORE
from bot.proof.act import Acted, act
from bot.proof.effects import Callers, Effect, Effects, Local
from bot.proof.inputs import Begin, Complain, Inputs, Link, Move, Pick
from bot.proof.liveness import Footprint, Place
from bot.proof.situation import Pair, fresh, truncated


@dataclass(eq=False, slots=True)
class Node:
    """A situation of an activation: where the person is asked, or where the flow waits for one that it runs."""

    local: Local
    activation: Activation
    #: How it was come to within its activation; None: it is how the activation begins.
    way: Way | None
    #: Inputs from the beginning of the activation.
    inner: int
    #: Situations that follow within the activation, over flows that were run in between too.
    next: dict[Node, None] = field(default_factory=dict)
    #: Activations that it runs.
    runs: dict[Activation, None] = field(default_factory=dict)
    #: An input here can end the flow, or the conversation by the flow's own will.
    ends: bool = False

    @property
    def distance(self) -> int:
        """Inputs from the beginning of the conversation."""
        return self.activation.distance + self.inner


@dataclass(eq=False, slots=True)
class Activation:
    """A flow as it began."""

    #: The caller that came first; None: a person started it, with `opening`.
    first: Node | None
    opening: tuple[Move, ...] = ()
    #: The situation at its beginning.
    begins: list[Node] = field(default_factory=list)
    #: None stands for the person.
    callers: list[Node | None] = field(default_factory=list)
    #: Steps that end it, with the callers that they have been taken under so far.
    exits: list[tuple[Node, Move, Chain]] = field(default_factory=list)
    #: What tells those steps apart.
    kinds: set[Hashable] = field(default_factory=set)

    @property
    def distance(self) -> int:
        """Inputs until it begins."""
        return len(self.opening) if self.first is None else self.first.distance


#: Callers under which a step is taken, the innermost first; None at the end: there are no more.
Chain = tuple[Node | None, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Way:
    """A step that led to a node: from `node`, back to the last one of `chain`."""

    node: Node
    move: Move
    chain: Chain = ()


class Watch(Protocol):
    """Told of every step that the engine takes for the first time."""

    def step(self, way: Way | None, acted: Acted) -> bool:
        """Look at a step, None: of an opening; False: what follows from it does not count."""

    def fault(self, way: Way, fault: Exception) -> None:
        """Look at what the engine raised."""


class Exploration:
    """All situations of one catalog."""

    def __init__(self, catalog: Catalog, footprint: Footprint, inputs: Inputs, watch: Watch) -> None:
        self._catalog, self._inputs, self._watch = catalog, inputs, watch
        self.effects = Effects(catalog, footprint)
        self._inputs_at: dict[Local, tuple[Move, ...]] = {}
        self._waiting: list[tuple[int, int, Node]] = []
        self._numbers = count()
        self._activations: dict[Local, Activation] = {}
        #: Ways of ending a flow whose words were looked at.
        self._said: set[tuple[Place, tuple[Place, ...]]] = set()
        self._done: set[tuple[Node, Move, Chain]] = set()
        self.nodes: dict[tuple[Activation, Local], Node] = {}

    def run(self) -> None:
        """Explore until nothing new is found."""
        for opening, pair in self._openings():
            arrivals = [
                self.effects.local(truncated(pair, depth + 1)) for depth in range(len(pair.left.stack))
            ]
            activation = self._begin(arrivals[0], None, opening)
            activation.callers.append(None)
            self._place(tuple(arrivals), activation, None)
        visited: set[Node] = set()
        while self._waiting:
            _, _, node = heappop(self._waiting)
            if node in visited:
                continue  # a shorter way to it was found meanwhile
            visited.add(node)
            for move in self._moves(node.local):
                self._try(node, move, ())

    def _moves(self, local: Local) -> tuple[Move, ...]:
        if local not in self._inputs_at:
            self._inputs_at[local] = tuple(map(Move, self._inputs.at(local.pair)))
        return self._inputs_at[local]

    def _openings(self) -> Iterator[tuple[tuple[Move, ...], Pair]]:
        """Start every flow from a fresh conversation, of anybody and of somebody who is linked to an account."""
        for begin in (Move(Begin()), Move(Link())):
            self._follow((begin,))
            yield from self._begun(begin)

    def _begun(self, begin: Move) -> Iterator[tuple[tuple[Move, ...], Pair]]:
        """Start every flow: from its page of the menu, else by a complaint."""
        offered = self._catalog.menu()
        for flow in self._catalog.flows.values():
            if flow.internal:
                continue
            moves: tuple[Move, ...] = (begin, Move(Complain(flow.id)))
            if flow.id in offered:
                pages = offered.index(flow.id) // MENU_PAGE if len(offered) > MENU_PAGE else 0
                moves = (begin, *(Move(Pick(MORE)),) * pages, Move(Pick(flow.id)))
            pair = self._follow(moves)
            if pair.left.stack:
                yield moves, pair

    def _follow(self, moves: tuple[Move, ...]) -> Pair:
        conversation = fresh(self._catalog.default_language)
        pair = Pair(conversation, conversation)
        for move in moves:
            acted = act(pair, move, self._catalog)
            self._watch.step(None, acted)
            pair = acted.pair
        return pair

    def _try(self, node: Node, move: Move, chain: Chain) -> None:
        """Let an input come, and once more for everything that it could take for granted."""
        if (node, move, chain) in self._done:
            return
        self._done.add((node, move, chain))
        callers = tuple(caller.local if caller is not None else None for caller in chain)
        effect = self.effects.known(node.local, move, callers)
        if effect is None:
            effect = self._find(Way(node, move, chain), callers)
        if effect.leaves is not None:
            self._leave(node, move, chain, effect)
        else:
            self._arrive(node, move, chain, effect)
        for assumed in effect.pasts:
            self._try(node, Move(move.input, move.assumed | {assumed}), chain)

    def _find(self, way: Way, callers: Callers) -> Effect:
        """Let the engine take a step for the first time."""
        acted = self.effects.take(way.node.local, way.move, callers)
        if isinstance(acted, Exception):
            self._watch.fault(way, acted)
            return self.effects.keep(way.node.local, way.move, callers, None)
        # Of flows below that are not given nothing is known here: it is looked at again under each of them.
        counts = not self.effects.leads_beyond(acted, callers) and self._watch.step(way, acted)
        return self.effects.keep(way.node.local, way.move, callers, acted, counts=counts)

    def _leave(self, node: Node, move: Move, chain: Chain, effect: Effect) -> None:
        """Take a step that ends the outermost flow of a chain under each flow that ran it."""
        outermost = chain[-1] if chain else node
        if outermost is None:
            return
        node.ends = outermost.ends = True
        activation, callers = outermost.activation, outermost.activation.callers
        words = (node.local.pair.place, effect.path)
        if effect.leaves not in activation.kinds:
            activation.kinds.add(effect.leaves)
            activation.exits.append((node, move, chain))
        elif words not in self._said:
            callers = callers[:1]  # it leads where another step has led, but with other words
        else:
            return
        self._said.add(words)
        for caller in tuple(callers):
            self._try(node, move, (*chain, caller))

    def _arrive(self, node: Node, move: Move, chain: Chain, effect: Effect) -> None:
        """Note what follows from an input."""
        if effect.final or effect.pops:
            node.ends = True
        outer = chain[effect.pops - 1] if effect.pops else node
        if outer is None:
            return
        outer.ends |= effect.final
        if effect.arrivals:
            self._place(effect.arrivals, outer.activation, Way(node, move, chain[: effect.pops]))

    def _place(self, arrivals: tuple[Local, ...], activation: Activation, way: Way | None) -> None:
        """Keep the situation of a flow, and of each that it runs now."""
        for place, local in enumerate(arrivals):
            node = self._node(local, activation, way)
            if place + 1 < len(arrivals):
                activation, way = self._run(node, arrivals[place + 1]), None

    def _node(self, local: Local, activation: Activation, way: Way | None) -> Node:
        node = self.nodes.get((activation, local))
        if node is None:
            node = self.nodes[activation, local] = Node(local, activation, way, _inner(way))
            self._wait(node)
            if way is None:
                activation.begins.append(node)
        elif way is not None and _inner(way) < node.inner:
            node.way, node.inner = way, _inner(way)
            self._wait(node)
        if way is not None:
            before = way.chain[-1] if way.chain else way.node
            if before is not None:
                before.next[node] = None
        return node

    def _wait(self, node: Node) -> None:
        heappush(self._waiting, (node.distance, next(self._numbers), node))

    def _run(self, caller: Node, local: Local) -> Activation:
        """Begin a flow that another one runs."""
        activation = self._begin(local, caller)
        if activation.first is not None and caller.distance < activation.first.distance:
            activation.first = caller
        if activation not in caller.runs:
            caller.runs[activation] = None
            activation.callers.append(caller)
            for node, move, chain in tuple(activation.exits):
                self._try(node, move, (*chain, caller))
        return activation

    def _begin(self, local: Local, first: Node | None, opening: tuple[Move, ...] = ()) -> Activation:
        activation = self._activations.setdefault(local, Activation(first))
        activation.opening = activation.opening or opening
        return activation


def _inner(way: Way | None) -> int:
    """Count the inputs from the beginning of an activation."""
    if way is None:
        return 0
    return way.move.weight + way.node.inner + sum(caller.inner for caller in way.chain if caller is not None)


def moves_to(way: Way) -> tuple[Move, ...]:
    """Return everything that happens from the beginning of the conversation to the end of a step."""
    given = [caller for caller in way.chain if caller is not None]
    nodes = (*reversed(given), way.node)
    outermost = nodes[0].activation
    opening = outermost.opening if way.chain and way.chain[-1] is None else _before(outermost)
    return (*opening, *(move for node in nodes for move in _within(node)), way.move)


def _before(activation: Activation) -> tuple[Move, ...]:
    """Return the inputs until an activation begins."""
    first = activation.first
    return activation.opening if first is None else (*_before(first.activation), *_within(first))


def _within(node: Node) -> tuple[Move, ...]:
    """Return the inputs from the beginning of an activation to a node of it."""
    way = node.way
    if way is None:
        return ()
    nodes = (*(caller for caller in reversed(way.chain) if caller is not None), way.node)
    return (*(move for node in nodes for move in _within(node)), way.move)
