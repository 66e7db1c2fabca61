"""
The web as a chat service: what is said is in the store already, and who waits for it is told by the store.

A line of the transcript is what a widget reads, written in the turn's own transaction. So nothing is sent twice, and nothing
is lost that was committed, whichever process dies and whichever process a widget is connected to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.channels.web.hub import CHANNEL, Hub
from bot.core.commands import SendMessage
from bot.core.events import Event
from bot.errors import StoreBusy
from bot.ports import Incoming, Lane, Receive, Store


class WebChannel:
    """
    A `bot.ports.Channel`.

    Args:
        store: Where the lines are.
    """

    name = CHANNEL

    def __init__(self, store: Store) -> None:
        self.hub = Hub(store)
        self._receive: Receive | None = None

    async def run(self, receive: Receive) -> None:
        """Take in what widgets send until cancelled; then those who wait are told to come again."""
        self._receive = receive
        try:
            await self.hub.run()
            await asyncio.get_running_loop().create_future()  # nobody tells anything any more
        finally:
            self._receive = None
            self.hub.close()

    async def take(self, contact: str, events: Sequence[Event]) -> None:
        """Take in what a widget has sent; returns once it is durable. Raises StoreError if it is not."""
        if self._receive is None:
            raise StoreBusy("The program is starting or stopping.")
        lane = Lane(CHANNEL, contact)
        await self._receive([Incoming(lane=lane, event=event) for event in events])

    async def send(self, contact: str, _: SendMessage) -> None:
        """Do nothing: it was stored with its turn, and who waits for it was told."""

    async def delete(self, contact: str, message: str) -> None:
        """Do nothing: a secret was removed before the line was written."""
