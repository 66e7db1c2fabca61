"""Which language a message is in, and how sure that is.

By its script, and by the words and runs of letters that tell one language from the others in the authors' own phrases;
a few frequent words stand in for a language without phrases. A text that shows nothing ("ok", "2", "sms") is in the
conversation's language so far, with confidence 0.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from bot.core.chinese import TRADITIONAL, simplify
from bot.matching import profiles
from bot.matching.align import Floats, Ints, ranges, starts
from bot.matching.features import distinct
from bot.matching.normalise import MAX_QUERY_CHARS, Written

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
# Addresses, markup and calls of code are in no language.
_MACHINE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|<[/!?]?\w[^<>]*>?|\b[a-z_][a-z_0-9]*\([^\s()]*\)")
_MACHINE_SIGNS = frozenset("@./<(")

# Measured on the phrases of sixteen languages, each flow left out in turn; all of these are flat around the optimum.
_RUN = 3  # letters of the longest run that is counted beside whole words
_BITS = 21  # of a code point; three of them are in a number of 64
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
        self._words, self._of_words = self._whole_words()
        everywhere = np.count_nonzero(counts, axis=1) >= _EVERYWHERE
        self._neutral = frozenset(word for word in self._words if everywhere[self._rows[f" {word} "]])
        self._latin = np.array([name not in _NEVER_LATIN for name in names])
        self._scripts = [
            (letters, np.array([_LETTER * (name in written) for name in names]))
            for letters, written in _SCRIPTS[1:]
        ]
        self._scripts[0][1][names.index("ja")] -= _WITHOUT_KANA

    @classmethod
    def fit(cls, texts: Iterable[tuple[str, str]] = (), written: Written | None = None) -> Languages:
        """Count what the authors wrote.

        Args:
            texts: (language, text), e.g. the phrases; "zh-Hant" counts as "zh". A language that is written in
                Latin letters need not be in `LANGUAGES`.
            written: the texts' canonical writing, as far as it is known.
        """
        written = Written() if written is None else written
        known = [(language.partition("-")[0], text) for language, text in texts]
        known += [(language, word) for language, words in profiles.WORDS.items() for word in sorted(words)]
        said: defaultdict[str, list[Collection[str]]] = defaultdict(list)
        for language, text in dict.fromkeys(known):
            # As written, and as typed without accents or Cyrillic letters.
            plain, folded = _plain(text), written[text]
            both = (plain,) if folded == plain else (plain, folded)
            said[language].append(dict.fromkeys(word for one in both for word in _words(one)))
        words = {
            word: at for at, word in enumerate(dict.fromkeys(chain.from_iterable(chain(*said.values()))))
        }
        spelling = tuple(words)
        key, length = _part_keys(spelling)
        parts, part = np.unique(key, return_inverse=True)
        of_words = _Lists(part, length)
        names = tuple(sorted({*LANGUAGES, *said}))
        counts = np.column_stack(
            [_times(_Lists.of(said[name], words), of_words, len(parts)) for name in names]
        )
        often = counts.sum(axis=1) > _RARE
        return cls(names, _spelt(parts[often], spelling), counts[often])

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
        if not _MACHINE_SIGNS.isdisjoint(plain):
            plain = _MACHINE.sub(" ", plain)
        possible, score = self._by_script(plain)
        if not possible.any():
            return Identified(language=default, confidence=0.0)
        words = [word for word in _words(plain) if word not in self._neutral]
        known = [self._words[word] for word in words if word in self._words]
        others = [word for word in words if word not in self._words]
        foreign = [word for word in others if _LATIN.search(word) is None]
        # Beside another script, a Latin word that no phrase has is a name.
        unknown = 0.0 if score.any() else _UNKNOWN
        score += self._of_words[known].sum(axis=0)
        latin = [word for word in others if word not in foreign]
        for strange, share in ((foreign, 1.0), (latin, unknown)):
            if strange:
                score += share * self._evidence(strange)
        score = np.where(possible, score, -np.inf)
        share = np.exp(score - score.max())
        second, first = np.sort(share / share.sum())[-2:]
        if first - second < _ENOUGH:
            return Identified(language=default, confidence=0.0)
        language = self.names[int(score.argmax())]
        traditional = language == "zh" and _is_traditional(text[:MAX_QUERY_CHARS])
        is_known = (len(known) + len(foreign)) / max(len(words), 1)
        confidence = float(first - second) * (1.0 + is_known) / 2.0
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

    def _evidence(self, words: Iterable[str]) -> Floats:
        """The evidence of words and of their letters for each language."""
        return np.asarray(self._weights[self._rows_of(words)].sum(axis=0, dtype=np.float64) / _OVERLAP)

    def _whole_words(self) -> tuple[dict[str, int], Floats]:
        """The words that are parts themselves, and the evidence of each: shape (words, languages)."""
        words = [part[1:-1] for part in self._rows if part[0] == part[-1] == " "]
        rows = [self._rows_of((word,)) for word in words]
        start = starts(np.array([len(some) for some in rows]))
        every = self._weights[[row for some in rows for row in some]]
        evidence = np.add.reduceat(every, start, axis=0, dtype=np.float64)
        return {word: row for row, word in enumerate(words)}, evidence / _OVERLAP

    def _rows_of(self, words: Iterable[str]) -> list[int]:
        known = self._rows
        return [known[part] for word in words for part in _parts(f" {word} ") if part in known]


class _Lists:
    """Lists of numbers, one list after the other."""

    def __init__(self, items: Ints, length: Ints) -> None:
        self.items, self.length, self.start = items, length, starts(length)

    @classmethod
    def of(cls, texts: Sequence[Collection[str]], numbers: Mapping[str, int]) -> _Lists:
        """Texts, lists of words, as the words' numbers."""
        items = np.array([numbers[word] for words in texts for word in words], np.int64)
        return cls(items, np.array([len(words) for words in texts], np.int64))


def _times(words: _Lists, parts: _Lists, count: int) -> Floats:
    """In how many texts, lists of words, each of `count` parts of words is."""
    length = parts.length[words.items]
    part = parts.items[ranges(parts.start[words.items], length)]
    texts = len(words.length)
    text = np.arange(texts).repeat(words.length).repeat(length)
    return np.bincount(distinct(part * texts + text) // max(texts, 1), minlength=count).astype(np.float64)


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


def _part_keys(words: Sequence[str]) -> tuple[Ints, Ints]:
    """What `_parts` gives, as numbers: the keys of all words' parts, word after word, and how many each word has.

    A key is the code points of a run of letters, 21 bits each, the first of them on top; a longer whole word is -1 less its place.
    """
    framed = [f" {word} " for word in words]
    letters = np.array([len(one) for one in framed])
    code = np.frombuffer("".join(framed).encode("utf-32-le"), np.uint32).astype(np.int64)
    word = np.arange(len(words)).repeat(letters)
    one = code << 2 * _BITS
    two = one[:-1] | code[1:] << _BITS
    three = two[:-1] | code[2:]
    whole = np.flatnonzero(letters > _RUN)
    in_one, in_two, in_three = code != ord(" "), word[:-1] == word[1:], word[:-2] == word[2:]
    at = np.concatenate((whole, word[in_one], word[1:][in_two], word[2:][in_three]))
    key = np.concatenate((-1 - whole, one[in_one], two[in_two], three[in_three]))
    return key[at.argsort(kind="stable")], np.bincount(at, minlength=len(words))


def _spelt(keys: Ints, words: Sequence[str]) -> list[str]:
    """The parts that have these keys, ascending."""
    whole = [f" {words[-1 - key]} " for key in keys[keys < 0].tolist()]
    runs = keys[keys >= 0]
    codes = np.column_stack([runs >> _BITS * at & (1 << _BITS) - 1 for at in reversed(range(_RUN))])
    return whole + codes.astype(np.uint32).view(f"U{_RUN}").ravel().tolist()


def _is_traditional(text: str) -> bool:
    """More characters that only Traditional has than characters that only Simplified has."""
    traditional = sum(char in TRADITIONAL for char in text)
    return traditional > sum(char in _SIMPLIFIED for char in text)


# Simplified forms that are not themselves old characters in daily Traditional use.
_SIMPLIFIED = frozenset(map(simplify, TRADITIONAL)) - frozenset(
    "后里面干台表系制准借采向志松云佣周只布拿看的在没了不他冲余"
)
