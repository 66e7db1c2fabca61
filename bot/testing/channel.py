"""A chat service that keeps what it is given."""

from __future__ import annotations

import asyncio

from bot.core.commands import SendMessage
from bot.ports import (
    Receive,
)


class CollectingChannel:
    """A `bot.ports.Channel` that keeps what it is given: `sent` holds (contact, message), oldest first."""

    def __init__(self, name: str = "collecting") -> None:
        self.name = name
        self.sent: list[tuple[str, SendMessage]] = []
        self.deleted: list[tuple[str, str]] = []

    async def run(self, receive: Receive) -> None:  # noqa: ARG002 - the port's name
        """Receive nothing, for ever: whoever plays the person calls `Desk.receive`."""
        await asyncio.Event().wait()

    async def send(self, contact: str, message: SendMessage) -> None:
        """Keep a message."""
        self.sent.append((contact, message))

    async def delete(self, contact: str, message: str) -> None:
        """Keep what was to be deleted."""
        self.deleted.append((contact, message))
