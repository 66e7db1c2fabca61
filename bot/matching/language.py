"""Which language a message is in, and how sure that is.

By script first; between languages of one script by their frequent words, letters and endings. A text
that shows nothing ("ok", "2", "sms") is in the conversation's language so far, with confidence 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.chinese import TRADITIONAL, simplify
from bot.matching import profiles
from bot.matching.normalise import MAX_QUERY_CHARS, tokenise

LANGUAGES = (
    "en", "zh", "fr", "es", "pt", "de", "it", "ru", "uk", "tr", "ar", "fa", "hi", "id", "vi", "ja", "ko", "th", "pl",
)  # fmt: skip

_SCRIPTS = {
    "han": re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"),
    "kana": re.compile("[\u3041-\u30ff\uff66-\uff9f]"),
    "hangul": re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"),
    "thai": re.compile("[\u0e01-\u0e4e]"),
    "arabic": re.compile("[\u0620-\u06d3\u06fa-\u06ff\ufb50-\ufdff\ufe70-\ufefc]"),
    "devanagari": re.compile("[\u0900-\u097f]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
}
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")

# Names and codes are in Latin letters everywhere ("Google Authenticator丢了"), the reverse is rare: one letter
# of another script outweighs this many Latin ones.
_LATIN_PER_LETTER = 4
_LETTER, _ENDING = 0.6, 0.3  # evidence of a letter or an ending, against 1 for a word
_DOUBT = 0.5  # evidence that stands against every language
_ENOUGH = 0.12  # below this the default is the better guess


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


def identify(text: str, *, default: str = "en") -> Identified:
    """The language of a text.

    Args:
        text: anything that a person typed.
        default: the language so far; the answer, with confidence 0, for a text that shows none.
    """
    text = text[:MAX_QUERY_CHARS]
    counts = {script: len(pattern.findall(text)) for script, pattern in _SCRIPTS.items()}
    foreign = sum(counts.values())
    if foreign * _LATIN_PER_LETTER < len(_LATIN.findall(text)):
        found = _by_words(text, default)
        if found.confidence or not foreign:
            return found
    return _by_script(text, counts) if foreign else Identified(language=default, confidence=0.0)


def _by_script(text: str, counts: dict[str, int]) -> Identified:
    if counts["kana"] > 0.1 * counts["han"] and counts["kana"] >= counts["hangul"]:
        return Identified(language="ja", confidence=0.98)
    match max(counts, key=lambda script: counts[script]):
        case "han":
            return Identified(language="zh", confidence=0.95, traditional=_is_traditional(text))
        case "hangul":
            return Identified(language="ko", confidence=0.98)
        case "thai":
            return Identified(language="th", confidence=0.98)
        case "devanagari":
            return Identified(language="hi", confidence=0.95)
        case "arabic":
            return _arabic_or_persian(text)
        case _:
            return _russian_or_ukrainian(text)


def _is_traditional(text: str) -> bool:
    """More characters that only Traditional has than characters that only Simplified has."""
    traditional = sum(char in TRADITIONAL for char in text)
    return traditional > sum(char in _SIMPLIFIED for char in text)


# Simplified forms that are not themselves old characters in daily Traditional use.
_SIMPLIFIED = frozenset(map(simplify, TRADITIONAL)) - frozenset(
    "后里面干台表系制准借采向志松云佣周只布拿看的在没了不他冲余"
)


def _arabic_or_persian(text: str) -> Identified:
    persian = sum(char in profiles.PERSIAN for char in text)
    persian += sum(word in profiles.PERSIAN_WORDS for word in text.split())
    arabic = sum(char in profiles.ARABIC for char in text)
    confidence = 0.7 + 0.28 * abs(persian - arabic) / (persian + arabic + 1)
    return Identified(language="fa" if persian > arabic else "ar", confidence=confidence)


def _russian_or_ukrainian(text: str) -> Identified:
    letters = text.casefold()
    ukrainian = sum(char in profiles.UKRAINIAN for char in letters)
    russian = sum(char in profiles.RUSSIAN for char in letters)
    confidence = 0.7 + 0.28 * abs(ukrainian - russian) / (ukrainian + russian + 1)
    return Identified(language="uk" if ukrainian > russian else "ru", confidence=confidence)


def _by_words(text: str, default: str) -> Identified:
    """The Latin-script language with the most evidence; a tie goes to the default."""
    evidence = dict.fromkeys(profiles.WORDS, 0.0)
    for token in tokenise(text):
        _share(evidence, [name for name, words in profiles.WORDS.items() if token in words], 1.0)
        _share(evidence, [name for name, ends in profiles.ENDINGS.items() if _ends(token, ends)], _ENDING)
    for char in text.casefold():
        if not char.isascii():
            _share(evidence, [name for name, letters in profiles.LETTERS.items() if char in letters], _LETTER)
    order = sorted(evidence, key=lambda name: (-evidence[name], name != default, name))
    first, second = evidence[order[0]], evidence[order[1]]
    confidence = (first - second) / (first + second + _DOUBT)
    if confidence < _ENOUGH:
        return Identified(language=default, confidence=0.0)
    return Identified(language=order[0], confidence=confidence)


def _share(evidence: dict[str, float], languages: list[str], amount: float) -> None:
    for language in languages:
        evidence[language] += amount / len(languages)


def _ends(token: str, endings: tuple[str, ...]) -> bool:
    return any(len(token) > len(ending) + 2 and token.endswith(ending) for ending in endings)
