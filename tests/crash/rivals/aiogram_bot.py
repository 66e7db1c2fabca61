"""aiogram as its documentation shows it: `start_polling` and a handler that takes its time."""

from __future__ import annotations

import asyncio
import os

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message, Update

from tests.crash.rivals import SLOWNESS_S

dispatcher = Dispatcher()


@dispatcher.message()
async def reply(message: Message, event_update: Update) -> None:
    await asyncio.sleep(SLOWNESS_S)
    await message.answer(str(event_update.update_id))


async def main() -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["SPAREKEY_TELEGRAM_API"]))
    await dispatcher.start_polling(Bot(os.environ["SPAREKEY_TELEGRAM_TOKEN"], session=session))


if __name__ == "__main__":
    asyncio.run(main())
