"""
The Bot API's objects to events, and commands to the parameters of its methods; knows no library and does no work.

Only private chats with people become events; what else arrives is acknowledged and forgotten. What a caption says is
not read: it is neither stored nor lost, because the answer to an attachment asks for words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from unicodedata import east_asian_width

from bot.core.commands import Choice, SendMessage
from bot.core.events import AttachmentReceived, ChoicePicked, ConversationStarted, Event, TextReceived
from bot.ports import Incoming, Lane

#: A JSON object of the Bot API.
Wire = Mapping[str, Any]

CHANNEL: Final = "telegram"
#: The kinds of updates that can become events; Telegram sends no others.
UPDATES: Final = ("message", "edited_message", "callback_query")
#: Longest `callback_data`, in bytes (Bot API, InlineKeyboardButton).
MAX_DATA: Final = 64
#: Rows that a keyboard may have and still be seen at once on a phone, and the columns of two short labels side by side.
MAX_ROWS: Final = 8
_SHORT_LABEL: Final = 20

#: What a message may hold instead of text, as the fields of `Message` name it (Bot API 10.3). An animation is also sent
#: as a document and a venue as a location, so the order counts. Service messages are none of these.
_ATTACHMENTS: Final = (
    "animation",
    "audio",
    "document",
    "live_photo",
    "paid_media",
    "photo",
    "sticker",
    "story",
    "video",
    "video_note",
    "voice",
    "checklist",
    "contact",
    "dice",
    "game",
    "poll",
    "venue",
    "location",
    "invoice",
    "rich_message",
    "gift",
    "giveaway",
)
_COMMAND: Final = re.compile(r"/(\w{1,32})(?:@\w+)?(?=\s|$)")
_DATA: Final = re.compile(r"v1:(\d{1,9}):(@?\w+)")
#: What a forged or foreign button becomes; no screen has this number.
_UNKNOWN_CHOICE: Final = ("?", -1)


def read(update: Wire, bot_id: int, now: datetime) -> Incoming | None:
    """
    Turn one update into what happened.

    Args:
        update: A JSON object of `Update`, as the Bot API promises it.
        bot_id: The bot's own id; event ids are unique over several bots.
        now: Aware UTC; Telegram does not tell when a button was pressed.

    Returns:
        The event and whose it is; None if it is nobody's we talk to, or says nothing.

    Raises:
        Exception: The update is not as the Bot API promises; nobody knows in which way.
    """
    event_id = f"tg{bot_id}-{update['update_id']}"
    if (query := update.get("callback_query")) is not None:
        message, sender = query.get("message", {}), query["from"]
        choice, screen = _choice(query.get("data", ""))
        event: Event | None = ChoicePicked(id=event_id, at=now, choice=choice, screen=screen)
    elif (message := update.get("edited_message")) is not None:
        sender, event = message.get("from", {}), _edited(message, event_id)
    elif (message := update.get("message")) is not None:
        sender, event = message.get("from", {}), _said(message, event_id)
    else:
        return None
    chat = message.get("chat", {})
    if event is None or chat.get("type") != "private" or sender.get("is_bot"):
        return None
    return Incoming(lane=Lane(CHANNEL, str(chat["id"])), event=event)


def album(update: Wire) -> str | None:
    """Return what the pictures of one album have in common, if the update is one of them."""
    found: str | None = update.get("message", {}).get("media_group_id")
    return found


def pressed(update: Wire) -> str | None:
    """Return the id of the press that an update tells of, so that it can be answered."""
    query = update.get("callback_query")
    return str(query.get("id")) if isinstance(query, Mapping) else None


def _said(message: Wire, event_id: str) -> Event | None:
    at = _moment(message["date"])
    language = _language(message.get("from", {}))
    if (text := message.get("text")) is not None:
        command = _COMMAND.match(text)
        if command and command[1] == "start":
            return ConversationStarted(id=event_id, at=at, language=language)
        if command:
            text = f"/{command[1]}{text[command.end() :]}"
        message_id = str(message["message_id"])
        return TextReceived(id=event_id, at=at, text=text, message=message_id, language=language)
    kind = next((kind for kind in _ATTACHMENTS if kind in message), None)
    return None if kind is None else AttachmentReceived(id=event_id, at=at, kind=kind)


def _edited(message: Wire, event_id: str) -> Event | None:
    if "location" in message:  # a live location that moves; nobody edited anything
        return None
    return AttachmentReceived(id=event_id, at=_moment(message["edit_date"]), kind="edited")


def _choice(data: str) -> tuple[str, int]:
    found = _DATA.fullmatch(data)
    return (found[2], int(found[1])) if found else _UNKNOWN_CHOICE


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _language(sender: Wire) -> str | None:
    """Return the primary subtag of an IETF language tag such as `zh-hans`."""
    code = sender.get("language_code")
    return code.partition("-")[0].lower() if code else None


def message(chat_id: str, said: SendMessage) -> dict[str, Any]:
    """
    Turn one message into the parameters of `sendMessage`.

    Args:
        chat_id: The person's private chat.
        said: The engine has cut it to what Telegram takes.

    Returns:
        Parameters. There is no `parse_mode`, so that nothing a person typed is read as markup, and no preview of a link.

    Raises:
        ValueError: A choice's id is too long for a button.
    """
    parameters: dict[str, Any] = {
        "chat_id": int(chat_id),
        "text": said.text,
        "link_preview_options": {"is_disabled": True},
    }
    if said.choices:
        parameters["reply_markup"] = {"inline_keyboard": _keyboard(said.choices, said.screen)}
    return parameters


def _keyboard(choices: tuple[Choice, ...], screen: int) -> list[list[dict[str, str]]]:
    buttons = [{"text": choice.label, "callback_data": _data(choice, screen)} for choice in choices]
    short = all(_width(choice.label) <= _SHORT_LABEL for choice in choices)
    columns = max(2 if short else 1, -(-len(buttons) // MAX_ROWS))
    return [buttons[start : start + columns] for start in range(0, len(buttons), columns)]


def _data(choice: Choice, screen: int) -> str:
    data = f"v1:{screen}:{choice.id}"
    if len(data.encode()) > MAX_DATA:
        raise ValueError(f"The choice {choice.id!r} is too long for a button. Give it a shorter id.")
    return data


def _width(label: str) -> int:
    """Return how many columns a label takes; an ideograph is as wide as two letters."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in label)
