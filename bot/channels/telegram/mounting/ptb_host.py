"""
A seat within a python-telegram-bot application, the only module of the mounting that imports the library.

Our one handler looks at every update before the others do, decides and stores at once, and stops what is ours there. Calls go over the
application's `Bot`, with its request object, its rate limiter and so its limits; an answer that it has turned into an error is turned
back, so that what it means is decided where it always is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Sequence
from http import HTTPStatus
from typing import Any, Final

from telegram import Bot, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.ext import (
    Application,
    ApplicationHandlerStop,
    BaseHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    ExtBot,
    InvalidCallbackData,
    TypeHandler,
)

from bot.channels.telegram.bot_api import BotApi, Form
from bot.channels.telegram.mounting.claims import Claim, Take, spoken_command
from bot.channels.telegram.mounting.guest import Guest
from bot.channels.telegram.mounting.ingress import Ingress
from bot.channels.telegram.wire import Wire

#: Before every group that an application is likely to have: what is ours ends here.
GROUP: Final = -100
#: Seconds that the other bot's requests wait at most; our own timeouts are shorter.
READ_TIMEOUT_S: Final = 60.0
_STATUS: Final = (
    (RetryAfter, HTTPStatus.TOO_MANY_REQUESTS),
    (ChatMigrated, HTTPStatus.BAD_REQUEST),
    (BadRequest, HTTPStatus.BAD_REQUEST),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (InvalidToken, HTTPStatus.UNAUTHORIZED),
    (Conflict, HTTPStatus.CONFLICT),
)

AnyApplication = Application[Any, Any, Any, Any, Any, Any]
_Hook = Callable[[AnyApplication], Coroutine[Any, Any, None]]


class SparekeyHandlers(dict[int, Sequence[BaseHandler[Any, Any, Any]]]):
    """
    What `Application.add_handlers` takes: a group of handlers for what is said to us.

    Args:
        application: It starts and stops us, by `post_init` and `post_stop`; hooks that it has are called as before.
        guest: Our part.
        take: `rest`: what another handler of group 0 or later would take is not ours.
    """

    def __init__(self, application: AnyApplication, guest: Guest, take: Take) -> None:
        # `block`, whatever the application's default is: it returns when the update is durable.
        super().__init__({GROUP: [TypeHandler(Update, self._take, block=True)]})
        self._application, self._guest, self._rest = application, guest, take == "rest"
        application.post_init = _in_turn(application.post_init, self._arrive)
        application.post_stop = _in_turn(self._leave, application.post_stop)

    async def serve(self, allowed_updates: Sequence[str] = ()) -> None:
        """
        Receive for the application, in the place of its `run_polling`, until SIGTERM or SIGINT.

        Args:
            allowed_updates: The kinds to ask for; none: those that Telegram sends by itself.

        An update is acknowledged when it is handled (`ingress`).

        Raises:
            SparekeyError: With the cure, e.g. for a token that is wrong.
        """
        application = self._application
        ingress = Ingress(BorrowedBot(application.bot), self._guest, self._hand_on, allowed_updates)
        async with application:
            await _called(application.post_init, application)
            await application.start()
            try:
                await ingress.run()
            finally:
                await application.stop()
                await _called(application.post_stop, application)
        await _called(application.post_shutdown, application)

    async def _arrive(self, application: AnyApplication) -> None:
        await self._guest.arrive(BorrowedBot(application.bot))

    async def _leave(self, _: AnyApplication) -> None:
        await self._guest.leave()

    async def _hand_on(self, update: Wire) -> None:
        """Have an update handled as the application's own polling does, but return when it is."""
        bot = self._application.bot
        read = Update.de_json(dict(update), bot)
        if isinstance(bot, ExtBot):
            bot.insert_callback_data(read)
        await self._application.process_update(read)

    async def _take(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        raw = _wire(update)
        if not self._is_theirs(update, raw) and await self._guest.takes(raw):
            raise ApplicationHandlerStop

    def _is_theirs(self, update: Update, raw: Wire) -> bool:
        """Tell whether another handler comes first: one for this command, or any if only the rest is ours."""
        command, _ = spoken_command(raw.get("message", {}))
        opens, claim = self._guest.opens(raw), self._guest.claim(raw)
        if opens or (command is None and not self._rest) or claim in (Claim.THEIRS, Claim.SHARED):
            return False
        kinds = BaseHandler if self._rest else (CommandHandler, ConversationHandler)
        return any(
            handler.check_update(update) not in (None, False)
            for group, handlers in self._application.handlers.items()
            if group >= 0
            for handler in handlers
            if isinstance(handler, kinds)
        )


class BorrowedBot(BotApi):
    """
    Calls the Bot API with a bot that is somebody else's.

    Args:
        bot: Stays open.
    """

    faults = (TelegramError,)

    def __init__(self, bot: Bot) -> None:
        super().__init__(bot.token)
        self._bot = bot

    async def close(self) -> None:
        """Leave the connections to whose they are."""

    async def _post(self, method: str, form: Form) -> tuple[int, bytes]:
        try:
            # `do_api_request` warns at each call that the library has a method of its own.
            result = await self._bot._post(method, dict[str, Any](form), read_timeout=READ_TIMEOUT_S)  # noqa: SLF001
        except TelegramError as error:
            return _answer(error)
        return 200, json.dumps({"ok": True, "result": result}).encode()


def _answer(error: TelegramError) -> tuple[int, bytes]:
    """Return the answer that was turned into an error; raise the error if there was none, or none that can be read."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), None)
    if status is None or error.__cause__ is not None or str(error) == f"{status.phrase} ({status.value})":
        raise error
    parameters: dict[str, float] = {}
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        parameters["retry_after"] = wait if isinstance(wait, int) else wait.total_seconds()
    if isinstance(error, ChatMigrated):
        parameters["migrate_to_chat_id"] = error.new_chat_id
    said = {"ok": False, "description": _description(error), "parameters": parameters}
    return status, json.dumps(said).encode()


def _description(error: TelegramError) -> str:
    """Return what Telegram said; the library leaves the beginning of a bad request out, and writes the rest like a sentence."""
    words = error.message
    return f"Bad Request: {words[:1].lower()}{words[1:]}" if isinstance(error, BadRequest) else words


def _wire(update: Update) -> Wire:
    """Return the JSON object that an update was read from, but for flags that were not in it."""
    read: dict[str, Any] = json.loads(update.to_json())
    if isinstance(message := read.get("message"), dict):
        read["message"] = {name: value for name, value in message.items() if value is not False}
    data: object = update.callback_query.data if update.callback_query is not None else None
    if isinstance(data, InvalidCallbackData):  # of a button that the library has not made
        read["callback_query"]["data"] = data.callback_data
    return read


def _in_turn(*hooks: _Hook | None) -> _Hook:
    async def call(application: AnyApplication) -> None:
        for hook in hooks:
            await _called(hook, application)

    return call


async def _called(hook: _Hook | None, application: AnyApplication) -> None:
    if hook is not None:
        await hook(application)
