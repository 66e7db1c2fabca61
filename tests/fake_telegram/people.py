"""What a person does in a chat: each action becomes a message, an update, or both."""

from __future__ import annotations

import re
from typing import Any

from tests.fake_telegram import entities, limits
from tests.fake_telegram.state import Chat, Message, Query, Wire, World

Queued = dict[str, int | None]


class Impossible(Exception):
    """The test asked for something a person cannot do; says what is there instead."""


class People:
    """The hands of all the people who talk to the bot."""

    def __init__(self, world: World) -> None:
        self._world = world

    def say(
        self,
        user: int,
        text: str,
        chat: int | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
    ) -> Queued:
        if not text.strip() or entities.units(text) > limits.MAX_TEXT:
            raise Impossible("an app sends texts of 1 to 4096 characters; send several")
        content: Wire = {"text": text}
        command = re.match(r"/[A-Za-z0-9_]+(@\w+)?", text)
        if command:
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command[0])}]
        return self._send(user, content, chat=chat, thread=thread, reply_to=reply_to)

    def start(self, user: int, payload: str = "") -> Queued:
        if not limits.START_PAYLOAD.fullmatch(payload):
            raise Impossible("a deep link carries at most 64 characters of A-Z a-z 0-9 _ -")
        return self.say(user, f"/start {payload}".rstrip())

    def contact(self, user: int, phone_number: str, contact_user_id: int | None = None) -> Queued:
        """Shares a contact: the person's own unless another `contact_user_id` is given."""
        owner = self._world.user(contact_user_id or user)
        contact = {"phone_number": phone_number, "first_name": owner["first_name"], "user_id": owner["id"]}
        return self._send(user, {"contact": contact})

    def media(self, user: int, kind: str, caption: str = "") -> Queued:
        """Sends a small file as a photo, voice message, sticker or document."""
        mime_type, name, details = MEDIA[kind]
        stored = self._world.store_file(name, f"fake {kind}".encode(), mime_type, f"{kind}s")
        body: Any = self._world.blob(stored) | details
        content: Wire = {kind: [body] if kind == "photo" else body}
        if caption:
            content["caption"] = caption
        return self._send(user, content)

    def edit(self, user: int, message_id: int, text: str, chat: int | None = None) -> Queued:
        message = self._message(self._chat(user, chat), message_id)
        if message.from_bot or message.wire["from"]["id"] != user:
            raise Impossible(f"message {message_id} is not from person {user}")
        message.wire["text"] = text
        message.wire["edit_date"] = int(self._world.clock.now())
        return self._queue("edited_message", dict(message.wire), message_id)

    def press(
        self,
        user: int,
        label: str | None = None,
        data: str | None = None,
        index: int | None = None,
        message_id: int | None = None,
        chat: int | None = None,
    ) -> Queued | dict[str, Any]:
        """Presses a button by label or index, or sends any `data` at all (a forged press)."""
        where = self._chat(user, chat)
        message = self._message(where, message_id) if message_id else self._latest_keyboard(where)
        if data is None:
            data = self._button_data(message, label, index)
        query_id = str(self._world.rng.getrandbits(62))
        self._world.queries[query_id] = Query(user, self._world.clock.now())
        body = {
            "id": query_id,
            "from": self._world.user(user),
            "message": self._as_seen(message),
            "chat_instance": str(where.chat_id * 7919),
            "data": data,
        }
        return {"query_id": query_id, **self._queue("callback_query", body, message.message_id)}

    def block(self, user: int, *, blocked: bool) -> Queued:
        """Stops or restarts the bot, which hears of it by `my_chat_member`."""
        self._world.user(user)
        chat = self._world.chats[user]
        old, new = self._membership(chat.blocked), self._membership(blocked)
        chat.blocked = blocked
        body = {
            "chat": chat.wire,
            "from": self._world.users[user],
            "date": int(self._world.clock.now()),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        return self._queue("my_chat_member", body, None)

    def raw(self, kind: str, body: Wire) -> Queued:
        """Queues any update verbatim."""
        return self._queue(kind, body, body.get("message_id"))

    def _send(
        self,
        user: int,
        content: Wire,
        chat: int | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
    ) -> Queued:
        where = self._chat(user, chat)
        where.started = True
        if thread:
            content |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to:
            original = self._message(where, reply_to).wire
            content["reply_to_message"] = {k: v for k, v in original.items() if k != "reply_to_message"}
        message = self._world.post(where, self._world.user(user), content)
        return self._queue("message", dict(message.wire), message.message_id)

    def _queue(self, kind: str, body: Wire, message_id: int | None) -> Queued:
        return {"update_id": self._world.queue.push(kind, body), "message_id": message_id}

    def _chat(self, user: int, chat: int | None) -> Chat:
        self._world.user(user)
        chat_id = chat or user
        if chat_id not in self._world.chats:
            raise Impossible(f"there is no chat {chat_id}; create it with POST /control/groups")
        where = self._world.chats[chat_id]
        if where.blocked:
            raise Impossible(f"person {user} has blocked the bot; unblock it first")
        return where

    def _message(self, chat: Chat, message_id: int) -> Message:
        if message_id not in chat.messages:
            raise Impossible(f"chat {chat.chat_id} has no message {message_id}")
        return chat.messages[message_id]

    def _latest_keyboard(self, chat: Chat) -> Message:
        for message in reversed(chat.messages.values()):
            if message.from_bot and not message.deleted and "reply_markup" in message.wire:
                return message
        raise Impossible(f"chat {chat.chat_id} shows no message with buttons")

    def _button_data(self, message: Message, label: str | None, index: int | None) -> str:
        rows = message.wire.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [button for row in rows for button in row]
        labels = [button["text"] for button in buttons]
        if message.deleted:
            raise Impossible(f"message {message.message_id} is deleted; only forged data can be sent from it")
        if label is not None:
            index = labels.index(label) if label in labels else None
        if index is None or not -len(buttons) <= index < len(buttons):
            raise Impossible(f"message {message.message_id} shows the buttons {labels}")
        if "callback_data" not in buttons[index]:
            raise Impossible(f'button "{labels[index]}" sends nothing to the bot')
        return str(buttons[index]["callback_data"])

    def _as_seen(self, message: Message) -> Wire:
        if message.deleted:
            return {"chat": message.wire["chat"], "message_id": message.message_id, "date": 0}
        return dict(message.wire)

    def _membership(self, blocked: bool) -> Wire:
        if blocked:
            return {"user": self._world.bot, "status": "kicked", "until_date": 0}
        return {"user": self._world.bot, "status": "member"}


MEDIA: dict[str, tuple[str, str, Wire]] = {
    "photo": ("image/jpeg", "photo.jpg", {"width": 90, "height": 90}),
    "voice": ("audio/ogg", "voice.ogg", {"duration": 1, "mime_type": "audio/ogg"}),
    "document": ("application/pdf", "file.pdf", {"file_name": "file.pdf", "mime_type": "application/pdf"}),
    "sticker": (
        "image/webp",
        "sticker.webp",
        {
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": "👍",
        },
    ),
}
