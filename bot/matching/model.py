"""The fitted parts of a matcher, and how they are fitted: kernel, ridge, confidence, bands.

The phrases are put in an order of their own first, so the result depends on what they say alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.matching import ridge
from bot.matching.align import Floats
from bot.matching.confidence import STRANGENESS, SUREST, Evidence, Logistic, Witness, fit_logistic, shares
from bot.matching.correct import Corrector
from bot.matching.decide import TIE, Bands, Policy, Rehearsal, balance, curve, set_bands, steadied
from bot.matching.kernel import Kernel, widen
from bot.matching.language import identify
from bot.matching.normalise import tokenise
from bot.matching.report import FitReport, tally

# A language has bands of its own from so many phrases a flow in so many flows; fewer, and leaving one out
# leaves nothing like it.
_PHRASES_A_FLOW, _FLOWS_A_LANGUAGE = 5, 5
_PRECISIONS = (0.75, 0.80, 0.85, 0.90, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """An example complaint of a flow; a weight of 2 counts as if it stood there twice."""

    flow: str
    text: str
    language: str | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the model makes of one text.

    Attributes:
        tokens: the text as understood.
        changed: whether words were corrected or split.
        similarity: shape (phrases,).
        confidence: shape (flows,); probability of each flow, the reject class's included.
        in_scope: probability that any flow is for it; 0 where it shares nothing with any phrase.
        vague: whether the two best flows are too close to tell apart, or the text says too little.
        coverage: share of the words as typed that the phrases know.
    """

    tokens: tuple[str, ...]
    changed: bool
    similarity: Floats
    confidence: Floats
    in_scope: float
    vague: bool
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """The phrases judged as if unseen, one row each, twice where the flow can be left out as well."""

    evidence: tuple[Evidence, ...]
    phrase: NDArray[np.int64]
    left_out: NDArray[np.bool_]
    proper: NDArray[np.bool_]
    right: NDArray[np.bool_]
    weight: Floats

    @property
    def features(self) -> Floats:
        return np.array([one.features for one in self.evidence])


class Model:
    """Fitted when made. With no flow but the reject class, `flows` is empty and nothing can be read.

    Args:
        phrases: example complaints; those without a word in them are left out.
        policy: what the bands are set for.
        reject: the flow whose phrases are what no flow is for.
    """

    def __init__(self, phrases: Iterable[Phrase], *, policy: Policy, reject: str) -> None:
        self.phrases, self.documents = _prepare(phrases)
        names = tuple(sorted({phrase.flow for phrase in self.phrases}))
        self.flows = names if set(names) - {reject} else ()
        self._bands: dict[str, Bands] = {}
        self._pooled = Bands(low=1.0, high=1.0)
        self.rows: tuple[NDArray[np.int64], ...] = ()
        self.report = FitReport(
            phrases=0,
            accuracy=0.0,
            by_flow=(),
            confusions=(),
            bands=self._pooled,
            bands_by_language=(),
            curve=(),
        )
        if self.flows:
            self._fit(policy, reject)

    def bands_of(self, language: str) -> Bands:
        """The bands for texts in a language."""
        return self._bands.get(language, self._pooled)

    def read(self, tokens: tuple[str, ...], known: dict[str, tuple[str, ...]]) -> Reading:
        """Judge a text; `known` remembers corrected words between the texts of one match."""
        corrected = self._corrector.correct(tokens, known)
        similarity = self._kernel.similarities(corrected)
        scores = np.asarray(widen(similarity) @ self._weights)
        coverage = self._kernel.coverage(tokens)
        evidence = self._witness.hear(scores, similarity, coverage)
        in_scope = min(float(self._in_scope.probability(evidence.features[None])[0]), SUREST)
        if not similarity.any():
            in_scope = 0.0
        best = in_scope * float(self._right.probability(evidence.features[None])[0])
        confidence = self._confidence(scores, evidence.flow, best, in_scope)
        real = np.sort(np.delete(scores, self._reject) if self._reject is not None else scores)
        return Reading(
            tokens=corrected,
            changed=corrected != tokens,
            similarity=similarity,
            confidence=confidence,
            in_scope=in_scope,
            vague=(len(real) > 1 and bool(real[-1] - real[-2] < TIE)) or self._kernel.says_little(corrected),
            coverage=coverage,
        )

    def _confidence(self, scores: Floats, flow: int, best: float, in_scope: float) -> Floats:
        """The best flow has its probability; the others share what is left of being in scope."""
        share = shares(scores)
        share[flow] = 0.0
        if self._reject is not None:
            share[self._reject] = 0.0
        # Scaled, not cut, so that none passes the best and their order stays.
        share *= min(
            max(in_scope - best, 0.0) / max(float(share.sum()), 1e-12), best / max(float(share.max()), 1e-12)
        )
        share[flow] = best
        return share

    def _fit(self, policy: Policy, reject: str) -> None:
        numbers = {flow: at for at, flow in enumerate(self.flows)}
        flows = np.array([numbers[phrase.flow] for phrase in self.phrases])
        self._reject = numbers.get(reject)
        self.rows = tuple(np.flatnonzero(flows == flow) for flow in range(len(self.flows)))
        self._corrector = Corrector(self.documents)
        self._kernel = Kernel(self.documents, flows.tolist(), self._reject)
        self._witness = Witness(flows, self._reject)
        similarity = np.array([self._kernel.similarities(document) for document in self.documents])
        similarity = (similarity + similarity.T) / 2  # alignment rounds differently in each direction
        weights = [phrase.weight for phrase in self.phrases]
        fitted = ridge.fit(widen(similarity), flows.tolist(), len(self.flows), weights)
        self._weights = fitted.weights
        judged = self._judge(similarity, fitted, flows, policy)
        self._calibrate(judged, policy)
        self._report(judged, policy)

    def _judge(
        self, similarity: Floats, fitted: ridge.Ridge, flows: NDArray[np.int64], policy: Policy
    ) -> _Judged:
        """Each phrase without itself, then each without its flow (where another flow is left to take it for)."""
        evidence: list[Evidence] = []
        for at, document in enumerate(self.documents):
            unseen = similarity[at].copy()
            unseen[at] = 0.0
            coverage = self._kernel.coverage(document, phrases=1 if flows[at] == self._reject else 2)
            evidence.append(self._witness.hear(fitted.without_row[at], unseen, coverage))
        real = len(self.flows) - (self._reject is not None)
        alone = np.flatnonzero(flows != self._reject) if real > 1 else np.zeros(0, np.int64)
        for at in alone.tolist():
            unseen = np.where(flows == flows[at], 0.0, similarity[at])
            scores = fitted.without_flow[at].copy()
            scores[flows[at]] = -np.inf
            coverage = self._kernel.coverage(self.documents[at], flows=2)
            evidence.append(self._witness.hear(scores, unseen, coverage))
        phrase = np.concatenate((np.arange(len(flows)), alone))
        left_out = np.arange(len(phrase)) >= len(flows)
        proper = ~left_out & (flows[phrase] != self._reject)
        right = proper & (np.array([one.flow for one in evidence]) == flows[phrase])
        # Strangers of two kinds: what the reject class shows, and each flow for which there was none.
        weight = np.where(left_out, 1.0 / max(len(alone), 1), 1.0 / max(int((~left_out & ~proper).sum()), 1))
        return _Judged(
            evidence=tuple(evidence),
            phrase=phrase,
            left_out=left_out,
            proper=proper,
            right=right,
            weight=balance(np.where(proper, 1.0, weight), proper, policy.out_of_scope_share),
        )

    def _calibrate(self, judged: _Judged, policy: Policy) -> None:
        features = judged.features
        self._in_scope: Logistic = fit_logistic(features, judged.proper, judged.weight, STRANGENESS)
        proper = judged.proper
        self._right: Logistic = fit_logistic(features[proper], judged.right[proper], judged.weight[proper])
        in_scope = self._in_scope.probability(features)
        self._rehearsal = Rehearsal(
            in_scope=in_scope,
            confidence=in_scope * self._right.probability(features),
            proper=judged.proper,
            right=judged.right,
            weight=judged.weight,
        )
        self._pooled = set_bands(self._rehearsal, policy)
        languages = np.array([_language_of(phrase) for phrase in self.phrases])
        for language in sorted(_well_stocked(self.phrases, languages, self._reject_name())):
            rows = languages[judged.phrase] == language
            part = self._rehearsal.only(rows, policy.out_of_scope_share)
            self._bands[language] = steadied(set_bands(part, policy), self._pooled)

    def _reject_name(self) -> str | None:
        return None if self._reject is None else self.flows[self._reject]

    def _report(self, judged: _Judged, policy: Policy) -> None:
        taken = [
            (self.phrases[judged.phrase[at]].flow, self.flows[judged.evidence[at].flow])
            for at in np.flatnonzero(judged.proper)
        ]
        accuracy, by_flow, confusions = tally(taken)
        self.report = FitReport(
            phrases=len(self.phrases),
            accuracy=accuracy,
            by_flow=by_flow,
            confusions=confusions,
            bands=self._pooled,
            bands_by_language=tuple(sorted(self._bands.items())),
            curve=curve(self._rehearsal, policy, _PRECISIONS),
        )


def _prepare(phrases: Iterable[Phrase]) -> tuple[tuple[Phrase, ...], tuple[tuple[str, ...], ...]]:
    """The phrases that have words, each once a flow, in their own order, with their tokens."""
    kept: dict[tuple[str, tuple[str, ...]], Phrase] = {}
    for phrase in sorted(phrases, key=lambda one: (one.flow, one.text, one.language or "", -one.weight)):
        tokens = tokenise(phrase.text)
        if tokens and phrase.weight > 0:
            kept.setdefault((phrase.flow, tokens), phrase)
    return tuple(kept.values()), tuple(tokens for _, tokens in kept)


def _language_of(phrase: Phrase) -> str:
    return phrase.language or identify(phrase.text).language


def _well_stocked(phrases: Sequence[Phrase], languages: NDArray[np.str_], reject: str | None) -> set[str]:
    """The languages with phrases enough for bands of their own."""
    count = Counter(
        (str(language), phrase.flow)
        for language, phrase in zip(languages, phrases, strict=True)
        if phrase.flow != reject
    )
    flows = Counter(language for (language, _), phrases in count.items() if phrases >= _PHRASES_A_FLOW)
    return {language for language, stocked in flows.items() if stocked >= _FLOWS_A_LANGUAGE}
