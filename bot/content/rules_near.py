"""
Rules over phrases that are near each other: in two flows one is wrong, in one flow one is idle, and none leads astray.

The likeness is that of the letters after the words were folded as the matcher folds them, and sorted: 0 to 100. A language
is compared with itself; Traditional Chinese, which is folded into Simplified, with both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.content.draft import Draft
from bot.content.problem import Problem
from bot.content.words import NONE
from bot.content.written import Written, in_other_letters, languages, written
from bot.core.choices import plain
from bot.matching.normalise import tokenise

#: From here two phrases are one to a reader. Among the 12,900 shipped phrases the nearest two of different flows, which people
#: do tell apart, have 88.2. In one flow: of 75 phrases of six languages that have one as near, 97 % are taken for their flow
#: by a matcher that has not seen them; of the 63 next ones, from 85 on, 90 %.
ALIKE: Final = 90.0
#: In shorter texts a single letter more passes for alike, and makes another word: "хто є" asks who is there, "хто це" who it is.
SHORTEST: Final = 8
#: So many neighbours speak for a flow.
NEAREST: Final = 3
#: What leads astray is near another flow, and by so much nearer than to its own. From 60 and 12 on, a matcher that has not seen
#: the phrase takes 88 % of what is found for another flow, but two in three are the only plain words for their flow, which
#: nobody should leave out ("my account is hacked" beside "my account is locked"); from here on hardly any is.
NEAR: Final = 75.0
ASTRAY: Final = 15.0

_Likeness = NDArray[np.float32]


def confusable(draft: Draft) -> Iterator[Problem]:
    """No two phrases of different flows are so alike that a person could not say which is which."""
    for phrases in _compared(draft):
        alike = _likeness(phrases, ALIKE)
        for first, second in _pairs(alike, phrases):
            twice = first.language == second.language and plain(first.text) == plain(second.text)
            if first.flow == second.flow or (twice and not (first.is_title or second.is_title)):
                continue  # what stands there twice is another rule's
            message = f"{second.text!r} can hardly be told apart from {first.text!r} in {first.path}"
            cure = "Keep it where it belongs, or add the word that makes the difference."
            yield second.problem(draft, message, cure)


def redundant(draft: Draft) -> Iterator[Problem]:
    """A phrase says what no other phrase of its flow says. The same in other letters teaches what a language looks like."""
    for phrases in _compared(draft):
        seen: set[Written] = set()
        for first, second in _pairs(_likeness(phrases, ALIKE), phrases):
            same = first.flow == second.flow and first.language == second.language
            twice = plain(first.text) == plain(second.text)
            if (
                not same
                or in_other_letters(first, second)
                or twice
                or first.is_title
                or second.is_title
                or second in seen
            ):
                continue
            seen.add(second)
            message = f"{second.text!r} teaches nothing beside {first.text!r}"
            yield second.problem(draft, message, "Say it in other words, or leave it out.", kind="redundant")


def astray(draft: Draft) -> Iterator[Problem]:
    """A phrase is nearer to its own flow than to another one, which it would speak for."""
    for phrases in _compared(draft):
        names = tuple(dict.fromkeys(phrase.flow for phrase in phrases))
        flows = np.array([names.index(phrase.flow) for phrase in phrases], dtype=np.int64)
        alike = _likeness(phrases)
        np.fill_diagonal(alike, 0)
        near = _nearness(alike, flows, len(names))
        rows = np.arange(len(phrases))
        own = near[rows, flows].copy()
        near[rows, flows] = 0
        enough = np.bincount(flows, minlength=len(names))[flows] > NEAREST
        nearest_other = near.max(axis=1, initial=0)
        for at in np.flatnonzero(enough & (nearest_other >= np.maximum(own + ASTRAY, NEAR))).tolist():
            other = int(near[at].argmax())
            nearest = phrases[int(np.where(flows == other, alike[at], -1).argmax())]
            if not phrases[at].is_title:
                yield _astray(draft, phrases[at], nearest)


def _astray(draft: Draft, phrase: Written, nearest: Written) -> Problem:
    of = "what is not ours" if nearest.flow == NONE else f"complaints of {nearest.flow!r}"
    message = f"{phrase.text!r} is nearer to {of} ({nearest.text!r}) than to the other phrases here"
    cure = "Write more phrases like it, add the word that makes the difference, or leave it out."
    return phrase.problem(draft, message, cure, kind="astray")


def _compared(draft: Draft) -> Iterator[list[Written]]:
    """Yield the phrases that compete with each other, each with a word in it."""
    groups: dict[str, list[Written]] = {}
    for language in languages(draft):
        group = groups.setdefault(language.split("-")[0], [])
        group.extend(phrase for phrase in written(draft, language) if _sorted(phrase.text))
    yield from groups.values()


def _likeness(phrases: Sequence[Written], least: float | None = None) -> _Likeness:
    """Compare each phrase with each, shape (phrases, phrases); below `least` it is 0."""
    texts = [_sorted(phrase.text) for phrase in phrases]
    return np.asarray(
        process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=least, dtype=np.float32),
        dtype=np.float32,
    )


@lru_cache(maxsize=1 << 15)
def _sorted(text: str) -> str:
    """Fold a text and sort its words; every rule here asks for every phrase."""
    return " ".join(sorted(tokenise(text)))


def _pairs(alike: _Likeness, phrases: Sequence[Written]) -> Iterator[tuple[Written, Written]]:
    """Yield the pairs that are alike, in their order."""
    length = np.array([len(_sorted(phrase.text)) for phrase in phrases])
    long = np.minimum(length[:, None], length[None]) >= SHORTEST
    for first, second in np.argwhere(np.triu(np.where(long, alike >= ALIKE, alike == 100), 1)):
        yield phrases[first], phrases[second]


def _nearness(alike: _Likeness, flows: NDArray[np.int64], count: int) -> _Likeness:
    """Average the nearest few phrases of each flow, for each phrase: shape (phrases, flows)."""
    means = []
    for flow in range(count):
        some = alike[:, flows == flow]
        few = min(NEAREST, some.shape[1])
        means.append(np.partition(some, some.shape[1] - few, axis=1)[:, -few:].mean(axis=1))
    return np.stack(means, axis=1) if means else np.zeros((0, 0), dtype=np.float32)
