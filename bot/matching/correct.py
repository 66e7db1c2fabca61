"""A word that no phrase has becomes the phrases' word it was meant to be, or several of them.

First the nearest word by optimal string alignment (an edit or two letters swapped is one step); else the
split into known words that costs least, for lost spaces. What neither explains stays as it is, and so does
what a split would explain too little of: the name of a town is no row of short words.

A similarity bears a wrong word among right ones; an encoder, which reads the sentence, is led astray by it. For an encoder only
what is surely misspelt is corrected.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.matching.normalise import MAX_QUERY_CHARS, MAX_TOKEN_LETTERS, is_unspaced, tokenise

# One wrong letter in four is .75, two in seven .71: what a hurried finger does to a word of that length.
_ENOUGH, _ENOUGH_FOR_FOUR = 0.70, 0.75
_SHORTEST = 4
# The share of the words of the next text that no phrase will have is that of the words that were said once (Good and Turing). Where it
# is small, an unknown word is a misspelt one: BANKING77 has .04; with .07, as CLINC150, half a point of clean texts
# and one of AUROC is lost to words that were right. Where it is larger, one wrong letter in seven is sure, of a word as it stands.
_FEW_UNSEEN = 0.05
_SURE = 0.86
# Letters of a text without spaces that are split; a split costs this times the longest word.
_LONGEST_RUN = 200
# Share of the letters of a split that words must explain.
_EXPLAINED = 0.7
# A single letter is a word ("a", "i", "y") where it is at least one word in so many; else it is part of a name or a code.
_LETTER_IS_WORD = 500
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


class Corrector:
    """Knows the words of the phrases.

    Args:
        documents: the tokens of each phrase.
    """

    def __init__(self, documents: Iterable[Sequence[str]]) -> None:
        counts = Counter(word for document in documents for word in document)
        self.words = frozenset(counts)
        # Longest first, so that those of some lengths are a slice; of words that are as near, the commonest is meant.
        targets = sorted(
            (word for word in counts if len(word) >= _SHORTEST - 1 and word.isalpha()),
            key=lambda word: (-len(word), -counts[word], word),
        )
        self._targets = np.array(targets, np.object_)
        self._shorter = [-len(word) for word in targets]
        self._letters = np.array([_letters(word) for word in targets], np.uint64)
        total = sum(counts.values())
        once = sum(count == 1 for count in counts.values())
        self._sure = _ENOUGH if once < _FEW_UNSEEN * total else _SURE
        self._cost = {
            word: -math.log(count / total)
            for word, count in counts.items()
            if len(word) > 1 or (count * _LETTER_IS_WORD >= total and not is_unspaced(word))
        }
        self._longest = max(map(len, self._cost), default=0)
        # An unexplained letter must cost more than explaining it by any rare word.
        self._letter_cost = math.log(total + 1) + 1.0

    def correct(self, tokens: Sequence[str], known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
        """The tokens with unknown words corrected; `known` remembers words within one match."""
        corrected: list[str] = []
        for token in tokens:
            if token not in known:
                known[token] = self._word(token)
            corrected.extend(known[token])
        return tuple(corrected)

    def respell(self, text: str) -> str:
        """The beginning of a text (`MAX_QUERY_CHARS`) with what is surely misspelt corrected, and all else as it was typed."""
        return _WORD.sub(lambda found: self._surely(found[0]), text[:MAX_QUERY_CHARS])

    def _surely(self, word: str) -> str:
        """A word, or what it was surely meant to be: in plain letters, since others were folded into what nobody writes."""
        if not word.isascii():
            return word
        tokens = tokenise(word)
        meant = self.correct(tokens, {})
        if meant == tokens:
            return word
        likeness = OSA.normalized_similarity(tokens[0], meant[0]) if len(meant) == len(tokens) == 1 else 1.0
        return " ".join(meant) if likeness >= self._sure else word

    def _word(self, token: str) -> tuple[str, ...]:
        if token in self.words or len(token) < _SHORTEST:
            return (token,)
        meant = self._nearest(token)
        if meant is not None:
            return (meant,)
        pieces = self._split(token[:_LONGEST_RUN])
        words = [self._nearest(piece) for piece in pieces]
        explained = sum(len(piece) for piece, word in zip(pieces, words, strict=True) if word)
        if explained < _EXPLAINED * len(token[:_LONGEST_RUN]):
            return (token[:MAX_TOKEN_LETTERS],)
        return tuple(word or piece[:MAX_TOKEN_LETTERS] for piece, word in zip(pieces, words, strict=True))

    def _nearest(self, token: str) -> str | None:
        if token in self.words:
            return token
        if not _SHORTEST <= len(token) <= MAX_TOKEN_LETTERS or not token.isalpha():
            return None
        enough = _ENOUGH_FOR_FOUR if len(token) == _SHORTEST else _ENOUGH
        found = process.extractOne(
            token,
            self._targets_like(token, enough),
            scorer=OSA.normalized_similarity,
            processor=None,
            score_cutoff=enough,
        )
        return None if found is None else str(found[0])

    def _targets_like(self, token: str, enough: float) -> list[str]:
        """The words that by their lengths and their letters may be similar enough."""
        length = len(token)
        first = bisect_left(self._shorter, -length / enough)
        last = bisect_right(self._shorter, -length * enough)
        # A step puts at most one letter in place of another.
        steps = math.floor((1.0 - enough) * length / enough + 1e-9)
        differ = np.bitwise_count(self._letters[first:last] ^ np.uint64(_letters(token)))
        found: list[str] = self._targets[first:last][differ <= 2 * steps].tolist()
        return found

    def _split(self, token: str) -> tuple[str, ...]:
        """The cheapest way to write the token as known words and unexplained runs of at least two letters (Viterbi)."""
        best, came = [0.0], [0]
        # The same for what ends in an unexplained run.
        loose, began = [math.inf], [0]
        for end in range(1, len(token) + 1):
            longer = loose[end - 1] + self._letter_cost
            opened = best[end - 2] + 3 * self._letter_cost if end > 1 else math.inf
            loose.append(min(longer, opened))
            began.append(began[end - 1] if longer <= opened else end - 2)
            least, start = min(
                (
                    (best[start] + self._cost.get(token[start:end], math.inf), start)
                    for start in range(max(0, end - self._longest), end)
                ),
                default=(math.inf, 0),
            )
            best.append(min(least, loose[end]))
            came.append(start if least < loose[end] else began[end])
        if best[-1] == math.inf:
            return (token,)
        pieces: list[str] = []
        end = len(token)
        while end > 0:
            pieces.append(token[came[end] : end])
            end = came[end]
        return tuple(reversed(pieces))


def _letters(word: str) -> int:
    """Which letters a word has, as bits; some share one."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits
