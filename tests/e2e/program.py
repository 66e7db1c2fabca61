"""The real `sparekey`, as a process of its own; every warning in it is an error."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SPAREKEY = Path(sys.executable).with_name("sparekey")
#: Seconds; a start takes two, on a loaded machine more.
PATIENCE_S = 60

#: One for all tests, so that the content is proved once and not at every start.
CACHE = ROOT / ".cache"

Said = dict[str, Any]


def environment(**settings: object) -> dict[str, str]:
    """The environment of the tests without any settings but these."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SPAREKEY_")}
    # Without the second tier: what is tested must not hang on what is installed.
    ours = {"PYTHONWARNINGS": "error", "SPAREKEY_CACHE_DIR": str(CACHE), "SPAREKEY_SEMANTIC": "off"}
    return {**clean, **ours, **{name: str(value) for name, value in settings.items()}}


def run(*arguments: str | bytes, typed: bytes = b"", **settings: object) -> subprocess.CompletedProcess[str]:
    """Run `sparekey` to its end; no traceback may be seen, whatever happens."""
    done = subprocess.run(
        [SPAREKEY, *arguments],
        input=typed,
        capture_output=True,
        env=environment(**settings),
        timeout=PATIENCE_S,
        check=False,
    )
    words = subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    )
    assert "Traceback" not in words.stdout + words.stderr, words.stderr
    return words


def faults(done: subprocess.CompletedProcess[str]) -> list[Said]:
    """The errors that `check --json` found, less the days of review that have passed since: they come by themselves."""
    found = [json.loads(line) for line in done.stdout.splitlines()]
    problems = [each for each in found if "proof" not in each]
    errors = [each for each in problems if each["severity"] == "error"]
    return [each for each in errors if "was to be reviewed by" not in each["message"]]


class Chat:
    """A conversation with `sparekey chat --jsonl`, line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.turns = 0

    def say(self, line: str) -> list[Said]:
        """Type a line and return what is answered to it."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        self.turns += 1
        answer = []
        while (said := self.hear()) != {"turn": self.turns}:
            answer.append(said)
        return answer

    def hear(self) -> Said:
        """Wait for the next object."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the chat ended"
        heard: Said = json.loads(line)
        return heard


@contextmanager
def chatting(*arguments: str, **settings: object) -> Iterator[Chat]:
    """Start a chat; it is killed at the end if it has not ended by itself."""
    process = subprocess.Popen(
        [SPAREKEY, "chat", "--jsonl", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(**settings),
        # Whoever starts the tests in the background has Ctrl-C ignored, which a child would inherit.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with process:
        try:
            yield Chat(process)
        finally:
            process.kill()
