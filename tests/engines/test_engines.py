"""Whatever the store, people see the same, and the same is kept."""

from __future__ import annotations

import secrets
from pathlib import Path

from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.service.reading import Reader
from bot.testing import MemoryStore
from tests.engines.__main__ import compare


async def test_the_same_conversations_go_the_same_way_on_every_store(
    reader: Reader, postgresql_url: str, tmp_path: Path
) -> None:
    seed = secrets.randbelow(10**6)
    url = f"sqlite:///{tmp_path / 'sparekey.db'}"
    migrate.upgrade(url)
    stores = {"memory": MemoryStore(), "sqlite": SqlStore(url), "postgresql": SqlStore(postgresql_url)}
    found = await compare(reader, stores, [f"{seed}/{number}" for number in range(40)], tmp_path)
    for store in stores.values():
        await store.close()
    assert found == [], f"python -m tests.engines --conversations 40 --seed {seed}"
