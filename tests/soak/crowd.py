"""
Many people at once, and a chat service that fails them now and then.

What they do is drawn from a seed: they write, press buttons that they are shown, press old ones, send pictures. Some updates come
twice. Somebody whom a human has taken over goes, and a new person comes in their place, so that there are always as many who
talk with the bot.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.core.commands import SendMessage
from bot.core.events import AttachmentReceived, ChoicePicked, ConversationStarted, Event, TextReceived
from bot.errors import ChannelBusy, ChannelUnreachable, RecipientGone
from bot.ports import Incoming, Lane, Receive
from tests.engines.conversation import TEXTS

#: One update in so many comes a second time.
DOUBLE_EVERY: Final = 100
#: Updates that may come again.
_REMEMBERED: Final = 1_000
#: What becomes of one message in a thousand: refused for the moment, lost on its way, and nobody there.
_BUSY, _UNREACHABLE, _GONE = 10, 2, 1
_BUSY_S: Final = 0.05


@dataclass(slots=True)
class _Screen:
    """What a person has before them."""

    number: int = 0
    choices: tuple[str, ...] = ()


class ChatService:
    """A `bot.ports.Channel` that shows people their messages, keeps none, and fails."""

    name = "soak"

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        #: Contact -> what they see; of those who went nothing is kept.
        self.screens: dict[str, _Screen] = {}
        #: What became of the messages: shown, busy, unreachable, gone, deleted.
        self.counts: Counter[str] = Counter()

    async def run(self, receive: Receive) -> None:
        """Receive nothing: the crowd hands its updates over itself."""
        await asyncio.Event().wait()

    async def send(self, contact: str, message: SendMessage) -> None:
        """Show a message, most of the time."""
        match self._chance.randrange(1_000):
            case number if number < _BUSY:
                self.counts["busy"] += 1
                raise ChannelBusy("Too many.", retry_after_s=_BUSY_S)
            case number if number < _BUSY + _UNREACHABLE:
                self.counts["unreachable"] += 1
                raise ChannelUnreachable("The line is dead.")
            case number if number < _BUSY + _UNREACHABLE + _GONE:
                self.counts["gone"] += 1
                raise RecipientGone("Nobody is there.")
        self.counts["shown"] += 1
        if contact in self.screens and message.choices:
            self.screens[contact] = _Screen(message.screen, tuple(choice.id for choice in message.choices))

    async def delete(self, contact: str, message: str) -> None:
        """Delete a person's message."""
        self.counts["deleted"] += 1


class Crowd:
    """
    The people.

    Args:
        count: How many talk at any moment.
        service: Shows them their messages.
        chance: What they do is drawn from it.
        now: Tells the present, aware UTC.
    """

    def __init__(
        self, count: int, service: ChatService, chance: random.Random, now: Callable[[], datetime]
    ) -> None:
        self._service, self._chance, self._now = service, chance, now
        self._latest: deque[Incoming] = deque(maxlen=_REMEMBERED)
        self._people = [self._newcomer(number) for number in range(count)]
        #: Updates so far, those that came twice not counted; people so far.
        self.updates, self.came = 0, count

    def batch(self, size: int) -> list[Incoming]:
        """Return what happens next, in order; a few of them have happened before."""
        chance = self._chance
        return [self._again() if chance.randrange(DOUBLE_EVERY) == 0 else self._next() for _ in range(size)]

    def left_to_a_human(self, contact: str) -> None:
        """Somebody is helped by a human from now on; another person comes."""
        if contact in self._service.screens:
            del self._service.screens[contact]
            place = int(contact.partition(".")[0])
            self._people[place] = self._newcomer(place, self.came)
            self.came += 1

    def _newcomer(self, place: int, number: int = 0) -> str:
        contact = f"{place}.{number}"
        self._service.screens[contact] = _Screen()
        return contact

    def _again(self) -> Incoming:
        return self._chance.choice(self._latest) if self._latest else self._next()

    def _next(self) -> Incoming:
        contact = self._chance.choice(self._people)
        self.updates += 1
        incoming = Incoming(lane=Lane(self._service.name, contact), event=self._event(contact))
        self._latest.append(incoming)
        return incoming

    def _event(self, contact: str) -> Event:
        chance, screen = self._chance, self._service.screens[contact]
        name, at = f"soak:{self.updates}", self._now()
        match chance.randrange(20):
            case 0:
                return ConversationStarted(id=name, at=at, language=chance.choice(("en", "fr", "zh", None)))
            case 1:
                return AttachmentReceived(id=name, at=at, kind="photo")
            case 2:
                return ChoicePicked(id=name, at=at, choice="yes", screen=screen.number - 1)
            case number if number < 14 and screen.choices:
                return ChoicePicked(
                    id=name, at=at, choice=chance.choice(screen.choices), screen=screen.number
                )
        account = f"person{chance.randrange(100_000)}@example.org"
        return TextReceived(id=name, at=at, text=chance.choice((*TEXTS, account)), message=f"{self.updates}")
