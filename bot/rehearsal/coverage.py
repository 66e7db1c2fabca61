"""
What the conversation tests have seen of the content, and what they have not.

A state has been seen when somebody was there. A way out of it has been taken when somebody left by it: two answers that
lead to the same state are two ways. An outcome that only somebody sees who is linked to the account is none that is called for.

Ways do not count towards `complete`: every outcome and every result needs one, also those that never come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.content.edges import Edge, edges
from bot.core.catalog import Catalog
from bot.core.conversation import OfferKind
from bot.core.flow import Call, Flow, State, TryArticles
from bot.rehearsal.player import Visited


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Some things of one kind, seen and not."""

    visited: tuple[str, ...]
    unvisited: tuple[str, ...]

    @property
    def total(self) -> int:
        """Return how many there are."""
        return len(self.visited) + len(self.unvisited)

    def __str__(self) -> str:
        return f"{len(self.visited)}/{self.total}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Everything that can be visited."""

    #: Flow id -> its states.
    flows: Mapping[str, Tally]
    #: Flow id -> the ways out of its states, as `state: way -> target`.
    ways: Mapping[str, Tally]
    articles: Tally
    #: The engine's own questions.
    offers: Tally

    @property
    def complete(self) -> bool:
        """Tell whether nothing that can be visited is left."""
        return not any(tally.unvisited for _, tally in self.rows())

    def rows(self) -> Iterator[tuple[str, Tally]]:
        """Yield every tally of something that can be visited with its name, the flows by their ids."""
        every = (*sorted(self.flows.items()), ("articles", self.articles), ("engine's offers", self.offers))
        yield from ((name, tally) for name, tally in every if tally.total)

    def __str__(self) -> str:
        lines = [f"{'flow':<24}{'visited':>8}{'ways':>9}  not visited"]
        for name, tally in self.rows():
            ways = str(self.ways.get(name, ""))
            lines.append(f"{name:<24}{tally!s:>8}{ways:>9}  {' '.join(tally.unvisited)}".rstrip())
        if untaken := [f"    {flow}.{way}" for flow, way in self.untaken()]:
            lines += ["Ways that were never taken out of states that were visited:", *untaken]
        return "\n".join(lines)

    def untaken(self) -> Iterator[tuple[str, str]]:
        """Yield the flow and the name of each way that was not taken though somebody was there."""
        for flow, tally in sorted(self.ways.items()):
            missed = self.flows[flow].unvisited
            yield from ((flow, way) for way in tally.unvisited if way.partition(":")[0] not in missed)

    def as_dict(self) -> dict[str, object]:
        """Return the plain form for machines."""
        return {
            "flows": {flow: _plain(tally) for flow, tally in sorted(self.flows.items())},
            "ways": {flow: _plain(tally) for flow, tally in sorted(self.ways.items())},
            "articles": _plain(self.articles),
            "offers": _plain(self.offers),
        }


def coverage(catalog: Catalog, visited: Visited, only: str | None = None) -> Coverage:
    """
    Compare what was visited with what there is.

    Args:
        catalog: The content.
        visited: Where the conversations have been.
        only: Count this flow and the articles that it tries itself; None: everything.

    Returns:
        The tallies, in the order of the content.
    """
    flows = catalog.flows if only is None else {only: catalog.flows[only]}
    topics = {topic for flow in flows.values() for topic in _topics(flow)}
    articles = [
        name for name, article in catalog.articles.items() if only is None or topics & {*article.topics}
    ]
    return Coverage(
        flows={
            name: _tally(flow.states, {state for within, state in visited.states if within == name})
            for name, flow in flows.items()
        },
        ways={name: _ways(flow, catalog, visited) for name, flow in flows.items()},
        articles=_tally(articles, visited.articles),
        offers=_tally(tuple(OfferKind) if only is None else (), visited.offers),
    )


def _ways(flow: Flow, catalog: Catalog, visited: Visited) -> Tally:
    there = {
        f"{state.id}: {edge.label or 'next'} -> {edge.target}": (flow.id, state.id, edge.label)
        for state in flow.states.values()
        for edge in edges(state)
        if not _unseen(catalog, state, edge)
    }
    return _tally(there, {name for name, way in there.items() if way in visited.ways})


def _unseen(catalog: Catalog, state: State, edge: Edge) -> bool:
    """Tell whether a way is an outcome that nobody sees in a conversation."""
    return isinstance(state, Call) and edge.label in catalog.operations[state.operation].unseen


def _topics(flow: Flow) -> Iterator[str]:
    return (state.topic for state in flow.states.values() if isinstance(state, TryArticles))


def _tally(there: Collection[str], visited: Collection[str]) -> Tally:
    return Tally(
        visited=tuple(name for name in there if name in visited),
        unvisited=tuple(name for name in there if name not in visited),
    )


def _plain(tally: Tally) -> dict[str, object]:
    return {"visited": len(tally.visited), "total": tally.total, "unvisited": list(tally.unvisited)}
