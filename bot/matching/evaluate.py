"""How a matcher does on labelled texts that it was not fitted on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.align import Floats
from bot.matching.matcher import Match, Matcher

OUT_OF_SCOPE = "out_of_scope"
_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A text, the flow it is about (or `OUT_OF_SCOPE`), and its language."""

    text: str
    label: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """Of `rows` texts in scope, the shares with the right flow first, and among three."""

    rows: int
    top_1: float
    top_3: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The figures. Those about nothing (no row of the kind) are nan.

    Attributes:
        total: accuracy over all languages; in scope only.
        by_language: the same per language.
        started, clarified, turned_away: shares of all rows, out-of-scope rows included.
        precision: of the flows that were started, the share that was right.
        out_of_scope_recall: of the out-of-scope rows, the share that got `none`.
        auroc: probability that a row in scope looks more so than one out of scope.
        calibration_error: mean distance of the confidence from the share that is right, in ten bins.
        unknown_labels: labels that the matcher has no flow for, with their number; they count nowhere else.
    """

    total: Accuracy
    by_language: tuple[tuple[str, Accuracy], ...]
    started: float
    clarified: float
    turned_away: float
    precision: float
    out_of_scope_recall: float
    auroc: float
    calibration_error: float
    unknown_labels: tuple[tuple[str, int], ...]


def evaluate(matcher: Matcher, rows: Iterable[Row]) -> Evaluation:
    """Match every row, without telling its language, and compare with its label."""
    unknown: dict[str, int] = defaultdict(int)
    judged: list[tuple[Row, Match]] = []
    for row in rows:
        if row.label == OUT_OF_SCOPE or row.label in matcher.flows:
            judged.append((row, matcher.match(row.text)))
        else:
            unknown[row.label] += 1
    proper = [(row, match) for row, match in judged if row.label != OUT_OF_SCOPE]
    strange = [match for row, match in judged if row.label == OUT_OF_SCOPE]
    started = [_is_right(row, match) for row, match in judged if match.decision == "start"]
    return Evaluation(
        total=_accuracy(proper),
        by_language=tuple(
            (language, _accuracy([pair for pair in proper if pair[0].language == language]))
            for language in sorted({row.language for row, _ in proper})
        ),
        started=_share([match.decision == "start" for _, match in judged]),
        clarified=_share([match.decision == "clarify" for _, match in judged]),
        turned_away=_share([match.decision == "none" for _, match in judged]),
        precision=_share(started),
        out_of_scope_recall=_share([match.decision == "none" for match in strange]),
        auroc=_auroc(
            np.array([match.in_scope for _, match in proper]), np.array([match.in_scope for match in strange])
        ),
        calibration_error=_calibration_error(judged),
        unknown_labels=tuple(sorted(unknown.items())),
    )


def _is_right(row: Row, match: Match) -> bool:
    return bool(match.candidates) and match.candidates[0].flow == row.label


def _accuracy(pairs: Sequence[tuple[Row, Match]]) -> Accuracy:
    return Accuracy(
        rows=len(pairs),
        top_1=_share([_is_right(row, match) for row, match in pairs]),
        top_3=_share([row.label in {one.flow for one in match.candidates[:3]} for row, match in pairs]),
    )


def _share(of: Sequence[bool]) -> float:
    return sum(of) / len(of) if of else float("nan")


def _auroc(proper: Floats, strange: Floats) -> float:
    """The share of (proper, strange) pairs in the right order; a tie is half of one."""
    if not len(proper) or not len(strange):
        return float("nan")
    above = proper[:, None] > strange[None]
    equal = proper[:, None] == strange[None]
    return float((above + 0.5 * equal).mean())


def _calibration_error(judged: Sequence[tuple[Row, Match]]) -> float:
    if not judged:
        return float("nan")
    confidence = np.array([match.confidence for _, match in judged])
    right = np.array([_is_right(row, match) for row, match in judged], dtype=np.float64)
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [
        (bins == at).mean() * abs(confidence[bins == at].mean() - right[bins == at].mean())
        for at in np.unique(bins)
    ]
    return float(sum(gaps))
