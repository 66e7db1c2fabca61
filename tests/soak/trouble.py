"""Real trouble behind the bot: a database that is locked or hangs up, an account system that fails, content that is reloaded."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Final

import psycopg

from bot.adapters.accounts.demo import DemoAccounts
from bot.bootstrap import load_reader
from bot.service.desk import Desk
from bot.settings import Settings

#: How long the database is taken away, seconds: longer than the store waits for it in this test.
LOCKED_S: Final = 0.4
#: Operation of the account system -> what is forced on it, in turns.
_FAULTS: Final = (
    ("resend_code", "unavailable"),
    ("resend_code", "rate_limited"),
    ("resend_code", "lost"),
    ("resend_code", "hang"),
    ("begin_case", "unavailable"),
    ("begin_case", "hang"),
    ("start_password_reset", "unknown"),
    ("open_reset_ticket", "unavailable"),
    ("open_reset_ticket", "unknown"),
    ("open_reset_ticket", "rate_limited"),
)


class Trouble:
    """
    Makes trouble, one kind after the other.

    Args:
        url: The address of the database.
        desk: Gets the content anew.
        accounts: Fails.
        settings: Where the content is.
        chance: Draws what fails.
    """

    def __init__(
        self, url: str, desk: Desk, accounts: DemoAccounts, settings: Settings, chance: random.Random
    ) -> None:
        self._url, self._desk, self._accounts = url, desk, accounts
        self._settings, self._chance = settings, chance
        self._kinds: tuple[Callable[[], Awaitable[None]], ...] = (
            self._accounts_fail,
            self._lock if url.startswith("sqlite") else self._hang_up,
            self._accounts_fail,
            self._reload,
        )
        self._made = 0

    async def each(self) -> None:
        """Make every kind of trouble once."""
        for _ in self._kinds:
            await self.next()

    async def next(self) -> None:
        """Make the next trouble; returns when it is over, or ordered."""
        kind = self._kinds[self._made % len(self._kinds)]
        self._made += 1
        await kind()

    async def _accounts_fail(self) -> None:
        operation, fault = self._chance.choice(_FAULTS)
        await self._accounts.force(fault, times=self._chance.randint(1, 3), operation=operation)

    async def _lock(self) -> None:
        """Another program writes for a while and lets nobody else."""
        other = sqlite3.connect(self._url.removeprefix("sqlite:///"), isolation_level=None, timeout=5)
        try:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(LOCKED_S)
            other.execute("ROLLBACK")
        finally:
            other.close()

    async def _hang_up(self) -> None:
        """The server ends the connections of everybody else."""
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as other:
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    async def _reload(self) -> None:
        self._desk.use(await asyncio.to_thread(load_reader, self._settings))
