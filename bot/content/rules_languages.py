"""
Rules over the same text in several languages: it names the same things, and the same figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from bot.content.draft import Draft
from bot.content.problem import Problem, Severity
from bot.content.spoken import Spoken

#: File and keys without the language -> language -> the text.
_Same: TypeAlias = Mapping[tuple[str, ...], Mapping[str, Spoken]]
_DIGITS: Final = re.compile(r"\d+")


def holes_alike(draft: Draft, spoken: tuple[Spoken, ...]) -> Iterator[Problem]:
    """Every language of a text uses the same names: none says more than the others, none leaves something out."""
    for texts in _same(spoken).values():
        used = {language: _used(one) for language, one in texts.items()}
        for name in sorted(frozenset().union(*used.values())):
            having = [language for language in used if name in used[language]]
            lacking = [language for language in used if name not in used[language]]
            odd, fault = (lacking, "lacks") if len(having) >= len(lacking) else (having, "alone uses")
            for language in odd if lacking else ():
                others = ", ".join(other for other in texts if other not in odd)
                message = f"{texts[language].name} {fault} {name!r} in {language!r}, unlike in {others}"
                yield draft.problem(
                    texts[language].path, texts[language].keys, message, "Say the same in all languages."
                )


def numbers_alike(draft: Draft, spoken: tuple[Spoken, ...]) -> Iterator[Problem]:
    """Figures that are written out do not differ between the languages of a text."""
    for texts in _same(spoken).values():
        first, *others = texts
        figures = {language: _figures(one) for language, one in texts.items()}
        for language in others:
            here, there = figures[language], figures[first]
            if here - there and there - here:
                one = texts[language]
                message = f"{one.name} has {_list(here - there)} where {first!r} has {_list(there - here)}"
                yield draft.problem(one.path, one.keys, message, "Write the same figures.", Severity.WARNING)


def _same(spoken: tuple[Spoken, ...]) -> _Same:
    found: dict[tuple[str, ...], dict[str, Spoken]] = {}
    for one in spoken:
        folder, _, file = one.path.split("/")
        found.setdefault((folder, file, *one.keys), {})[one.language] = one
    return {place: texts for place, texts in found.items() if len(texts) > 1}


def _used(one: Spoken) -> frozenset[str]:
    """Return `facts.company`, `phone.masked`, or the bare name of what has no attributes."""
    pairs = {(name, attribute) for name, attribute in one.attributes if name in one.text.names}
    owners = {name for name, _ in pairs}
    return frozenset({f"{name}.{attribute}" for name, attribute in pairs} | (one.text.names - owners))


def _figures(one: Spoken) -> frozenset[str]:
    return frozenset(_DIGITS.findall(one.text.bare()))


def _list(figures: frozenset[str]) -> str:
    return ", ".join(sorted(figures, key=int))


LANGUAGE_RULES: Final = (holes_alike, numbers_alike)
