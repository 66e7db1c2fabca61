"""Who writes what, and when: every chat tells the same story, so that each answer has its place."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.rehearsal.person import playing
from bot.service.reading import Reader
from tests.fake_telegram.client import FakeTelegram

FIRST: Final = "no sms code"
#: Goes round for ever; each text has an answer of its own.
ROUND: Final = ("1", "/help", "back")
FIRST_CHAT: Final = 1_001
FLOODER: Final = 999
TICK_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Written:
    """One update to be."""

    due_s: float
    chat: int
    text: str


def text(number: int) -> str:
    """Return the text of the story with this number, from 0."""
    return ROUND[(number - 1) % len(ROUND)] if number else FIRST


async def replies(reader: Reader, count: int) -> tuple[str, ...]:
    """Return what the bot answers to the first texts of the story, as it does without any chat service."""
    with tempfile.TemporaryDirectory() as folder:
        async with playing(reader, Path(folder)) as person:
            said = [await person.say(text(number), message=str(number)) for number in range(count)]
    assert all(len(answer) == 1 for answer in said), "each text has one answer"
    return tuple(answer[0].text for answer in said)


def crowd(updates: int, per_second: float, chats: int, seed: int) -> tuple[Written, ...]:
    """Let people write one after the other, in another order each time round."""
    chance, order = random.Random(seed), list(range(FIRST_CHAT, FIRST_CHAT + chats))
    found: list[Written] = []
    for number in range(updates):
        if number % chats == 0:
            chance.shuffle(order)
        found.append(Written(number / per_second, order[number % chats], text(number // chats)))
    return tuple(found)


def flood(seconds: float, per_second: float) -> tuple[Written, ...]:
    """Let one person write without end."""
    return tuple(
        Written(number / per_second, FLOODER, text(number)) for number in range(int(seconds * per_second))
    )


def write(fake: FakeTelegram, everything: Sequence[Written]) -> float:
    """Let it be written when it is due; return how late the last of it was, seconds."""
    began, late = time.monotonic(), 0.0
    for tick in _ticks(sorted(everything, key=lambda each: each.due_s)):
        late = time.monotonic() - began - tick[-1].due_s
        if late < 0:
            time.sleep(-late)
        fake.say_many([(each.chat, each.text) for each in tick])
    return max(late, 0.0)


def _ticks(everything: Sequence[Written]) -> Iterator[list[Written]]:
    tick: list[Written] = []
    for each in everything:
        if tick and each.due_s - tick[0].due_s >= TICK_S:
            yield tick
            tick = []
        tick.append(each)
    if tick:
        yield tick
