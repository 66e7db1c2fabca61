"""
Rules over articles: each can be shown somewhere, to somebody who can do what it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from bot.content.draft import Draft
from bot.content.held import Held, few_values, situations
from bot.content.known import Known, known_slots
from bot.content.lost import surely_lost
from bot.content.problem import Problem
from bot.content.spoken import places
from bot.core.article import Article


def doable(draft: Draft) -> Iterator[Problem]:
    """Somewhere that an article is tried, the person may still hold what it needs."""
    lost = {name: surely_lost(draft, flow) for name, flow in draft.catalog.flows.items()}
    for article in draft.catalog.articles.values():
        tried = tuple(places(draft, article.topics)) if article.needs else ()
        gone = [lost[flow].get(state, frozenset()) & frozenset(article.needs) for flow, state in tried]
        if tried and all(gone):
            message = f"the article needs the {min(gone[0])}, which is lost wherever its topics are tried"
            keys = ("applies_to", "needs")
            yield draft.problem(article.path, keys, message, "Correct `needs` or the topic.")


def showable(draft: Draft) -> Iterator[Problem]:
    """An article's `when` can hold at a place that tries its topic."""
    if not draft.whole("flows"):
        return
    few, known = few_values(draft.catalog.flows.values()), known_slots(draft)
    for article in draft.catalog.articles.values():
        tried = tuple(places(draft, article.topics))
        if tried and not any(_holds(article, known, few, *place) for place in tried):
            message = "no way shows the article: `when` never holds where its topics are tried"
            yield draft.problem(article.path, ("applies_to", "when"), message, "Correct `when` or the topic.")


def _holds(
    article: Article, known: Known, few: Mapping[str, tuple[Held, ...]], flow: str, state: str
) -> bool:
    """Tell whether `when` holds in some situation; if there are too many to look at, it may."""
    if article.when is None:
        return True
    sure = known[flow].get(state, frozenset())
    found = [article.when.holds(slots) for slots in situations((article.when,), few, sure)]
    return any(found) or not found


ARTICLE_RULES: Final = (doable, showable)
