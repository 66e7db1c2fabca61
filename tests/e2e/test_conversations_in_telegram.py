"""
What the conversation tests say in memory, people read word by word in Telegram, whichever way it comes.

Here a share of the cases; `make telegram-suite` plays them all.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.rehearsal.player import Play
from bot.rehearsal.rehearse import load_cases
from bot.service.reading import Reader
from tests.fake_telegram.client import FakeTelegram
from tests.telegram_suite.suite import in_memory, through
from tests.telegram_suite.ways import WAYS, Way

pytest_plugins = ["tests.fake_telegram.fixture"]

TESTS = Path(__file__).parents[1]
#: One case in so many; a prime number, so that all files and languages have their share.
EVERY = 149


@pytest.fixture(name="plays", scope="module")
def _plays(reader: Reader) -> tuple[Play, ...]:
    return in_memory(load_cases(TESTS, reader.catalog.service.languages)[::EVERY], reader)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_people_read_in_telegram_what_the_conversation_tests_say(
    way: Way, plays: tuple[Play, ...], reader: Reader, fake_telegram: FakeTelegram
) -> None:
    assert not [str(each.failure) for each in plays if each.failure]
    found = through(way, plays, reader, fake_telegram)
    assert found.plays >= 5
    assert not found.differences, "\n".join(found.differences)
