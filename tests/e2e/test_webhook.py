"""The real bot by webhook: what it does is what it does by polling, whatever happens to it meanwhile."""

from __future__ import annotations

import asyncio
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Collection, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.storage.store import SqlStore
from bot.channels.telegram.webhook import address
from tests.e2e.program import ROOT, run
from tests.e2e.test_bad_nights import read_until, serving
from tests.e2e.test_telegram_journey import Phone
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running

SECRET = "a-Secret_that-nobody-guesses-0123456789"
COMPLAINT = "no otp coming"
CHATS = range(1001, 1031)


@pytest.fixture(name="running_fake", scope="module")
def _running_fake() -> Iterator[FakeTelegram]:
    if not (ROOT.parent / "shared" / "spec" / "telegram_bot_api.json").exists():
        pytest.skip("the Bot API specification is not beside this checkout (../shared/spec)")
    with running() as fake:
        yield fake


@pytest.fixture(name="fake")
def _fake(running_fake: FakeTelegram) -> FakeTelegram:
    """One that tries again fifty times as soon as Telegram does."""
    running_fake.reset()
    running_fake.settings(webhook_scale=0.02)
    return running_fake


def by_webhook(**more: object) -> dict[str, Any]:
    """Settings to receive at a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {
        "SPAREKEY_PORT": port,
        "SPAREKEY_TELEGRAM_WEBHOOK": f"http://127.0.0.1:{port}/support",
        "SPAREKEY_TELEGRAM_WEBHOOK_SECRET": SECRET,
        **more,
    }


def all_hear(fake: FakeTelegram, chats: range, count: int = 1) -> None:
    for chat in chats:
        fake.wait_for(chat, count, timeout=60)
    fake.wait_confirmed(timeout=30)


def all_have_heard(fake: FakeTelegram, chats: Collection[int], count: int) -> None:
    """Wait until everybody has so many answers, one that came twice counted once."""
    deadline = time.monotonic() + 60
    while any(len(set(fake.texts(chat))) < count for chat in chats):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def stop(process: subprocess.Popen[str], fake: FakeTelegram) -> None:
    """End the bot as an operator does; what it said since then holds nothing that it should not."""
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    for never in ("Traceback", "Unclosed", SECRET, address("", SECRET), fake.token, COMPLAINT):
        assert never not in said


def inbox(folder: Path) -> tuple[int, int]:
    """How many updates are stored, and how many of them are done."""
    with closing(sqlite3.connect(folder / "sparekey.db")) as database:
        stored, done = database.execute("SELECT count(*), sum(status = 'done') FROM inbox").fetchone()
    return int(stored), int(done)


def until_all_is_done(folder: Path, count: int) -> None:
    deadline = time.monotonic() + 30
    while inbox(folder) != (count, count):
        assert time.monotonic() < deadline, inbox(folder)
        time.sleep(0.05)


def converse(phone: Phone) -> list[str]:
    phone.say(COMPLAINT)
    for index in (0, 2, 0):
        phone.press(index)
    phone.tell_number("0936 137 846 Taiwan")
    for index in (1, 0, 0, 2):
        phone.press(index)
    phone.say("my code is 739164")
    return phone.fake.texts(phone.user)


def test_a_conversation_by_webhook_is_the_one_by_polling(fake: FakeTelegram, tmp_path: Path) -> None:
    unhurried: dict[str, Any] = {"SPAREKEY_TELEGRAM_RATE": 0}
    with serving(fake, tmp_path / "polled", **unhurried):
        polled = converse(Phone(fake, 1001))
    with serving(fake, tmp_path / "delivered", **by_webhook(**unhurried)) as process:
        delivered = converse(Phone(fake, 1002))
        fake.wait_confirmed(timeout=30)
        stop(process, fake)
    assert delivered == polled
    assert len(set(delivered)) == len(delivered) == 5, (
        "while buttons are pressed, one message becomes the next screen"
    )
    assert fake.violations() == []


def test_a_locked_database_delays_a_delivery_and_loses_nothing(fake: FakeTelegram, tmp_path: Path) -> None:
    with serving(fake, tmp_path, **by_webhook()) as process:
        fake.say(1000, COMPLAINT)
        fake.wait_for(1000, 1, timeout=60)
        with closing(sqlite3.connect(tmp_path / "sparekey.db", isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            fake.say(1000, "1")
            assert "locked" in read_until(process, "It is delivered again")
            assert fake.pending() == 1, "it is not acknowledged"
            lock.execute("ROLLBACK")
        fake.wait_for(1000, 2, timeout=60)
        fake.wait_confirmed(timeout=30)
        until_all_is_done(tmp_path, 2)
    assert len(fake.texts(1000)) == 2


def test_what_is_delivered_again_has_one_effect(fake: FakeTelegram, tmp_path: Path) -> None:
    """Half of our answers get lost, half of the deliveries never come, and a third comes twice all the same."""
    fake.settings(duplicates=0.3)
    fake.fault("drop_after", method="webhook", times=None, probability=0.5)
    fake.fault("drop_before", method="webhook", times=None, probability=0.5)
    with serving(fake, tmp_path, **by_webhook()):
        fake.say_many([(chat, COMPLAINT) for chat in CHATS])
        for chat in CHATS:
            fake.wait_for(chat, timeout=60)
        fake.clear_faults()
        fake.wait_confirmed(timeout=60)
        until_all_is_done(tmp_path, len(CHATS))
    assert [len(fake.texts(chat)) for chat in CHATS] == [1] * len(CHATS)


def test_a_bot_that_is_killed_while_telegram_delivers_loses_nothing(
    fake: FakeTelegram, tmp_path: Path
) -> None:
    """A message that was on its way may come twice: Telegram has no key that would prevent it."""
    hook, story = by_webhook(), (COMPLAINT, "1", "3")
    with serving(fake, tmp_path, **hook):
        for text in story:
            Phone(fake, 1000).say(text)
        fake.wait_for(1000, 3, timeout=60)
        fake.say_many([(chat, text) for text in story for chat in CHATS])
        fake.wait_for(None, 20, timeout=60)
    assert fake.pending() + inbox(tmp_path)[0] >= 3 + 3 * len(CHATS), "killed in the middle, nothing is lost"
    with serving(fake, tmp_path, **hook):
        all_hear(fake, CHATS, len(story))
        until_all_is_done(tmp_path, 3 + 3 * len(CHATS))
        told = fake.texts(1000)
        all_have_heard(fake, CHATS, len(set(told)))
    for chat in CHATS:
        assert [text for text, _ in groupby(fake.texts(chat))] == told
        assert len(fake.texts(chat)) <= len(told) + 1


def test_sigterm_while_telegram_delivers_ends_it_cleanly_and_loses_and_doubles_nothing(
    fake: FakeTelegram, tmp_path: Path
) -> None:
    hook = by_webhook()
    fake.say_many([(chat, COMPLAINT) for chat in CHATS])
    with serving(fake, tmp_path, **hook) as process:
        fake.wait_for(None, 3, timeout=60)
        stop(process, fake)
    with serving(fake, tmp_path, **hook):
        all_hear(fake, CHATS)
        until_all_is_done(tmp_path, len(CHATS))
    assert [len(fake.texts(chat)) for chat in CHATS] == [1] * len(CHATS)


def test_from_polling_to_webhook_and_back_with_people_waiting_loses_nobody(
    fake: FakeTelegram, tmp_path: Path
) -> None:
    hook = by_webhook()
    groups = [range(start, start + 10) for start in (1001, 2001, 3001)]
    for settings, chats in zip(({}, hook, {}), groups, strict=True):
        fake.say_many([(chat, COMPLAINT) for chat in chats])
        with serving(fake, tmp_path, **settings) as process:
            all_hear(fake, chats)
            stop(process, fake)
        assert bool(fake.bot()["webhook"]) == bool(settings)
    everybody = [chat for chats in groups for chat in chats]
    assert [len(fake.texts(chat)) for chat in everybody] == [1] * len(everybody)
    assert not any(call.params.get("drop_pending_updates") for call in fake.sent())


def test_killed_again_and_again_between_polling_and_webhook_nobody_is_lost(
    fake: FakeTelegram, tmp_path: Path
) -> None:
    """Each way is killed under load, and the other one finds what it has left; an answer under way may come twice."""
    hook = by_webhook()
    groups = [range(start, start + 15) for start in (1001, 2001, 3001, 4001)]
    for settings, chats in zip(({}, hook, {}, hook), groups, strict=True):
        fake.say_many([(chat, text) for text in (COMPLAINT, "1") for chat in chats])
        with serving(fake, tmp_path, **settings):
            fake.wait_for(None, len(fake.sent(method="sendMessage")) + 4, timeout=60)
    everybody = [chat for chats in groups for chat in chats]
    with serving(fake, tmp_path):
        for chat in everybody:
            fake.wait_for(chat, 2, timeout=60)
        fake.wait_confirmed(timeout=30)
        until_all_is_done(tmp_path, 2 * len(everybody))
        all_have_heard(fake, everybody, 2)
    told = {tuple(text for text, _ in groupby(fake.texts(chat))) for chat in everybody}
    assert len(told) == 1, "the same two answers for everybody, in order"
    assert not any(call.params.get("drop_pending_updates") for call in fake.sent())


async def test_who_is_asked_stores_and_who_owns_the_conversation_answers(
    fake: FakeTelegram, tmp_path: Path, postgresql_url: str
) -> None:
    """All deliveries go to one of two processes; half of the conversations are the other one's."""
    shared = {"SPAREKEY_DATABASE_URL": postgresql_url}
    hooks = by_webhook(**shared), by_webhook(**shared)
    with (
        serving(fake, tmp_path / "one", **hooks[0]) as one,
        serving(fake, tmp_path / "other", **hooks[1]) as other,
    ):
        read_until(one, "Serving telegram")
        read_until(other, "Serving telegram")
        fake.wait_calls("setWebhook", 2, timeout=30)
        await divided(postgresql_url)
        fake.say_many([(chat, COMPLAINT) for chat in CHATS])
        all_hear(fake, CHATS)
        owners = await divided(postgresql_url)
    assert len(set(owners.values())) == 2
    assert [len(fake.texts(chat)) for chat in CHATS] == [1] * len(CHATS)


async def divided(url: str) -> dict[str, str]:
    """Wait until two processes share the conversations; return the shares with their owners."""
    store = SqlStore(url)
    try:
        async with asyncio.timeout(60):
            while True:
                shares = await store.write(lambda tx: dict(tx.shares()))
                owners = {name: owner for name, owner in shares.items() if "/" in name and owner}
                if len(set(owners.values())) == 2:
                    return owners
                await asyncio.sleep(0.1)
    finally:
        await store.close()


def test_the_bot_does_not_start_where_anybody_could_deliver(tmp_path: Path) -> None:
    done = run("serve", SPAREKEY_DATA_DIR=tmp_path, SPAREKEY_TELEGRAM_WEBHOOK="https://support.example.com")
    assert done.returncode == 2
    assert "SPAREKEY_TELEGRAM_WEBHOOK_SECRET: " in done.stderr
    assert "openssl rand -hex 32" in done.stderr
