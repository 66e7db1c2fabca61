"""
`make cluster`: a PostgreSQL server and four bots at it, to play with.

With SPAREKEY_TELEGRAM_TOKEN set they serve that bot. Without, a fake Telegram stands in: what you type is what a person writes, and what
the person sees is printed. Kill a bot (`kill -9 PID`, from elsewhere or by `!PID` here), freeze it (`kill -STOP PID`), and go on
typing. Everything is gone at the end.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.bootstrap import load_reader
from bot.settings import Settings
from tests.fake_telegram.__main__ import spec_path
from tests.fake_telegram.client import FakeTelegram
from tests.fake_telegram.process import running
from tests.postgres.cluster import serving

ROOT: Final = Path(__file__).resolve().parents[2]
#: The person who types.
PERSON: Final = 7001
_LOOK_S: Final = 0.1


def main() -> int:
    """Run until the input ends."""
    parser = argparse.ArgumentParser(prog="make cluster", description=__doc__)
    parser.add_argument("--processes", type=int, default=4)
    options = parser.parse_args()
    environment = dict(os.environ)
    with contextlib.ExitStack() as stack:
        fake = None
        if not environment.get("SPAREKEY_TELEGRAM_TOKEN"):
            if not spec_path().is_file():
                print(f"Set SPAREKEY_TELEGRAM_TOKEN: the fake Telegram needs {spec_path()}.", file=sys.stderr)
                return 2
            fake = stack.enter_context(running())
            environment |= {"SPAREKEY_TELEGRAM_TOKEN": fake.token, "SPAREKEY_TELEGRAM_API": fake.url}
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sparekey-cluster-")))
        cluster = stack.enter_context(serving(durable=True))
        environment |= {
            "SPAREKEY_DATABASE_URL": cluster.url(cluster.create()),
            "SPAREKEY_DATA_DIR": str(folder),
            "SPAREKEY_CACHE_DIR": str(ROOT / ".cache"),
            "SPAREKEY_PORT": "0",
            "SPAREKEY_SEMANTIC": environment.get("SPAREKEY_SEMANTIC", "off"),
        }
        load_reader(Settings(cache_dir=ROOT / ".cache"))  # once, not by each of them at the same time
        bots = [stack.enter_context(_serving(environment)) for _ in range(options.processes)]
        print(
            f"{cluster.url('postgres')} (process {cluster.pid}); bots: {', '.join(str(bot.pid) for bot in bots)}"
        )
        print(
            "Type what a person writes; !PID kills that bot; Ctrl-D ends it." if fake else "Ctrl-D ends it."
        )
        if fake is not None:
            fake.user(PERSON)
            stack.enter_context(_showing(fake))
        for line in sys.stdin:
            if line.startswith("!"):
                os.kill(int(line[1:]), signal.SIGKILL)
            elif fake is not None and line.strip():
                fake.say(PERSON, line.strip())
    return 0


@contextlib.contextmanager
def _serving(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environment) as bot:
        try:
            yield bot
        finally:
            bot.terminate()


@contextlib.contextmanager
def _showing(fake: FakeTelegram) -> Iterator[None]:
    """Print what the person is sent."""
    ended = threading.Event()
    thread = threading.Thread(target=_show, args=(fake, ended))
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _show(fake: FakeTelegram, ended: threading.Event) -> None:
    shown = 0
    while not ended.wait(_LOOK_S):
        messages = fake.chat(PERSON).from_bot
        for message in messages[shown:]:
            buttons = " ".join(f"[{label}]" for row in message.buttons for label in row)
            print(f"\n{message.text}\n{buttons}", flush=True)
        shown = len(messages)


if __name__ == "__main__":
    raise SystemExit(main())
