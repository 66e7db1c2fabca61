"""
The cost of a durable turn with few and with many conversations stored.

For each engine two databases, one with 1,000 and one with 1,000,000 old conversations with their events, lines and effects,
written by plain SQL. Then the same people talk at both, in turn; the ratio of the medians is what to quote.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, text

from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.bootstrap import load_reader
from bot.core.codec import dump
from bot.core.conversation import Conversation
from bot.core.events import TextReceived
from bot.ports import Incoming, Lane
from bot.rehearsal.person import MORNING
from bot.service.desk import Desk
from bot.service.reading import Reader
from bot.settings import Settings
from bot.testing import CollectingChannel, ManualClock
from tests.postgres.cluster import serving

CACHE = Path(__file__).parents[1] / ".cache"
FEW, MANY = 1_000, 1_000_000
#: What each person says.
TEXTS = ("i dont recieve the code", "1", "3", "no")
#: Of each old conversation: events, lines and effects.
_OF_EACH = 4
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
_AT = "'2026-01-01T00:00:00.000000+00:00'"


def fill(url: str, conversations: int) -> None:
    """Write old conversations; whatever belongs to them is done."""
    state = dump(
        Conversation(id="old", channel="collecting", contact="old", started_at=MORNING, language="en")
    )
    numbers, rows = _NUMBERS.format(count=conversations), _NUMBERS.format(count=conversations * _OF_EACH)
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO conversations (id, channel, contact, started_at, status, case_code, language, content, version, state) "
                f"{numbers} SELECT 'old' || i, 'collecting', 'old' || i, {_AT}, 'resolved', NULL, 'en', 'x', 4, :state FROM n"
            ),
            {"state": state},
        )
        connection.execute(
            text(
                "INSERT INTO inbox (event, channel, contact, at, payload, status, attempts, fault) "
                f"{rows} SELECT 'old' || i, 'collecting', 'old' || (i / {_OF_EACH}), {_AT}, NULL, 'done', 0, NULL FROM n"
            )
        )
        connection.execute(
            text(
                "INSERT INTO messages (conversation, seq, at, direction, text, choices) "
                f"{rows} SELECT 'old' || (i / {_OF_EACH}), i % {_OF_EACH}, {_AT}, 'outgoing', 'When did you ask for it?', '[]' FROM n"
            )
        )
        connection.execute(
            text(
                "INSERT INTO commands (id, conversation, channel, contact, kind, payload, status, fault) "
                f"{rows} SELECT 'old' || i, 'old' || (i / {_OF_EACH}), 'collecting', 'old', 'SendMessage', NULL, 'done', NULL FROM n"
            )
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


async def turns(url: str, reader: Reader, people: int, run: int) -> list[float]:
    """Milliseconds of each turn, from the receipt until everything is stored, one after the other."""
    store, channel, clock = SqlStore(url), CollectingChannel(), ManualClock(MORNING)
    took: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        accounts = DemoAccounts(Path(folder) / "accounts.db", clock=clock)
        desk = Desk(
            store=store, reader=reader, backend=accounts, clock=clock, channels=[channel], backend_timeout_s=5
        )
        await desk.start()
        for person in range(people):
            lane = Lane(channel.name, f"{run}-{person}")
            for number, words in enumerate(TEXTS):
                event = TextReceived(id=f"{run}-{person}-{number}", at=MORNING, text=words)
                began = time.perf_counter()
                await desk.receive([Incoming(lane=lane, event=event)])
                await desk.settle()
                took.append((time.perf_counter() - began) * 1e3)
        await desk.stop()
        await accounts.close()
    await store.close()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--many", type=int, default=MANY)
    options = parser.parse_args()
    reader = load_reader(Settings(cache_dir=CACHE))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(serving(durable=True))
        for engine in ("SQLite", "PostgreSQL"):
            urls = {}
            for count in (FEW, options.many):
                url = (
                    f"sqlite:///{folder / str(count)}.db"
                    if engine == "SQLite"
                    else cluster.url(cluster.create())
                )
                migrate.upgrade(url)
                fill(url, count)
                urls[count] = url
            ratios = []
            for run in range(options.runs):
                few, many = (
                    statistics.median(asyncio.run(turns(url, reader, options.people, run)))
                    for url in urls.values()
                )
                ratios.append(many / few)
                print(
                    f"{engine}: {few:.2f} ms with {FEW:,}, {many:.2f} ms with {options.many:,}, ratio {many / few:.2f}",
                    flush=True,
                )
            print(f"{engine}: median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
