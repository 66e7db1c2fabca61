"""After a crash with a queue behind it: everybody is answered in order, and never faster than Telegram takes it."""

from __future__ import annotations

from bench.backlog import STORY, crash, expected
from bot.service.reading import Reader
from tests.fake_telegram.client import FakeTelegram

pytest_plugins = ["tests.fake_telegram.fixture"]


async def test_a_backlog_after_a_crash_is_answered_in_order_and_within_telegrams_limits(
    reader: Reader, fake_telegram: FakeTelegram
) -> None:
    """The fake enforces the limits itself: what is too fast for it is refused, and counted."""
    answers = await expected(reader)
    assert len(answers) == len(STORY)
    found = crash(fake_telegram, 30, answers)
    assert found.waiting >= 30 * len(STORY)
    assert found.faults == ()
    assert found.refused == 0
    assert found.most_in_a_second <= 30
    assert found.most_in_a_chat <= 3
    assert fake_telegram.violations() == []
