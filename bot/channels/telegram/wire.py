"""
The Bot API's objects to events; knows no library and does no work.

Private chats with people become events. Of a group only that somebody spoke to the bot is one; what else arrives is acknowledged
and forgotten. What a caption says is not read, but under a picture where agents may see pictures: it is neither stored nor lost,
because the answer to an attachment asks for words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final

from bot.core.events import (
    AttachmentReceived,
    ChatBlocked,
    ChatUnblocked,
    ChoicePicked,
    ConversationStarted,
    Event,
    HeardInGroup,
    TextReceived,
)
from bot.ports import Incoming, Lane

#: A JSON object of the Bot API.
Wire = Mapping[str, Any]

CHANNEL: Final = "telegram"
#: The kinds of updates that are answered; Telegram sends no others.
UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member", "inline_query")
#: What a deep link may carry (Bot API, "Deep linking").
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?=-|$)")
_PAYLOAD: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: What a chat member is called who is there, and one who is not.
_PRESENT: Final = ("creator", "administrator", "member")
_ABSENT: Final = ("left", "kicked")

#: What a message may hold instead of text, as the fields of `Message` name it (Bot API 10.3). An animation is also sent
#: as a document and a venue as a location, so the order counts. Service messages are none of these.
ATTACHMENTS: Final = (
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
#: An id of a chat or a message is a number of 64 bits; that of a press is a string of whatever form.
_ID: Final = re.compile(r"-?[0-9]{1,19}")
_OPAQUE: Final = re.compile(r"[!-~]{1,64}")
_FILE: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
_COMMAND: Final = re.compile(r"/(\w{1,32})(?:@(\w+))?(?=\s|$)")
_DATA: Final = re.compile(r"v1:(\d{1,9}):(@?\w+)")
#: What the name of a picture begins with that Telegram keeps; behind it stands its `file_id`.
PICTURE: Final = "telegram:"
#: What a forged or foreign button becomes; no screen has this number.
_UNKNOWN_CHOICE: Final = ("?", -1)


def read(
    update: Wire, bot_id: int, now: datetime, username: str = "", *, pictures: bool = False
) -> Incoming | None:
    """
    Turn one update into what happened.

    Args:
        update: A JSON object of `Update`, as the Bot API promises it.
        bot_id: The bot's own id; event ids are unique over several bots.
        now: Aware UTC; Telegram does not tell when a button was pressed.
        username: The bot's own name, for commands in groups; empty: it is not known.
        pictures: Tell where the picture of a photo is, and what is written under it.

    Returns:
        The event and whose it is; None if it is nobody's we talk to, or says nothing.

    Raises:
        Exception: The update is not as the Bot API promises; nobody knows in which way.
    """
    event_id = f"tg{bot_id}-{update['update_id']}"
    event: Event | None
    match update:
        case {"callback_query": query}:
            chat = query.get("message", {}).get("chat", {})
            event = _pressed(query, event_id, now) if _is_own(chat, query["from"]) else None
        case {"edited_message": message}:
            chat = message["chat"]
            event = _edited(message, event_id) if _is_own(chat, message.get("from", {})) else None
        case {"message": message}:
            chat = message["chat"]
            if _is_own(chat, message.get("from", {})):
                event = _said(message, event_id, pictures=pictures)
            else:
                event = _heard(message, event_id, bot_id, username) if _is_group(chat) else None
        case {"my_chat_member": change}:
            chat, event = change["chat"], _changed(change, event_id)
        case _:
            return None
    return None if event is None else Incoming(lane=Lane(CHANNEL, _id(chat["id"])), event=event)


def _is_own(chat: Wire, sender: Wire) -> bool:
    """Tell whether a chat is a person's private one with the bot."""
    return chat.get("type") == "private" and not sender.get("is_bot") and sender.get("id") == chat["id"]


def _is_group(chat: Wire) -> bool:
    return chat.get("type") in ("group", "supergroup")


def album(update: Wire) -> str | None:
    """Return what the pictures of one album have in common, if the update is one of them."""
    match update:
        case {"message": {"media_group_id": str(found)}}:
            return found
    return None


def picture(message: Wire) -> str | None:
    """Return the name of what a photo shows, in its largest size; None: it is no photo."""
    if _kind(message) != "photo":
        return None
    largest = max(message["photo"], key=itemgetter("width"))
    return f"{PICTURE}{_id(largest['file_id'], _FILE)}"


def caption(message: Wire) -> str:
    """Return what is written under a picture. Raises TypeError if that is no text."""
    found = message.get("caption", "")
    if not isinstance(found, str):
        raise TypeError("no caption")
    return found


def pressed(update: Wire) -> str | None:
    """Return the id of the press that an update tells of, so that it can be answered."""
    query = update.get("callback_query")
    return str(query.get("id")) if isinstance(query, Mapping) else None


def is_button(data: str) -> bool:
    """Tell whether the data of a press is that of a button of ours, whichever screen it stood on."""
    return _DATA.fullmatch(data) is not None


def _pressed(query: Wire, event_id: str, now: datetime) -> ChoicePicked:
    message = query["message"]
    choice, screen = _choice(query.get("data", ""))
    # A message without a date is too old to be changed.
    shown = _id(message["message_id"]) if message.get("date") else None
    return ChoicePicked(
        id=event_id, at=now, choice=choice, screen=screen, message=shown, press=_id(query["id"], _OPAQUE)
    )


def _said(message: Wire, event_id: str, *, pictures: bool) -> Event | None:
    at, spoken = _moment(message["date"]), language(message["from"])
    message_id = _id(message["message_id"])
    if (text := message.get("text")) is not None:
        command = _COMMAND.match(text)
        if command and command[1] == "start":
            payload = _PAYLOAD.fullmatch(text[command.end() :].strip())
            return ConversationStarted(
                id=event_id, at=at, language=spoken, payload=payload[0] if payload else None
            )
        if command:
            text = f"/{command[1]}{text[command.end() :]}"
        return TextReceived(id=event_id, at=at, text=text, message=message_id, language=spoken)
    if (number := _own_number(message)) is not None:
        return TextReceived(id=event_id, at=at, text=number, message=message_id, language=spoken, shared=True)
    if pictures and (shown := picture(message)) is not None:
        return AttachmentReceived(
            id=event_id, at=at, kind="photo", picture=shown, text=caption(message), message=message_id
        )
    kind = _kind(message)
    return None if kind is None else AttachmentReceived(id=event_id, at=at, kind=kind)


def _kind(message: Wire) -> str | None:
    return next((kind for kind in ATTACHMENTS if kind in message), None)


def _own_number(message: Wire) -> str | None:
    """Return the number of a contact if it is the sender's own, which Telegram vouches for unless it was passed on."""
    contact = message.get("contact", {})
    if contact.get("user_id") != message["from"]["id"] or "forward_origin" in message or "via_bot" in message:
        return None
    digits = "".join(filter(str.isdecimal, contact["phone_number"]))
    return f"+{digits}" if digits else None


def _heard(message: Wire, event_id: str, bot_id: int, username: str) -> HeardInGroup | None:
    """Tell whether somebody in a group speaks to the bot; an administrator without a name does, another bot does not."""
    sender = message.get("from", {})
    if sender.get("is_bot") and "sender_chat" not in message:
        return None
    command = _COMMAND.match(message.get("text", ""))
    named = command[2] if command else None
    called = command is not None and (not named or not username or named.casefold() == username.casefold())
    answers = message.get("reply_to_message", {}).get("from", {}).get("id") == bot_id
    if not (called or answers):
        return None
    return HeardInGroup(id=event_id, at=_moment(message["date"]), language=language(sender))


def _changed(change: Wire, event_id: str) -> Event | None:
    """Tell what became of the bot's own place in a chat."""
    before, after = change["old_chat_member"]["status"], change["new_chat_member"]["status"]
    chat, at = change["chat"], _moment(change["date"])
    if _is_group(chat):
        joined = before in _ABSENT and after in _PRESENT
        return HeardInGroup(id=event_id, at=at, language=language(change["from"])) if joined else None
    if chat.get("type") != "private":
        return None
    if after in _ABSENT:
        return ChatBlocked(id=event_id, at=at)
    return ChatUnblocked(id=event_id, at=at) if before in _ABSENT else None


def _edited(message: Wire, event_id: str) -> Event | None:
    if "location" in message:  # a live location that moves; nobody edited anything
        return None
    return AttachmentReceived(id=event_id, at=_moment(message["edit_date"]), kind="edited")


def _choice(data: str) -> tuple[str, int]:
    found = _DATA.fullmatch(data)
    return (found[2], int(found[1])) if found else _UNKNOWN_CHOICE


def _id(found: object, form: re.Pattern[str] = _ID) -> str:
    """Return an id as text. Raises ValueError if it is none that Telegram gives: nothing else is stored by it, nor sent."""
    if not isinstance(found, int | str) or not form.fullmatch(str(found)):
        raise ValueError("no id")
    return str(found)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def language(sender: Wire) -> str | None:
    """Return the primary subtag of an IETF language tag such as `zh-hans`; None for what is no such tag: it would be stored."""
    code = sender.get("language_code")
    found = _LANGUAGE.match(code) if isinstance(code, str) else None
    return found[0].lower() if found else None
