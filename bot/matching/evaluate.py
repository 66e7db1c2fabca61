"""How a matcher does on labelled texts that it was not fitted on.

A text helps its writer where the right flow is started, or where none is and the right one stands among the
choices. It does harm where another flow is started; nothing is right to start for what is out of scope.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.align import Floats
from bot.matching.confidence import SUREST
from bot.matching.decide import Bands
from bot.matching.matcher import Match, Matcher
from bot.matching.semantic import Encoder

OUT_OF_SCOPE = "out_of_scope"
#: What a text is taken for that gets no flow.
TURNED_AWAY = "turned_away"
_CHOICES = 3
_BINS = 10
# Below this a language says little by itself.
FEW_ROWS = 10
_NOT_MEASURED = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A text, the flow it is about (or `OUT_OF_SCOPE`), and its language."""

    text: str
    label: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A row with what the matcher made of it."""

    row: Row
    match: Match

    @property
    def in_scope(self) -> bool:
        """Whether any flow is for it."""
        return self.row.label != OUT_OF_SCOPE

    @property
    def guess(self) -> str:
        """The best candidate, started or not."""
        return self.match.candidates[0].flow if self.match.candidates else TURNED_AWAY

    @property
    def taken_for(self) -> str:
        """What was done: the flow that was started or asked about first, or none."""
        return TURNED_AWAY if self.match.decision == "none" else self.guess

    @property
    def right(self) -> bool:
        """Whether the best guess is the label."""
        return self.guess == self.row.label

    @property
    def offered(self) -> bool:
        """Whether the label is among the choices."""
        return self.row.label in {candidate.flow for candidate in self.match.candidates[:_CHOICES]}

    @property
    def started(self) -> bool:
        """Whether a flow was started, right or wrong."""
        return self.match.decision == "start"

    @property
    def helped(self) -> bool:
        """Whether the right flow was started, or none and the right one is among the choices."""
        return self.right if self.started else self.offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """Shares of `rows` texts in scope.

    Attributes:
        top_1: with the right flow first.
        top_3: with the right flow among three.
        helped: with the right flow started, or none started and the right one among three.
        started_right: with the right flow started.
        started_wrong: with another flow started.
    """

    rows: int
    top_1: float
    top_3: float
    helped: float
    started_right: float
    started_wrong: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFigures:
    """One flow.

    Attributes:
        accuracy: of the texts about it; the recall is `accuracy.started_right`.
        starts: how often it was started, whatever the text was about.
        precision: the share of these that was right.
    """

    flow: str
    accuracy: Accuracy
    starts: int
    precision: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Strangers:
    """Of `rows` texts out of scope, the shares for which nothing was started, and which were turned away."""

    rows: int
    not_started: float
    turned_away: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many texts of a label were taken for a flow or turned away, and how many of them started it."""

    label: str
    taken_for: str
    rows: int
    started: int

    @property
    def confused(self) -> bool:
        """Whether that is wrong; texts out of scope should be turned away."""
        return self.taken_for != (TURNED_AWAY if self.label == OUT_OF_SCOPE else self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """The texts with a confidence from `low` to below `high`: the mean of it, and the share that is right."""

    low: float
    high: float
    rows: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOff:
    """What starting from `threshold` would mean: shares of all rows, and the precision of what is started."""

    threshold: float
    started: float
    asked: float
    turned_away: float
    precision: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text that went wrong."""

    text: str
    language: str
    label: str
    taken_for: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The figures. Those about nothing (no row of the kind) are nan.

    Attributes:
        tiers: who judged.
        rows: how many texts count; those with unknown labels do not.
        total: over all languages; in scope only.
        by_language: the same per language, the most texts first.
        small_languages: those with few rows, together, with their names; None where there are none.
        by_flow: per flow that has a row or a start, the most rows first.
        started, clarified, turned_away: shares of all rows, out-of-scope rows included.
        wrong_starts: share of all rows for which something was started that is not the label.
        precision: of the flows that were started, the share that was right.
        strangers: the rows out of scope.
        auroc: probability that a row in scope looks more so than one out of scope.
        calibration_error: mean distance of the confidence from the share that is right, in ten bins.
        bins: those bins that have a text.
        bands: what the matcher decides by.
        trade_off: what other thresholds of starting would mean, rising.
        taken: label by what it was taken for, the most rows first.
        worst_starts: texts with a wrong start, the surest first.
        not_offered: texts in scope without the right flow among the choices, the surest first.
        unknown_labels: labels that the matcher has no flow for, with their number; they count nowhere else.
    """

    tiers: tuple[str, ...]
    rows: int
    total: Accuracy
    by_language: tuple[tuple[str, Accuracy], ...]
    small_languages: tuple[tuple[str, ...], Accuracy] | None
    by_flow: tuple[FlowFigures, ...]
    started: float
    clarified: float
    turned_away: float
    wrong_starts: float
    precision: float
    strangers: Strangers
    auroc: float
    calibration_error: float
    bins: tuple[Bin, ...]
    bands: Bands
    trade_off: tuple[TradeOff, ...]
    taken: tuple[Taken, ...]
    worst_starts: tuple[Example, ...]
    not_offered: tuple[Example, ...]
    unknown_labels: tuple[tuple[str, int], ...]


def evaluate(matcher: Matcher, rows: Iterable[Row], *, encoder: Encoder | None = None) -> Evaluation:
    """Match every row, without telling its language, and compare with its label.

    Args:
        matcher: the matcher.
        rows: texts that it was not fitted on.
        encoder: the one of the fit, where the matcher has a semantic tier that shall be asked.
    """
    if not matcher.semantic:
        encoder = None
    unknown: Counter[str] = Counter()
    judged: list[Judged] = []
    for row in rows:
        if row.label == OUT_OF_SCOPE or row.label in matcher.flows:
            embedding = encoder.encode([matcher.respelt(row.text)])[0] if encoder is not None else None
            judged.append(Judged(row=row, match=matcher.match(row.text, k=_CHOICES, embedding=embedding)))
        else:
            unknown[row.label] += 1
    proper = [one for one in judged if one.in_scope]
    strange = [one for one in judged if not one.in_scope]
    bins = _bins(judged)
    bands = matcher.report.bands
    return Evaluation(
        tiers=("lexical",) if encoder is None else ("lexical", "semantic"),
        rows=len(judged),
        total=_accuracy(proper),
        by_language=_by_language(proper),
        small_languages=_small_languages(proper),
        by_flow=_by_flow(judged),
        started=_share(one.started for one in judged),
        clarified=_share(one.match.decision == "clarify" for one in judged),
        turned_away=_share(one.match.decision == "none" for one in judged),
        wrong_starts=_share(one.started and not one.right for one in judged),
        precision=_share(one.right for one in judged if one.started),
        strangers=Strangers(
            rows=len(strange),
            not_started=_share(not one.started for one in strange),
            turned_away=_share(one.match.decision == "none" for one in strange),
        ),
        auroc=_auroc(
            np.array([one.match.in_scope for one in proper]),
            np.array([one.match.in_scope for one in strange]),
        ),
        calibration_error=sum(one.rows * abs(one.confidence - one.right) for one in bins) / len(judged)
        if judged
        else _NOT_MEASURED,
        bins=bins,
        bands=bands,
        trade_off=_trade_off(judged, bands.high),
        taken=_taken(judged),
        worst_starts=_examples(one for one in judged if one.started and not one.right),
        not_offered=_examples(one for one in proper if not one.offered),
        unknown_labels=tuple(unknown.most_common()),
    )


def _accuracy(judged: Sequence[Judged]) -> Accuracy:
    return Accuracy(
        rows=len(judged),
        top_1=_share(one.right for one in judged),
        top_3=_share(one.offered for one in judged),
        helped=_share(one.helped for one in judged),
        started_right=_share(one.started and one.right for one in judged),
        started_wrong=_share(one.started and not one.right for one in judged),
    )


def _share(of: Iterable[bool]) -> float:
    counted = tuple(of)
    return sum(counted) / len(counted) if counted else _NOT_MEASURED


def _grouped(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """The rows of each language, the most first."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[one.row.language].append(one)
    return {name: groups[name] for name in sorted(groups, key=lambda name: (-len(groups[name]), name))}


def _by_language(proper: Sequence[Judged]) -> tuple[tuple[str, Accuracy], ...]:
    return tuple((language, _accuracy(rows)) for language, rows in _grouped(proper).items())


def _small_languages(proper: Sequence[Judged]) -> tuple[tuple[str, ...], Accuracy] | None:
    small = {name: rows for name, rows in _grouped(proper).items() if len(rows) < FEW_ROWS}
    if not small:
        return None
    return tuple(small), _accuracy([one for rows in small.values() for one in rows])


def _by_flow(judged: Sequence[Judged]) -> tuple[FlowFigures, ...]:
    rows, starts = (
        Counter(one.row.label for one in judged),
        Counter(one.guess for one in judged if one.started),
    )
    flows = sorted((rows | starts).keys() - {OUT_OF_SCOPE}, key=lambda flow: (-rows[flow], flow))
    return tuple(
        FlowFigures(
            flow=flow,
            accuracy=_accuracy([one for one in judged if one.row.label == flow]),
            starts=starts[flow],
            precision=_share(one.right for one in judged if one.started and one.guess == flow),
        )
        for flow in flows
    )


def _taken(judged: Sequence[Judged]) -> tuple[Taken, ...]:
    pairs = Counter((one.row.label, one.taken_for) for one in judged)
    started = Counter((one.row.label, one.taken_for) for one in judged if one.started)
    return tuple(
        Taken(label=label, taken_for=taken_for, rows=count, started=started[label, taken_for])
        for (label, taken_for), count in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def _examples(judged: Iterable[Judged]) -> tuple[Example, ...]:
    return tuple(
        Example(
            text=one.row.text,
            language=one.row.language,
            label=one.row.label,
            taken_for=one.taken_for,
            confidence=one.match.confidence,
        )
        for one in sorted(judged, key=lambda one: -one.match.confidence)
    )


def _auroc(proper: Floats, strange: Floats) -> float:
    """The share of (proper, strange) pairs in the right order; a tie is half of one."""
    if not len(proper) or not len(strange):
        return _NOT_MEASURED
    above = proper[:, None] > strange[None]
    equal = proper[:, None] == strange[None]
    return float((above + 0.5 * equal).mean())


def _bins(judged: Sequence[Judged]) -> tuple[Bin, ...]:
    confidence = np.array([one.match.confidence for one in judged])
    right = np.array([one.right for one in judged], dtype=np.float64)
    at = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return tuple(
        Bin(
            low=number / _BINS,
            high=(number + 1) / _BINS,
            rows=int((at == number).sum()),
            confidence=float(confidence[at == number].mean()),
            right=float(right[at == number].mean()),
        )
        for number in np.unique(at).tolist()
    )


def _trade_off(judged: Sequence[Judged], high: float) -> tuple[TradeOff, ...]:
    """From starting everything that is neither turned away nor vague to starting nothing."""
    if not judged:
        return ()
    turned_away = _share(one.match.decision == "none" for one in judged)
    points = []
    for threshold in sorted({*np.linspace(0.0, SUREST, 100).round(2).tolist(), high}):
        started = [
            one
            for one in judged
            if one.match.decision != "none" and not one.match.vague and one.match.confidence >= threshold
        ]
        share = len(started) / len(judged)
        points.append(
            TradeOff(
                threshold=threshold,
                started=share,
                asked=1.0 - share - turned_away,
                turned_away=turned_away,
                precision=_share(one.right for one in started),
            )
        )
    return tuple(points)
