"""
The calls of the Bot API that the channel makes, as forms, whichever library carries them.

What is sent is written here and what comes back is read in `answers`, so libraries cannot differ: they carry bytes. Answers stay
plain JSON: an object that a library does not know can neither block the updates behind it nor make a message that was sent look
unsent. No error holds the token or what somebody wrote.
"""

from __future__ import annotations

import asyncio
import json
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, Awaitable, Mapping
from typing import Any, ClassVar, Final

from bot.channels.telegram import answers
from bot.errors import ChannelUnreachable, MessageRefused

#: Seconds for a call that does not wait for anything; Telegram answers in well under one.
CALL_TIMEOUT_S: Final = 15
#: Seconds that the answer to a long poll may be late.
POLL_GRACE_S: Final = 10
#: Seconds for a call that a file goes with, and for fetching one: 5 MiB over 2 Mbit/s take 20.
FILE_TIMEOUT_S: Final = 45
#: What a file is called that goes with a call; Telegram looks at what it is.
FILE_NAME: Final = "picture.jpg"
#: To be asked for with a file, so that as much is read as comes.
AS_IT_IS: Final = {"Accept-Encoding": "identity"}

#: Seconds after which a call that was handed over does not leave any more. Where it takes so long, the machine stood still, and
#: another process may have taken the chat over and be further with it: not sooner than 4 s after it was looked whose the chat is
#: (ALIVE_S less BEAT_S in `bot.service.sharing`).
LEAVES_S: Final = 3.0

#: The fields of a call, written; bytes are a file.
Form = dict[str, str | bytes]


class TooLate(OSError):
    """A call was not begun, because it should have been long before."""


def ensure_in_time(handed_over: float) -> None:
    """
    To be called before the first byte of a call leaves.

    Args:
        handed_over: When it was handed over, by the monotonic clock.

    Raises:
        TooLate: That was too long ago.
    """
    if time.monotonic() - handed_over > LEAVES_S:
        raise TooLate("this machine stood still")


class BotApi(ABC):
    """
    Calls the Bot API as one bot.

    Args:
        token: From BotFather.

    Every call raises what `answers.read` raises, and ChannelUnreachable if no answer comes.
    """

    #: What `_post` raises where no answer comes.
    faults: ClassVar[tuple[type[Exception], ...]]

    def __init__(self, token: str) -> None:
        self._token = token

    @property
    def bot_id(self) -> int:
        """The bot's own id, which is the first part of its token."""
        return int(self._token.partition(":")[0])

    async def get_updates(
        self, offset: int | None, timeout_s: int, kinds: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        """Wait for updates; those before `offset` are acknowledged by this call."""
        asked: dict[str, Any] = {"timeout": timeout_s, "allowed_updates": kinds}
        if offset is not None:
            asked["offset"] = offset
        return answers.updates(await self._call("getUpdates", asked, timeout_s + POLL_GRACE_S))

    async def get_me(self) -> dict[str, Any]:
        """Return the bot's own `User`."""
        me: dict[str, Any] = await self._call("getMe", {})
        return me

    async def set_webhook(
        self, address: str, secret: str, kinds: tuple[str, ...], max_connections: int
    ) -> None:
        """Have updates delivered, those that wait too; polling ends."""
        asked = {
            "url": address,
            "secret_token": secret,
            "allowed_updates": kinds,
            "max_connections": max_connections,
        }
        try:
            await self._call("setWebhook", asked)
        except MessageRefused as fault:
            raise ChannelUnreachable(f"SPAREKEY_TELEGRAM_WEBHOOK cannot be set: {fault}") from None

    async def delete_webhook(self) -> None:
        """Have updates kept for polling, those that wait too."""
        await self._call("deleteWebhook", {})

    async def get_webhook_info(self) -> dict[str, Any]:
        """Return the `WebhookInfo`."""
        info: dict[str, Any] = await self._call("getWebhookInfo", {})
        return info

    async def send_message(self, parameters: Mapping[str, Any]) -> Any:
        """Call `sendMessage`; return the message."""
        return await self._call("sendMessage", parameters)

    async def delete_message(self, chat_id: str, message_id: str) -> None:
        """Delete a message; a person's own in a private chat too."""
        await self._call("deleteMessage", {"chat_id": chat_id, "message_id": message_id})

    async def answer_callback(self, query_id: str) -> None:
        """Tell the person's app that a press has arrived."""
        await self._call("answerCallbackQuery", {"callback_query_id": query_id})

    async def set_commands(self, commands: Mapping[str, str], language: str | None) -> None:
        """Show commands with their descriptions in the menu of private chats; language None: for all who have no other."""
        shown = [{"command": name, "description": text} for name, text in commands.items()]
        await self._call(
            "setMyCommands",
            {"commands": shown, "scope": {"type": "all_private_chats"}}
            | ({"language_code": language} if language else {}),
        )

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """Call any method and return its result; one parameter may be the bytes of a file."""
        return await self._call(method, parameters)

    async def fetch(self, file_id: str) -> bytes:
        """Fetch a file that Telegram keeps; MessageRefused: it keeps none under this id, or one that is too large."""
        path = answers.path(await self._call("getFile", {"file_id": file_id}))
        status, content = await self._carried(self._get(path, answers.MAX_FILE), FILE_TIMEOUT_S)
        return answers.file(status, content, self._token)

    @abstractmethod
    async def close(self) -> None:
        """Close the connections."""

    @abstractmethod
    async def _post(self, method: str, form: Form) -> tuple[int, bytes]:
        """Carry a call, however long it takes; return the status and the body of the answer."""

    async def _get(self, path: str, most: int) -> tuple[int, bytes]:
        """Fetch a file, however long it takes; return the status and the body, of one of more bytes only its beginning."""
        del path, most  # within a bot that somebody else wrote nobody looks on from elsewhere
        raise ChannelUnreachable("Files are fetched only by a bot that is ours alone.")

    async def _call(self, method: str, parameters: Mapping[str, Any], timeout_s: int = CALL_TIMEOUT_S) -> Any:
        form = _written(parameters)
        if any(isinstance(value, bytes) for value in form.values()):
            timeout_s = FILE_TIMEOUT_S
        status, body = await self._carried(self._post(method, form), timeout_s)
        return answers.read(status, body, self._token)

    async def _carried(self, carrying: Awaitable[tuple[int, bytes]], timeout_s: int) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(timeout_s):
                return await carrying
        except TimeoutError:
            why = f"no answer in {timeout_s} s"
        except self.faults as error:
            why = answers.without(self._token, _why(error))
        # Outside, so that no traceback shows the cause, which may quote the request or the answer.
        raise ChannelUnreachable(f"Telegram cannot be reached: {why}.")


async def beginning(chunks: AsyncIterable[bytes], most: int) -> bytes:
    """Read to the end, or so far that it is seen that there are more bytes."""
    read = bytearray()
    async for chunk in chunks:
        read += chunk
        if len(read) > most:
            break
    return bytes(read)


def _why(error: BaseException) -> str:
    """Say what the system said; what libraries say may quote the request or the answer, so only their kind is told."""
    chain = [error]
    while cause := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(cause)
    told = [each for each in chain if isinstance(each, OSError) and str(each)]
    return f"{type(told[-1]).__name__}: {told[-1]}" if told else type(chain[-1]).__name__


def _written(parameters: Mapping[str, Any]) -> Form:
    form: Form = {
        name: value if isinstance(value, str | bytes) else json.dumps(value, ensure_ascii=False)
        for name, value in parameters.items()
    }
    try:
        "".join(value for value in form.values() if isinstance(value, str)).encode()
    except UnicodeEncodeError:
        raise MessageRefused("This message holds half a character, which nobody can send.") from None
    return form
