"""What a person does in a chat: each action becomes a message, an update, or both."""

from __future__ import annotations

import base64
import re
from typing import Any

from tests.fake_telegram import entities, limits, membership, topics
from tests.fake_telegram.errors import Impossible
from tests.fake_telegram.state import Chat, Message, Query, Wire, World

Queued = dict[str, int | None]


class People:
    """
    The hands of all the people who talk to the bot.

    What they send goes to the private chat unless `chat` names a group, there into the topic `thread`, in reply to
    `reply_to`; `anonymous` is how an administrator may write who does not want to be named.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def say(self, user: int, text: str, **where: Any) -> Queued:
        if not text.strip() or entities.units(text) > limits.MAX_TEXT:
            raise Impossible("an app sends texts of 1 to 4096 characters; send several")
        content: Wire = {"text": text}
        command = re.match(r"/[A-Za-z0-9_]+(@\w+)?", text)
        if command:
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command[0])}]
        return self.send(user, content, **where)

    def start(self, user: int, payload: str = "") -> Queued:
        if not limits.START_PAYLOAD.fullmatch(payload):
            raise Impossible("a deep link carries at most 64 characters of A-Z a-z 0-9 _ -")
        return self.say(user, f"/start {payload}".rstrip())

    def contact(
        self, user: int, phone_number: str, contact_user_id: int | None = None, **where: Any
    ) -> Queued:
        """Shares a contact: the person's own unless another `contact_user_id` is given."""
        owner = self._world.user(contact_user_id or user)
        contact = {"phone_number": phone_number, "first_name": owner["first_name"], "user_id": owner["id"]}
        return self.send(user, {"contact": contact}, **where)

    def media(
        self, user: int, kind: str, caption: str = "", content: str | None = None, **where: Any
    ) -> Queued:
        """Sends a file as one of `MEDIA`: a small one, or `content` in Base64."""
        if entities.units(caption) > limits.MAX_CAPTION_OF_PEOPLE:
            raise Impossible("an app sends captions of up to 2048 characters")
        given = None if content is None else base64.b64decode(content)
        return self.send(user, self._file(kind, given) | ({"caption": caption} if caption else {}), **where)

    def album(self, user: int, kinds: list[str], caption: str = "", **where: Any) -> list[Queued]:
        """Sends several files at once: as many messages, the first with the caption."""
        together = {"media_group_id": str(self._world.rng.getrandbits(40))}
        captions = [{"caption": caption} if caption else {}, *({} for _ in kinds[1:])]
        return [
            self.send(user, self._file(kind) | together | said, **where)
            for kind, said in zip(kinds, captions, strict=True)
        ]

    def send(
        self,
        user: int,
        content: Wire,
        chat: int | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
        anonymous: bool = False,
    ) -> Queued:
        """Any message: its fields but those that every message has."""
        where = self._chat(user, chat)
        where.started = True
        content = content | self._place(where, thread, reply_to)
        if anonymous:
            content["sender_chat"] = where.wire
        message, update_id = self._world.announce(
            where, ANONYMOUS_ADMIN if anonymous else self._world.user(user), content
        )
        return {"update_id": update_id, "message_id": message.message_id}

    def edit(self, user: int, message_id: int, text: str, chat: int | None = None) -> Queued:
        """Changes what a message says; of a file, its caption."""
        message = self._message(self._chat(user, chat), message_id)
        if message.from_bot or message.wire["from"]["id"] != user:
            raise Impossible(f"message {message_id} is not from person {user}")
        message.wire["text" if "text" in message.wire else "caption"] = text
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
        old, new = (
            membership.member(self._world.bot, "kicked" if gone else "member")
            for gone in (chat.blocked, blocked)
        )
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
        """Queues any update verbatim, also one that Telegram would not send."""
        update_id = self._world.queue.push(kind, body, verbatim=True)
        return {"update_id": update_id, "message_id": body.get("message_id")}

    def delete(self, user: int, message_id: int, chat: int | None = None) -> Wire:
        """The person deletes a message; no update tells of it."""
        self._message(self._chat(user, chat), message_id).deleted = True
        return {}

    def unasked(self, updates: list[tuple[str, Any, int]]) -> list[int]:
        """Queues updates (kind, body, person) as they are, whether or not the bot wants to hear of them."""
        for _, _, user in updates:
            self._world.user(user)
        return [self._world.queue.push_unasked(kind, body) for kind, body, _ in updates]

    def _place(self, where: Chat, thread: int | None, reply_to: int | None) -> Wire:
        """What is no reply to a message stands in a topic as a reply to the message that opened it."""
        if thread and thread not in where.topics:
            raise Impossible(f"chat {where.chat_id} has the topics {sorted(where.topics)}")
        fields: Wire = topics.inside(thread) if thread else {}
        if original := reply_to or thread:
            fields["reply_to_message"] = self._message(where, original).quoted()
        return fields

    def _file(self, kind: str, content: bytes | None = None) -> Wire:
        mime_type, name, details = MEDIA[kind]
        stored = self._world.store_file(name, content or f"fake {kind}".encode(), mime_type, f"{kind}s")
        body = self._world.blob(stored) | details
        if kind != "photo":
            return {kind: body}
        small = self._world.store_file(name, b"small", mime_type, "thumbnails")
        return {kind: [self._world.blob(small) | {"width": 32, "height": 32}, body]}

    def _queue(self, kind: str, body: Wire, message_id: int | None) -> Queued:
        return {"update_id": self._world.queue.push(kind, body), "message_id": message_id}

    def _chat(self, user: int, chat: int | None) -> Chat:
        self._world.user(user)
        chat_id = chat or user
        if chat_id not in self._world.chats:
            raise Impossible(f"there is no chat {chat_id}; create it with POST /control/group")
        where = self._world.chats[chat_id]
        if where.blocked:
            raise Impossible(f"person {user} has blocked the bot; unblock it first")
        if not where.is_private:
            where.members.setdefault(user, membership.member(self._world.user(user), "member"))
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


#: https://core.telegram.org/bots/api#message, `from`: "a fake sender user in non-channel chats"
ANONYMOUS_ADMIN: Wire = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
MEDIA: dict[str, tuple[str, str, Wire]] = {
    "photo": ("image/jpeg", "photo.jpg", {"width": 90, "height": 90}),
    "voice": ("audio/ogg", "voice.ogg", {"duration": 1, "mime_type": "audio/ogg"}),
    "audio": ("audio/mpeg", "song.mp3", {"duration": 1, "mime_type": "audio/mpeg", "file_name": "song.mp3"}),
    "video": ("video/mp4", "video.mp4", {"width": 90, "height": 90, "duration": 1, "mime_type": "video/mp4"}),
    "video_note": ("video/mp4", "note.mp4", {"length": 90, "duration": 1}),
    "animation": ("video/mp4", "fun.mp4", {"width": 90, "height": 90, "duration": 1}),
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
