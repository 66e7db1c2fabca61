"""The real `sparekey serve` with the widget's server, as a process that can be stopped, killed and started again where it was."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.program import PATIENCE_S, SPAREKEY, environment


class Bot:
    """One process at a time, on one port and one database."""

    def __init__(self, folder: Path, origins: Sequence[str], *options: str, **settings: str) -> None:
        self._command = [SPAREKEY, "serve", *options]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = environment(
            SPAREKEY_HOST="127.0.0.1",
            SPAREKEY_PORT=self.port,
            SPAREKEY_DATA_DIR=folder,
            SPAREKEY_WIDGET_ORIGINS=",".join(origins),
            **settings,
        )
        self.folder = folder
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=log)
        late = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < late, self._log.read_text()
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process and wait for it."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE_S)
            self._process = None

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return self._log.read_text()


@contextmanager
def bot(folder: Path, origins: Sequence[str], *options: str, **settings: str) -> Iterator[Bot]:
    """Run a bot for sites at these origins."""
    folder.mkdir(exist_ok=True)
    running = Bot(folder, origins, *options, **settings)
    os.environ.setdefault("NO_PROXY", "127.0.0.1,localhost")
    running.start()
    try:
        yield running
    finally:
        running.stop()


def config(bot: Bot, origin: str) -> Any:
    """Ask the server what a widget shows before anything was said."""
    answer = httpx.get(
        f"{bot.address}/v1/widget/config",
        headers={"Origin": origin, "Sparekey-Embed": origin},
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def incident(bot: Bot, origin: str) -> object:
    """Ask the server what is broken."""
    return config(bot, origin)["incident"]
