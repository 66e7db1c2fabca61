"""The fitted parts of a matcher: an expert a language, the semantic tier if there is one, and who judges them.

The phrases are put in an order of their own first, so the result depends on what they say alone.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from bot.matching.align import Floats, Ints
from bot.matching.confidence import gather
from bot.matching.decide import Bands, Policy
from bot.matching.expert import FLOW_GROUPS, PARTS, Expert, Unseen
from bot.matching.judge import BOTH, LEXICAL, Judge, Trial
from bot.matching.normalise import Written, split, tokenise
from bot.matching.report import FitReport
from bot.matching.semantic import Embeddings, Encoder, SemanticModel
from bot.matching.softmax import probabilities

# How much knowing all words of a text speaks for a language, and what the least likely language has.
_FAMILIAR, _UNLIKELY = 6.0, 0.02
# At most so many experts are asked, each at least this share as likely as the best.
_EXPERTS, _WORTH_ASKING = 2, 0.2


# Where less of a text is known as typed, nobody can say what the rest is about: random letters hold some word by chance.
# None of 290 complaints that were started right had less; what was written without spaces is known by its words.
_LEAST_KNOWN = 0.18
# So many phrases judged as if unseen are enough to say how sure the model may be.
_JUDGED = 1_400
# The most that the next flow may have of the confidence of the best.
_SECOND = 1.0 - 1e-12
_Known = dict[str, dict[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """An example complaint of a flow."""

    flow: str
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the model makes of one text.

    Attributes:
        typed: the text before words were corrected.
        tokens: the text as understood.
        changed: whether words were corrected or split.
        asked: the experts that judged it, by language, with their weights, which sum to 1.
        phrases: numbers of the phrases that it was compared with.
        similarity: shape as `phrases`.
        confidence: shape (flows,); probability of each flow, the reject class's included.
        in_scope: probability that any flow is for it; 0 where it shares nothing with any phrase.
        bands: the bands between the decisions, for the tiers that were asked.
        vague: whether the text says too little to go by.
        coverage: share of the words as typed that the phrases know.
    """

    typed: tuple[str, ...]
    tokens: tuple[str, ...]
    changed: bool
    asked: Mapping[str, float]
    phrases: Ints
    similarity: Floats
    confidence: Floats
    in_scope: float
    bands: Bands
    vague: bool
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rehearsed:
    """Phrases that one expert judged as if unseen."""

    unseen: Unseen
    #: The flow of each phrase of the expert.
    flows: Ints
    #: The judged phrases, as numbers of the model.
    phrase: Ints
    #: The group of flows that was left out, or None.
    group: int | None
    #: Which of the parts of the phrases it is; of a group there is one.
    turn: int


class Model:
    """Fitted when made. With no flow but the reject class, `flows` is empty and nothing can be read.

    Args:
        phrases: example complaints; those without a word in them are left out.
        policy: what the bands are set for.
        reject: the flow whose phrases are what no flow is for.
        encoder: what makes the semantic tier, if there is to be one.
        written: the phrases' canonical writing, as far as it is known.
    """

    def __init__(
        self,
        phrases: Iterable[Phrase],
        *,
        policy: Policy,
        reject: str,
        encoder: Encoder | None = None,
        written: Written | None = None,
    ) -> None:
        self._phrases, self._documents = _prepare(phrases, Written() if written is None else written)
        self._texts = tuple(phrase.text for phrase in self._phrases)
        #: The flow of each phrase that only one flow has, by its tokens, wherever its spaces are.
        self.word_for_word = _word_for_word(self._phrases, self._documents)
        names = tuple(sorted({phrase.flow for phrase in self._phrases}))
        self.flows = names if set(names) - {reject} else ()
        self._experts: dict[str, Expert] = {}
        self._semantic: SemanticModel | None = None
        self._judge: Judge | None = None
        self._judge_of_both: Judge | None = None
        if self.flows:
            self._fit(policy, reject, encoder)
        # Only the fit needs them.
        self._phrases, self._documents = (), ()

    @property
    def report(self) -> FitReport:
        """How the phrases do when each is judged as if unseen, by all tiers there are."""
        judge = self._judge_of_both or self._judge
        return judge.report if judge is not None else FitReport.of_nothing()

    @property
    def semantic(self) -> bool:
        """Whether there is a semantic tier."""
        return self._semantic is not None

    def read(
        self,
        tokens: tuple[str, ...],
        likely: Mapping[str, float],
        known: _Known,
        embedding: Embeddings | None = None,
    ) -> Reading:
        """Judge a text; there must be flows.

        Args:
            tokens: the text.
            likely: probabilities of languages.
            known: remembers corrected words between the texts of one match.
            embedding: shape (dimensions,); what the text means, where the semantic tier is asked.
        """
        weights = self._ask(tokens, likely)
        heard = {
            language: self._experts[language].hear(tokens, known.setdefault(language, {}))
            for language in weights
        }
        best = max(weights, key=lambda language: weights[language])
        scores = np.asarray(sum(weight * heard[language].scores for language, weight in weights.items()))
        similarity = np.concatenate([one.similarity for one in heard.values()])
        phrases = np.concatenate([self._places[language] for language in heard])
        coverage = max(one.coverage for one in heard.values())
        little = all(one.little for one in heard.values()) or (
            coverage < _LEAST_KNOWN and not any(one.run_together for one in heard.values())
        )
        judge, meaning = self._judge, None
        if embedding is not None and self._semantic is not None:
            meaning, judge = self._semantic.scores(embedding)[None], self._judge_of_both
            scores = scores + meaning[0]
            little = all(one.little for one in heard.values()) and bool(similarity.any())
        assert judge is not None  # noqa: S101 - there are flows
        evidence = gather(
            scores[None], similarity[None], self._flows[phrases], np.array([coverage]), self._reject, meaning
        )
        in_scope, sure = judge.hear(evidence)
        if embedding is None and not similarity.any():
            in_scope = sure = 0.0
        return Reading(
            typed=tokens,
            tokens=heard[best].tokens,
            changed=heard[best].tokens != tokens,
            asked=weights,
            phrases=phrases,
            similarity=similarity,
            confidence=self._confidence(scores, int(evidence.flow[0]), sure, in_scope),
            in_scope=in_scope,
            bands=judge.bands,
            vague=little,
            coverage=coverage,
        )

    def nearest(self, reading: Reading, flows: Sequence[int]) -> list[tuple[str, float]]:
        """The phrase of each of these flows that is most like a text that was read, and how like, 0..1."""
        of = self._flows[reading.phrases]
        found: list[tuple[str, float]] = []
        for flow in flows:
            rows = (of == flow).nonzero()[0]
            if not len(rows):
                found.append(("", 0.0))
                continue
            at = int(rows[reading.similarity[rows].argmax()])
            like = min(max(float(reading.similarity[at]), 0.0), 1.0)
            found.append((self._texts[int(reading.phrases[at])], like))
        return found

    def score(self, tokens: tuple[str, ...], asked: Mapping[str, float]) -> dict[str, float]:
        """The score of each flow for these words, put to experts with these weights."""
        known: _Known = {}
        scores = sum(
            weight * self._experts[language].hear(tokens, known.setdefault(language, {})).scores
            for language, weight in asked.items()
        )
        return dict(zip(self.flows, np.asarray(scores).tolist(), strict=True))

    def score_of_meaning(self, embedding: Embeddings) -> dict[str, float]:
        """What the semantic tier adds to the score of each flow; empty where there is none."""
        if self._semantic is None:
            return {}
        return dict(zip(self.flows, self._semantic.scores(embedding).tolist(), strict=True))

    def understood(self, token: str, asked: Mapping[str, float]) -> tuple[str, ...]:
        """What the weightiest of these experts takes a word for."""
        best = max(asked, key=lambda language: asked[language])
        return self._experts[best].hear((token,), {}).tokens

    def respell(self, text: str, likely: Mapping[str, float]) -> str:
        """A text as the likeliest of these languages would spell it, for an encoder; there must be flows."""
        asked = self._ask(tokenise(text), likely)
        return self._experts[max(asked, key=lambda language: asked[language])].respell(text)

    def _ask(self, tokens: Sequence[str], likely: Mapping[str, float]) -> dict[str, float]:
        """The experts to ask, with their weights, which sum to 1: those whose words the text has, in likely languages."""
        words = frozenset(tokens)
        strength = {
            language: _FAMILIAR * len(words & expert.words) / max(len(words), 1)
            + math.log(likely.get(language, 0.0) + _UNLIKELY)
            for language, expert in self._experts.items()
        }
        order = sorted(strength, key=lambda language: (-strength[language], language))[:_EXPERTS]
        powers = {language: math.exp(strength[language] - strength[order[0]]) for language in order}
        kept = {language: power for language, power in powers.items() if power >= _WORTH_ASKING}
        return {language: power / sum(kept.values()) for language, power in kept.items()}

    def _confidence(self, scores: Floats, flow: int, best: float, in_scope: float) -> Floats:
        """The best flow has its probability; the others share what is left of being in scope."""
        share = probabilities(scores)
        share[flow] = 0.0
        if self._reject is not None:
            share[self._reject] = 0.0
        # Scaled, not cut, so that none reaches the best, not by its rounding either, and their order stays.
        share *= min(
            max(in_scope - best, 0.0) / max(float(share.sum()), 1e-12),
            _SECOND * best / max(float(share.max()), 1e-12),
        )
        share[flow] = best
        return share

    def _fit(self, policy: Policy, reject: str, encoder: Encoder | None) -> None:
        numbers = {flow: at for at, flow in enumerate(self.flows)}
        self._reject = numbers.get(reject)
        self._flows = np.array([numbers[phrase.flow] for phrase in self._phrases])
        languages = list(self._languages())
        # Those with the most phrases first, so that no thread ends with one of them while the others have nothing to do.
        longest_first = sorted(languages, key=lambda each: -len(each[1]))
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            under_way = {
                language: threads.submit(self._fit_expert, places, group)
                for language, places, group in longest_first
            }
            fitted = {language: under_way[language].result() for language, _, _ in languages}
        self._experts = {language: expert for language, (expert, _) in fitted.items()}
        #: The numbers of each expert's phrases.
        self._places = {language: places[self._experts[language].kept] for language, places, _ in languages}
        rehearsed = [part for _, parts in fitted.values() for part in parts]
        self._judge = self._appoint(rehearsed, [None] * len(rehearsed), policy, LEXICAL)
        if encoder is not None:
            embeddings = encoder.encode(self._texts)
            self._semantic = SemanticModel.fit(embeddings, self._flows, len(self.flows))
            meant = self._rehearse_semantics(rehearsed, embeddings)
            self._judge_of_both = self._appoint(rehearsed, meant, policy, BOTH)

    def _languages(self) -> Iterator[tuple[str, Ints, int]]:
        """Each language, its phrases, and the group of flows that is left out in it."""
        languages = np.array([_language_of(phrase) for phrase in self._phrases])
        for turn, language in enumerate(sorted(set(languages.tolist()))):
            yield language, np.flatnonzero(languages == language), turn % FLOW_GROUPS

    def _fit_expert(self, places: Ints, group: int) -> tuple[Expert, list[_Rehearsed]]:
        """The expert of a language's phrases, and these as if unseen."""
        expert = Expert(
            [self._documents[at] for at in places.tolist()],
            self._flows[places],
            len(self.flows),
            self._reject,
        )
        parts = min(PARTS, math.ceil(PARTS * _JUDGED / len(self._phrases)))
        trials: list[tuple[Unseen, int | None, int]] = [
            *((expert.some_unseen(part), None, part) for part in range(parts)),
            (expert.some_without_flows(group), group, 0),
        ]
        expert.settle()
        rehearsed = [
            _Rehearsed(
                unseen=unseen,
                flows=expert.flows,
                phrase=places[expert.kept][unseen.rows],
                group=left_out,
                turn=turn,
            )
            for unseen, left_out, turn in trials
        ]
        return expert, rehearsed

    def _rehearse_semantics(self, rehearsed: Sequence[_Rehearsed], embeddings: Embeddings) -> list[Floats]:
        """The semantic scores of the same phrases, of models that saw neither them nor the flows left out."""
        models: dict[tuple[int | None, int], SemanticModel] = {}
        for part in rehearsed:
            if (part.group, part.turn) not in models:
                alike = [other for other in rehearsed if (other.group, other.turn) == (part.group, part.turn)]
                seen = np.ones(len(self._phrases), np.bool_)
                seen[np.concatenate([other.phrase for other in alike])] = False
                if part.group is not None:
                    seen &= (self._flows % FLOW_GROUPS != part.group) | (self._flows == self._reject)
                models[part.group, part.turn] = SemanticModel.fit(
                    embeddings[seen], self._flows[seen], len(self.flows)
                )
        return [models[part.group, part.turn].scores(embeddings[part.phrase]) for part in rehearsed]

    def _appoint(
        self,
        rehearsed: Sequence[_Rehearsed],
        meanings: Sequence[Floats | None],
        policy: Policy,
        plainness: tuple[float, float],
    ) -> Judge:
        """A judge for the scores of words, to which those of the meaning are added."""
        trials = [
            Trial(
                evidence=gather(
                    part.unseen.scores + (0.0 if meaning is None else meaning),
                    part.unseen.similarity,
                    part.flows,
                    part.unseen.coverage,
                    self._reject,
                    meaning,
                ),
                flow=self._flows[part.phrase],
                left_out=np.full(len(part.phrase), part.group is not None),
            )
            for part, meaning in zip(rehearsed, meanings, strict=True)
        ]
        return Judge.fit(trials, self.flows, self._reject, policy, plainness)


def _prepare(
    phrases: Iterable[Phrase], written: Written
) -> tuple[tuple[Phrase, ...], tuple[tuple[str, ...], ...]]:
    """The phrases that have words, each once a flow, in their own order, with their tokens."""
    kept: dict[tuple[str, tuple[str, ...]], Phrase] = {}
    for phrase in sorted(phrases, key=lambda one: (one.flow, one.text, one.language or "")):
        tokens = tuple(map(sys.intern, split(written[phrase.text])))  # the same words come again and again
        if tokens:
            kept.setdefault((phrase.flow, tokens), phrase)
    return tuple(kept.values()), tuple(tokens for _, tokens in kept)


def _word_for_word(phrases: Sequence[Phrase], documents: Sequence[tuple[str, ...]]) -> dict[str, str]:
    flows: dict[str, set[str]] = {}
    for phrase, document in zip(phrases, documents, strict=True):
        flows.setdefault("".join(document), set()).add(phrase.flow)
    return {written: of.pop() for written, of in flows.items() if len(of) == 1}


def _language_of(phrase: Phrase) -> str:
    """The language, whatever its script: Traditional Chinese is folded into Simplified."""
    return (phrase.language or "").split("-")[0]
