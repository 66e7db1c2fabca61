"""
Trying articles: the next one that applies, that the person can do, and that was not tried.
"""

from __future__ import annotations

from bot.core.article import Article
from bot.core.draft import Draft
from bot.core.events import Value
from bot.core.flow import TryArticles
from bot.core.vocabulary import LOST


def next_article(draft: Draft, state: TryArticles) -> bool:
    """Move on to the next article of a visit; False if nothing is left or the visit is over."""
    frame = draft.frame
    article = _fitting(draft, state)
    if article is None or frame is None or frame.shown >= state.batch:
        draft.change_frame(article=None)
        return False
    tried(draft, article.id)
    draft.change_frame(article=article.id, shown=frame.shown + 1)
    return True


def show(draft: Draft, *, briefly: bool = False) -> None:
    """Say the present article; briefly, only its title."""
    article = draft.catalog.articles.get(draft.frame.article or "") if draft.frame else None
    words = article.texts.get(draft.repair.language) if article is not None else None
    if words is None:
        return
    draft.head(words.title)
    if not briefly:
        draft.say(words.text)


def still_possible(draft: Draft) -> bool:
    """Tell whether the person can still do the present article: meanwhile they may have lost what it needs."""
    article = draft.catalog.articles.get(draft.frame.article or "") if draft.frame else None
    return article is not None and _able(article, draft.conversation.slots.get(LOST))


def tried(draft: Draft, what: str) -> None:
    """Remember an article or a flow for the agent."""
    if what not in draft.conversation.tried:
        draft.change(tried=(*draft.conversation.tried, what))


def _fitting(draft: Draft, state: TryArticles) -> Article | None:
    """Return the first article of the topic that applies and was not tried."""
    slots, done = draft.conversation.slots, draft.conversation.tried
    lost = slots.get(LOST)
    fitting = (
        article
        for article in draft.catalog.remedies(state.topic)
        if article.id not in done
        and _able(article, lost)
        and (article.when is None or article.when.holds(slots))
    )
    return next(fitting, None)


def _able(article: Article, lost: Value) -> bool:
    """Tell whether nothing is lost that an article needs."""
    return not isinstance(lost, tuple) or not any(factor in lost for factor in article.needs)
