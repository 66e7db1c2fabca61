"""
python-telegram-bot's own persistence: a `ConversationHandler` and the answers of each person in `PicklePersistence`.

As it comes, the file is written once a minute: what was said since is lost in a crash. With `--each` it is written after each
update, all of it, because a pickle cannot be changed in part. It is not synced even then, is empty for a moment while it is written,
and comes after the answer, because a `ConversationHandler` moves on when its callback has returned.
"""

from __future__ import annotations

import argparse
import pickle
from pathlib import Path

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    TypeHandler,
    filters,
)

from bench.rivals import ANSWER, DATA, LABELS, MESSAGES

NAME = "help"
KEYBOARD = InlineKeyboardMarkup(
    [[InlineKeyboardButton(label, callback_data=data)] for label, data in zip(LABELS, DATA, strict=True)]
)


async def take(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Keep what was said, and which question comes next."""
    assert update.message
    assert context.user_data is not None
    said = context.user_data.setdefault("said", [])
    said.append(update.message.text)
    await update.message.reply_text(ANSWER, reply_markup=KEYBOARD)
    return ConversationHandler.END if len(said) % MESSAGES == 0 else len(said) % MESSAGES


async def save(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Write everything now; what a person said would count as changed only after this handler."""
    assert update.effective_user
    context.application.mark_data_for_update_persistence(user_ids=update.effective_user.id)
    await context.application.update_persistence()
    assert context.application.persistence
    await context.application.persistence.flush()


def remember(path: Path, people: int) -> None:
    """Write the file as so many people leave it who are in the middle of a conversation."""
    ids = range(1_000_000, 1_000_000 + people)
    said = ["i dont recieve the code"]
    content = {
        "user_data": {person: {"said": list(said)} for person in ids},
        "chat_data": {},
        "bot_data": {},
        "callback_data": None,
        "conversations": {NAME: {(person, person): 1 for person in ids}},
    }
    path.write_bytes(pickle.dumps(content))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("token")
    parser.add_argument("api")
    parser.add_argument("path", type=Path)
    parser.add_argument("--each", action="store_true", help="write after each update")
    parser.add_argument("--known", type=int, default=0, help="people who are in the file already")
    options = parser.parse_args()
    if options.known:
        remember(options.path, options.known)
    # With `on_flush` it is written once for each update, not once for each thing that changed.
    persistence = PicklePersistence(options.path, on_flush=options.each)
    builder = ApplicationBuilder().token(options.token).persistence(persistence)
    application: Application = builder.base_url(f"{options.api}/bot").build()  # type: ignore[type-arg]
    text = MessageHandler(filters.TEXT, take)
    states = {question: [text] for question in range(1, MESSAGES)}
    application.add_handler(ConversationHandler([text], states, [], name=NAME, persistent=True))  # type: ignore[arg-type, list-item]
    if options.each:
        application.add_handler(TypeHandler(Update, save), group=1)
    application.run_polling(stop_signals=None)


if __name__ == "__main__":
    main()
