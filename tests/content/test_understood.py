"""Languages that are understood and not spoken: a folder with `_words.yaml`, and complaints alone."""

from __future__ import annotations

from bot.core.vocabulary import Word
from bot.service.reading import Reader


def test_a_folder_with_words_alone_makes_a_language_that_is_understood(reader: Reader) -> None:
    catalog = reader.catalog
    assert "de" in catalog.understood
    assert "de" not in catalog.repair
    assert "passwort vergessen" in catalog.phrases("de", "forgot_password")


def test_a_word_means_the_same_in_every_language_that_is_heard(reader: Reader) -> None:
    """In the language of the conversation first, then in the others."""
    assert reader.catalog.meaning("nein", "en") is Word.NO
    assert reader.catalog.meaning("mitarbeiter", "en") is Word.HUMAN
    assert reader.catalog.meaning("blablabla", "en") is None


def test_every_language_that_is_understood_has_complaints_for_every_flow_that_english_has(
    reader: Reader,
) -> None:
    catalog = reader.catalog
    for language in catalog.understood:
        for flow in catalog.flows:
            assert bool(catalog.phrases(language, flow)) == bool(catalog.phrases("en", flow)), (
                language,
                flow,
            )
