"""The bots that ours is compared with do what their names say."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.rivals import LABELS, MESSAGES
from bench.rivals.pickled import remember
from bench.subjects import Start, running
from bench.turns import TEXTS, rivals
from tests.fake_telegram import process
from tests.fake_telegram.__main__ import spec_path
from tests.fake_telegram.client import FakeTelegram

#: Seconds for the start of a library and a few answers, on a busy machine.
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeTelegram]:
    if not spec_path().is_file():
        pytest.skip(f"the fake Telegram needs the specification of the Bot API at {spec_path()}")
    with process.running() as fake:
        yield fake


@pytest.mark.parametrize("start", rivals().values(), ids=rivals().keys())
def test_every_message_is_answered_with_the_buttons(fake: FakeTelegram, tmp_path: Path, start: Start) -> None:
    fake.reset()
    assert len(TEXTS) == MESSAGES
    with running(start, fake, tmp_path):
        for number, text in enumerate(TEXTS, start=1):
            fake.say(7, text)
            fake.wait_for(7, number, timeout=PATIENCE_S)
    assert [button for row in fake.chat(7).last.buttons for button in row] == list(LABELS)
    assert not fake.violations()


def test_what_is_written_each_time_is_there_after_a_kill(fake: FakeTelegram, tmp_path: Path) -> None:
    fake.reset()
    path = tmp_path / "kept"
    with running(rivals()["the same, written each time"], fake, tmp_path):
        fake.say(7, TEXTS[0])
        fake.wait_for(7, timeout=PATIENCE_S)
        deadline = time.monotonic() + PATIENCE_S
        while not is_whole(path):  # it is written after the answer
            assert time.monotonic() < deadline, "nothing was written"
            time.sleep(0.01)
    kept = pickle.loads(path.read_bytes())  # noqa: S301 - our own process wrote it
    assert kept["conversations"]["help"][7, 7] == 1
    assert kept["user_data"][7] == {"said": [TEXTS[0]]}


def is_whole(path: Path) -> bool:
    """Whether the last byte is the one that ends a pickle."""
    return path.is_file() and path.read_bytes().endswith(pickle.STOP)


def test_people_who_are_known_already_stand_in_the_middle_of_a_conversation(tmp_path: Path) -> None:
    remember(tmp_path / "kept", 3)
    kept = pickle.loads((tmp_path / "kept").read_bytes())  # noqa: S301 - written above
    assert len(kept["user_data"]) == len(kept["conversations"]["help"]) == 3
