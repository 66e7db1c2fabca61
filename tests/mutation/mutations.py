"""
All mistakes that people can make in the content, and how some of them are drawn.

A phrase more or less is none: it teaches the matcher something, and has measurements of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from tests.mutation import flow_mistakes, knowledge_mistakes, word_mistakes
from tests.mutation.content import Content, Mutant

Mutation = Callable[[Content, Random], Mutant | None]
MUTATIONS: tuple[Mutation, ...] = (
    flow_mistakes.retarget,
    flow_mistakes.misspell_target,
    flow_mistakes.remove_way,
    flow_mistakes.remove_case,
    flow_mistakes.negate,
    flow_mistakes.swap_targets,
    flow_mistakes.remove_promise,
    flow_mistakes.wrong_channel,
    flow_mistakes.wrong_end,
    word_mistakes.swap_texts,
    word_mistakes.swap_labels,
    word_mistakes.remove_text,
    word_mistakes.remove_sentence,
    word_mistakes.misname_hole,
    word_mistakes.drop_hole,
    word_mistakes.reveal,
    word_mistakes.swap_repair,
    knowledge_mistakes.change_fact,
    knowledge_mistakes.change_ladder,
    knowledge_mistakes.change_article,
    knowledge_mistakes.swap_article_texts,
)


def mutants(content: Content, count: int, seed: int) -> Iterator[Mutant]:
    """Draw different mutants, every kind as often as the others; fewer if there are no more."""
    rng, seen = Random(seed), set[tuple[str, str]]()
    for number in range(20 * count):
        mutant = MUTATIONS[number % len(MUTATIONS)](content, rng)
        if mutant is not None and (mutant.path, mutant.what) not in seen:
            seen.add((mutant.path, mutant.what))
            yield mutant
        if len(seen) == count:
            return
