"""What an operator may tell of an incident: held to what articles are held to."""

from __future__ import annotations

import pytest

from bot.content.incidents import faults
from bot.content.load import load
from bot.core.catalog import Catalog
from tests.content.clean import write

GOOD = {"en": "Text messages arrive late.", "fr": "Les SMS arrivent en retard."}


@pytest.fixture(scope="module", name="catalog")
def _catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    catalog = load(*write(tmp_path_factory.mktemp("content"))).catalog
    assert catalog is not None
    return catalog


@pytest.fixture(name="flow")
def _flow(catalog: Catalog) -> str:
    return catalog.menu()[0]


def test_words_in_every_language_for_a_problem_that_people_come_with_are_told(
    catalog: Catalog, flow: str
) -> None:
    assert list(faults([flow], GOOD, catalog)) == []


def test_a_flow_that_is_mistyped_is_met_with_the_nearest_and_all_there_are(
    catalog: Catalog, flow: str
) -> None:
    (fault,) = faults([f"{flow}s"], GOOD, catalog)
    assert f"No flow '{flow}s'" in fault
    assert f"Did you mean {flow}? There are: " in fault


def test_what_nobody_comes_with_concerns_nobody(catalog: Catalog) -> None:
    hidden = [each.id for each in catalog.flows.values() if each.internal or each.small_talk]
    assert hidden
    assert len(list(faults(hidden, GOOD, catalog))) == len(hidden)


def test_the_default_language_is_never_missing(catalog: Catalog, flow: str) -> None:
    (fault,) = faults([flow], {"fr": GOOD["fr"]}, catalog)
    assert fault.startswith("Say it in 'en', too")


@pytest.mark.parametrize(
    ("language", "words", "says"),
    [
        ("de", "SMS kommen verspätet an.", "The language 'de' is not spoken. Choose of: en, fr."),
        ("en", "  ", "en: there are no words."),
        ("en", "x" * 701, "en: 701 characters, 1 too many. Shorten it to 700."),
        ("en", "😀" * 351, "en: 702 characters, 2 too many."),
        ("en", "late\x1b[2J", "en: it holds the character U+001B"),
        ("en", "late \u202egpj.exe", "en: it holds the character U+202E"),
        ("en", "See http://www.example.com/status", "en: it links to 'http://www.example.com/status'."),
        ("en", "See bit.ly/abc", "en: it links to"),
        ("en", "See https://evil.example", "en: it links to 'https://evil.example'."),
        ("en", "Please send us your password.", "asks for a secret"),
    ],
)
def test_words_that_no_article_could_say_are_not_told(
    catalog: Catalog, flow: str, language: str, words: str, says: str
) -> None:
    (fault,) = faults([flow], {**GOOD, language: words}, catalog)
    assert says in fault
