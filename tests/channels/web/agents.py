"""What agents do to a case, put where their own channel puts it: into the person's lane, in the server's database."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from bot.adapters.storage.store import SqlStore
from bot.core.events import AgentEvent
from bot.ports import Incoming, Lane
from bot.service.clock import SystemClock

E = TypeVar("E", bound=AgentEvent)
MINA = {"agent": "telegram:4711", "name": "Mina"}


def act(folder: Path, case: str, kind: type[E], number: int, **more: Any) -> None:
    """Have Mina do something. Nobody tells the server: each message of the person has the oldest thing done that waits."""

    async def put() -> None:
        store = SqlStore(f"sqlite:///{folder / 'sparekey.db'}")
        try:
            found = await store.read(lambda view: view.case(case))
            assert found is not None
            event = kind(id=f"agent:{case}:{number}", at=SystemClock().now(), case=case, **MINA, **more)
            lane = Lane(found.channel, found.contact)
            await store.write(lambda tx: tx.receive(Incoming(lane=lane, event=event)))
        finally:
            await store.close()

    with ThreadPoolExecutor(1) as thread:  # a browser's test has a loop of its own in this one
        thread.submit(lambda: asyncio.run(put())).result()
