"""
A troubleshooting article: one remedy, for whom it applies, and its words per language.

The words are short enough for one message. What can change (a lifetime, an address) is a fact of the service and is
only named in the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.core.conditions import Condition
from bot.core.texts import Text
from bot.core.vocabulary import Factor


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleTexts:
    """The words of an article in one language."""

    path: str
    title: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One remedy."""

    id: str
    path: str
    #: The topics of `try_articles` states that may show it.
    topics: tuple[str, ...]
    #: What a person must still hold to do it.
    needs: tuple[Factor, ...]
    #: Over the slots of the conversation; None: always.
    when: Condition | None
    #: Rank: the cheapest and likeliest first, 1 up.
    order: int
    #: Names of the facts that the words use.
    facts: tuple[str, ...]
    #: Where the knowledge is from.
    source: str
    #: The day by which somebody must look at it again.
    review_by: date
    #: Language -> words.
    texts: Mapping[str, ArticleTexts]
