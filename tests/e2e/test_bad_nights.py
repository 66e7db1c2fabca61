"""The real bot on a full disk, beside a locked database and after SIGTERM: nothing is lost, and the log says the cure."""

from __future__ import annotations

import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.program import ROOT, SPAREKEY, environment
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running

CHATS = range(1001, 1041)


@pytest.fixture(name="fake", scope="module")
def _fake() -> Iterator[FakeTelegram]:
    if not (ROOT.parent / "shared" / "spec" / "telegram_bot_api.json").exists():
        pytest.skip("the Bot API specification is not beside this checkout (../shared/spec)")
    with running() as fake:
        yield fake


@contextmanager
def serving(
    fake: FakeTelegram, folder: Path, *, file_limit: int | None = None, **more: object
) -> Iterator[subprocess.Popen[str]]:
    """The bot as a process; with a limit no file of it can grow beyond so many bytes, as on a full disk."""

    def limit() -> None:
        # The error of the write is wanted, not the signal that would end the process.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(
            resource.RLIMIT_FSIZE, (file_limit or resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )

    settings = environment(
        SPAREKEY_TELEGRAM_TOKEN=fake.token,
        SPAREKEY_TELEGRAM_API=fake.url,
        SPAREKEY_DATA_DIR=folder,
        **{"SPAREKEY_PORT": 0, **more},
    )
    settings.pop("PYTHONWARNINGS")
    process = subprocess.Popen(
        [sys.executable, SPAREKEY, "serve"],
        env=settings,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=limit,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], part: str) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        assert "Traceback" not in line, line
        if part in line:
            return line
    raise AssertionError(f"the bot ended without saying {part!r}")


def test_a_full_disk_loses_nothing_and_says_so(fake: FakeTelegram, tmp_path: Path) -> None:
    fake.reset()
    fake.say(1000, "no otp coming")
    with serving(fake, tmp_path):
        fake.wait_for(1000, 1, timeout=60)
    biggest = max(path.stat().st_size for path in tmp_path.iterdir())

    fake.say_many([(chat, "no otp coming") for chat in CHATS])
    with serving(fake, tmp_path, file_limit=biggest + 8192) as starved:
        line = read_until(starved, "full")
        assert "Free some space" in line or "free" in line.casefold()
        assert "sparekey.db" in line

    with serving(fake, tmp_path):
        for chat in CHATS:
            fake.wait_for(chat, 1, timeout=60)
        fake.wait_confirmed(timeout=30)
    with sqlite3.connect(tmp_path / "sparekey.db") as database:
        done = database.execute("SELECT count(*), sum(status = 'done') FROM inbox").fetchone()
    assert done == (len(CHATS) + 1, len(CHATS) + 1), "every update was stored once and processed"


def test_a_locked_database_delays_and_loses_nothing(fake: FakeTelegram, tmp_path: Path) -> None:
    fake.reset()
    fake.say(1000, "no otp coming")
    with serving(fake, tmp_path) as process:
        fake.wait_for(1000, 1, timeout=60)
        lock = sqlite3.connect(tmp_path / "sparekey.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        fake.say(1000, "1")
        assert "locked" in read_until(process, "locked")
        assert fake.pending() == 1, "it is not acknowledged"
        lock.execute("ROLLBACK")
        lock.close()
        fake.wait_for(1000, 2, timeout=60)


def test_sigterm_ends_it_cleanly(fake: FakeTelegram, tmp_path: Path) -> None:
    fake.reset()
    fake.say(1000, "no otp coming")
    with serving(fake, tmp_path) as process:
        fake.wait_for(1000, 1, timeout=60)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert "Unclosed" not in said
    assert fake.token not in said


def test_sigterm_during_start_up_ends_it_cleanly(tmp_path: Path) -> None:
    """As process 1 of a container it would otherwise be killed after ten seconds."""
    process = subprocess.Popen(
        [sys.executable, SPAREKEY, "serve"],
        env=environment(SPAREKEY_DATA_DIR=tmp_path, SPAREKEY_PORT=0),
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    read_until(process, "only /healthz is served")
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert "Traceback" not in said
