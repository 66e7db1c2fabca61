"""
The named points at which a bot dies: places in the program, and a side of each.

`arm` makes the process that it is called in kill itself there, in the very instruction, the n-th time it comes by. The
program knows nothing of this; a place that is not there any more makes `arm` raise.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import inspect
import itertools
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, NoReturn

#: Seconds that the rest of the program goes on at a place with a delay: a request is written, an acknowledgement sent.
DELAY_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process dies."""

    module: str
    #: A function, or a method with its class.
    name: str
    side: Literal["before", "after"]
    #: Let the other threads and tasks go on for a moment first.
    delay: bool = False
    #: Counts only with this in the address of something it is called with.
    only: str = ""
    #: Most often that the place is passed before it is time; 0: once more in each life.
    most: int = 3


@dataclass(frozen=True, slots=True)
class Point:
    """One moment of a turn's life."""

    what: str
    places: tuple[Place, ...]
    #: Whether only who calls the account system comes by.
    calling: bool = False
    #: Whether the bot is asked to stop, and dies while it does.
    stopping: bool = False


_TRANSACTION = "bot.adapters.storage.transaction"
_BOT_API = "bot.channels.telegram.bot_api"

POINTS: Final[dict[str, Point]] = {
    "K1": Point(
        "an update is read, and not stored",
        (Place("bot.service.intake", "Intake.receive", "before", most=1),),
    ),
    "K2": Point("stored, and not committed", (Place(_TRANSACTION, "SqlTransaction.receive", "after"),)),
    "K3": Point(
        "committed, and not acknowledged", (Place("bot.service.intake", "Intake.receive", "after", most=1),)
    ),
    "K4": Point("acknowledged, and not begun", (Place("bot.service.turn", "prepare", "before", delay=True),)),
    "K5": Point("in the middle of the turn", (Place("bot.service.turn", "step", "after"),)),
    "K6": Point("the turn is written, and not committed", (Place("bot.service.turn", "commit", "after"),)),
    "K7": Point(
        "the turn is committed, and nothing is sent", (Place("bot.service.desk", "Desk._execute", "before"),)
    ),
    "K8": Point("a message is about to be sent", (Place(_BOT_API, "BotApi.send_message", "before"),)),
    "K9": Point(
        "the request is written, and no answer read",
        (
            Place(
                "httpcore._async.http11",
                "AsyncHTTP11Connection._receive_response_headers",
                "before",
                delay=True,
                only="/sendMessage",
            ),
        ),
    ),
    "K10": Point("the answer is read, and not noted", (Place(_BOT_API, "BotApi.send_message", "after"),)),
    "K11": Point(
        "a message is sent and noted", (Place("bot.service.messages", "Messages._finish", "after"),)
    ),
    "K12": Point(
        "around a call of the account system",
        (
            Place("bot.service.account_system", "AccountSystem.make", "before", most=1),
            Place("bot.adapters.accounts.demo", "answer", "after", most=1),
            Place("bot.service.account_system", "AccountSystem.make", "after", most=1),
            Place("bot.service.calls", "Calls._returned", "before", most=1),
            Place("bot.service.calls", "Calls._returned", "after", most=1),
        ),
        calling=True,
    ),
    "K13": Point(
        "the account system looked a key up, and has done nothing yet",
        (Place("bot.adapters.accounts.demo_calls", "_stored_reply", "after", most=1),),
        calling=True,
    ),
    "K14": Point(
        "a timer fires",
        (
            Place("bot.service.timers", "Timers._fire", "before", most=1),
            Place(_TRANSACTION, "SqlTransaction.fire_timer", "after", most=1),
            Place("bot.service.timers", "Timers._fire", "after", most=1),
        ),
    ),
    "K15": Point(
        "secrets are removed, or the audit grows",
        (
            Place("bot.service.intake", "without_secrets", "after"),
            Place(_TRANSACTION, "SqlTransaction.add_audit", "before", most=1),
            Place(_TRANSACTION, "SqlTransaction.add_audit", "after", most=1),
        ),
    ),
    "K16": Point(
        "the schema is being made",
        (
            Place("alembic.ddl.impl", "DefaultImpl._exec", "before", most=0),
            Place("alembic.ddl.impl", "DefaultImpl._exec", "after", most=0),
        ),
    ),
    "K17": Point(
        "SIGTERM is being followed",
        (
            Place("bot.running", "_drain", "before", most=1),
            Place("bot.service.lanes", "Lanes.stop", "before", most=1),
            Place("bot.service.messages", "Messages.stop", "after", most=1),
            Place("bot.adapters.storage.store", "SqlStore.close", "before", most=1),
            Place("bot.adapters.storage.store", "SqlStore._finish", "before", most=1),
        ),
        stopping=True,
    ),
}


def arm(place: Place, passing: int) -> None:
    """Die the `passing`-th time the program comes by. Raises AttributeError or ImportError if there is no such place."""
    owner: Any = importlib.import_module(place.module)
    *path, name = place.name.split(".")
    for part in path:
        owner = getattr(owner, part)
    original = inspect.getattr_static(owner, name)
    if not inspect.isfunction(original):
        raise TypeError(f"{place.module}.{place.name} is no function")
    counter = itertools.count(1)

    def reached(arguments: tuple[Any, ...]) -> bool:
        return place.only in _address(place, arguments) and next(counter) == passing

    setattr(owner, name, _trapped(original, place, reached))


def _trapped(
    original: Callable[..., Any], place: Place, reached: Callable[[tuple[Any, ...]], bool]
) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(original):

        @functools.wraps(original)
        async def waiting(*arguments: Any, **named: Any) -> Any:
            if place.side == "before" and reached((*arguments, *named.values())):
                await asyncio.sleep(DELAY_S if place.delay else 0)
                die()
            result = await original(*arguments, **named)
            if place.side == "after" and reached((*arguments, *named.values())):
                die()
            return result

        return waiting

    @functools.wraps(original)
    def called(*arguments: Any, **named: Any) -> Any:
        if place.side == "before" and reached(arguments):
            time.sleep(DELAY_S if place.delay else 0)
            die()
        result = original(*arguments, **named)
        if place.side == "after" and reached(arguments):
            die()
        return result

    return called


def _address(place: Place, arguments: tuple[Any, ...]) -> str:
    return " ".join(str(getattr(each, "url", "")) for each in arguments) if place.only else ""


def die() -> NoReturn:
    """Be killed now."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("killed processes do not go on")
