"""
The door at which Telegram delivers updates: 200 means stored.

Telegram proves itself twice: by an address that nobody else can guess, and by the secret in a header. It keeps an update until it
reads 200, and tries again for a day, so whatever else is answered loses nothing. While the door is closed, as it is before the
start is finished and after the end has begun, or the database fails, Telegram is asked to come back soon.

Telegram brings one message at a time of each chat, but a press of a button beside it. So what is here together is handed over
together: whoever takes it puts it in order.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from aiohttp import web

from bot.channels.telegram.wire import Wire
from bot.core.vocabulary import Action
from bot.errors import StoreError
from bot.service.faults import described

_LOG = logging.getLogger(__name__)
#: Where Telegram shows the secret (Bot API, setWebhook).
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
#: Updates on their way at once, of 1 to 100; the Bot API's default. More would only wait for the same commit.
MAX_CONNECTIONS: Final = 40
#: Telegram doubles its pauses up to two minutes unless it is told one; nobody should wait that long after a fault has ended.
RETRY_AFTER_S: Final = 5

#: Takes in updates; returns once they are durable.
Take: TypeAlias = Callable[[Sequence[Wire]], Awaitable[None]]


class Webhook:
    """
    Answers Telegram's deliveries.

    Args:
        base: Public base address, without a slash at its end; a reverse proxy hands its path on as it is.
        secret: 32 to 256 letters, digits, `_` and `-`, which only Telegram and we know.
    """

    def __init__(self, base: str, secret: str) -> None:
        self.secret, self.address = secret, address(base, secret)
        self._take: Take | None = None
        self._waiting: list[tuple[Wire, asyncio.Future[bool]]] = []
        self._handing_over = asyncio.Lock()

    @property
    def route(self) -> web.RouteDef:
        """What the web server is to serve."""
        return web.post(urlsplit(self.address).path, self._answer)

    @contextmanager
    def open(self, take: Take) -> Iterator[None]:
        """Hand over what is delivered while the context is open."""
        self._take = take
        try:
            yield
        finally:
            self._take = None

    async def _answer(self, request: web.Request) -> web.Response:
        if not self._proven(request):
            return web.Response(status=403)
        if request.content_type != "application/json":
            return web.Response(status=415)
        update = _update(await request.read())  # answers 413 by itself if that is too long
        if update is None:
            return web.Response(status=400)
        if await self._stored(update):
            return web.Response()
        return web.Response(status=503, headers={"Retry-After": str(RETRY_AFTER_S)})

    def _proven(self, request: web.Request) -> bool:
        shown = request.headers.get(SECRET_HEADER, "")
        return hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), self.secret.encode())

    async def _stored(self, update: Wire) -> bool:
        """Hand over an update with all that is here by the time it is its turn."""
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((update, stored))
        async with self._handing_over:
            if not stored.done():
                await self._hand_over()
        return stored.result()

    async def _hand_over(self) -> None:
        batch, self._waiting = self._waiting, []
        stored = False
        try:
            stored = await self._taken([update for update, _ in batch])
        finally:  # also when the server ends in the middle
            for _, told in batch:
                told.set_result(stored)

    async def _taken(self, batch: Sequence[Wire]) -> bool:
        if self._take is None:
            return False
        try:
            await self._take(batch)
        except StoreError as fault:
            _LOG.warning("%s It is delivered again.", fault, extra={"action": Action.CHANNEL_FAILED})
        except Exception as fault:  # its traceback could quote what somebody wrote
            _LOG.error("Receiving failed: %s", described(fault), extra={"action": Action.CHANNEL_FAILED})
        else:
            return True
        return False


def address(base: str, secret: str) -> str:
    """Return the address that Telegram is told; its last part is unguessable and does not tell the secret."""
    part = hmac.new(secret.encode(), b"address of the telegram webhook", sha256).hexdigest()
    return f"{base}/telegram/{part[:32]}"


def _update(body: bytes) -> Wire | None:
    """Read an update; None if it is anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    match found:
        case {"update_id": int()}:
            return dict(found)
    return None
