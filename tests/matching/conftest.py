"""The small multilingual set that the matching is tested on, and a matcher fitted on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.matching import Matcher, Phrase

_FILE = Path(__file__).with_name("phrases.json")


@pytest.fixture(scope="session")
def phrases() -> tuple[Phrase, ...]:
    flows = json.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Phrase(flow=flow, text=text, language=language)
        for flow, languages in flows.items()
        for language, texts in languages.items()
        for text in texts
    )


@pytest.fixture(scope="session")
def matcher(phrases: tuple[Phrase, ...]) -> Matcher:
    return Matcher.fit(phrases)


@pytest.fixture(scope="session")
def halves(phrases: tuple[Phrase, ...]) -> tuple[Matcher, tuple[Phrase, ...]]:
    """A matcher fitted on every other phrase, and the proper phrases that it never saw."""
    return Matcher.fit(phrases[::2]), tuple(phrase for phrase in phrases[1::2] if phrase.flow != "none")
