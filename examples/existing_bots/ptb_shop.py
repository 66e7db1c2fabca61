"""
A shop's bot on python-telegram-bot, with Sparekey in it: `python -m examples.existing_bots.ptb_shop [--durable]`.

`/orders` is the shop's. `/support`, or a link to `https://t.me/<bot>?start=support`, opens a conversation with Sparekey, and whatever
that person says is Sparekey's until it is over. With `--durable` an update is acknowledged once it is handled.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from telegram import Update
from telegram.ext import Application, CommandHandler, ContextTypes, MessageHandler, filters

from bot.mounting import sparekey_handlers


async def welcome(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer `/start`."""
    await _answer(
        update, "Welcome to the shop. /orders shows your orders; /support helps if you cannot sign in."
    )


async def orders(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer `/orders`."""
    await _answer(update, "You have one order, number 17: on its way.")


async def unknown(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer whatever nobody has understood."""
    await _answer(update, "The shop knows /orders and /support.")


async def _answer(update: Update, words: str) -> None:
    if update.effective_message is not None:
        await update.effective_message.reply_text(words)


def main(*, durable: bool) -> None:
    """Run the bot until SIGTERM or SIGINT."""
    api = os.environ.get("SHOP_BOT_API", "https://api.telegram.org")
    builder = Application.builder().token(os.environ["SHOP_BOT_TOKEN"]).base_url(f"{api}/bot")
    application = builder.build()
    application.add_handler(CommandHandler("start", welcome))
    application.add_handler(CommandHandler("orders", orders))
    application.add_handler(MessageHandler(filters.ALL, unknown))
    support = sparekey_handlers(application, command="support")
    application.add_handlers(support)
    if durable:
        asyncio.run(support.serve())
    else:
        application.run_polling()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines hold the token
    main(durable="--durable" in sys.argv[1:])
