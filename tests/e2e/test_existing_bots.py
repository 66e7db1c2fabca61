"""The examples of a shop's bot with Sparekey in it, as real processes: each has what is said to it, and nothing of ours is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest

from tests.e2e.program import ROOT
from tests.e2e.test_webhook import until_all_is_done
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running
from tests.mounting.shop import ORDER, UNKNOWN, WAYS, Way, selling, stop, stored

CHATS = range(2001, 2021)
COMPLAINT = "no otp coming"


@pytest.fixture(name="running_fake", scope="module")
def _running_fake() -> Iterator[FakeTelegram]:
    if not (ROOT.parent / "shared" / "spec" / "telegram_bot_api.json").exists():
        pytest.skip("the Bot API specification is not beside this checkout (../shared/spec)")
    with running() as fake:
        yield fake


@pytest.fixture(name="fake")
def _fake(running_fake: FakeTelegram) -> FakeTelegram:
    running_fake.reset()
    for person in (1001, 1002):
        running_fake.user(person)
    return running_fake


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Person:
    """Says something, and waits for the next message."""

    fake: FakeTelegram
    user: int

    def say(self, text: str) -> str:
        heard = len(self.texts)
        self.fake.say(self.user, text)
        until(lambda: len(self.texts) > heard, f"no answer to {text}")
        return self.texts[-1]

    @property
    def texts(self) -> list[str]:
        return self.fake.texts(self.user)


def talk(person: Person) -> None:
    """What is said to the shop and what to us, one between the other."""
    assert person.say("/orders") == ORDER
    assert person.say("hello") == UNKNOWN
    assert person.say("/start").startswith("Welcome to the shop")
    assert "Example Exchange" in person.say("/support")
    asked = person.say(COMPLAINT)
    assert person.say("/orders") == ORDER, "the shop's commands stay the shop's"
    foreign = person.fake.press(person.user, data="buy:17")
    person.fake.press(person.user, index=0)
    until(
        lambda: asked not in person.texts,
        "the press is ours: the next question stands in the place of the first",
    )
    person.say("/cancel")
    assert person.say("hello") == UNKNOWN, "the conversation is over"
    assert person.say("/start support") not in (UNKNOWN, ORDER)
    assert foreign.query_id is not None
    assert person.fake.answer(foreign.query_id) is None, "a button of the shop is the shop's"


@pytest.mark.parametrize("way", [way for way in WAYS if not way.durable], ids=str)
def test_the_shop_has_its_commands_and_we_have_the_conversation(
    fake: FakeTelegram, tmp_path: Path, way: Way
) -> None:
    with selling(way, fake, tmp_path, SPAREKEY_TELEGRAM_RATE=0) as process:
        talk(Person(fake, 1001))
        fake.wait_confirmed(timeout=30)
        assert stop(process) == 0
    is_clean(tmp_path, fake)


@pytest.mark.parametrize("way", [way for way in WAYS if way.durable], ids=str)
def test_behind_our_ingress_a_kill_loses_nothing_of_ours_and_nothing_of_the_shop(
    fake: FakeTelegram, tmp_path: Path, way: Way
) -> None:
    """A message that was on its way may come twice, and the shop may be asked twice: Telegram has no key that would prevent it."""
    settings = {"SPAREKEY_TELEGRAM_RATE": 0}
    with selling(way, fake, tmp_path, **settings):
        talk(Person(fake, 1001))
        person = Person(fake, 1002)
        person.say("/support")
        person.say("1")
        before = len(fake.sent())
        said = [(chat, text) for text in ("/support", "1", "/orders") for chat in CHATS]
        ours = {queued.update_id for queued in fake.say_many(said)[: 2 * len(CHATS)]}
        fake.wait_for(None, before + 5, timeout=60)
    with selling(way, fake, tmp_path, **settings) as process:
        fake.wait_confirmed(timeout=60)
        until(
            lambda: all(heard(fake, chat) == (person.texts, True) for chat in CHATS),
            "somebody lacks an answer",
        )
        assert ours <= stored(tmp_path)
        until_all_is_done(tmp_path, len(stored(tmp_path)))
        assert stop(process) == 0
    is_clean(tmp_path, fake)


def heard(fake: FakeTelegram, chat: int) -> tuple[list[str], bool]:
    """What we have said to somebody, less what came twice, and whether the shop has answered."""
    texts = fake.texts(chat)
    return [text for text, _ in groupby(text for text in texts if text != ORDER)], ORDER in texts


def is_clean(folder: Path, fake: FakeTelegram) -> None:
    """Nothing was wrong, and nothing stands in the log that should not."""
    log = (folder / "shop.log").read_text(encoding="utf-8")
    for never in ("Traceback", "Unclosed", fake.token, COMPLAINT):
        assert never not in log, log[-3000:]
    assert fake.violations() == []
