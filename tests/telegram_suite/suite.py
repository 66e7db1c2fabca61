"""Plays conversation tests through Telegram and compares what was said with what is said without it."""

from __future__ import annotations

import asyncio
import difflib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.rehearsal.cases import Case
from bot.rehearsal.player import Play, play, play_all
from bot.service.reading import Reader
from tests.fake_telegram.client import FakeTelegram
from tests.telegram_suite.ways import Way, opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one way."""

    way: Way
    plays: int
    steps: int
    #: What did not hold, or read otherwise.
    differences: tuple[str, ...]


def in_memory(cases: Sequence[Case], reader: Reader) -> tuple[Play, ...]:
    """Play cases without any chat service."""
    with tempfile.TemporaryDirectory() as directory:
        return play_all(cases, reader, Path(directory))


def through(way: Way, plays: Sequence[Play], reader: Reader, fake: FakeTelegram) -> Outcome:
    """
    Play through Telegram what was played in memory.

    Args:
        way: How the bot and Telegram talk.
        plays: In memory; everything in them held.
        reader: The content.
        fake: Nobody has talked to it.

    Returns:
        What came of it; an empty `differences` is a success.
    """
    found = asyncio.run(_through(way, plays, reader, fake))
    steps = sum(len(each.case.steps) for each in plays)
    return Outcome(way=way, plays=len(plays), steps=steps, differences=tuple(found))


async def _through(way: Way, plays: Sequence[Play], reader: Reader, fake: FakeTelegram) -> list[str]:
    found: list[str] = []
    with tempfile.TemporaryDirectory() as directory:
        async with opened(way, fake) as staging:
            for number, expected in enumerate(plays):
                played = await play(expected.case, reader, _fresh(directory, number), staging)
                found += _differences(way, expected, played)
    return found + [f"{way}: {rule.method}: {rule.description}" for rule in fake.violations()]


def _fresh(directory: str, number: int) -> Path:
    own = Path(directory, str(number))
    own.mkdir()
    return own


def _differences(way: Way, expected: Play, played: Play) -> Iterator[str]:
    if played.failure is not None:
        yield f"{way}: {played.failure}"
    elif played.transcript != expected.transcript:
        there, here = (each.transcript.splitlines(keepends=True) for each in (expected, played))
        yield "".join(difflib.unified_diff(there, here, f"{expected.case.path}, in memory", str(way)))
