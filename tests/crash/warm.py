"""
Starts the bot over and over without paying for its imports each time: `python -m tests.crash.warm`.

Everything is imported once; each line on standard input (JSON: environment, log file) forks a process that runs
`sparekey serve` from its first line on. What is printed is the new process's id. The kill, the database and the network
are as real as they get; only loading the code is not repeated.
"""

from __future__ import annotations

import json
import os
import signal

import bot.bootstrap
import bot.channels.health
import bot.channels.telegram.aiogram_transport
import bot.channels.telegram.channel  # noqa: F401
from bot.cli import main


def serve(environment: dict[str, str], log: str) -> int:
    """Be the bot."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    return main(["serve"])


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who are killed
    print("ready", flush=True)
    for line in os.fdopen(os.dup(0)):  # the bot finds its own standard input unread
        order = json.loads(line)
        if (child := os.fork()) == 0:
            os._exit(serve(order["environment"], order["log"]))
        print(child, flush=True)
