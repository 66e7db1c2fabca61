"""
What the conversation tests have seen of the content, and what they have not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.core.catalog import Catalog
from bot.core.conversation import OfferKind
from bot.core.flow import Flow, TryArticles
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
    articles: Tally
    #: The engine's own questions.
    offers: Tally

    @property
    def complete(self) -> bool:
        """Tell whether nothing is left."""
        return not any(tally.unvisited for _, tally in self.rows())

    def rows(self) -> Iterator[tuple[str, Tally]]:
        """Yield every tally of something with its name, the flows by their ids."""
        every = (*sorted(self.flows.items()), ("articles", self.articles), ("engine's offers", self.offers))
        yield from ((name, tally) for name, tally in every if tally.total)

    def as_dict(self) -> dict[str, object]:
        """Return the plain form for machines."""
        return {
            "flows": {flow: _plain(tally) for flow, tally in sorted(self.flows.items())},
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
        articles=_tally(articles, visited.articles),
        offers=_tally(tuple(OfferKind) if only is None else (), visited.offers),
    )


def _topics(flow: Flow) -> Iterator[str]:
    return (state.topic for state in flow.states.values() if isinstance(state, TryArticles))


def _tally(there: Collection[str], visited: Collection[str]) -> Tally:
    return Tally(
        visited=tuple(name for name in there if name in visited),
        unvisited=tuple(name for name in there if name not in visited),
    )


def _plain(tally: Tally) -> dict[str, object]:
    return {"visited": len(tally.visited), "total": tally.total, "unvisited": list(tally.unvisited)}
