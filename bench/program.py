"""The real program in front of a fake Telegram, started, waited for and killed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.fake_telegram.client import FakeTelegram

#: Proved and fitted content is shared by all runs.
CACHE: Final = Path(__file__).parents[1] / ".cache"
#: How long anything may take that is expected to happen, seconds.
PATIENCE_S: Final = 60.0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass(kw_only=True)
class Bot:
    """One bot in a folder of its own; `settings` are variables beside those that every bot needs."""

    fake: FakeTelegram
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=_free_port)

    def start(self) -> subprocess.Popen[bytes]:
        ours = {
            "SPAREKEY_TELEGRAM_TOKEN": self.fake.token,
            "SPAREKEY_TELEGRAM_API": self.fake.url,
            "SPAREKEY_DATA_DIR": str(self.folder),
            "SPAREKEY_CACHE_DIR": str(CACHE),
            "SPAREKEY_SEMANTIC": "off",
            "SPAREKEY_PORT": str(self.port),
        }
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SPAREKEY_")}
        with (self.folder / "bot.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                env={**clean, **ours, **self.settings},
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> None:
        """Wait until `/healthz` answers 200."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with (
                contextlib.suppress(OSError, urllib.error.URLError),
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1) as answer,
            ):
                if answer.status == 200:
                    return
            time.sleep(0.005)
        raise TimeoutError(f"the bot does not come; {self.end_of_log()}")

    def wait_for_answers(self, count: int) -> None:
        """Wait until Telegram has taken so many messages, however long it takes while some come all the time."""
        reached = 0
        while reached < count:
            reached = min(reached + 500, count)
            try:
                self.fake.wait_calls("sendMessage", reached, timeout=PATIENCE_S)
            except TimeoutError as fault:
                raise TimeoutError(f"{fault}; {self.end_of_log()}") from None

    def end_of_log(self) -> str:
        return f"its log ends: {(self.folder / 'bot.log').read_text()[-2000:]}"


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL, and wait until it is gone."""
    process.send_signal(signal.SIGKILL)
    process.wait()
