"""Written by hand on aiogram: one row per message in SQLite, synced before the answer; no conversation is kept."""

from __future__ import annotations

import asyncio
import sqlite3
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update

from bench.rivals import ANSWER, DATA, LABELS


async def main(token: str, api: str, path: str) -> None:
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute(
        "CREATE TABLE IF NOT EXISTS messages (update_id INTEGER PRIMARY KEY, chat INTEGER, text TEXT)"
    )
    dispatcher = Dispatcher()
    keyboard = InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=label, callback_data=data)]
            for label, data in zip(LABELS, DATA, strict=True)
        ]
    )

    @dispatcher.message()
    async def answer(message: Message, event_update: Update) -> None:
        row = (event_update.update_id, message.chat.id, message.text)
        database.execute("INSERT INTO messages VALUES (?, ?, ?)", row)
        database.commit()
        await message.answer(ANSWER, reply_markup=keyboard)

    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    await dispatcher.start_polling(bot, handle_signals=False)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
