"""
Everything that people are expected to write, in one list a language: phrases and titles, and where each stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.content.draft import Draft
from bot.content.problem import Problem, Severity
from bot.content.words import NONE
from bot.core.chinese import simplify


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A phrase or a title."""

    #: `NONE`: it is not ours.
    flow: str
    language: str
    path: str
    #: Its place among the phrases of its file; None: it is the title.
    place: int | None
    text: str

    @property
    def is_title(self) -> bool:
        """Whether it names the flow, rather than being an example of it."""
        return self.place is None

    def problem(self, draft: Draft, message: str, cure: str, kind: str = "") -> Problem:
        """Make a problem that points at its line: an error, or a warning of a kind."""
        keys = ("title",) if self.place is None else ("phrases", str(self.place))
        return Problem(
            path=self.path,
            line=draft.line(self.path, *keys),
            where=keys[0],
            severity=Severity.WARNING if kind else Severity.ERROR,
            message=message,
            cure=cure,
            kind=kind,
        )


def in_other_letters(first: Written, second: Written) -> bool:
    """Tell whether two are written differently: without accents, in Latin letters, in Traditional characters."""
    return _letters(first.text) != _letters(second.text)


def _letters(text: str) -> tuple[bool, bool]:
    return text.isascii(), simplify(text) == text


def languages(draft: Draft) -> tuple[str, ...]:
    """Return every language that people may write, those that are spoken first."""
    return tuple(dict.fromkeys((*draft.catalog.service.languages, *draft.catalog.understood)))


def written(draft: Draft, language: str) -> tuple[Written, ...]:
    """List what is matched in a language, first what is not ours; internal flows are never matched."""
    return tuple(_written(draft, language))


def _written(draft: Draft, language: str) -> Iterator[Written]:
    catalog = draft.catalog
    none = f"flows/{language}/{NONE}.yaml"
    yield from _phrases(NONE, language, none, catalog.none_phrases.get(language, ()))
    for flow in catalog.flows.values():
        texts = catalog.texts.get((language, flow.id))
        if texts is not None and not flow.internal:
            yield Written(flow=flow.id, language=language, path=texts.path, place=None, text=texts.title)
        found = texts or catalog.complaints.get((language, flow.id))
        if found is not None and not flow.internal:
            yield from _phrases(flow.id, language, found.path, found.phrases)


def _phrases(flow: str, language: str, path: str, texts: tuple[str, ...]) -> Iterator[Written]:
    for place, text in enumerate(texts):
        yield Written(flow=flow, language=language, path=path, place=place, text=text)
