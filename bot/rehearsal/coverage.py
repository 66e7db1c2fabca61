"""
What the conversation tests have seen of the content, and what they have not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.core.catalog import Catalog
from bot.core.conversation import OfferKind
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
        """Yield every tally with its name, the flows by their ids."""
        yield from sorted(self.flows.items())
        yield "articles", self.articles
        yield "engine's offers", self.offers

    def as_dict(self) -> dict[str, object]:
        """Return the plain form for machines."""
        return {
            "flows": {flow: _plain(tally) for flow, tally in sorted(self.flows.items())},
            "articles": _plain(self.articles),
            "offers": _plain(self.offers),
        }


def coverage(catalog: Catalog, visited: Visited) -> Coverage:
    """
    Compare what was visited with what there is.

    Args:
        catalog: The content.
        visited: Where the conversations have been.

    Returns:
        The tallies, in the order of the content.
    """
    return Coverage(
        flows={
            name: _tally(flow.states, {state for within, state in visited.states if within == name})
            for name, flow in catalog.flows.items()
        },
        articles=_tally(catalog.articles, visited.articles),
        offers=_tally(tuple(OfferKind), visited.offers),
    )


def _tally(there: Collection[str], visited: Collection[str]) -> Tally:
    return Tally(
        visited=tuple(name for name in there if name in visited),
        unvisited=tuple(name for name in there if name not in visited),
    )


def _plain(tally: Tally) -> dict[str, object]:
    return {"visited": len(tally.visited), "total": tally.total, "unvisited": list(tally.unvisited)}
