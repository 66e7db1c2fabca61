"""
Pictures between people and agents.

What a widget sends is stored before agents are told of it, and what it shows is fetched from where it is kept. Nobody looks into
one: it is taken for what its first bytes say, never for what its sender says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from bot.channels.web import feed, problems
from bot.channels.web.hub import CHANNEL
from bot.core.events import AttachmentReceived
from bot.core.vocabulary import Status
from bot.errors import ChannelError, MessageRefused
from bot.ports import KEPT, Clock, Lane, Position, Snapshot, Store

#: Where a chat service fetches a picture that it keeps, by its name. Raises ChannelError; MessageRefused: it keeps it no longer.
Fetch = Callable[[str], Awaitable[bytes]]
#: Seconds that somebody waits for a picture of a chat service, and after which it is worth another try.
FETCH_S: Final = 20
AGAIN_S: Final = 30
#: Pictures that are fetched from a chat service at once, each held in memory whole.
AT_ONCE: Final = 4
_JPEG: Final = b"\xff\xd8\xff"
_PNG: Final = b"\x89PNG\r\n\x1a\n"


class Pictures:
    """
    Takes pictures in, and shows those of a session's own feed.

    Args:
        store: Where they are kept.
        clock: The present.
        allowed: Whether anything is taken or shown.
        fetch: Fetches what a chat service keeps; None: this process talks to none.
    """

    def __init__(self, store: Store, clock: Clock, *, allowed: bool, fetch: Fetch | None) -> None:
        self._store, self._clock, self.allowed, self._fetch = store, clock, allowed, fetch
        self._room = asyncio.Semaphore(AT_ONCE)

    async def expect(self, contact: str, client: str) -> None:
        """Raise Problem unless somebody would look at a picture now, or this one was taken before."""
        if not self.allowed:
            raise problems.no_pictures()
        lane, name = Lane(CHANNEL, contact), feed.event_id(contact, client)

        def awaited(view: Snapshot) -> bool:
            conversation = view.conversation(lane)
            is_open = conversation is not None and conversation.status is Status.OPEN
            return is_open or view.picture(name) is not None

        if not await self._store.read(awaited):
            raise problems.nobody_to_look()

    async def keep(self, contact: str, client: str, picture: bytes) -> AttachmentReceived:
        """
        Keep a picture; return what is to be received next.

        One that is kept without its event, because the process died between the two, is found again when the widget repeats
        the call, and else goes by its age.
        """
        if kind_of(picture) is None:
            raise problems.invalid("Send a picture: JPEG, PNG or WebP.", 415)
        lane, name, now = Lane(CHANNEL, contact), feed.event_id(contact, client), self._clock.now()
        await self._store.write(lambda tx: tx.keep_picture(name, lane, picture, now))
        return AttachmentReceived(id=name, at=now, kind="photo", picture=f"{KEPT}{name}")

    async def show(self, contact: str, place: Position | None) -> tuple[bytes, str]:
        """Return the picture of an entry, and what it is. Raises Problem: there is none in this feed, or it cannot be had."""
        if not self.allowed:
            raise problems.no_such_picture()
        name, content = await self._store.read(lambda view: _found(view, contact, place))
        if name is not None and not name.startswith(KEPT):
            content = await self._fetched(name)
        kind = kind_of(content) if content is not None else None
        if content is None or kind is None:
            raise problems.no_such_picture()
        return content, kind

    async def _fetched(self, name: str) -> bytes | None:
        if self._fetch is None:
            return None
        try:
            async with asyncio.timeout(FETCH_S), self._room:
                return await self._fetch(name)
        except MessageRefused:
            return None
        except (ChannelError, TimeoutError):
            raise problems.picture_unreachable(AGAIN_S) from None


def kind_of(picture: bytes) -> str | None:
    """Return the media type of a picture by its first bytes; None: it is none that browsers are shown."""
    if picture.startswith(_JPEG):
        return "image/jpeg"
    if picture.startswith(_PNG):
        return "image/png"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    return None


def _found(view: Snapshot, contact: str, place: Position | None) -> tuple[str | None, bytes | None]:
    """Return the name of an entry's picture, and the picture if it is kept here."""
    if place is None:
        return None, None
    before = Position(place.conversation, place.number - 1)
    found = view.feed(Lane(CHANNEL, contact), after=before, limit=1)
    name = found[0].line.picture if found and found[0].position == place else None
    if name is None or not name.startswith(KEPT):
        return name, None
    return name, view.picture(name.removeprefix(KEPT))
