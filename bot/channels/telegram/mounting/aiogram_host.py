"""
A seat within an aiogram bot, the only module of the mounting that imports aiogram.

Our handlers decide and store at once, and raise SkipHandler for what is not ours: aiogram then goes on to the routers behind. Calls go
over the other bot's `Bot`, with its session, its middlewares and so its limits; an answer that it has turned into an error is turned
back, so that what it means is decided where it always is.
"""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any, Final

from aiogram import Bot, Dispatcher, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import TelegramObject, Update

from bot.channels.telegram.aiogram_transport import Call
from bot.channels.telegram.bot_api import BotApi, Form
from bot.channels.telegram.mounting.claims import KINDS
from bot.channels.telegram.mounting.guest import Guest
from bot.channels.telegram.mounting.ingress import Ingress
from bot.channels.telegram.wire import Wire

#: Seconds that the other bot's session waits at most; our own timeouts are shorter.
SESSION_TIMEOUT_S: Final = 60
_STATUS: Final = (
    (TelegramRetryAfter, 429),
    (TelegramMigrateToChat, 400),
    (TelegramBadRequest, 400),
    (TelegramUnauthorizedError, 401),
    (TelegramForbiddenError, 403),
    (TelegramNotFound, 404),
    (TelegramConflictError, 409),
    (TelegramServerError, 500),
)


class SparekeyRouter(Router):
    """
    A router for what is said to us.

    Args:
        guest: Our part.

    It starts and stops with the dispatcher that it is included in. What stands before it in the order is never ours.
    """

    def __init__(self, guest: Guest) -> None:
        super().__init__(name="sparekey")
        self._guest = guest
        #: The bot that we are mounted in; a dispatcher may have several.
        self._bot: Bot | None = None
        self.startup.register(self._arrive)
        self.shutdown.register(self._leave)
        for kind in KINDS:
            self.observers[kind].register(self._take)

    async def serve(self, dispatcher: Dispatcher, bot: Bot) -> None:
        """
        Receive for the dispatcher, in the place of its `start_polling`, until SIGTERM or SIGINT.

        Args:
            dispatcher: Gets every update, in the order of each chat; this router is included in it.
            bot: Whose updates.

        An update is acknowledged when it is handled (`ingress`).

        Raises:
            SparekeyError: With the cure, e.g. for a token that is wrong.
        """
        data: dict[str, Any] = {"dispatcher": dispatcher, "bots": (bot,), **dispatcher.workflow_data}
        kinds = dispatcher.resolve_used_update_types()
        hand_on = partial(_hand_on, dispatcher, bot, data)
        await dispatcher.emit_startup(bot=bot, **data)
        try:
            await Ingress(BorrowedBot(bot), self._guest, hand_on, kinds).run()
        finally:
            await dispatcher.emit_shutdown(bot=bot, **data)
            await bot.session.close()

    async def _arrive(self, bot: Bot) -> None:
        self._bot = bot
        await self._guest.arrive(BorrowedBot(bot))

    async def _leave(self) -> None:
        await self._guest.leave()
        self._bot = None

    async def _take(self, _: TelegramObject, event_update: Update, bot: Bot) -> None:
        ours = self._bot is not None and bot.id == self._bot.id
        # A handler that is cancelled, as at the end of polling, must not leave an update half taken.
        if not (ours and await asyncio.shield(self._guest.takes(_wire(event_update)))):
            raise SkipHandler


class BorrowedBot(BotApi):
    """
    Calls the Bot API with a bot that is somebody else's.

    Args:
        bot: Stays open.
    """

    faults = (TelegramAPIError, ClientDecodeError, OSError)

    def __init__(self, bot: Bot) -> None:
        super().__init__(bot.token)
        self._bot = bot

    async def close(self) -> None:
        """Leave the connections to whose they are."""

    async def _post(self, method: str, form: Form) -> tuple[int, bytes]:
        try:
            result = await self._bot(Call.of(method, form), request_timeout=SESSION_TIMEOUT_S)
        except TelegramNetworkError:
            raise
        except TelegramAPIError as error:
            return _answer(error)
        return 200, json.dumps({"ok": True, "result": result}).encode()


def _answer(error: TelegramAPIError) -> tuple[int, bytes]:
    """Return the answer that was turned into an error."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 0)
    parameters: dict[str, int] = {}
    if isinstance(error, TelegramRetryAfter):
        parameters["retry_after"] = error.retry_after
    if isinstance(error, TelegramMigrateToChat):
        parameters["migrate_to_chat_id"] = error.migrate_to_chat_id
    said = {"ok": False, "description": error.message, "parameters": parameters}
    return status, json.dumps(said).encode()


async def _hand_on(dispatcher: Dispatcher, bot: Bot, data: dict[str, Any], update: Wire) -> None:
    """Have an update handled as the dispatcher's own polling does."""
    response = await dispatcher.feed_raw_update(bot, dict(update), **data)
    if isinstance(response, TelegramMethod):
        await dispatcher.silent_call_request(bot, response)


def _wire(update: Update) -> Wire:
    """Return the JSON object that an update was read from."""
    return update.model_dump(mode="json", by_alias=True, exclude_unset=True)
