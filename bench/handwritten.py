"""The bot to compare with: an aiogram handler that keeps one row per message in SQLite and answers with a keyboard."""

from __future__ import annotations

import asyncio
import sqlite3
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message

ANSWER = (
    "I am sorry that the code is not coming. A few short questions usually show why.\n"
    'On the page: did you tap "Send code", and did a countdown start?'
)
LABELS = (
    "Yes, it counts down",
    "I tapped, nothing happened",
    "It says too many requests",
    "I am not sure",
    "Talk to a person",
)


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
            [InlineKeyboardButton(text=label, callback_data=f"v1:1:{number}")]
            for number, label in enumerate(LABELS)
        ]
    )

    @dispatcher.message()
    async def answer(message: Message, event_update: object) -> None:
        row = (event_update.update_id, message.chat.id, message.text)  # type: ignore[attr-defined]
        database.execute("INSERT INTO messages VALUES (?, ?, ?)", row)
        database.commit()
        await message.answer(ANSWER, reply_markup=keyboard)

    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    await dispatcher.start_polling(bot, handle_signals=False)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
