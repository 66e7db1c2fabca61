"""What a person is told beside the course of the conversation: that something failed, or was left out."""

from __future__ import annotations

import secrets
from datetime import datetime

from bot.core.commands import SendMessage
from bot.core.vocabulary import Direction
from bot.ports import LIVE, Lane, Line, Pending, Transaction, feed_of
from bot.service import turn
from bot.service.reading import Reader


def say(tx: Transaction, lane: Lane, reader: Reader, now: datetime, *, text: str, command: str) -> Pending:
    """
    Store a message in the newest conversation of a lane, or in a new one; its state stays what it is.

    Args:
        tx: The transaction.
        lane: Whom it is for.
        reader: The content.
        now: Aware UTC.
        text: Name of one of the engine's own texts.
        command: The id of the message.

    Returns:
        What is to be sent after the commit.
    """
    catalog = reader.catalog
    conversation = tx.conversation(lane) or tx.save(turn.opened(new_id(), lane, reader, now))
    words = catalog.repair.get(conversation.language) or catalog.repair[catalog.default_language]
    message = SendMessage(id=command, text=words.texts[text].bare())
    tx.add_line(conversation.id, Line(at=now, direction=Direction.OUTGOING, text=message.text))
    tx.add_effects(conversation.id, lane, [message])
    if lane.channel in LIVE:
        tx.tell(feed_of(lane))
    return Pending(lane=lane, conversation=conversation.id, effect=message)


def new_id() -> str:
    """Make an unguessable id for a conversation."""
    return secrets.token_hex(16)
