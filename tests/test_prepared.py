"""Content that was proved and fitted once is taken up by the next start, and is never stale or somebody else's."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import pytest

from bot import prepared
from bot.bootstrap import load_reader
from bot.matching.semantic import Embeddings
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


def test_what_is_kept_matches_as_what_was_made(settings: Settings) -> None:
    made, taken = load_reader(settings), load_reader(settings)
    for text in ("hello", "I want to start", "helo there", "something else altogether"):
        assert taken.matcher.match(text) == made.matcher.match(text)


@pytest.mark.parametrize("left", [0, 1, 1000, -1])
def test_a_torn_file_is_made_anew(settings: Settings, caplog: pytest.LogCaptureFixture, left: int) -> None:
    made = load_reader(settings)
    (file,) = kept(settings)
    file.write_bytes(file.read_bytes()[:left])
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


def test_what_is_used_is_not_pushed_out_by_what_an_author_tries(settings: Settings) -> None:
    reader = load_reader(settings)
    (used,) = kept(settings)
    for number in range(2 * prepared.KEPT):
        os.utime(used, (number, number))  # long ago
        load_reader(settings)
        prepared.keep(settings.cache, f"content {number}", (reader.catalog, reader.matcher))
    assert used in kept(settings)


class Lengths:
    """An encoder that knows how long a text is; it cannot be pickled."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = Lock()
        self.asked = 0

    def encode(self, texts: Sequence[str]) -> Embeddings:
        self.asked += len(texts)
        angles = np.array([len(text) for text in texts], np.float32) / 100
        return np.stack((np.cos(angles), np.sin(angles)), axis=1)


def test_a_matcher_is_kept_for_the_encoder_of_its_fit(settings: Settings) -> None:
    """The encoder itself is not kept: the next start brings its own, which learns no phrase again."""
    for count, name in enumerate(("one", "another"), start=1):
        assert load_reader(settings, Lengths(name)).matcher.semantic
        assert len(kept(settings)) == count
    assert not load_reader(settings).matcher.semantic
    assert len(kept(settings)) == 3
    again = Lengths("one")
    assert load_reader(settings, again).matcher.semantic
    assert again.asked == 0
    assert len(kept(settings)) == 3
