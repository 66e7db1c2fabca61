"""
Starts the bot over and over without paying for its imports each time: `python -m tests.crash.warm`.

Everything is imported once; each line on standard input (see `orders`) forks a process that runs `sparekey serve`, or
another verb, from its first line on. What is printed is the new process's id. The kill, the database and the network are as
real as they get; only loading the code is not repeated.
"""

from __future__ import annotations

import os
import signal
from datetime import datetime, timedelta

import bot.channels.telegram.channel
import bot.channels.telegram.ptb_transport
import bot.channels.web
import bot.running  # noqa: F401
from bot.cli import main
from bot.service.clock import SystemClock
from tests.crash.orders import Order, read
from tests.crash.points import POINTS, arm


def carry_out(order: Order) -> int:
    """Be the process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(order.environment)
    output = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if order.trap is not None:
        arm(POINTS[order.trap.point].places[order.trap.place], order.trap.passing)
    if order.shift_s:
        shift_clock(timedelta(seconds=order.shift_s))
    return main(list(order.arguments))


def shift_clock(shift: timedelta) -> None:
    """Let this process believe that it is earlier or later."""
    right = SystemClock.now

    def wrong(self: SystemClock) -> datetime:
        return right(self) + shift

    SystemClock.now = wrong  # type: ignore[method-assign]


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who are killed
    print("ready", flush=True)
    for line in os.fdopen(os.dup(0)):  # the bot finds its own standard input unread
        order = read(line)
        if (child := os.fork()) == 0:
            os._exit(carry_out(order))
        print(child, flush=True)
