"""Somebody who writes hundreds of messages at once waits alone, costs no memory, and is told what was left out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.core.commands import SendMessage
from bot.core.events import TextReceived, TimerFired
from bot.core.vocabulary import Action, Direction
from bot.ports import Incoming, Lane
from bot.service.desk import Desk
from bot.service.flood import KEPT, MOST
from bot.service.messages import MAX_WAITING
from bot.service.reading import Reader
from bot.testing import CollectingChannel, ManualClock
from tests.playing import MORNING

#: More than fits into one unit of work that leaves out.
MANY = 3 * MOST
FLOODER, OTHER = Lane("collecting", "flooder"), Lane("collecting", "other")


class _Slow(CollectingChannel):
    """A chat service that takes messages of one contact when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.open = asyncio.Event()

    async def send(self, contact: str, message: SendMessage) -> None:
        if contact == FLOODER.contact:
            await self.open.wait()
        await super().send(contact, message)

    def texts(self, lane: Lane) -> list[str]:
        return [message.text for contact, message in self.sent if contact == lane.contact]


class Flooded:
    """A desk, and what is in its store."""

    def __init__(self, store: SqlStore, desk: Desk, channel: _Slow, clock: ManualClock) -> None:
        self.store, self.desk, self.channel, self.clock = store, desk, channel, clock
        self.number = 0

    async def writes(self, lane: Lane, *texts: str) -> None:
        batch = []
        for words in texts:
            self.number += 1
            event = TextReceived(id=f"{lane.contact}:{self.number}", at=self.clock.now(), text=words)
            batch.append(Incoming(lane=lane, event=event))
        await self.desk.receive(batch)

    async def waiting(self, lane: Lane) -> int:
        return len(await self.store.read(lambda view: view.waiting(lane, 10 * MANY)))

    async def until_full(self) -> None:
        """Wait until as many answers wait as may."""
        lines = self.desk._messages._lines
        async with asyncio.timeout(20):
            while FLOODER not in lines or len(lines[FLOODER].waiting) < MAX_WAITING:
                await asyncio.sleep(0.01)

    async def settle(self) -> None:
        self.channel.open.set()
        await self.desk.settle()


@pytest.fixture(name="flooded")
async def _flooded(database_url: str, tmp_path: Path, reader: Reader) -> AsyncIterator[Flooded]:
    migrate.upgrade(database_url)
    store, channel, clock = SqlStore(database_url), _Slow(), ManualClock(MORNING)
    accounts = DemoAccounts(tmp_path / "accounts.db", clock=clock)
    desk = Desk(
        store=store, reader=reader, backend=accounts, clock=clock, channels=[channel], backend_timeout_s=5
    )
    await desk.start()
    yield Flooded(store, desk, channel, clock)
    await desk.stop()
    await accounts.close()
    await store.close()


async def test_no_more_than_a_few_answers_wait_in_memory_and_nobody_else_waits(flooded: Flooded) -> None:
    await flooded.writes(FLOODER, *["hello"] * MANY)
    await flooded.writes(OTHER, "the sms code never comes")
    async with asyncio.timeout(20):
        while not flooded.channel.texts(OTHER):
            await asyncio.sleep(0.01)
    await flooded.until_full()
    line = flooded.desk._messages._lines[FLOODER]
    assert len(line.waiting) == MAX_WAITING
    assert await flooded.waiting(FLOODER) == MANY - MAX_WAITING, "what is not answered yet waits in the store"


async def test_the_newest_messages_are_read_and_the_person_is_told_once(flooded: Flooded) -> None:
    await flooded.writes(FLOODER, *["hello"] * (MANY - 1), "je ne reçois pas le code par sms")
    await flooded.until_full()
    await flooded.settle()
    texts = flooded.channel.texts(FLOODER)
    assert await flooded.waiting(FLOODER) == 0
    assert sum("a lot at once" in text for text in texts) == 1
    assert len(texts) < MAX_WAITING + MOST + KEPT
    conversation = await flooded.store.read(lambda view: view.conversation(FLOODER))
    assert conversation is not None
    assert conversation.stack, "the last message was read, and began a flow"
    lines = await flooded.store.read(lambda view: view.transcript(conversation.id))
    assert [line.text for line in lines if line.direction is Direction.ACTIVITY].count(
        Action.MESSAGES_PASSED_OVER
    ) == 1


async def test_what_the_program_itself_is_waiting_for_is_never_left_out(flooded: Flooded) -> None:
    """A result of a call or a timer stands between the messages."""
    fired = TimerFired(id="c:remind:1", at=flooded.clock.now(), timer="remind")
    await flooded.writes(FLOODER, *["hello"] * MOST)
    await flooded.store.write(lambda tx: tx.receive(Incoming(lane=FLOODER, event=fired)))
    await flooded.writes(FLOODER, *["hello"] * MOST)
    await flooded.until_full()
    await flooded.settle()
    turns = await flooded.store.read(lambda view: view.conversation(FLOODER))
    assert turns is not None
    answers = len(flooded.channel.texts(FLOODER)) - 1
    assert turns.version == answers + 1, (
        "each message that was read has an answer, the timer has a turn and none"
    )


async def test_a_dozen_lines_at_once_are_all_read(flooded: Flooded) -> None:
    await flooded.writes(OTHER, *["hello"] * 12)
    await flooded.settle()
    assert len(flooded.channel.texts(OTHER)) == 12
