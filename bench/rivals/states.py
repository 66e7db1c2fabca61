"""
aiogram's own persistence: the state and the answers of each person in its `MemoryStorage`.

Nothing survives the process. The storages of aiogram that survive it, for Redis and MongoDB, ask a server over the network four
times a message and can only be slower; neither server is part of this bench.
"""

from __future__ import annotations

import asyncio
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message

from bench.rivals import ANSWER, DATA, LABELS

KEYBOARD = InlineKeyboardMarkup(
    inline_keyboard=[
        [InlineKeyboardButton(text=label, callback_data=data)]
        for label, data in zip(LABELS, DATA, strict=True)
    ]
)
dispatcher = Dispatcher(storage=MemoryStorage())


class Help(StatesGroup):
    """The question that waits for an answer."""

    first = State()
    second = State()
    third = State()


async def take(message: Message, state: FSMContext, following: State | None) -> None:
    """Keep what was said, and which question comes next."""
    said = (await state.get_data()).get("said", [])
    await state.update_data(said=[*said, message.text])
    if following is None:
        await state.clear()
    else:
        await state.set_state(following)
    await message.answer(ANSWER, reply_markup=KEYBOARD)


@dispatcher.message(Help.first)
async def first(message: Message, state: FSMContext) -> None:
    await take(message, state, Help.second)


@dispatcher.message(Help.second)
async def second(message: Message, state: FSMContext) -> None:
    await take(message, state, Help.third)


@dispatcher.message(Help.third)
async def third(message: Message, state: FSMContext) -> None:
    await take(message, state, None)


@dispatcher.message()
async def complaint(message: Message, state: FSMContext) -> None:
    await take(message, state, Help.first)


async def main(token: str, api: str) -> None:
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    await dispatcher.start_polling(bot, handle_signals=False)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
