"""
All rules over the content, as one tuple; each is a small function that yields what is wrong.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from bot.content.draft import Draft
from bot.content.problem import Problem, in_order
from bot.content.rules_flow import FLOW_RULES
from bot.content.rules_knowledge import KNOWLEDGE_RULES, reviews
from bot.content.rules_text import check_texts
from bot.content.rules_words import WORD_RULES

RULES: Final = (*FLOW_RULES, *WORD_RULES, *KNOWLEDGE_RULES, check_texts)


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
    if today is not None:
        found.extend(reviews(draft, today))
    return in_order(found)
