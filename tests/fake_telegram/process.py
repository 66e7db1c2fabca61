"""Runs the fake as a process of its own: for scripts, and for tests that need a journal, a port or a token."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fake_telegram.__main__ import DEFAULT_TOKEN
from tests.fake_telegram.client import FakeTelegram

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running(
    *, journal: Path | None = None, port: int = 0, token: str = DEFAULT_TOKEN, seed: int = 0
) -> Iterator[FakeTelegram]:
    """Starts the server, waits until it says it listens, and ends it afterwards."""
    command = [
        sys.executable,
        "-m",
        "tests.fake_telegram",
        "--port",
        str(port),
        "--token",
        token,
        "--seed",
        str(seed),
    ]
    if journal:
        command += ["--journal", str(journal)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            if not line.startswith("listening on "):
                raise RuntimeError(
                    f"the fake Telegram did not start; its standard error says why. It printed {line!r}"
                )
            fake = FakeTelegram(line.removeprefix("listening on ").strip())
            try:
                yield fake
            finally:
                fake.close()
        finally:
            process.terminate()
