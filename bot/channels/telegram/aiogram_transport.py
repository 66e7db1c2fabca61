"""
The Bot API over aiogram, the only module that imports it; importing it takes seconds.

aiogram calls and classifies faults. Answers come back as plain JSON: an object that this version of aiogram does not
know can neither block the updates behind it nor make a message that was sent look unsent. No error and no log line
holds the token or what somebody wrote.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from aiogram import Bot
from aiogram import methods as api
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import BotCommand

from bot.errors import (
    ChannelBusy,
    ChannelUnreachable,
    ConfigError,
    MessageRefused,
    RecipientGone,
    SparekeyError,
)

#: Seconds for a call that does not wait for anything; Telegram answers in well under one.
CALL_TIMEOUT_S: Final = 15
#: Seconds that the answer to a long poll may be late.
POLL_GRACE_S: Final = 10
_CURE: Final = (
    "Copy the token that BotFather shows for this bot into SPAREKEY_TELEGRAM_TOKEN, "
    "and check SPAREKEY_TELEGRAM_API if it is set."
)


class _GetUpdates(api.GetUpdates):
    __returning__ = list[dict[str, Any]]


class _GetMe(api.GetMe):
    __returning__ = dict[str, Any]


class _SendMessage(TelegramMethod[Any]):
    """`sendMessage` with its objects written as JSON by us: a model of every button costs more than the call."""

    __returning__ = Any
    __api_method__ = "sendMessage"

    chat_id: str
    text: str
    link_preview_options: str
    reply_markup: str | None = None


class AiogramTransport:
    """
    Calls the Bot API as one bot.

    Args:
        token: From BotFather.
        address: Base address of the Bot API.

    Every method raises what `translate` returns.
    """

    def __init__(self, token: str, address: str) -> None:
        session = AiohttpSession(api=TelegramAPIServer.from_base(address))
        self._bot = Bot(token, session=session)
        self._token = token

    @property
    def bot_id(self) -> int:
        """The bot's own id, which is the first part of its token."""
        return self._bot.id

    async def get_updates(
        self, offset: int | None, timeout_s: int, kinds: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        """Wait for updates; those before `offset` are acknowledged by this call."""
        poll = _GetUpdates(offset=offset, timeout=timeout_s, allowed_updates=list(kinds))
        updates: list[dict[str, Any]] = await self._call(poll, timeout_s + POLL_GRACE_S)
        return updates

    async def get_me(self) -> dict[str, Any]:
        """Return the bot's own `User`."""
        me: dict[str, Any] = await self._call(_GetMe())
        return me

    async def send_message(self, parameters: Mapping[str, Any]) -> None:
        """Call `sendMessage`."""
        written = {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in parameters.items()
        }
        await self._call(_SendMessage(**written))

    async def delete_message(self, chat_id: str, message_id: str) -> None:
        """Delete a message; a person's own in a private chat too."""
        await self._call(api.DeleteMessage(chat_id=int(chat_id), message_id=int(message_id)))

    async def answer_callback(self, query_id: str) -> None:
        """Tell the person's app that a press has arrived."""
        await self._call(api.AnswerCallbackQuery(callback_query_id=query_id))

    async def set_commands(self, commands: Mapping[str, str], language: str | None) -> None:
        """Show commands with their descriptions in the app's menu; language None: for all who have no other."""
        shown = [BotCommand(command=name, description=text) for name, text in commands.items()]
        await self._call(api.SetMyCommands(commands=shown, language_code=language))

    async def close(self) -> None:
        """Close the connections."""
        await self._bot.session.close()

    async def _call(self, method: TelegramMethod[Any], timeout_s: int = CALL_TIMEOUT_S) -> Any:
        try:
            return await self._bot(method, request_timeout=timeout_s)
        except (AiogramError, OSError) as error:
            fault = translate(error, self._token)
        raise fault  # outside, so that no traceback shows the cause, which quotes the request or the answer


def translate(error: Exception, token: str) -> SparekeyError:
    """
    Say what a fault of the Bot API means for us.

    Args:
        error: What aiogram raised.
        token: Never shown.

    Returns:
        ChannelBusy, RecipientGone, MessageRefused, ChannelUnreachable; or ConfigError if the token is wrong.
    """
    said = error.message if isinstance(error, TelegramAPIError) else type(error).__name__
    said = said.replace(token, "(token)").replace(token.partition(":")[2], "(token)")
    for kind, meaning in _MEANINGS:
        if isinstance(error, kind):
            return meaning(error, said)
    return ChannelUnreachable(f"Telegram answered with something unknown: {said}.")


def _busy(error: Exception, said: str) -> SparekeyError:
    del said  # names the chat
    wait = error.retry_after if isinstance(error, TelegramRetryAfter) else 1
    return ChannelBusy(f"Telegram asks us to wait {wait} s.", retry_after_s=float(wait))


def _bad_request(_error: Exception, said: str) -> SparekeyError:
    if "chat not found" in said:
        return RecipientGone(f"The person cannot be written to: {said}.")
    return MessageRefused(f"Telegram refuses this message: {said}.")


def _conflict(_error: Exception, said: str) -> SparekeyError:
    if "webhook" in said:
        return ChannelUnreachable(
            "Another program receives this bot's messages by webhook. Stop that program and call deleteWebhook, "
            "or give Sparekey a bot of its own."
        )
    return ChannelUnreachable(
        "Another program polls the same bot, so each takes messages from the other. Look for a second `sparekey "
        "serve` (ps, docker ps, other machines) and stop it; if you find none, let BotFather revoke the token and "
        "set the new one in SPAREKEY_TELEGRAM_TOKEN."
    )


#: From the special to the general.
_MEANINGS: Final[tuple[tuple[type[Exception], Callable[[Exception, str], SparekeyError]], ...]] = (
    (TelegramRetryAfter, _busy),
    (TelegramForbiddenError, lambda _, said: RecipientGone(f"The person cannot be written to: {said}.")),
    (TelegramBadRequest, _bad_request),
    (
        TelegramUnauthorizedError,
        lambda _, __: ConfigError(f"SPAREKEY_TELEGRAM_TOKEN: Telegram refuses it. {_CURE}"),
    ),
    (
        TelegramNotFound,
        lambda _, __: ConfigError(f"SPAREKEY_TELEGRAM_TOKEN: Telegram knows no such bot. {_CURE}"),
    ),
    (TelegramConflictError, _conflict),
    (TelegramServerError, lambda _, said: ChannelUnreachable(f"Telegram has trouble of its own: {said}.")),
    (TelegramNetworkError, lambda _, said: ChannelUnreachable(f"Telegram cannot be reached: {said}.")),
    (ClientDecodeError, lambda _, __: ChannelUnreachable("Telegram's answer cannot be read.")),
    (OSError, lambda _, said: ChannelUnreachable(f"Telegram cannot be reached: {said}.")),
)
