"""
Lets the real bot receive strange updates from the fake Telegram over HTTP, and judges what it makes of them.

After each batch somebody writes to whom nothing strange has happened: they must be answered.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.bootstrap import open_transport
from bot.channels.telegram.channel import TelegramChannel
from bot.service.clock import SystemClock
from bot.service.desk import Desk
from bot.service.reading import Reader
from bot.settings import Settings
from tests.fake_telegram.client import Call, FakeTelegram
from tests.fuzz.decided import Decision, decided
from tests.fuzz.strange import Maker, Strange

BATCH: Final = 99
#: Updates after which the fake forgets what it has seen, so that its memory is bounded.
FORGET_EVERY: Final = 100 * BATCH
#: Seconds until everybody is served on a busy machine, and then for what nobody waits for.
PATIENCE_S: Final = 60.0
ERRAND_S: Final = 20.0
_BACKEND_TIMEOUT_S: Final = 5.0
_WRITES: Final = ("sendMessage", "editMessageText")


@dataclass(kw_only=True)
class Outcome:
    """What was found; without `faults` it is a success."""

    updates: int = 0
    #: How many there were of each decision.
    decisions: Counter[Decision] = field(default_factory=Counter)
    #: (type, field, manner), and how many there could be.
    spoilt: set[tuple[str, str, str]] = field(default_factory=set)
    spoilable: int = 0
    faults: list[str] = field(default_factory=list)


async def fuzz(
    fake: FakeTelegram, reader: Reader, spec: Path, folder: Path, *, updates: int, seed: int = 1
) -> Outcome:
    """
    Run it; the first fault ends it.

    Args:
        fake: Nobody has talked to it.
        reader: The content.
        spec: The specification of the Bot API.
        folder: For the database and the accounts.
        updates: How many strange ones.
        seed: Of everything that is drawn.
    """
    persons = itertools.count(1_000_000)
    maker = Maker(json.loads(await asyncio.to_thread(spec.read_text, "utf-8"))["types"], random.Random(seed))
    strange, found = maker.updates(persons), Outcome(spoilable=maker.spoilable)
    async with _bot(fake, reader, folder) as (desk, store, receiving):
        while found.updates < updates and not found.faults:
            if found.updates % FORGET_EVERY == 0:
                await asyncio.to_thread(fake.reset)
            batch = list(itertools.islice(strange, min(BATCH, updates - found.updates)))
            _note(found, batch)
            found.faults += await _play(fake, desk, batch, next(persons))
            if receiving.done():
                found.faults.append(f"the channel ended: {receiving.exception()!r}")
        now = SystemClock().now() + timedelta(days=1)
        aside = await store.read(lambda view: view.set_aside())
        left = await store.read(lambda view: view.unprocessed((TelegramChannel.name,), now))
    found.faults += [f"a turn failed: {each}" for each in aside] + [
        f"never processed: {each}" for each in left
    ]
    return found


def _note(found: Outcome, batch: Sequence[Strange]) -> None:
    found.updates += len(batch)
    found.decisions.update(map(decided, batch))
    found.spoilt |= {each for update in batch for each in update.spoilt}


async def _play(fake: FakeTelegram, desk: Desk, batch: Sequence[Strange], behind: int) -> list[str]:
    """Let a batch arrive, and somebody behind it; return what went wrong."""
    seen = await asyncio.to_thread(_last_call, fake)
    queued = [(update.kind, update.body, update.person) for update in batch]
    await asyncio.to_thread(fake.unasked, queued)
    await asyncio.to_thread(fake.say, behind, "no sms code")
    try:
        await asyncio.to_thread(fake.wait_for, behind, timeout=PATIENCE_S)
        await asyncio.to_thread(fake.wait_confirmed, timeout=PATIENCE_S)
    except TimeoutError as fault:
        return [f"{fault}: nobody is served behind one of {_words(batch)}"]
    await desk.settle()
    deadline = time.monotonic() + ERRAND_S
    while missing := _missing(batch, calls := await asyncio.to_thread(fake.sent, since=seen)):
        if time.monotonic() > deadline:
            return [f"not answered: {update}" for update in missing]
        await asyncio.sleep(0.05)
    broken = [f"{rule.method}: {rule.description}" for rule in await asyncio.to_thread(fake.violations)]
    return broken + [f"not passed over: {update}" for update in _written_to(batch, calls)]


def _last_call(fake: FakeTelegram) -> int:
    calls = fake.sent()
    return calls[-1].n if calls else 0


def _missing(batch: Sequence[Strange], calls: Sequence[Call]) -> list[Strange]:
    written = {call.chat_id for call in calls if call.applied and call.method in _WRITES}
    pressed = {
        str(call.params.get("callback_query_id")) for call in calls if call.method == "answerCallbackQuery"
    }
    done: Mapping[Decision, frozenset[int]] = {
        "answer": frozenset(update.person for update in batch if update.person in written),
        "press": frozenset(update.person for update in batch if str(update.person) in pressed),
    }
    return [
        update for update in batch if (found := decided(update)) in done and update.person not in done[found]
    ]


def _written_to(batch: Sequence[Strange], calls: Sequence[Call]) -> Iterator[Strange]:
    written = {call.chat_id for call in calls if call.method in _WRITES}
    return (update for update in batch if decided(update) == "pass over" and update.person in written)


def _words(batch: Sequence[Strange]) -> str:
    return "; ".join(f"{update.kind} {update.spoilt}" for update in batch)


@asynccontextmanager
async def _bot(
    fake: FakeTelegram, reader: Reader, folder: Path
) -> AsyncIterator[tuple[Desk, SqlStore, asyncio.Task[None]]]:
    url = f"sqlite:///{folder / 'sparekey.db'}"
    await asyncio.to_thread(migrate.upgrade, url)
    store, accounts = SqlStore(url), DemoAccounts(folder / "accounts.db", clock=SystemClock())
    transport = open_transport(Settings(telegram_token=fake.token, telegram_api=fake.url))
    channel = TelegramChannel(transport, pictures=True)
    desk = Desk(
        store=store,
        reader=reader,
        backend=accounts,
        clock=SystemClock(),
        channels=[channel],
        backend_timeout_s=_BACKEND_TIMEOUT_S,
    )
    await desk.start()
    receiving = asyncio.create_task(channel.run(desk.receive))
    try:
        yield desk, store, receiving
    finally:
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)
        await desk.stop()
        await channel.close()
        await accounts.close()
        await store.close()
