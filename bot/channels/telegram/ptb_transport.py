"""
The Bot API over python-telegram-bot, the only module that imports it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from httpx import HTTPError
from telegram import Bot, InputFile
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.channels.telegram.bot_api import AS_IT_IS, FILE_NAME, BotApi, Form, beginning, ensure_in_time

if TYPE_CHECKING:
    from httpx import Request

# They log addresses, which hold the token, and what people write.
for _chatty in ("httpcore", "httpx", "telegram"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)

#: Messages on their way at once. 30 a second, what Telegram takes, need so many if each takes half a second. The library looks at every
#: connection before each call: with 100, as many as aiogram has, a rush costs three times as much.
CONNECTIONS: Final = 16


class PtbTransport(BotApi):
    """
    Calls the Bot API with python-telegram-bot.

    Args:
        token: From BotFather.
        address: Base address of the Bot API.
    """

    faults = (TelegramError, HTTPError, OSError)

    def __init__(self, token: str, address: str) -> None:
        super().__init__(token)
        self._files = f"{address}/file/bot{token}"
        # Polling has a connection of its own: it must not wait behind messages.
        self._requests = _Request.with_connections(1), _Request.with_connections(CONNECTIONS)
        self._bot = _Bot(
            token,
            base_url=lambda token: f"{address}/bot{token}",
            get_updates_request=self._requests[0],
            request=self._requests[1],
        )

    async def close(self) -> None:
        """Close the connections."""
        for request in self._requests:
            await request.shutdown()

    async def _post(self, method: str, form: Form) -> tuple[int, bytes]:
        return await self._bot.carry(method, form)

    async def _get(self, path: str, most: int) -> tuple[int, bytes]:
        return await self._requests[1].fetch(f"{self._files}/{path}", most)


class _Bot(Bot):
    async def carry(self, method: str, form: Form) -> tuple[int, bytes]:
        """Make a call; `do_api_request` warns at each that the library has a method of its own."""
        data: dict[str, Any] = {
            name: InputFile(value, FILE_NAME) if isinstance(value, bytes) else value
            for name, value in form.items()
        }
        answer: tuple[int, bytes] = await self._post(method, data)
        return answer


async def _watch(request: Request) -> None:
    """Look at the time once more when a call has got its connection."""
    handed_over = time.monotonic()

    async def look(event: str, _: Mapping[str, Any]) -> None:
        if event == "http11.send_request_headers.started":
            ensure_in_time(handed_over)

    request.extensions["trace"] = look


class _Request(HTTPXRequest):
    """
    Hands over answers as they came.

    The library would judge an answer by its status alone, log what it cannot read, and keep but the result of what it can. So every
    answer is a success here, with its status in front.
    """

    @classmethod
    def with_connections(cls, count: int) -> _Request:
        """Each call has a timeout of ours; the environment's proxies are not looked for, as with aiogram."""
        return cls(
            connection_pool_size=count,
            connect_timeout=None,
            read_timeout=None,
            write_timeout=None,
            media_write_timeout=None,
            pool_timeout=None,
            httpx_kwargs={"trust_env": False, "event_hooks": {"request": [_watch]}},
        )

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(*args, **kwargs)
        return 200, b"%d %b" % (status, body)

    async def fetch(self, address: str, most: int) -> tuple[int, bytes]:
        """Fetch a file without keeping what is too much of it, as the library would."""
        async with self._client.stream("GET", address, headers=AS_IT_IS) as answer:
            return answer.status_code, await beginning(answer.aiter_raw(), most)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        status, _, body = payload.partition(b" ")
        return {"result": (int(status), body)}
