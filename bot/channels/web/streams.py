"""
The feed as it grows: server-sent events (HTML Standard, section 9.2), or one page once there is something new.

A stream keeps nothing but its place in the feed. It reads from the store whatever came behind that place when it is woken, and by
itself where something may have been missed, so that it is late and not lost, or where the line of those who wait may have moved.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aiohttp import web

from bot.channels.web import feed, problems
from bot.channels.web.holding import Held
from bot.channels.web.hub import Hub, Listener
from bot.channels.web.tokens import Session
from bot.errors import StoreError
from bot.ports import Entry, Position, Store

#: Seconds without anything to say after which a sign of life is sent at the latest; proxies forget a silent connection after 30 or 60.
HEARTBEAT_S: Final = 15.0
#: After so many of them the store is looked into for somebody who waits for an agent: how many come before changes with others.
LOOK_EVERY: Final = 4
_SIGN_OF_LIFE: Final = b":\n\n"
_HEADERS: Final = {
    "Content-Type": "text/event-stream",
    # Proxies are asked not to wait until there is more.
    "X-Accel-Buffering": "no",
}


@dataclass(slots=True)
class _Place:
    """How far a stream is."""

    after: Position | None
    state: Mapping[str, Any] | None = None

    @property
    def is_queued(self) -> bool:
        """Whether they wait for an agent who has others before them."""
        return self.state is not None and self.state["queue"] is not None


class Streams:
    """
    Serves feeds.

    Args:
        store: Where they are.
        hub: Tells that there is something new.
        held: Counts what is held open.
    """

    def __init__(self, store: Store, hub: Hub, held: Held) -> None:
        self._store, self._hub, self._held = store, hub, held

    async def next_page(
        self, session: Session, after: Position | None, wait_s: int, address: str
    ) -> feed.Page:
        """Return what comes behind a place; where there is nothing yet, wait for it. Raises Problem."""
        if not wait_s:
            return await self._look(session, after)
        with self._held.one(session.contact, address), self._hub.listen(session.contact) as listener:
            page = await self._look(session, after)
            deadline = time.monotonic() + wait_s
            while not page.entries and (left := deadline - time.monotonic()) > 0 and not self._hub.closed:
                await listener.wait(left)
                if listener.changed:
                    listener.changed = False
                    page = await self._look(session, after)
                listener.typing = False
            return page

    async def stream(
        self, request: web.Request, session: Session, headers: Mapping[str, str], address: str
    ) -> web.StreamResponse:
        """Write what comes, for as long as somebody reads it. Raises Problem."""
        if self._hub.closed:
            raise problems.unavailable()
        place = _Place(feed.named(request.headers.get("Last-Event-ID")))
        response = web.StreamResponse(headers={**headers, **_HEADERS})
        with self._held.one(session.contact, address), self._hub.listen(session.contact) as listener:
            await response.prepare(request)
            await response.write(b"retry: 1000\n\n")
            try:
                await self._follow(response, session, place, listener)
                await response.write(_event("end", {}))
            except ConnectionError:  # nobody reads any more
                pass
        return response

    async def _follow(
        self, response: web.StreamResponse, session: Session, place: _Place, listener: Listener
    ) -> None:
        listener.changed, quiet = True, 0
        while not self._hub.closed:
            if listener.changed or listener.doubt or (quiet >= LOOK_EVERY and place.is_queued):
                listener.changed, listener.doubt, quiet = False, False, 0
                if not await self._catch_up(response, session, place):
                    return
            # Thousands come at once after a restart. They are not to be written to at the same moments ever after.
            await listener.wait(HEARTBEAT_S * random.uniform(2 / 3, 1))
            if listener.typing:
                listener.typing = False
                await response.write(_event("typing", {}))
            elif not listener.changed:
                await response.write(_SIGN_OF_LIFE)
                quiet += 1

    async def _catch_up(self, response: web.StreamResponse, session: Session, place: _Place) -> bool:
        """Write what came; False if the session has ended or the store does not answer: the widget comes again."""
        more = True
        while more:
            try:
                page = await self._look(session, place.after)
            except (StoreError, problems.Problem):
                return False
            said = [_message(each, session.contact) for each in page.entries]
            if page.state != place.state:
                said.append(_event("state", page.state))
            if said:
                await response.write(b"".join(said))
            place.state, more = page.state, page.more
            if page.entries:
                place.after = page.entries[-1].position
        return True

    async def _look(self, session: Session, after: Position | None) -> feed.Page:
        page = await self._store.read(partial(feed.look, contact=session.contact, after=after))
        if session.generation < page.generation:
            raise problems.no_session()
        return page


def _message(entry: Entry, contact: str) -> bytes:
    return f"id: {feed.name(entry.position)}\n".encode() + _event("message", feed.written(entry, contact))


def _event(kind: str, data: Mapping[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
