"""
Random conversations through the whole service, on stores that must not show.

People press buttons that they are shown, old ones, type what is not understood, let time pass; the account system fails now and
then. Everything is drawn from a seed, so two stores that answer alike are asked alike.
"""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot.adapters.accounts.demo import DemoAccounts
from bot.core.commands import SendMessage
from bot.ports import Line, Store
from bot.rehearsal.person import MORNING, Person
from bot.service.desk import Desk
from bot.service.reading import Reader
from bot.testing import CollectingChannel, ManualClock

TEXTS: Final = (
    "no sms code", "收不到验证码", "je ne reçois pas le mail", "new phone, authenticator gone", "my account is locked",
    "mei", "nobody@example.com", "+886936130000", "0936130000", "Taiwan", "yes", "no", "back", "human", "start again",
    "what?", "my code is 482913", "and my e-mail does not work either", "thanks", "it works now", "x" * 300, "🙂", "stop",
)  # fmt: skip
#: What is drawn anew for each conversation: its case code and its id.
_DRAWN: Final = re.compile(r"R-\w{5}-\w{5}|\b[0-9a-f]{32}\b")
FAULTS: Final = ("unavailable", "rate_limited", "lost", "unknown")
_STEPS: Final = (4, 14)


@dataclass(frozen=True)
class Seen:
    """What one person saw, and what the store keeps of it."""

    messages: tuple[str, ...]
    transcript: tuple[str, ...]


@asynccontextmanager
async def service(
    store: Store, reader: Reader, folder: Path
) -> AsyncIterator[tuple[Desk, CollectingChannel, ManualClock, DemoAccounts]]:
    """The service on a store, with a fresh account system and a clock at its beginning."""
    clock, channel = ManualClock(MORNING), CollectingChannel()
    accounts = DemoAccounts(folder.with_suffix(".accounts.db"), clock=clock)
    desk = Desk(
        store=store, reader=reader, backend=accounts, clock=clock, channels=[channel], backend_timeout_s=5
    )
    await desk.start()
    try:
        yield desk, channel, clock, accounts
    finally:
        await desk.stop()
        await accounts.close()


async def talk(
    seed: str,
    store: Store,
    running: tuple[Desk, CollectingChannel, ManualClock, DemoAccounts],
) -> Seen:
    """One person's conversation."""
    desk, channel, clock, accounts = running
    chance = random.Random(seed)
    person = Person(desk, channel, clock, store, accounts, seed)
    messages = list(await person.say(chance.choice(TEXTS)))
    for _ in range(chance.randint(*_STEPS)):
        messages += await _step(person, chance, messages)
    conversation = await person.conversation()
    transcript = await store.read(lambda view: view.transcript(conversation.id))
    return Seen(tuple(map(_shown, messages)), tuple(map(_kept, transcript)))


async def _step(person: Person, chance: random.Random, messages: list[SendMessage]) -> list[SendMessage]:
    shown = messages[-1].choices if messages else ()
    match chance.randrange(10):
        case 0:
            return await person.wait(timedelta(seconds=chance.choice((5, 61, 700, 90_000))))
        case 1:
            await person.accounts.force(chance.choice(FAULTS))
            return []
        case 2 | 3:
            return await person.say(chance.choice(TEXTS))
        case 4 if shown:
            return await person.pick(chance.choice(shown).id, screen=chance.randrange(4))
    if shown:
        return await person.pick(chance.choice(shown).id)
    return await person.say(chance.choice(TEXTS))


def _shown(message: SendMessage) -> str:
    """A message without what is drawn anew."""
    return _DRAWN.sub("#", repr(message))


def _kept(line: Line) -> str:
    return _DRAWN.sub("#", repr(line))
