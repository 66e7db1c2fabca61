"""
Polling for a bot that somebody else wrote: an update is acknowledged once everybody who handles it has returned.

Libraries acknowledge what they have read and handle it then, so a kill loses what was on its way. Here the next batch is asked for when
what is ours of this one is durable, and their handlers have returned or had their time. A kill before that brings the batch again: ours
is known, their handlers may see an update twice. Updates of one chat are handed on one after the other, those of different chats side by
side.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from operator import itemgetter
from typing import Final

from bot.channels.telegram.bot_api import BotApi
from bot.channels.telegram.channel import POLL_S, until_done
from bot.channels.telegram.mounting.guest import Guest
from bot.channels.telegram.wire import Wire
from bot.core.vocabulary import Action
from bot.service.faults import described

_LOG = logging.getLogger(__name__)
#: Seconds that a handler of theirs is waited for. It goes on behind that, and its update does not come again.
PATIENCE_S: Final = 5.0

#: Hands an update on to their handlers, ours among them; returns when the one that takes it has.
HandOn = Callable[[Wire], Awaitable[None]]


class Ingress:
    """
    Receives for the other bot.

    Args:
        api: Who carries the calls.
        guest: Our part, which is never left in the middle of an update.
        hand_on: Their handlers.
        kinds: The updates to ask for; none: those that Telegram sends by itself.
    """

    def __init__(self, api: BotApi, guest: Guest, hand_on: HandOn, kinds: Sequence[str]) -> None:
        self._api, self._guest, self._hand_on, self._kinds = api, guest, hand_on, tuple(kinds)
        self._handling: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Receive until SIGTERM or SIGINT; then what is under way is finished. Raises ConfigError if the token is wrong."""
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        polling, end = asyncio.create_task(self._poll_for_ever()), asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait([polling, end], return_when=asyncio.FIRST_COMPLETED)
            if polling.done():
                polling.result()
        finally:
            polling.cancel()
            end.cancel()
            await asyncio.gather(polling, end, return_exceptions=True)
            await self._finish()

    async def _poll_for_ever(self) -> None:
        await until_done(self._api.delete_webhook)
        offset: int | None = None
        while True:
            updates = await until_done(partial(self._api.get_updates, offset, POLL_S, self._kinds))
            if updates:
                await self._handle(sorted(updates, key=itemgetter("update_id")))
                offset = updates[-1]["update_id"] + 1

    async def _handle(self, updates: Sequence[Wire]) -> None:
        """Return when the updates may be acknowledged."""
        chats: dict[object, list[Wire]] = defaultdict(list)
        for update in updates:
            chats[_source(update)].append(update)
        await asyncio.gather(*map(self._handle_in_order, chats.values()))
        await self._guest.settle()

    async def _handle_in_order(self, updates: Sequence[Wire]) -> None:
        for update in updates:
            task = asyncio.create_task(self._handed_on(update))
            self._handling.add(task)
            task.add_done_callback(self._handling.discard)
            await asyncio.wait([task], timeout=PATIENCE_S)

    async def _handed_on(self, update: Wire) -> None:
        try:
            await self._hand_on(update)
        except Exception as fault:  # of their handlers; those behind it must come all the same
            _LOG.error(
                "Update %s was not handled: %s",
                update["update_id"],
                described(fault),
                extra={"action": Action.CHANNEL_FAILED},
            )

    async def _finish(self) -> None:
        if self._handling:
            await asyncio.wait(self._handling, timeout=PATIENCE_S)


def _source(update: Wire) -> object:
    """Return the chat, or whatever else an update is about; those without are all of one source."""
    for each in update.values():
        match each:
            case {"chat": {"id": chat}} | {"message": {"chat": {"id": chat}}} | {"from": {"id": chat}}:
                return chat
    return None
