"""
Are an operator's words about an incident fit to be told? They are held to what articles are held to.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from bot.content.rules_text import foreign_link
from bot.content.secrets import asks_for_secret
from bot.content.yaml_reader import bad_character
from bot.core.catalog import Catalog
from bot.core.incident import MAX_WORDS
from bot.core.texts import length
from bot.core.vocabulary import Word


def faults(flows: Sequence[str], words: Mapping[str, str], catalog: Catalog) -> Iterator[str]:
    """
    Tell what is wrong with an incident before it is told to anybody.

    Args:
        flows: The flows that it concerns.
        words: Language -> what people are told.
        catalog: The content.

    Yields:
        Each fault with its cure.
    """
    known = sorted(
        flow.id
        for flow in catalog.flows.values()
        if not (flow.internal or flow.small_talk or flow.id == Word.HUMAN)
    )
    for flow in flows:
        if flow not in known:
            near = difflib.get_close_matches(flow, known, n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            yield f"No flow {flow!r} is one that people come with.{meant} There are: {', '.join(known)}."
    if catalog.default_language not in words:
        yield (
            f"Say it in {catalog.default_language!r}, too, in which everybody is told who has no words of their own: "
            f'--say {catalog.default_language}="...".'
        )
    for language, said in words.items():
        yield from _of_words(language, said, catalog)


def _of_words(language: str, said: str, catalog: Catalog) -> Iterator[str]:
    spoken = catalog.service.languages
    if language not in spoken:
        yield f"The language {language!r} is not spoken. Choose of: {', '.join(spoken)}."
    if not said.strip():
        yield f"{language}: there are no words. Say what is broken, and for whom."
    if (over := length(said) - MAX_WORDS) > 0:
        yield f"{language}: {length(said)} characters, {over} too many. Shorten it to {MAX_WORDS}."
    if (bad := bad_character(said)) is not None:
        yield f"{language}: it holds the character U+{ord(bad):04X}, which is not seen. Remove it."
    if (link := foreign_link(said, catalog.service.hosts)) is not None:
        yield f"{language}: it links to {link!r}. Link to a host that service.yaml lists, over https."
    if (clause := asks_for_secret(said)) is not None:
        yield f"{language}: {clause!r} asks for a secret. Nobody may be asked for one in a chat."
