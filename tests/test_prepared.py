"""Content that was proved and fitted once is taken up by the next start, and is never stale or somebody else's."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot import prepared
from bot.bootstrap import load_reader
from bot.settings import Settings
from tests.content import clean


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    flows, knowledge = clean.write(tmp_path / "content")
    return Settings(flows_dir=flows, knowledge_dir=knowledge, cache_dir=tmp_path / "cache")


def kept(settings: Settings) -> list[Path]:
    return sorted(settings.cache.glob("*.ready"))


def test_what_is_kept_reads_and_speaks_as_what_was_made(settings: Settings) -> None:
    made, taken = load_reader(settings), load_reader(settings)
    assert len(kept(settings)) == 1
    assert taken.catalog == made.catalog
    assert taken.catalog is not made.catalog


def test_changed_content_is_made_anew(settings: Settings) -> None:
    load_reader(settings)
    assert settings.flows_dir is not None
    words = settings.flows_dir / "en" / "greeting.yaml"
    words.write_text(words.read_text().replace("What can I do", "What may I do"))
    assert "may" in str(load_reader(settings).catalog.texts["en", "greeting"])
    assert len(kept(settings)) == 2


def test_a_torn_file_is_made_anew(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    made = load_reader(settings)
    (file,) = kept(settings)
    file.write_bytes(file.read_bytes()[:1000])
    with caplog.at_level(logging.WARNING):
        assert load_reader(settings).catalog == made.catalog
    assert "made anew" in caplog.text


def test_a_file_that_others_may_write_is_not_read(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    load_reader(settings)
    (file,) = kept(settings)
    file.chmod(0o666)
    with caplog.at_level(logging.WARNING):
        load_reader(settings)
    assert "not read" in caplog.text
    assert kept(settings)[0].stat().st_mode & 0o777 == 0o600


def test_without_a_place_to_write_to_it_works_all_the_same(settings: Settings) -> None:
    settings.cache.write_text("no directory")
    assert load_reader(settings).catalog.flows


def test_only_the_newest_are_kept(settings: Settings) -> None:
    reader = load_reader(settings)
    for number in range(10):
        prepared.keep(settings.cache, f"content {number}", (reader.catalog, reader.matcher))
    assert len(kept(settings)) == prepared.KEPT
