"""
A match in words: in a line or two, or with everything that was weighed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from bot.appraisal.table import one_line, table
from bot.matching.explain import Contest, Explanation
from bot.matching.matcher import Match
from bot.matching.normalise import is_unspaced

_LONGEST: Final = 70
#: So many words are shown with what they weigh.
_MOST_WORDS: Final = 8
#: The longest bar, in characters.
_BAR: Final = 20


def brief(match: Match) -> str:
    """Tell in a line or two what a text is taken for."""
    candidates = ", ".join(f"{one.flow} {_percent(one.confidence)}" for one in match.candidates)
    match match.decision:
        case "start":
            told = f"Starts {match.flow}. How sure: {candidates}."
        case "clarify":
            told = f"Asks which is meant: {candidates}."
        case "none":
            nearest = f" The nearest: {candidates}." if candidates else ""
            told = f"Turned away: {_percent(match.in_scope)} likely to be for any flow.{nearest}"
    language = f"Language: {match.language}."
    return f"{told}\n{language}" + (
        f" Read as: {one_line(match.corrected, _LONGEST)}" if match.corrected else ""
    )


def explained(found: Explanation) -> str:
    """Tell a match with everything that was weighed; ends without a line break."""
    parts = ["\n".join(f"{name:<14}{fact}" for name, fact in _facts(found))]
    if found.match.candidates:
        parts.append(_candidates(found.match))
    if found.contest is not None:
        parts.append(_contest(found.contest))
    return "\n\n".join(parts)


def _facts(found: Explanation) -> Iterator[tuple[str, str]]:
    yield "text", one_line(found.text, _LONGEST)
    if found.tokens:
        yield "read as", _joined(found.tokens) + (" (the sentence that says most)" if found.excerpt else "")
    if found.corrections:
        yield "corrected", ", ".join(f"{one.typed} -> {' '.join(one.meant)}" for one in found.corrections)
    yield "language", found.match.language
    if found.languages:
        yield (
            "compared with",
            ", ".join(f"{name} phrases {_percent(weight)}" for name, weight in found.languages),
        )
    yield "in scope", f"{_percent(found.match.in_scope)} (turned away below {_percent(found.bands.low)})"
    yield "sure", f"{_percent(found.match.confidence)} (started from {_percent(found.bands.high)})"
    yield "decision", f"{_DECISIONS[found.match.decision]}: {_reason(found)}"
    yield "tiers asked", ", ".join(found.tiers) or "none: there is nothing to judge"


_DECISIONS: Final = {"start": "start", "clarify": "ask which is meant", "none": "turn away"}


def _reason(found: Explanation) -> str:
    match found.reason:
        case "unreadable":
            return "there is no word in it"
        case "reserved_phrase":
            return "it is a phrase of what no flow is for"
        case "nothing_shared":
            return "it shares nothing with any phrase"
        case "phrase":
            return f"it is a phrase of {found.match.flow}"
        case "below_low":
            return "too likely not for any flow"
        case "vague":
            return "its words say too little, however sure the guess"
        case "below_high":
            return "in scope, but not sure enough to start"
        case "from_high":
            return "in scope, and sure enough to start"


def _candidates(match: Match) -> str:
    rows = [
        (
            one.flow,
            _percent(one.confidence),
            f"{one.nearest_similarity:.2f}",
            one_line(one.nearest, _LONGEST),
        )
        for one in match.candidates
    ]
    return table(("flow", "sure", "alike", "nearest phrase"), rows, left=(0, 3))


def _contest(contest: Contest) -> str:
    heaviest = sorted(contest.weights, key=lambda one: -abs(one.change))[:_MOST_WORDS]
    most = max((abs(one.change) for one in heaviest), default=0.0) or 1.0
    rows = [
        (
            one.word,
            f"{one.change:+.2f}",
            ("+" if one.change > 0 else "-") * round(_BAR * abs(one.change) / most),
        )
        for one in heaviest
    ]
    meaning = "" if contest.meaning is None else f", and by {contest.meaning:.2f} for its meaning"
    return (
        f"Why {contest.winner} and not {contest.rival}: it leads by {contest.lead:.2f} for its words{meaning}. "
        "What that loses without each word:\n" + table(("word", "weight", ""), rows, left=(0, 2))
    )


def _joined(tokens: Sequence[str]) -> str:
    """The tokens with spaces, but none between characters of a script that has none."""
    gaps = ("" if is_unspaced(left) and is_unspaced(right) else " " for left, right in pairwise(tokens))
    return "".join(part for pair in zip(tokens, (*gaps, ""), strict=True) for part in pair)


def _percent(share: float) -> str:
    return "<1 %" if 0 < share < 0.005 else f"{share:.0%}".replace("%", " %")
