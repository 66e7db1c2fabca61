"""`getUpdates`: one poller at a time, waiting until there is something, the time is up, or it is replaced."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.fake_telegram.errors import ApiError
from tests.fake_telegram.state import Wire, World
from tests.fake_telegram.wire import Receive

MAX_TIMEOUT_S = 50  # what the server accepts, whatever the bot asks
MAX_LIMIT = 100
WEBHOOK_ACTIVE = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
REPLACED = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class Disconnected(Exception):
    """The bot hung up while it waited."""


class Poller:
    """The only place where an answer to the bot may take time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._current: asyncio.Future[None] | None = None

    async def get_updates(self, params: Wire, receive: Receive) -> list[Wire]:
        """Raises `ApiError` 409 and `Disconnected`."""
        if self._world.webhook:
            raise ApiError(409, WEBHOOK_ACTIVE)
        self.stop()
        if "allowed_updates" in params:
            self._world.queue.allowed = params["allowed_updates"]
        replaced: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._current = replaced
        hanging_up = asyncio.ensure_future(receive())
        try:
            return await self._wait(params, replaced, hanging_up)
        finally:
            hanging_up.cancel()
            if self._current is replaced:
                self._current = None

    def stop(self) -> None:
        if self._current and not self._current.done():
            self._current.set_result(None)

    async def _wait(
        self, params: Wire, replaced: asyncio.Future[None], hanging_up: asyncio.Future[Any]
    ) -> list[Wire]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(params.get("timeout", 0), MAX_TIMEOUT_S)
        limit = max(1, min(params.get("limit") or MAX_LIMIT, MAX_LIMIT))
        offset = params.get("offset", 0)
        while True:
            self._world.queue.confirm(offset)
            offset = max(offset, 0)
            batch = self._world.queue.batch(limit)
            remaining = deadline - loop.time()
            if batch or remaining <= 0:
                self._delivered(batch)
                return batch
            change = self._world.changes.next()
            await asyncio.wait(
                {change, replaced, hanging_up}, timeout=remaining, return_when=asyncio.FIRST_COMPLETED
            )
            change.cancel()
            if hanging_up.done():
                raise Disconnected
            if self._world.webhook:
                raise ApiError(409, WEBHOOK_ACTIVE)
            if replaced.done():
                raise ApiError(409, REPLACED)

    def _delivered(self, batch: list[Wire]) -> None:
        if batch:
            ids = [update["update_id"] for update in batch]
            self._world.journal.write(
                "delivered", time=self._world.clock.now(), via="getUpdates", update_ids=ids
            )
