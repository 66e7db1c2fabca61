"""What texts can be labelled with, ours and others, behind one face: fit on labelled texts, then answer."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process, utils

from bench.matching.public import Labelled
from bot.adapters.encoders.sentences import SentenceEncoder
from bot.errors import ConfigError
from bot.matching import Matcher, Phrase
from bot.matching.semantic import Encoder

_NODE_SCRIPT = Path(__file__).with_name("nlpjs") / "peer.js"
_NODE_MODULES = Path(__file__).parents[2] / "build" / "nlpjs" / "node_modules"
_HOW = "run `make bench-matching`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A text's labels, best first and at most three, and how surely any label is for it (higher is surer)."""

    labels: tuple[str, ...]
    in_scope: float


class Peer(Protocol):
    name: str

    def fit(self, phrases: Sequence[Labelled]) -> None: ...

    def answer(self, texts: Sequence[str]) -> list[Answer]: ...


class Ours:
    def __init__(self, name: str, encoder: Encoder | None = None) -> None:
        self.name = name
        self._encoder = encoder

    def fit(self, phrases: Sequence[Labelled]) -> None:
        self._matcher = Matcher.fit(as_phrases(phrases), encoder=self._encoder)

    def answer(self, texts: Sequence[str]) -> list[Answer]:
        respelt = [self._matcher.respelt(text) for text in texts] if self._encoder else []
        embeddings = self._encoder.encode(respelt) if self._encoder else [None] * len(texts)
        matches = map(lambda text, vector: self._matcher.match(text, embedding=vector), texts, embeddings)
        return [
            Answer(labels=tuple(one.flow for one in match.candidates), in_scope=match.in_scope)
            for match in matches
        ]


class Fuzzy:
    """A rapidfuzz scorer over every phrase; a label's score is the mean of its best `best`."""

    def __init__(self, name: str, scorer: Callable[..., float], best: int) -> None:
        self.name = name
        self._scorer, self._best = scorer, best

    def fit(self, phrases: Sequence[Labelled]) -> None:
        self._labels = sorted({one.label for one in phrases})
        self._texts = [utils.default_process(one.text) for one in phrases]
        of = np.array([one.label for one in phrases])
        self._places = [np.flatnonzero(of == label) for label in self._labels]

    def answer(self, texts: Sequence[str]) -> list[Answer]:
        asked = [utils.default_process(text) for text in texts]
        table = process.cdist(asked, self._texts, scorer=self._scorer, dtype=np.float32)
        best = [np.sort(table[:, places], axis=1)[:, -self._best :].mean(axis=1) for places in self._places]
        return _ranked(np.column_stack(best), self._labels)


class Regression:
    """TF-IDF of letters within words and of words, then logistic regression; the score is the best probability."""

    def __init__(self) -> None:
        self.name = "TF-IDF letters+words, logistic regression"

    def fit(self, phrases: Sequence[Labelled]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-not-found,unused-ignore]
        from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found,unused-ignore]
        from sklearn.pipeline import make_pipeline, make_union  # type: ignore[import-not-found,unused-ignore]

        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        # C chosen on the validation split of BANKING77, as our own constants were.
        self._model: Any = make_pipeline(make_union(letters, words), LogisticRegression(C=10, max_iter=1000))
        self._model.fit([one.text for one in phrases], [one.label for one in phrases])

    def answer(self, texts: Sequence[str]) -> list[Answer]:
        return _ranked(self._model.predict_proba(list(texts)), self._model.classes_.tolist())


class NlpJs:
    """nlp.js in a process of its own, trained anew for each batch of texts."""

    def __init__(self) -> None:
        self.name = "nlp.js"

    def fit(self, phrases: Sequence[Labelled]) -> None:
        self._phrases = [[one.text, one.label] for one in phrases]

    def answer(self, texts: Sequence[str]) -> list[Answer]:
        ran = subprocess.run(
            [shutil.which("node") or "node", str(_NODE_SCRIPT)],
            input=json.dumps({"phrases": self._phrases, "texts": list(texts)}),
            env={**os.environ, "NODE_PATH": str(_NODE_MODULES)},
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
        return [Answer(labels=tuple(labels), in_scope=score) for labels, score in json.loads(ran.stdout)]


def as_phrases(labelled: Iterable[Labelled]) -> list[Phrase]:
    return [Phrase(flow=one.label, text=one.text, language="en") for one in labelled]


def peers() -> tuple[Peer, ...]:
    """Every peer that can run here, ours first."""
    found: list[Peer] = [Ours("ours, words and letters")]
    if not isinstance(encoder := _encoder(), str):
        found.append(Ours("ours, with sentence vectors", encoder))
    found += [
        Fuzzy("rapidfuzz ratio, best", fuzz.ratio, 1),
        Fuzzy("rapidfuzz token_sort_ratio, best", fuzz.token_sort_ratio, 1),
        Fuzzy("rapidfuzz token_set_ratio, best", fuzz.token_set_ratio, 1),
        Fuzzy("rapidfuzz token_set_ratio, best 3", fuzz.token_set_ratio, 3),
        Fuzzy("rapidfuzz WRatio, best", fuzz.WRatio, 1),
    ]
    if _has_regression():
        found.append(Regression())
    if _has_nlpjs():
        found.append(NlpJs())
    return tuple(found)


def absent() -> tuple[str, ...]:
    """A line for each peer that cannot run here."""
    lines = []
    if isinstance(why := _encoder(), str):
        lines.append(f"skipped: ours with sentence vectors. {why}")
    if not _has_regression():
        lines.append(f"skipped: TF-IDF with logistic regression, scikit-learn is not installed here; {_HOW}")
    if not _has_nlpjs():
        need = (
            f"its packages are not in {_NODE_MODULES}; {_HOW}" if shutil.which("node") else "there is no node"
        )
        lines.append(f"skipped: nlp.js, {need}")
    return tuple(lines)


@cache
def _encoder() -> Encoder | str:
    """The semantic tier's encoder, or why there is none."""
    try:
        return SentenceEncoder()
    except ConfigError as fault:
        return str(fault)


def _has_regression() -> bool:
    return importlib.util.find_spec("sklearn") is not None


def _has_nlpjs() -> bool:
    return shutil.which("node") is not None and (_NODE_MODULES / "@nlpjs" / "basic").is_dir()


def _ranked(scores: NDArray[np.floating], labels: Sequence[str]) -> list[Answer]:
    order = np.argsort(-scores, axis=1, kind="stable")[:, :3]
    return [
        Answer(labels=tuple(labels[at] for at in row), in_scope=float(best))
        for row, best in zip(order.tolist(), scores.max(axis=1).tolist(), strict=True)
    ]
