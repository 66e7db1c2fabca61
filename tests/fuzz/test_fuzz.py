"""
Whatever an update holds that it should not, nobody behind it waits, and what a person said in it is answered.

Here some thousand; `make fuzz` takes two hundred thousand.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.telegram import wire
from bot.service.reading import Reader
from tests.fake_telegram.__main__ import spec_path
from tests.fake_telegram.client import FakeTelegram
from tests.fuzz.fuzz import fuzz

pytest_plugins = ["tests.fake_telegram.fixture"]


async def test_updates_that_are_not_as_promised_harm_nobody(
    fake_telegram: FakeTelegram, reader: Reader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)  # each of them is told in a line
    found = await fuzz(fake_telegram, reader, spec_path(), tmp_path, updates=2_500)
    assert not found.faults, "\n".join(each[:2_000] for each in found.faults)
    assert len(found.spoilt) > 1_500
    assert min(found.decisions[each] for each in ("answer", "press", "pass over")) >= 20


@pytest.mark.parametrize("press", ["\ud800" * 5_000, "", None, "x" * 65, {"id": 1}])
def test_a_press_by_an_id_that_nobody_can_store_is_no_event(press: object) -> None:
    """One with half a character ended the channel once: the database refuses it."""
    person = {"id": 1001, "is_bot": False, "first_name": "Anna"}
    message = {"message_id": 5, "date": 1, "chat": {"id": 1001, "type": "private"}}
    query = {"id": press, "from": person, "message": message, "data": "v1:1:yes"}
    with pytest.raises(ValueError, match="no id"):
        wire.read({"update_id": 1, "callback_query": query}, 1, datetime(2026, 11, 25, tzinfo=UTC))


@pytest.mark.parametrize("code", ["\ud800" * 5_000, "", None, 7, "x" * 65, "日本", {"id": 1}])
def test_what_is_no_language_is_none(code: object) -> None:
    """One with half a character ended the channel once."""
    assert wire.language({"language_code": code}) is None


@pytest.mark.parametrize("album", [None, 7, [], {"id": 1}])
def test_what_is_no_name_of_an_album_is_none(album: object) -> None:
    """What somebody wrote was lost beside one once."""
    assert wire.album({"message": {"media_group_id": album, "text": "no code"}}) is None
