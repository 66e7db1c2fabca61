"""
The whole journey in Telegram, with the real program: from the first word to the fresh code, in three languages.

The program is killed with SIGKILL while a person waits for the code; the reminder comes all the same.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import get_args

import pytest

from bot.settings import Library
from tests.e2e.program import ROOT, run
from tests.e2e.test_bad_nights import serving
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running

#: The long journey goes by the default alone.
both_libraries = pytest.mark.parametrize("library", get_args(Library))

LADDER = 'waits: ["60 seconds", "120 seconds", "300 seconds", "900 seconds"]'
SHORT = 'waits: ["4 seconds", "5 seconds", "6 seconds"]'


@pytest.fixture(name="fake", scope="module")
def _fake() -> Iterator[FakeTelegram]:
    if not (ROOT.parent / "shared" / "spec" / "telegram_bot_api.json").exists():
        pytest.skip("the Bot API specification is not beside this checkout (../shared/spec)")
    with running() as fake:
        yield fake


@pytest.fixture(name="short_waits", scope="module")
def _short_waits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped knowledge with a ladder of seconds, so that a reminder can be waited for."""
    knowledge = tmp_path_factory.mktemp("content") / "knowledge"
    copytree(ROOT / "knowledge", knowledge)
    service = knowledge / "service.yaml"
    words = service.read_text(encoding="utf-8")
    assert LADDER in words, "the ladder of the shipped service is written otherwise now"
    service.write_text(words.replace(LADDER, SHORT), encoding="utf-8")
    return knowledge


class Phone:
    """A person with Telegram: says or presses, and waits for the answer, which may stand in the place of the question."""

    def __init__(self, fake: FakeTelegram, user: int) -> None:
        self.fake, self.user, self.heard = fake, user, 0

    def say(self, text: str) -> str:
        self.fake.say(self.user, text)
        return self.hear()

    def tell_number(self, number: str) -> str:
        """Answer where a button could send it; that button is taken away with a word of its own."""
        self.heard += 1
        return self.say(number)

    def press(self, index: int) -> str:
        """Press a button of the newest message, from the top."""
        self.fake.press(self.user, index=index)
        return self.hear()

    def hear(self) -> str:
        self.heard += 1
        self.fake.wait_shown(self.user, self.heard, timeout=60)
        return self.fake.texts(self.user)[-1]


#: Language, first words, the number with its country, what must be said of it, the account, "it arrived", "yes".
PEOPLE = [
    (1001, "i dont recieve the code", "0936130000", "Taiwan", ["936130000", "0936130000", "+886"], "mei", "arrived", "yes"),
    (1002, "手机收不到验证码", "0936130000", "台湾", ["936130000", "0936130000", "+886"], "mei@example.com", "收到了", "是"),
    (1003, "je ne reçois pas le sms", "06 12 34 56 78", "France", ["612345678", "+33"], "camille", "oui", "oui"),
]  # fmt: skip


def to_the_code(phone: Phone, first: str, number: str, country: str, parts: list[str], account: str) -> str:
    """Answer by button until the bot has asked the account system."""
    phone.say(first)
    phone.press(0)  # a countdown started
    phone.press(2)  # longer ago
    phone.press(0)  # nothing unusual
    phone.tell_number(number)
    fix = phone.say(country)
    for part in parts:
        assert part in fix
    for index in (1, 0, 0, 2):  # typed like that; texts arrive; other codes arrive; another phone
        phone.press(index)
    for _ in range(3):
        phone.press(1)  # still stuck
    phone.press(0)  # yes, a fresh code
    return phone.say(account)


def until_nothing_is_under_way(folder: Path) -> None:
    """A kill between Telegram's acceptance and our commit doubles a reply, and this test counts replies."""
    deadline = time.monotonic() + 30
    with sqlite3.connect(folder / "sparekey.db") as database:
        while database.execute(
            "SELECT count(*) FROM commands WHERE status IN ('pending', 'claimed')"
        ).fetchone() != (0,):
            assert time.monotonic() < deadline, "an effect is never done"
            time.sleep(0.05)


def test_the_journey_in_three_languages_with_a_kill_in_the_middle(
    fake: FakeTelegram, short_waits: Path, tmp_path: Path
) -> None:
    fake.reset()
    phones = {person[0]: Phone(fake, person[0]) for person in PEOPLE}
    settings = {"SPAREKEY_KNOWLEDGE_DIR": short_waits}
    with serving(fake, tmp_path, **settings):
        for user, first, number, country, parts, account, _, _ in PEOPLE:
            neutral = to_the_code(phones[user], first, number, country, parts, account)
            assert "4" in neutral
        until_nothing_is_under_way(tmp_path)
    # Killed while all three wait for a code.
    with serving(fake, tmp_path, **settings):
        for user, *_, arrived, yes in PEOPLE:
            phone = phones[user]
            phone.hear()  # the reminder: did it arrive?
            phone.say(arrived if arrived == "oui" else yes)
            phone.say(yes)
        fake.wait_confirmed(timeout=30)
    assert not fake.violations(), "every request is as the Bot API wants it"
    with sqlite3.connect(tmp_path / "demo-accounts.db") as accounts:
        (calls,) = accounts.execute("SELECT count(DISTINCT key) FROM calls").fetchone()
        (asked,) = accounts.execute("SELECT count(*) FROM calls").fetchone()
    assert (calls, asked) == (3, 3), "the account system was asked once for each"
    with sqlite3.connect(tmp_path / "sparekey.db") as database:
        rows = database.execute("SELECT contact, status, state FROM conversations").fetchall()
    assert [(contact, status) for contact, status, _ in rows] == [
        (str(user), "resolved") for user in phones
    ], rows


@both_libraries
def test_a_pasted_code_is_deleted_in_the_chat_and_stored_nowhere(
    fake: FakeTelegram, tmp_path: Path, library: Library
) -> None:
    fake.reset()
    phone = Phone(fake, 2001)
    with serving(fake, tmp_path, SPAREKEY_TELEGRAM_LIBRARY=library):
        phone.say("no otp coming")
        answer = phone.say("my code is 739164")
        assert "739164" not in answer
        fake.wait_calls("deleteMessage", 1, user=2001, timeout=30)
        assert all("739164" not in bubble.text for bubble in fake.chat(2001).shown)
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"739164" not in held


@both_libraries
def test_a_hand_off_is_exported_with_everything_tried(
    fake: FakeTelegram, tmp_path: Path, library: Library
) -> None:
    fake.reset()
    phone = Phone(fake, 3001)
    with serving(fake, tmp_path, SPAREKEY_TELEGRAM_LIBRARY=library):
        phone.say("no otp coming")
        for index in (0, 2, 0):
            phone.press(index)
        phone.tell_number("0936 137 846 Taiwan")
        for index in (1, 0, 0, 2):
            phone.press(index)
        phone.press(1)
        answer = phone.say("human")
    code = next(word.strip(".") for word in answer.split() if word.startswith("R-"))
    exported = run("export", code, SPAREKEY_DATA_DIR=tmp_path)
    assert exported.returncode == 0
    assert "status    open" in exported.stdout
    assert "no otp coming" in exported.stdout
    assert "tried     " in exported.stdout
    assert "tried     nothing yet" not in exported.stdout
    assert "137" not in exported.stdout, "the number is masked"
