"""
A shop's bot on aiogram, with Sparekey in it: `python -m examples.existing_bots.aiogram_shop [--durable]`.

`/orders` is the shop's. `/support`, or a link to `https://t.me/<bot>?start=support`, opens a conversation with Sparekey, and whatever
that person says is Sparekey's until it is over. With `--durable` an update is acknowledged once it is handled.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command, CommandStart
from aiogram.types import Message

from bot.mounting import sparekey_router

commands = Router()
everything_else = Router()


@commands.message(CommandStart(deep_link=False))
async def welcome(message: Message) -> None:
    """Answer `/start`."""
    await message.answer(
        "Welcome to the shop. /orders shows your orders; /support helps if you cannot sign in."
    )


@commands.message(Command("orders"))
async def orders(message: Message) -> None:
    """Answer `/orders`."""
    await message.answer("You have one order, number 17: on its way.")


@everything_else.message()
async def unknown(message: Message) -> None:
    """Answer whatever nobody has understood."""
    await message.answer("The shop knows /orders and /support.")


async def main(*, durable: bool) -> None:
    """Run the bot until SIGTERM or SIGINT."""
    session = AiohttpSession(
        api=TelegramAPIServer.from_base(os.environ.get("SHOP_BOT_API", "https://api.telegram.org"))
    )
    bot = Bot(os.environ["SHOP_BOT_TOKEN"], session=session)
    dispatcher = Dispatcher()
    support = sparekey_router(command="support")
    # The order counts: the shop's commands stay the shop's, and what Sparekey leaves is answered behind it.
    dispatcher.include_routers(commands, support, everything_else)
    if durable:
        await support.serve(dispatcher, bot)
    else:
        await dispatcher.start_polling(bot)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(main(durable="--durable" in sys.argv[1:]))
