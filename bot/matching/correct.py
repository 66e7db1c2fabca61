"""A word that no phrase has becomes the phrases' word it was meant to be, or several of them.

First the nearest word by optimal string alignment (an edit or two letters swapped is one step); else the
split into known words that costs least, for lost spaces. What neither explains stays as it is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.matching.normalise import MAX_TOKEN_LETTERS, is_unspaced

# One wrong letter in four is .75, two in seven .71: what a hurried finger does to a word of that length.
_ENOUGH, _ENOUGH_FOR_FOUR = 0.70, 0.75
_SHORTEST = 4
_LONGEST_RUN = (
    200  # letters of a text without spaces that are split; a split costs this times the longest word
)


class Corrector:
    """Knows the words of the phrases.

    Args:
        documents: the tokens of each phrase.
    """

    def __init__(self, documents: Iterable[Sequence[str]]) -> None:
        counts = Counter(word for document in documents for word in document)
        self.words = frozenset(counts)
        self._targets = tuple(
            sorted(word for word in counts if len(word) >= _SHORTEST - 1 and word.isalpha())
        )
        total = sum(counts.values())
        self._cost = {
            word: -math.log(count / total) for word, count in counts.items() if not is_unspaced(word)
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

    def _word(self, token: str) -> tuple[str, ...]:
        if token in self.words or len(token) < _SHORTEST:
            return (token,)
        meant = self._nearest(token)
        if meant is not None:
            return (meant,)
        pieces = self._split(token[:_LONGEST_RUN])
        return tuple(self._nearest(piece) or piece[:MAX_TOKEN_LETTERS] for piece in pieces)

    def _nearest(self, token: str) -> str | None:
        if token in self.words:
            return token
        if not _SHORTEST <= len(token) <= MAX_TOKEN_LETTERS or not token.isalpha():
            return None
        enough = _ENOUGH_FOR_FOUR if len(token) == _SHORTEST else _ENOUGH
        found = process.extractOne(
            token, self._targets, scorer=OSA.normalized_similarity, processor=None, score_cutoff=enough
        )
        return None if found is None else str(found[0])

    def _split(self, token: str) -> tuple[str, ...]:
        """The cheapest way to write the token as known words and unexplained runs of letters (Viterbi)."""
        best = [0.0] + [math.inf] * len(token)
        came = [0] * (len(token) + 1)
        for end in range(1, len(token) + 1):
            best[end], came[end] = best[end - 1] + self._letter_cost, end - 1
            for start in range(max(0, end - self._longest), end):
                cost = self._cost.get(token[start:end])
                if cost is not None and best[start] + cost < best[end]:
                    best[end], came[end] = best[start] + cost, start
        return self._merged(token, came)

    def _merged(self, token: str, came: Sequence[int]) -> tuple[str, ...]:
        """Walk the split back; letters that no word explains join their neighbours of the same kind."""
        pieces: list[str] = []
        end = len(token)
        loose = False
        while end > 0:
            piece = token[came[end] : end]
            alone = len(piece) == 1 and piece not in self._cost
            if alone and loose:
                pieces[-1] = piece + pieces[-1]
            else:
                pieces.append(piece)
            end, loose = came[end], alone
        return tuple(reversed(pieces))
