"""python-telegram-bot as its documentation shows it: `run_polling` and a handler that takes its time."""

from __future__ import annotations

import asyncio
import os

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from tests.crash.rivals import SLOWNESS_S


async def reply(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    await asyncio.sleep(SLOWNESS_S)
    assert update.message
    await update.message.reply_text(str(update.update_id))


if __name__ == "__main__":
    api = os.environ["SPAREKEY_TELEGRAM_API"]
    builder = Application.builder().token(os.environ["SPAREKEY_TELEGRAM_TOKEN"])
    application = builder.base_url(f"{api}/bot").base_file_url(f"{api}/file/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, reply))
    application.run_polling()
