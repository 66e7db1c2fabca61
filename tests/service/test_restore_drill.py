"""
The restore drill: backups are taken while people are helped, each is restored elsewhere, and the same updates come again.

Told apart are a turn that is in the backup and one that is not; there is nothing between.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path

from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage import backup, migrate
from bot.adapters.storage.store import SqlStore
from bot.core.conversation import Conversation
from bot.core.events import TextReceived
from bot.ports import Incoming, Lane, Store
from bot.service.desk import Desk
from bot.service.reading import Reader
from bot.testing import CollectingChannel, ManualClock, MemoryStore
from tests.playing import MORNING
from tests.service.test_durable_turns import TO_THE_CODE

#: Each of the first three asks for a code for an account of their own; the others stop on the way, or get a human.
ACCOUNTS = ("mei", "camille", "alex")
LANES = tuple(Lane("collecting", f"person{number}") for number in range(12))
SAID = {
    lane: [*TO_THE_CODE, ACCOUNTS[number]]
    if number < len(ACCOUNTS)
    else [*TO_THE_CODE[:number], "human", "thanks"]
    for number, lane in enumerate(LANES)
}
#: Everybody talks at once, word by word.
UPDATES = tuple(
    Incoming(
        lane=lane, event=TextReceived(id=f"telegram:{count * 100 + number}", at=MORNING, text=words[count])
    )
    for count in range(max(map(len, SAID.values())))
    for number, (lane, words) in enumerate(SAID.items())
    if count < len(words)
)
#: A backup begins whenever so many updates were delivered.
BETWEEN = 17


@dataclass
class Service:
    """A desk with what it works with."""

    desk: Desk
    channel: CollectingChannel
    store: Store
    accounts: DemoAccounts

    async def states(self) -> dict[Lane, Conversation]:
        """Where everybody is; a conversation that began again has another name and case code."""
        found = await self.store.read(lambda view: {lane: view.conversation(lane) for lane in LANES})
        return {
            lane: replace(each, id="", case_code=None) for lane, each in found.items() if each is not None
        }


@asynccontextmanager
async def serving(reader: Reader, store: Store, accounts: Path) -> AsyncIterator[Service]:
    clock = ManualClock(MORNING)
    channel = CollectingChannel()
    service = DemoAccounts(accounts, clock=clock)
    desk = Desk(
        store=store, reader=reader, backend=service, clock=clock, channels=[channel], backend_timeout_s=5
    )
    await desk.start()
    try:
        yield Service(desk, channel, store, service)
    finally:
        await desk.stop()
        await service.close()
        await store.close()


def opened(file: Path) -> SqlStore:
    migrate.upgrade(f"sqlite:///{file}")
    return SqlStore(f"sqlite:///{file}")


async def deliver(service: Service, updates: Sequence[Incoming]) -> None:
    for update in updates:
        await service.desk.receive([update])


async def test_a_backup_taken_at_any_moment_leads_to_the_same_states(reader: Reader, tmp_path: Path) -> None:
    # The account system is another one: it goes back with no backup, and answers a call that it knows as it did before.
    live, accounts = tmp_path / "sparekey.db", tmp_path / "accounts.db"
    async with serving(reader, MemoryStore(), accounts) as pure:
        await deliver(pure, UPDATES)
        await pure.desk.settle()
        expected, codes = await pure.states(), len(await pure.accounts.inbox())
    assert len(expected) == len(LANES)
    assert codes >= len(ACCOUNTS), "codes are asked for, or this drill would prove little"

    copies = [tmp_path / f"copy{number}.db" for number in range(len(UPDATES) // BETWEEN + 1)]
    async with serving(reader, opened(live), accounts) as service:
        taking = []
        for number, copy in enumerate(copies):
            await deliver(service, UPDATES[number * BETWEEN : (number + 1) * BETWEEN])
            taking.append(asyncio.create_task(asyncio.to_thread(backup.backup, f"sqlite:///{live}", copy)))
        await asyncio.gather(*taking)
        await service.desk.settle()
        assert await service.states() == expected

    moments = set()
    for number, copy in enumerate(copies):
        moments.add(assert_whole(copy))
        restored = tmp_path / f"restored{number}" / "sparekey.db"
        restored.parent.mkdir()
        backup.restore(f"sqlite:///{restored}", copy)
        doubtful = claimed(restored)
        async with serving(reader, opened(restored), accounts) as again:
            await deliver(again, UPDATES)
            await again.desk.settle()
            states = await again.states()
            # A code was asked for at the very moment: nobody knows whether it came, and that is what the person is told.
            assert {lane for lane in LANES if states[lane] != expected[lane]} <= doubtful
            assert len(await again.accounts.inbox()) == codes, "nobody gets a second code"
            assert isinstance(again.store, SqlStore)
            assert (await again.store.verify_audit()).broken_at is None
        assert assert_whole(restored) > len(UPDATES)
    assert len(moments) > len(copies) // 2, "the backups are of different moments"


def assert_whole(file: Path) -> int:
    """Assert that every turn is there or is not; returns how many are."""
    with closing(sqlite3.connect(file)) as database:
        turns = dict(
            database.execute("SELECT contact, count(*) FROM inbox WHERE status = 'done' GROUP BY contact")
        )
        saved = dict(database.execute("SELECT contact, sum(version) FROM conversations GROUP BY contact"))
        kinds = {kind for (kind,) in database.execute("SELECT DISTINCT status FROM inbox")}
        said = dict(
            database.execute(
                "SELECT contact, count(*) FROM messages JOIN conversations ON conversation = id "
                "WHERE direction = 'incoming' GROUP BY contact"
            )
        )
        words = dict(
            database.execute(
                "SELECT contact, count(*) FROM inbox WHERE status = 'done' AND event LIKE 'telegram:%' "
                "AND event NOT LIKE '%:r' GROUP BY contact"
            )
        )
    assert turns == saved, "each turn saves the conversation once and ends one event"
    assert said == words, "what was processed stands in the transcript, once"
    assert kinds <= {"done", "pending"}
    return sum(turns.values())


def claimed(file: Path) -> set[Lane]:
    """The lanes with a call that had begun and not ended."""
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute(
            "SELECT channel, contact FROM commands WHERE status = 'claimed' AND kind = 'CallBackend'"
        )
        return {Lane(*row) for row in rows}
