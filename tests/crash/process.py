"""Starting and killing the real bot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.crash.orders import Order, Trap

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Setting:
    """Where a bot works."""

    folder: Path
    token: str
    api: str
    #: The address of a PostgreSQL database; empty: a file in the folder.
    url: str = ""

    @property
    def log(self) -> Path:
        return self.folder / "bot.log"

    @property
    def database(self) -> Path:
        return self.folder / "sparekey.db"

    @property
    def accounts(self) -> Path:
        return self.folder / "demo-accounts.db"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SPAREKEY_TELEGRAM_TOKEN": self.token,
            "SPAREKEY_TELEGRAM_API": self.api,
            "SPAREKEY_DATA_DIR": str(self.folder),
            "SPAREKEY_DATABASE_URL": self.url,
            "SPAREKEY_PORT": "0",
            # Kills should fall among many messages at once.
            "SPAREKEY_TELEGRAM_RATE": "0",
            # One for all starts: what is tested is the crash, not the proof of the content.
            "SPAREKEY_CACHE_DIR": str(ROOT / ".cache"),
            "SPAREKEY_SEMANTIC": "off",
        }


class Warm:
    """Starts processes quickly: see `warm`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, setting: Setting, *arguments: str, trap: Trap | None = None, shift_s: float = 0) -> int:
        """Start a bot, or another verb of the program; return the process's id."""
        assert self._process.stdin
        assert self._process.stdout
        order = Order(
            arguments=arguments or ("serve",),
            environment=setting.environment,
            log=str(setting.log),
            trap=trap,
            shift_s=shift_s,
        )
        self._process.stdin.write(order.line())
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def warmed() -> Iterator[Warm]:
    """The process that has everything imported."""
    command = [sys.executable, "-m", "tests.crash.warm"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            if process.stdout.readline() != "ready\n":
                raise RuntimeError("the bot's modules cannot be imported; standard error says why")
            yield Warm(process)
        finally:
            process.terminate()


def start(setting: Setting) -> subprocess.Popen[bytes]:
    """Starts a bot as everybody does."""
    with setting.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            cwd=ROOT,
            env=os.environ | setting.environment,
            stdout=log,
            stderr=log,
        )


def kill(pid: int) -> None:
    """SIGKILL, and wait until the process is gone. Raises ProcessLookupError if it ended by itself before."""
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while is_alive(pid):
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} does not die")
        time.sleep(0.001)


def is_alive(pid: int) -> bool:
    """Tell whether a process goes on; one that is dead and not asked for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
