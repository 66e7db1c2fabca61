"""Which language a message is in, and how sure that is.

By its script, and by the words and runs of letters that tell one language from the others in the authors' own phrases;
a few frequent words stand in for a language without phrases. A text that shows nothing ("ok", "2", "sms") is in the
conversation's language so far, with confidence 0.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bot.core.chinese import TRADITIONAL, simplify
from bot.matching import profiles
from bot.matching.normalise import MAX_QUERY_CHARS, normalise

_SCRIPTS = (
    (re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"), ("en", "fr", "es", "pt", "de", "it", "tr", "id", "vi", "pl")),
    (re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"), ("zh", "ja")),
    (re.compile("[\u3041-\u30ff\uff66-\uff9f]"), ("ja",)),
    (re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"), ("ko",)),
    (re.compile("[\u0e01-\u0e4e]"), ("th",)),
    (re.compile("[\u0620-\u06d3\u06fa-\u06ff\ufb50-\ufdff\ufe70-\ufefc]"), ("ar", "fa")),
    (re.compile("[\u0900-\u097f]"), ("hi",)),
    (re.compile("[\u0400-\u052f]"), ("ru", "uk")),
)  # fmt: skip
_LATIN = _SCRIPTS[0][0]
# People type these on a Latin keyboard too ("otp nahi aaya", "ne mogu voiti", "msh 3aref ad5ol").
_ALSO_LATIN = frozenset({"hi", "ru", "ar"})
_NEVER_LATIN = {language for _, written in _SCRIPTS[1:] for language in written} - _ALSO_LATIN
LANGUAGES = tuple(sorted({language for _, written in _SCRIPTS for language in written}))

_WORD = re.compile(r"[^\W_]+")
# Addresses are in no language.
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+")

# Measured on the phrases of sixteen languages, each flow left out in turn; all of these are flat around the optimum.
_RUN = 3  # letters of the longest run that is counted beside whole words
_RARE = 1  # a part in so few phrases tells nothing about the next text
_PRIOR = 100.0  # parts that a language is believed to have like all the others, before its own are counted
_EVERYWHERE = 8  # a word in so many languages ("app", "gmail") is a word of none
_UNKNOWN = (
    0.35  # weight of a Latin word that no phrase has: it may be a name, and beside another script it is one
)
_OVERLAP = 4.0  # every letter is counted in about so many runs, which are not independent
# Names and codes are in Latin letters everywhere, the reverse is rare: evidence of one letter of another script.
_LETTER = 3.0
_WITHOUT_KANA = 0.5  # Japanese seldom does without for long
_ENOUGH = 0.15  # below this the default is the better guess

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """A language (ISO 639-1), how sure it is (0..1; 0 is the default), and whether Chinese is Traditional."""

    language: str
    confidence: float
    traditional: bool = False

    @property
    def tag(self) -> str:
        """The language with its script where that matters: "zh-Hant", else the language."""
        return "zh-Hant" if self.traditional else self.language


class Languages:
    """What tells the languages apart. Make one with `fit`; it is immutable and safe to share."""

    def __init__(self, names: tuple[str, ...], parts: Sequence[str], counts: Floats) -> None:
        self.names = names
        self._rows = {part: row for row, part in enumerate(parts)}
        self._weights = _weights(names, parts, counts)
        self._neutral = frozenset(
            part
            for part, languages in zip(parts, np.count_nonzero(counts, axis=1).tolist(), strict=True)
            if part[0] == part[-1] == " " and languages >= _EVERYWHERE
        )
        self._latin = np.array([name not in _NEVER_LATIN for name in names])
        self._scripts = [
            (letters, np.array([_LETTER * (name in written) for name in names]))
            for letters, written in _SCRIPTS[1:]
        ]
        self._scripts[0][1][names.index("ja")] -= _WITHOUT_KANA

    @classmethod
    def fit(cls, texts: Iterable[tuple[str, str]] = ()) -> Languages:
        """Count what the authors wrote.

        Args:
            texts: (language, text), e.g. the phrases; "zh-Hant" counts as "zh". A language that is written in
                Latin letters need not be in `LANGUAGES`.
        """
        known = [(language.partition("-")[0], text) for language, text in texts]
        known += [(language, word) for language, words in profiles.WORDS.items() for word in words]
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        parts_of = cache(lambda word: frozenset(_parts(f" {word} ")))  # the same words come again and again
        for language, text in set(known):
            # As written, and as typed without accents or Cyrillic letters.
            words = {word for view in (_plain(text), normalise(text)) for word in _words(view)}
            counts[language].update(frozenset[str]().union(*map(parts_of, words)))
        names = tuple(sorted({*LANGUAGES, *counts}))
        times = Counter[str]()
        for count in counts.values():
            times.update(count)
        rows = {part: row for row, part in enumerate(part for part in times if times[part] > _RARE)}
        table = np.zeros((len(rows), len(names)))
        for column, name in enumerate(names):
            known_here = {part: count for part, count in counts[name].items() if part in rows}
            table[[rows[part] for part in known_here], column] = list(known_here.values())
        return cls(names, tuple(rows), table)

    def identify(self, text: str, *, default: str = "en") -> Identified:
        """The language of a text.

        Args:
            text: anything that a person typed; its beginning is read (`MAX_QUERY_CHARS`).
            default: the language so far; the answer, with confidence 0, for a text that shows none.

        Returns:
            The likeliest language; the confidence is how far its probability is ahead of the next one's, and half
            of that where no word of the text is known.
        """
        plain = _plain(text)
        if "@" in plain or "." in plain or "/" in plain:
            plain = _ADDRESS.sub(" ", plain)
        possible, score = self._by_script(plain)
        if not possible.any():
            return Identified(language=default, confidence=0.0)
        words = [word for word in _words(plain) if f" {word} " not in self._neutral]
        known = [self._is_known(word) for word in words]
        # Beside another script, a Latin word that no phrase has is a name.
        unknown = 0.0 if score.any() else _UNKNOWN
        score = np.where(possible, score + self._by_parts(words, known, unknown), -np.inf)
        share = np.exp(score - score.max())
        second, first = np.partition(share / share.sum(), -2)[-2:]
        if first - second < _ENOUGH:
            return Identified(language=default, confidence=0.0)
        language = self.names[int(score.argmax())]
        traditional = language == "zh" and _is_traditional(text[:MAX_QUERY_CHARS])
        confidence = float(first - second) * (1.0 + sum(known) / max(len(known), 1)) / 2.0
        return Identified(language=language, confidence=confidence, traditional=traditional)

    def _by_script(self, plain: str) -> tuple[NDArray[np.bool_], Floats]:
        """The languages that can be written like this, and the evidence of the letters that few languages have."""
        score = np.zeros(len(self.names))
        possible = self._latin & (_LATIN.search(plain) is not None)
        for letters, written in () if plain.isascii() else self._scripts:
            if count := len(letters.findall(plain)):
                possible = possible | (written > 0.0)
                score += written * count
        return possible, score

    def _is_known(self, word: str) -> bool:
        """Whether a phrase has the word; a word in another script counts as known."""
        return f" {word} " in self._rows or _LATIN.search(word) is None

    def _by_parts(self, words: Iterable[str], known: Iterable[bool], unknown: float) -> Floats:
        """The evidence of words and of their letters; that of a word that is not known counts by `unknown`."""
        rows: list[int] = []
        shares: list[float] = []
        for word, is_known in zip(words, known, strict=True):
            found = [row for row in map(self._rows.get, _parts(f" {word} ")) if row is not None]
            rows += found
            shares += [1.0 if is_known else unknown] * len(found)
        return np.asarray(np.array(shares) @ self._weights[rows] / _OVERLAP)


def identify(text: str, *, default: str = "en") -> Identified:
    """The language of a text by the frequent words alone; `Languages.fit` knows the authors' phrases as well."""
    return _unfitted().identify(text, default=default)


@cache
def _unfitted() -> Languages:
    return Languages.fit()


def _weights(names: tuple[str, ...], parts: Sequence[str], counts: Floats) -> NDArray[np.float32]:
    """The log of how much likelier a part is in a language than in the average one; shape (parts, languages)."""
    # A language in two scripts is not the less itself in either.
    foreign = np.array([_LATIN.search(part) is None for part in parts])
    total = np.where(foreign[:, None], counts[foreign].sum(axis=0), counts.sum(axis=0))
    usual = (counts / np.maximum(total, 1.0)).mean(axis=1, keepdims=True)
    weights: NDArray[np.float64] = np.log((counts + _PRIOR * usual) / ((total + _PRIOR) * usual))
    # A Latin word is a name there, and no evidence against the language.
    never = np.array([name in _NEVER_LATIN for name in names])
    weights[~foreign[:, None] & never] = 0.0
    return weights.astype(np.float32)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:MAX_QUERY_CHARS])[:MAX_QUERY_CHARS].casefold()


def _words(plain: str) -> Iterator[str]:
    return (word for word in _WORD.findall(plain) if not word.isdigit())


def _parts(framed: str) -> list[str]:
    """A word framed by spaces, and its runs of letters, where the frame is a letter too."""
    runs = [framed, *framed[1:-1]]
    for length in range(2, min(_RUN, len(framed) - 1) + 1):
        runs += [framed[start : start + length] for start in range(len(framed) - length + 1)]
    return runs


def _is_traditional(text: str) -> bool:
    """More characters that only Traditional has than characters that only Simplified has."""
    traditional = sum(char in TRADITIONAL for char in text)
    return traditional > sum(char in _SIMPLIFIED for char in text)


# Simplified forms that are not themselves old characters in daily Traditional use.
_SIMPLIFIED = frozenset(map(simplify, TRADITIONAL)) - frozenset(
    "后里面干台表系制准借采向志松云佣周只布拿看的在没了不他冲余"
)
