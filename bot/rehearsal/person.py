"""
A person at the desk: the real service on some content, with a clock that is turned by hand and the demo accounts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.adapters.accounts.demo import DemoAccounts
from bot.core.commands import SendMessage
from bot.core.conversation import Conversation
from bot.core.engine import Step
from bot.core.events import AttachmentReceived, ChoicePicked, ConversationStarted, Event, TextReceived
from bot.core.incident import Incident
from bot.ports import Incoming, Lane, Store
from bot.service import incidents
from bot.service.desk import Desk
from bot.service.links import Links
from bot.service.reading import Reader
from bot.testing import CollectingChannel, ManualClock, MemoryStore

#: A Wednesday, 10:00 UTC: the team of the shipped service is there.
MORNING: Final = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


class Person:
    """Talks to the bot and sees what it says."""

    def __init__(
        self,
        desk: Desk,
        channel: CollectingChannel,
        clock: ManualClock,
        store: Store,
        accounts: DemoAccounts,
        contact: str,
    ) -> None:
        self.desk, self.channel, self.clock, self.store, self.accounts = desk, channel, clock, store, accounts
        self.lane = Lane(channel.name, contact)
        self._count = 0
        self._incident = 0
        self.prefix = contact

    async def say(self, text: str, *, message: str | None = None) -> list[SendMessage]:
        """Type something; returns what the bot answers."""
        return await self.do(TextReceived(id=self._id(), at=self.clock.now(), text=text, message=message))

    async def start(self, language: str | None = None) -> list[SendMessage]:
        """Open the chat."""
        return await self.do(ConversationStarted(id=self._id(), at=self.clock.now(), language=language))

    async def link(self, account: str) -> list[SendMessage]:
        """Open a fresh one-time address that the company's own site made for an account."""
        address = await Links(self.store, self.clock).invite(account)
        return await self.open_address(address.payload)

    async def open_address(self, payload: str) -> list[SendMessage]:
        """Open the chat by an address."""
        return await self.do(ConversationStarted(id=self._id(), at=self.clock.now(), payload=payload))

    async def pick(self, choice: str, *, screen: int | None = None) -> list[SendMessage]:
        """Press a button of the newest question, or of an older screen."""
        screen = (await self.conversation()).screen if screen is None else screen
        return await self.do(ChoicePicked(id=self._id(), at=self.clock.now(), choice=choice, screen=screen))

    async def attach(self, kind: str) -> list[SendMessage]:
        """Send a photo, a voice message ..."""
        return await self.do(AttachmentReceived(id=self._id(), at=self.clock.now(), kind=kind))

    async def wait(self, length: timedelta) -> list[SendMessage]:
        """Let time pass; returns what the bot says meanwhile."""
        before = len(self.channel.sent)
        self.clock.advance(length)
        await self.desk.fire_due_timers()
        await self.desk.settle()
        return self._since(before)

    async def start_incident(self, flows: tuple[str, ...], words: Mapping[str, str]) -> None:
        """An operator tells of a fault; it ends by itself in a day. Raises LookupError where it concerns no flow."""
        if unknown := [flow for flow in flows if flow not in self.desk.catalog().flows]:
            raise LookupError(f"there is no flow {unknown[0]!r}")
        now = self.clock.now()
        told = Incident(number=0, flows=flows, words=words, since=now, until=now + timedelta(days=1))
        self._incident = await self.store.write(lambda tx: incidents.start(tx, told))
        await self.desk.look_for_incidents()

    async def end_incident(self) -> None:
        """An operator tells that it is over. Raises LookupError where nothing is broken."""
        number, now = self._incident, self.clock.now()
        if not await self.store.write(lambda tx: incidents.end(tx, number, now)):
            raise LookupError("nothing is broken")
        await self.desk.look_for_incidents()

    async def do(self, event: Event) -> list[SendMessage]:
        """Let an event happen; returns what the bot says."""
        before = len(self.channel.sent)
        await self.desk.receive([Incoming(lane=self.lane, event=event)])
        await self.desk.settle()
        return self._since(before)

    async def conversation(self) -> Conversation:
        """Return the conversation as it is stored. Raises LookupError before the person's first word."""
        found = await self.store.read(lambda view: view.conversation(self.lane))
        if found is None:
            raise LookupError("the person has neither opened the chat nor written yet")
        return found

    async def where(self) -> str | None:
        """Return the innermost flow and state, e.g. `no_sms.number`; None outside of every flow."""
        stack = (await self.conversation()).stack
        return f"{stack[-1].flow}.{stack[-1].state}" if stack else None

    def _id(self) -> str:
        self._count += 1
        return f"{self.lane.contact}-{self.prefix}-{self._count}"

    def _since(self, before: int) -> list[SendMessage]:
        return [message for contact, message in self.channel.sent[before:] if contact == self.lane.contact]


@asynccontextmanager
async def playing(
    reader: Reader,
    directory: Path,
    *,
    store: Store | None = None,
    clock: ManualClock | None = None,
    contact: str = "mei",
    observe: Callable[[Step], None] | None = None,
) -> AsyncIterator[Person]:
    """
    Start a desk with a fresh demo account service; more people may share it.

    Args:
        reader: The content.
        directory: Where the accounts are kept.
        store: None: one that forgets.
        clock: None: one that stands at `MORNING`.
        contact: The person's address on the channel.
        observe: Is shown every step that was saved.

    Yields:
        The person, who has said nothing yet.
    """
    clock = clock or ManualClock(MORNING)
    store = store or MemoryStore()
    accounts = DemoAccounts(directory / "accounts.db", clock=clock)
    channel = CollectingChannel()
    desk = Desk(
        store=store,
        reader=reader,
        backend=accounts,
        clock=clock,
        channels=[channel],
        backend_timeout_s=5,
        observe=observe,
    )
    await desk.start()
    try:
        yield Person(desk, channel, clock, store, accounts, contact)
    finally:
        await desk.stop()
        await accounts.close()
