"""
Our part within a bot that somebody else wrote: it takes in what is said to us, and lives as long as that bot does.

Whoever asks whether an update is ours gets the answer once it is durable. Updates of one chat are looked at in the order in which
they were asked for, because whether a conversation goes on may hang on the one before; different chats do not wait for each other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

from bot.channels.telegram import wire
from bot.channels.telegram.bot_api import BotApi
from bot.channels.telegram.channel import TelegramChannel, until_done
from bot.channels.telegram.mounting.claims import Claim, Claims
from bot.channels.telegram.wire import Wire
from bot.core.conversation import SESSION
from bot.core.vocabulary import Action, Status
from bot.errors import UnreadableRow
from bot.ports import Clock, Lane, Receive, Snapshot, Store

_LOG = logging.getLogger(__name__)
#: Seconds that what is being stored gets when the other bot ends; its server is killed after 10 as a rule.
LEAVE_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """What a guest works with while the other bot runs."""

    store: Store
    channel: TelegramChannel
    clock: Clock
    #: Takes in events; returns once they are durable.
    receive: Receive
    #: Those that work within a conversation, without the slash.
    commands: Collection[str]


#: Opens everything behind a channel whose calls are carried as given.
Opener = Callable[[BotApi], AbstractAsyncContextManager[Seat]]


class Guest:
    """
    Takes in what is said to us.

    Args:
        claims: What that is.
        opener: Opens what we need once the other bot starts.
    """

    def __init__(self, claims: Claims, opener: Opener) -> None:
        self._claims, self._opener = claims, opener
        self._seat: Seat | None = None
        self._opened = AsyncExitStack()
        #: Chat -> its turn; gone when nobody waits for it.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._taking = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def arrive(self, api: BotApi) -> None:
        """Start: what was left undone is taken up. Raises ConfigError, ContentError or StoreError with the cure."""
        self._seat = await self._opened.enter_async_context(self._opener(api))
        _LOG.info("Mounted in a bot.", extra={"action": Action.STARTED})

    async def leave(self) -> None:
        """Stop, once everything that was begun is durable; the rest is done at the next start."""
        try:
            await asyncio.wait_for(self.settle(), LEAVE_S)
        except TimeoutError:
            _LOG.warning(
                "The database has not taken what came last; it is lost unless Telegram sends it again.",
                extra={"action": Action.STOPPED},
            )
        self._seat = None
        await self._opened.aclose()

    def claim(self, update: Wire) -> Claim:
        """Tell whose an update is, as far as that can be told without the database."""
        return self._claims.of(update, self._seat.commands if self._seat is not None else ())

    def opens(self, update: Wire) -> bool:
        """Tell whether an update begins a conversation by our command, which nobody else may have."""
        return self._claims.opens(update)

    async def takes(self, update: Wire) -> bool:
        """
        Take an update in if it is ours, however long the database needs.

        Returns:
            Whether it was ours alone: it is durable now.
        """
        seat, claim = self._seat, self.claim(update)
        if seat is None or claim is Claim.THEIRS:
            return False
        self._taking += 1
        self._idle.clear()
        try:
            return await self._taken_in_turn(seat, update, claim)
        finally:
            self._taking -= 1
            if not self._taking:
                self._idle.set()

    async def settle(self) -> None:
        """Wait until nothing is being taken in."""
        await self._idle.wait()

    async def _taken_in_turn(self, seat: Seat, update: Wire, claim: Claim) -> bool:
        chat = _chat(update)
        turn = self._turns.setdefault(chat, asyncio.Lock())
        async with turn:
            if claim is not Claim.OURS and not await self._goes_on(seat, chat):
                return False
            await until_done(partial(seat.channel.take, seat.receive, [self._claims.plainly(update)]))
            return claim is not Claim.SHARED

    async def _goes_on(self, seat: Seat, chat: str) -> bool:
        look = partial(goes_on, lane=Lane(wire.CHANNEL, chat), now=seat.clock.now())
        return await until_done(partial(seat.store.read, look))


def goes_on(view: Snapshot, lane: Lane, now: datetime) -> bool:
    """
    Tell whether a conversation goes on: what the person says is said to us.

    One that the bot has is given up after a day of silence, as the engine does; one that a human has lasts until it is closed.
    """
    try:
        if view.waiting(lane, 1):
            return True
        conversation = view.conversation(lane)
    except UnreadableRow:  # its own turn deals with that
        return True
    if conversation is None or conversation.status is Status.RESOLVED:
        return False
    active = conversation.active_at or conversation.started_at
    return conversation.status is Status.OPEN or now - active < SESSION


def _chat(update: Wire) -> str:
    """Return the chat of an update that may be ours; empty: a press of a message that is in no chat of ours."""
    match update:
        case {"message": {"chat": {"id": int(chat)}}} | {"edited_message": {"chat": {"id": int(chat)}}}:
            return str(chat)
        case {"callback_query": {"message": {"chat": {"id": int(chat)}}}} | {
            "my_chat_member": {"chat": {"id": int(chat)}}
        }:
            return str(chat)
    return ""
