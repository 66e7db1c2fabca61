"""
All rules over the content, as one tuple; each is a small function that yields what is wrong.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from bot.content.draft import Draft
from bot.content.problem import Problem, in_order
from bot.content.rules_articles import ARTICLE_RULES
from bot.content.rules_facts import FACT_RULES, written_twice
from bot.content.rules_flow import FLOW_RULES
from bot.content.rules_knowledge import KNOWLEDGE_RULES, reviews
from bot.content.rules_languages import LANGUAGE_RULES
from bot.content.rules_phrases import PHRASE_ADVICE, PHRASE_RULES
from bot.content.rules_route import ROUTE_RULES
from bot.content.rules_safety import SAFETY_RULES
from bot.content.rules_text import TEXT_RULES
from bot.content.rules_walk import WALK_RULES
from bot.content.rules_words import WORD_RULES
from bot.content.spoken import all_spoken

RULES: Final = (
    *FLOW_RULES,
    *ROUTE_RULES,
    *SAFETY_RULES,
    *WALK_RULES,
    *WORD_RULES,
    *PHRASE_RULES,
    *KNOWLEDGE_RULES,
    *ARTICLE_RULES,
    *FACT_RULES,
)
#: Rules over every text as it is said.
SPOKEN_RULES: Final = (*TEXT_RULES, *LANGUAGE_RULES, written_twice)


def check(draft: Draft, today: date | None = None) -> tuple[Problem, ...]:
    """
    Check content that could be read.

    Args:
        draft: What `bot.content.load` read.
        today: Days of review before it are faults; None: they do not count.

    Returns:
        Every problem, by file and line.
    """
    found = [problem for rule in RULES for problem in rule(draft)]
    spoken = all_spoken(draft)  # once, because each text is rendered once
    found += [problem for rule in SPOKEN_RULES for problem in rule(draft, spoken)]
    if today is not None:
        found.extend(reviews(draft, today))
    return in_order(found)


def advise(draft: Draft) -> tuple[Problem, ...]:
    """
    Say what would make content better that may run as it is.

    Args:
        draft: What `bot.content.load` read.

    Returns:
        Warnings, by file and line.
    """
    return in_order([problem for rule in PHRASE_ADVICE for problem in rule(draft)])
