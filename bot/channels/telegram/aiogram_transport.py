"""
The Bot API over aiogram, the only module that imports it; importing it takes seconds.
"""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods.base import TelegramMethod
from aiogram.types import BufferedInputFile
from aiohttp import ClientError, ClientSession, ClientTimeout, TraceConfig
from pydantic import PrivateAttr

from bot.channels.telegram.bot_api import AS_IT_IS, FILE_NAME, BotApi, Form, beginning, ensure_in_time


class AiogramTransport(BotApi):
    """
    Calls the Bot API with aiogram.

    Args:
        token: From BotFather.
        address: Base address of the Bot API.
    """

    faults = (ClientError, OSError)

    def __init__(self, token: str, address: str) -> None:
        super().__init__(token)
        self._session = _Session(api=TelegramAPIServer.from_base(address))
        self._bot = Bot(token, session=self._session)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def _post(self, method: str, form: Form) -> tuple[int, bytes]:
        answer: tuple[int, bytes] = await self._bot(Call.of(method, form))
        return answer

    async def _get(self, path: str, most: int) -> tuple[int, bytes]:
        return await self._session.fetch(self._session.api.file_url(self._token, path), most)


class _Session(AiohttpSession):
    async def create_session(self) -> ClientSession:
        session = await super().create_session()
        if not session.trace_configs:
            session.trace_configs.append(_watch())
        return session

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[Any],
        timeout: int | None = None,  # noqa: ASYNC109
    ) -> Any:
        """Hand over the answer as it came, and follow nobody who points elsewhere: the form would be lost on the way."""
        del timeout  # of the library; each call has one of ours
        session = await self.create_session()
        address = self.api.api_url(token=bot.token, method=method.__api_method__)
        form = self.build_form_data(bot, method)
        async with session.post(address, data=form, allow_redirects=False, timeout=ClientTimeout()) as answer:
            return answer.status, await answer.read()

    async def fetch(self, address: str, most: int) -> tuple[int, bytes]:
        """Fetch a file, and follow nobody who points elsewhere."""
        session = await self.create_session()
        async with session.get(
            address, headers=AS_IT_IS, allow_redirects=False, timeout=ClientTimeout()
        ) as answer:
            return answer.status, await beginning(answer.content.iter_any(), most)


def _watch() -> TraceConfig:
    """Look at the time once more when a call has got its connection."""

    async def begin(_session: ClientSession, call: SimpleNamespace, _: object) -> None:
        call.handed_over = time.monotonic()

    async def look(_session: ClientSession, call: SimpleNamespace, _: object) -> None:
        ensure_in_time(call.handed_over)

    watch = TraceConfig()
    watch.on_request_start.append(begin)
    watch.on_request_headers_sent.append(look)
    watch.freeze()
    return watch


class Call(TelegramMethod[Any]):
    """Any method, with fields that are written already: a model of every button costs more than the call."""

    __returning__ = Any
    _method: str = PrivateAttr()

    @classmethod
    def of(cls, method: str, form: Form) -> Call:
        """Return a call of a method by its name."""
        call = cls(
            **{
                name: BufferedInputFile(value, FILE_NAME) if isinstance(value, bytes) else value
                for name, value in form.items()
            }
        )
        call._method = method
        return call

    @property
    def __api_method__(self) -> str:  # type: ignore[override]
        return self._method
