"""Why a text is matched as it is: everything that was weighed, and what each word weighed.

A word weighs what the winner's lead over the runner-up loses when the word is left out. That is exact, the score
is computed anew, but weights of words that go together do not add up to the lead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.matching.decide import Bands
from bot.matching.matcher import NONE, Match, Matcher
from bot.matching.model import Reading
from bot.matching.normalise import tokenise
from bot.matching.semantic import Embeddings

#: What settled the decision, the first that holds.
Reason = Literal[
    "unreadable",
    "reserved_phrase",
    "nothing_shared",
    "phrase",
    "below_low",
    "vague",
    "below_high",
    "from_high",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A word as typed, and what it was taken for: several words where a space was lost."""

    typed: str
    meant: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What the winner's lead loses without a word; below zero, it gains."""

    word: str
    change: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """The winner against the runner-up.

    Attributes:
        lead: by how much the words score it higher.
        meaning: by how much the semantic tier scores it higher, on the same scale; None where it was not asked.
        weights: of each word as typed, in their order.
    """

    winner: str
    rival: str
    lead: float
    meaning: float | None
    weights: tuple[Weight, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a text is matched as it is.

    Attributes:
        text: what was typed.
        match: what came of it.
        reason: what settled the decision.
        tokens: the text as understood; of a rant the sentence that was judged.
        excerpt: whether that is a part of the text.
        corrections: words that were taken for others.
        languages: whose phrases it was compared with, and how much each counts; sums to 1.
        bands: what the decision goes by.
        contest: the winner against the runner-up; None where there are not two.
        tiers: who was asked.
    """

    text: str
    match: Match
    reason: Reason
    tokens: tuple[str, ...]
    excerpt: bool
    corrections: tuple[Correction, ...]
    languages: tuple[tuple[str, float], ...]
    bands: Bands
    contest: Contest | None
    tiers: tuple[str, ...]


def explain(
    matcher: Matcher, text: str, *, language: str | None = None, embedding: Embeddings | None = None
) -> Explanation:
    """Match a text and tell why.

    Args:
        matcher: the matcher.
        text: what the person wrote.
        language: the language of the conversation so far.
        embedding: shape (dimensions,); asks the semantic tier as well, where the matcher has one.
    """
    if not matcher.semantic:
        embedding = None
    match = matcher.match(text, language=language, embedding=embedding)
    reading = matcher.read(text, language=language, embedding=embedding)
    if reading is None:
        return Explanation(
            text=text,
            match=match,
            reason="unreadable",
            tokens=(),
            excerpt=False,
            corrections=(),
            languages=(),
            bands=matcher.report.bands,
            contest=None,
            tiers=(),
        )
    understood = matcher.understood(reading)
    return Explanation(
        text=text,
        match=match,
        reason=_reason(match, matcher.phrased(text, reading), reading),
        tokens=reading.tokens,
        excerpt=reading.typed != tokenise(text),
        corrections=tuple(
            Correction(typed=typed, meant=meant)
            for typed, meant in dict(understood).items()
            if meant != (typed,)
        ),
        languages=tuple(sorted(reading.asked.items(), key=lambda one: -one[1])),
        bands=reading.bands,
        contest=_contest(matcher, match, reading, embedding),
        tiers=("lexical",) if embedding is None else ("lexical", "semantic"),
    )


def _reason(match: Match, phrased: str | None, reading: Reading) -> Reason:
    if phrased == NONE:
        return "reserved_phrase"
    if not reading.in_scope:
        return "nothing_shared"
    if phrased is not None:
        return "phrase"
    if match.in_scope < reading.bands.low:
        return "below_low"
    if match.vague:
        return "vague"
    return "from_high" if match.decision == "start" else "below_high"


def _contest(
    matcher: Matcher, match: Match, reading: Reading, embedding: Embeddings | None
) -> Contest | None:
    if len(match.candidates) < 2:
        return None
    winner, rival = match.candidates[0].flow, match.candidates[1].flow
    lead, without = matcher.lead(reading, winner, rival)
    return Contest(
        winner=winner,
        rival=rival,
        lead=lead,
        meaning=None if embedding is None else matcher.lead_in_meaning(embedding, winner, rival),
        weights=tuple(
            Weight(word=word, change=lead - less) for word, less in zip(reading.typed, without, strict=True)
        ),
    )
