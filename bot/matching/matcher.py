"""From what a person wrote to the flow that helps, with a confidence that means what it says.

A matcher is fitted once on the authors' phrases and then never changes; the same phrases, in any order, give
the same matcher. The phrases of the reserved flow `NONE` teach it what to turn away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.matching.align import Floats
from bot.matching.confidence import SUREST
from bot.matching.decide import Decision, Policy
from bot.matching.language import Identified, Languages
from bot.matching.model import Model, Phrase, Reading
from bot.matching.normalise import MAX_QUERY_CHARS, Written, is_unspaced, sentences, tokenise
from bot.matching.report import FitReport
from bot.matching.semantic import Embeddings, Encoder

NONE = "none"

# A rant is longer than any phrase: its best sentence may say more than the whole.
_RANT_TOKENS = 40
_MOST_SENTENCES = 8
_SHORTEST_SENTENCE = 4
# Clauses that add a thing of their own: after the end of a sentence or a word for "and" or "also", not after every comma.
_CLAUSE_END = re.compile(
    r"[.!?;\n\u3002\uff01\uff1f\uff1b]+|(?<=\s)(?:and|also|plus|et|aussi|und|y|e)(?=\s)"
    r"|[,\uff0c](?=\s*(?:also|aussi))|\u53e6\u5916|\u8fd8\u6709|\u800c\u4e14|\u5e76\u4e14",
    re.IGNORECASE,
)
_MOST_CLAUSES = 4
_SHORTEST_CLAUSE = 3
# From two to one a clause is surely about a flow. Of 482 complaints, each labelled as about one thing, 12 seem to be about
# two then.
_SURE_OF_CLAUSE = 0.67
# Characters of a script without spaces that are one word at most, as in \u9a8c\u8bc1\u7801.
_ONE_WORD = 3
# A language surer than this overrides the one that the conversation is in.
_SURE_OF_LANGUAGE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A flow that the text may be about.

    Attributes:
        confidence: probability that this is the flow, 0..1.
        nearest: the flow's phrase that is most like the text.
        nearest_similarity: how like, 0..1.
    """

    flow: str
    confidence: float
    nearest: str
    nearest_similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a text is about.

    Attributes:
        decision: start `flow`, ask which of the candidates is meant, or nothing fits.
        flow: the best guess for start and clarify, None for none.
        confidence: probability that the best guess is right, 0..1.
        in_scope: probability that any flow is for this text, 0..1.
        candidates: best first, at most as many as asked for, never the reserved flow.
        language: the text's language, or the conversation's where the text does not show one.
        corrected: the text as understood, where words were corrected or split.
        coverage: share of the text's words that the phrases know, 0..1.
        vague: whether the text says too little to start anything; a single word does, unless it is a phrase.
        also: flows that single clauses of the text are surely about, in the order told; empty unless these are several.
    """

    decision: Decision
    flow: str | None
    confidence: float
    in_scope: float
    candidates: tuple[Candidate, ...]
    language: str
    corrected: str | None
    coverage: float
    vague: bool
    also: tuple[str, ...] = ()

    def as_dict(self, text: str) -> dict[str, Any]:
        """The match as the command line prints it."""
        return {
            "text": text,
            "decision": self.decision,
            "flow": self.flow,
            "confidence": round(self.confidence, 4),
            "candidates": [
                {"flow": candidate.flow, "confidence": round(candidate.confidence, 4)}
                for candidate in self.candidates
            ],
            "language": self.language,
        }


class Matcher:
    """Matches texts to flows. Make one with `fit`; it is immutable and safe to share."""

    def __init__(self, model: Model, languages: Languages) -> None:
        self._model = model
        self.languages = languages

    @classmethod
    def fit(
        cls,
        phrases: Iterable[Phrase],
        *,
        policy: Policy | None = None,
        encoder: Encoder | None = None,
        words: Iterable[tuple[str, str]] = (),
    ) -> Matcher:
        """Fit a matcher on the authors' phrases.

        Args:
            phrases: example complaints and titles; those without a word in them are left out.
            policy: what the bands between the decisions are set for.
            encoder: adds the semantic tier; it is asked now and not kept.
            words: (language, text) of what else people say in a language, which helps to tell the languages apart.
        """
        phrases, written = tuple(phrases), Written()
        told = [(phrase.language, phrase.text) for phrase in phrases if phrase.language]
        with ThreadPoolExecutor(max_workers=1) as beside:
            languages = beside.submit(Languages.fit, [*told, *words], written)
            model = Model(phrases, policy=policy or Policy(), reject=NONE, encoder=encoder, written=written)
            return cls(model, languages.result())

    @property
    def report(self) -> FitReport:
        """How the phrases do when each is judged as if unseen."""
        return self._model.report

    @property
    def flows(self) -> tuple[str, ...]:
        """The flows that a text can match, without the reserved one."""
        return tuple(flow for flow in self._model.flows if flow != NONE)

    @property
    def semantic(self) -> bool:
        """Whether `match` has a use for embeddings."""
        return self._model.semantic

    def match(
        self, text: str, *, language: str | None = None, k: int = 3, embedding: Embeddings | None = None
    ) -> Match:
        """The flow that a text is about. Never raises, whatever the text.

        Args:
            text: what the person wrote; its beginning is read (`MAX_QUERY_CHARS`), of a rant the best sentence.
            language: the language of the conversation so far.
            k: how many candidates to name at most.
            embedding: shape (dimensions,), of `respelt` text, by the encoder of the fit; without it the lexical tier decides
                alone.
        """
        found = self.languages.identify(text, default=language or "en")
        spoken = language if language and found.confidence < _SURE_OF_LANGUAGE else found.language
        tokens = tokenise(text)
        if not tokens or not self._model.flows:
            return _nothing(spoken)
        likely = _likely(found, language)
        reading = self._read(text, tokens, likely, embedding)
        hit = self._exact(tokens) or self._exact(reading.tokens)
        if hit == NONE or not reading.in_scope:
            return _nothing(spoken)
        also = self._told(text, likely) if hit is None else ()
        return self._match(reading, hit, spoken, k, also)

    def _told(self, text: str, likely: Mapping[str, float]) -> tuple[str, ...]:
        """The flows that single clauses are surely about, by their words alone, if these are several."""
        clauses = _CLAUSE_END.split(text[:MAX_QUERY_CHARS])
        if len(clauses) < 2:
            return ()
        parts = [part for part in map(tokenise, clauses) if len(part) >= _SHORTEST_CLAUSE]
        if len(parts) < 2:
            return ()
        known: dict[str, dict[str, tuple[str, ...]]] = {}
        told: dict[str, None] = {}
        for part in parts[:_MOST_CLAUSES]:
            reading = self._model.read(part, likely, known)
            flow = self._exact(part) or self._model.flows[int(reading.confidence.argmax())]
            sure = float(reading.confidence.max()) >= _SURE_OF_CLAUSE and not reading.vague
            if flow != NONE and (sure or self._exact(part)):
                told[flow] = None
        return tuple(told) if len(told) > 1 else ()

    def _read(
        self,
        text: str,
        tokens: tuple[str, ...],
        likely: Mapping[str, float],
        embedding: Embeddings | None,
    ) -> Reading:
        """The text, or the sentence of a rant, that is most surely in scope."""
        known: dict[str, dict[str, tuple[str, ...]]] = {}
        best = self._model.read(tokens, likely, known, embedding)
        if len(tokens) < _RANT_TOKENS:
            return best
        for sentence in sentences(text, most=_MOST_SENTENCES):
            part = tokenise(sentence)
            if len(part) >= _SHORTEST_SENTENCE:
                reading = self._model.read(part, likely, known, embedding)
                best = max(best, reading, key=lambda one: one.in_scope)
        return best

    def respelt(self, text: str) -> str:
        """A text for an encoder to read, which knows words and not misspellings; it is as typed where that is not sure."""
        if not self._model.flows:
            return text
        return self._model.respell(text, _likely(self.languages.identify(text), None))

    def is_settled(self, text: str) -> bool:
        """Whether a text's meaning adds nothing: it is a phrase of one flow word for word, or has no word."""
        tokens = tokenise(text)
        return not tokens or self._exact(tokens) is not None

    def _exact(self, tokens: tuple[str, ...]) -> str | None:
        """The only flow that has this phrase, wherever its spaces are, if there is one."""
        return self._model.word_for_word.get("".join(tokens))

    def _match(
        self, reading: Reading, hit: str | None, language: str, k: int, also: tuple[str, ...]
    ) -> Match:
        confidence = reading.confidence
        if hit is not None:
            confidence = confidence.copy()
            at = self._model.flows.index(hit)
            confidence[at] = SUREST
            confidence[np.arange(len(confidence)) != at] *= 1.0 - SUREST
        candidates = self._candidates(confidence, reading, k=max(k, 1))
        best = candidates[0]
        in_scope = reading.in_scope if hit is None else SUREST
        vague = hit is None and (reading.vague or _is_one_word(reading.tokens))
        decision = reading.bands.decide(in_scope, best.confidence, vague=vague) if hit is None else "start"
        return Match(
            decision=decision,
            flow=None if decision == "none" else best.flow,
            confidence=best.confidence,
            in_scope=in_scope,
            candidates=candidates[: max(k, 0)],
            language=language,
            corrected=" ".join(reading.tokens) if reading.changed else None,
            coverage=reading.coverage,
            vague=vague,
            also=also,
        )

    def _candidates(self, confidence: Floats, reading: Reading, *, k: int) -> tuple[Candidate, ...]:
        best = np.argsort(-confidence, kind="stable")[: k + 1].tolist()
        flows = [flow for flow in best if self._model.flows[flow] != NONE]
        candidates = []
        for flow, (nearest, similarity) in zip(
            flows[:k], self._model.nearest(reading, flows[:k]), strict=True
        ):
            candidates.append(
                Candidate(
                    flow=self._model.flows[flow],
                    confidence=float(confidence[flow]),
                    nearest=nearest,
                    nearest_similarity=similarity,
                )
            )
        return tuple(candidates)

    def read(
        self, text: str, *, language: str | None = None, embedding: Embeddings | None = None
    ) -> Reading | None:
        """What `match` goes by; None where there is nothing to read."""
        tokens = tokenise(text)
        if not tokens or not self._model.flows:
            return None
        return self._read(
            text,
            tokens,
            _likely(self.languages.identify(text, default=language or "en"), language),
            embedding,
        )

    def phrased(self, text: str, reading: Reading) -> str | None:
        """The flow, the reserved one included, that has this very text as a phrase."""
        return self._exact(tokenise(text)) or self._exact(reading.tokens)

    def understood(self, reading: Reading) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each word as typed, and what it was taken for."""
        return tuple((token, self._model.understood(token, reading.asked)) for token in reading.typed)

    def lead(self, reading: Reading, flow: str, rival: str) -> tuple[float, tuple[float, ...]]:
        """By how much the words score a flow above another, and how much without each word as typed."""
        scores = self._model.score(reading.typed, reading.asked)
        without = tuple(
            self._model.score(reading.typed[:at] + reading.typed[at + 1 :], reading.asked)
            for at in range(len(reading.typed))
        )
        return scores[flow] - scores[rival], tuple(one[flow] - one[rival] for one in without)

    def lead_in_meaning(self, embedding: Embeddings, flow: str, rival: str) -> float:
        """By how much the semantic tier scores a flow above another; 0 where there is none."""
        scores = self._model.score_of_meaning(embedding)
        return scores[flow] - scores[rival] if scores else 0.0


def _likely(found: Identified, spoken: str | None) -> Mapping[str, float]:
    """Probabilities of languages: what the text shows, and what is left for the conversation's so far."""
    likely = {found.language: max(found.confidence, 0.3)}
    if spoken is not None:
        likely[spoken] = likely.get(spoken, 0.0) + 1.0 - likely[found.language]
    return likely


def _is_one_word(tokens: tuple[str, ...]) -> bool:
    """Whether a text is a single word: a topic, of which nothing is said."""
    return len(tokens) == 1 or (len(tokens) <= _ONE_WORD and all(map(is_unspaced, tokens)))


def _nothing(language: str) -> Match:
    return Match(
        decision="none",
        flow=None,
        confidence=0.0,
        in_scope=0.0,
        candidates=(),
        language=language,
        corrected=None,
        coverage=0.0,
        vague=True,
    )
