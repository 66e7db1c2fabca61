"""One similarity between a text and every phrase.

Four blocks of sparse features (words, pairs of words, letters within words, letters across spaces) and
the alignment. Within a block the features are weighted by how few flows use them; each block counts by
its own weight, however many features it has. The result is a cosine, so 1 is "the same".
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from bot.matching.align import Aligner, Floats, ranges
from bot.matching.normalise import is_unspaced

# A feature that every flow uses still says a little.
FLAT = 0.5
# Weights of the blocks and the width of the exponential: chosen on the validation split of BANKING77.
WORDS, PAIRS, LETTERS, ACROSS, ALIGNMENT = 1.0, 1.0, 1.0, 0.5, 1.5
WIDTH = 3.0

_BLOCKS = {"w": WORDS, "p": PAIRS, "c": LETTERS, "x": ACROSS}


class Kernel:
    """Similarity of any tokens with the phrases it was built from.

    Args:
        documents: the tokens of each phrase.
        flows: the flow of each phrase, as a number.
        reject: the number of the flow for what is out of scope, if there is one.
    """

    def __init__(
        self, documents: Sequence[Sequence[str]], flows: Sequence[int], reject: int | None = None
    ) -> None:
        self.size = len(documents)
        used: dict[str, set[int]] = {}
        times: Counter[str] = Counter()
        for document, flow in zip(documents, flows, strict=True):
            for feature in features(document):
                used.setdefault(feature, set()).add(flow)
                times[feature] += flow != reject
        count = len(set(flows))
        weight = {feature: rarity(len(by), count) for feature, by in used.items()}
        self._ids = {feature: at for at, feature in enumerate(weight)}
        self._weight = list(weight.values())
        self._index(documents)
        self._seen = {
            word: (times[word], len(used[word] - {reject})) for word in weight if word.startswith("w")
        }
        self._unseen = rarity(1, count)
        vocabulary = dict.fromkeys(word for document in documents for word in document)
        rarities = {word: weight["w" + word] for word in vocabulary}
        self._aligner = Aligner(documents, rarities, self._unseen)

    def similarities(self, tokens: Sequence[str]) -> Floats:
        """Similarity with each phrase: shape (phrases,), each in 0..1."""
        ids, values = self._vector(tokens)
        start = self._start[ids]
        length = self._start[ids + 1] - start
        at = ranges(start, length)
        sparse = np.bincount(
            self._phrase[at], self._value[at] * np.repeat(values, length), minlength=self.size
        )
        total = sum(_BLOCKS.values())
        aligned = self._aligner.similarities(tokens)
        return np.asarray((total * sparse + ALIGNMENT * aligned) / (total + ALIGNMENT))

    def coverage(self, tokens: Sequence[str], *, phrases: int = 1, flows: int = 1) -> float:
        """Share of the text's words, by weight, that at least so many phrases in scope, and flows, use (0..1).

        Ask for 2 of either to see a phrase in scope as if it, or its flow, were not there.
        """
        known = total = 0.0
        for word in words(tokens):
            at = self._ids.get(word)
            weight = self._unseen if at is None else self._weight[at]
            total += weight
            in_phrases, in_flows = self._seen.get(word, (0, 0))
            if in_phrases >= phrases and in_flows >= flows:
                known += weight
        return known / total if total else 0.0

    def says_little(self, tokens: Sequence[str]) -> bool:
        """Whether the words that flows use say less than one word that a single flow uses ("my account")."""
        return (
            sum(self._weight[self._ids[word]] for word in words(tokens) if word in self._ids) < self._unseen
        )

    def _vector(self, tokens: Sequence[str]) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Floats]:
        """Ids and values of the known features, of length one in all."""
        ids: list[int] = []
        values: list[float] = []
        filled = 0.0
        for name, block in _blocks(tokens):
            known = [self._ids[feature] for feature in block if feature in self._ids]
            if not known:
                continue
            norm = math.sqrt(sum(self._weight[at] ** 2 for at in known))
            scale = math.sqrt(_BLOCKS[name]) / norm
            filled += _BLOCKS[name]
            ids += known
            values += [self._weight[at] * scale for at in known]
        return np.array(ids, dtype=np.int64), np.array(values) / math.sqrt(filled or 1.0)

    def _index(self, documents: Sequence[Sequence[str]]) -> None:
        """Posting lists: for each feature the phrases that have it, and its value there."""
        vectors = [self._vector(document) for document in documents]
        feature = np.concatenate([ids for ids, _ in vectors] or [np.zeros(0, np.int64)])
        value = np.concatenate([values for _, values in vectors] or [np.zeros(0)])
        phrase = np.repeat(np.arange(self.size), [len(ids) for ids, _ in vectors])
        order = np.argsort(feature, kind="stable")
        self._phrase, self._value = phrase[order], value[order]
        counts = np.bincount(feature, minlength=len(self._ids))
        self._start = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def widen(similarity: Floats) -> Floats:
    """The kernel of the linear model: near phrases count much, far ones little."""
    return np.asarray(np.exp(-WIDTH * (1.0 - similarity)))


def rarity(flows: int, of: int) -> float:
    """Weight of a feature that `flows` of `of` flows use."""
    return math.log((1 + of) / (1 + flows)) + FLAT


def features(tokens: Sequence[str]) -> Iterator[str]:
    """All features of a text, each once, the block as its first letter."""
    for _, block in _blocks(tokens):
        yield from block


def words(tokens: Sequence[str]) -> dict[str, None]:
    """The tokens, and the pairs of neighbouring characters of an unspaced script, its nearest thing to words."""
    pairs = [left + right for left, right in pairwise(tokens) if is_unspaced(left) and is_unspaced(right)]
    return dict.fromkeys("w" + word for word in [*tokens, *pairs])


def _blocks(tokens: Sequence[str]) -> Iterator[tuple[str, dict[str, None]]]:
    unspaced = [is_unspaced(token) for token in tokens]
    text = _joined(tokens, unspaced)
    yield "w", words(tokens)
    yield "p", dict.fromkeys(_pairs(tokens))
    yield "c", dict.fromkeys(_letters(tokens, unspaced))
    yield "x", dict.fromkeys("x" + gram for gram in _across(text, any(unspaced)))


def _joined(tokens: Sequence[str], unspaced: Sequence[bool]) -> str:
    """The tokens as written: with spaces, but none between characters of an unspaced script."""
    parts = [" "]
    for at, token in enumerate(tokens):
        if at and not (unspaced[at] and unspaced[at - 1]):
            parts.append(" ")
        parts.append(token)
    return "".join([*parts, " "])


def _pairs(tokens: Sequence[str]) -> Iterator[str]:
    """Neighbouring tokens, and tokens with one between them."""
    for left, right in pairwise(tokens):
        yield f"p{left} {right}"
    for left, right in zip(tokens, tokens[2:], strict=False):
        yield f"p{left} {right}"


def _letters(tokens: Sequence[str], unspaced: Sequence[bool]) -> Iterator[str]:
    """Two to four letters within a word and its boundaries; two or three characters of an unspaced run."""
    for token, single in zip(tokens, unspaced, strict=True):
        if single:
            yield "c" + token
            continue
        word = f" {token} "
        for size in (2, 3, 4):
            for at in range(len(word) - size + 1):
                yield "c" + word[at : at + size]
    for at in range(len(tokens) - 2):
        if unspaced[at] and unspaced[at + 1]:
            yield "c" + tokens[at] + tokens[at + 1]
            if unspaced[at + 2]:
                yield "c" + tokens[at] + tokens[at + 1] + tokens[at + 2]


def _across(text: str, unspaced: bool) -> Iterator[str]:  # noqa: FBT001
    """Four letters that span a space, three where the script has no spaces."""
    size = 3 if unspaced else 4
    for at in range(len(text) - size + 1):
        gram = text[at : at + size]
        if unspaced or " " in gram[1:-1]:
            yield gram
