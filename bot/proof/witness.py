"""
A catalog whose texts do not forgive: where the engine would leave the holes out, because a person is waiting, they raise.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import NoReturn

from bot.core.catalog import Catalog, Repair
from bot.core.flow import FlowTexts
from bot.core.texts import Text


class IncompleteText(Exception):
    """A text was to be said whose holes cannot be filled."""


class _Strict(Text):
    """A text that raises rather than leaving out its holes."""

    __slots__ = ()

    def bare(self) -> NoReturn:
        """Raise."""
        raise IncompleteText(f"the text of line {self.line} cannot be rendered: {self.source.strip()!r}")


def strict(catalog: Catalog) -> Catalog:
    """Return the catalog with texts that raise."""
    return replace(
        catalog,
        texts={key: _flow(texts) for key, texts in catalog.texts.items()},
        repair={language: _repair(repair) for language, repair in catalog.repair.items()},
        articles={
            name: replace(
                article,
                texts={
                    language: replace(words, text=_text(words.text))
                    for language, words in article.texts.items()
                },
            )
            for name, article in catalog.articles.items()
        },
    )


def _flow(texts: FlowTexts) -> FlowTexts:
    states = {
        name: replace(words, text=words.text and _text(words.text), retry=words.retry and _text(words.retry))
        for name, words in texts.states.items()
    }
    return replace(texts, states=states)


def _repair(repair: Repair) -> Repair:
    texts = {key: _text(text) for key, text in repair.texts.items()}
    return replace(
        repair, texts=texts, findings={code: _text(text) for code, text in repair.findings.items()}
    )


def _text(text: Text) -> Text:
    if not text.names:
        return text
    return _Strict(**{field.name: getattr(text, field.name) for field in fields(text)})
