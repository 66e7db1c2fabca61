"""Chats, messages, people and files: what both sides of the conversation see."""

from __future__ import annotations

import mimetypes
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from tests.fake_telegram.clock import Changes, Clock
from tests.fake_telegram.errors import ApiError, Refusal
from tests.fake_telegram.journal import Journal
from tests.fake_telegram.spec import Spec
from tests.fake_telegram.updates import UpdateQueue

Wire = dict[str, Any]
MESSAGE_LIFE_FOR_DELETION_S = 48 * 3600
DEFAULT_TOPIC_COLOR = 7322096  # https://core.telegram.org/bots/api#createforumtopic names six
ANSWER_WINDOW_S = 150  # Telegram names no figure; we take the life of a press in the queue


@dataclass(slots=True)
class Message:
    """A message as the bot would receive it, and what became of it."""

    wire: Wire
    from_bot: bool
    deleted: bool = False
    reactions: list[Wire] = field(default_factory=list)

    @property
    def message_id(self) -> int:
        return int(self.wire["message_id"])

    def quoted(self) -> Wire:
        """As another message shows it: not with what it answers itself."""
        return {key: value for key, value in self.wire.items() if key != "reply_to_message"}


Posted = tuple[Message, int | None]  # a message, and the update that tells the bot of it


@dataclass(slots=True)
class Topic:
    """A topic of a forum; its messages name the one that opened it."""

    name: str
    icon_color: int = DEFAULT_TOPIC_COLOR
    closed: bool = False
    #: What the bot was last seen doing there.
    action: str | None = None


@dataclass(slots=True)
class Chat:
    """One chat; in a private one the chat's id is the person's id."""

    wire: Wire
    started: bool = True
    blocked: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    members: dict[int, Wire] = field(default_factory=dict)  # of a group: by id, as a `ChatMember`
    migrated_to: int | None = None
    pinned: list[int] = field(default_factory=list)
    keyboard: list[list[Wire]] | None = None
    action: str | None = None

    @property
    def chat_id(self) -> int:
        return int(self.wire["id"])

    @property
    def is_private(self) -> bool:
        return bool(self.wire["type"] == "private")

    @property
    def is_forum(self) -> bool:
        return bool(self.wire.get("is_forum"))

    def living(self, message_id: int, otherwise: str) -> Message:
        """The message, if it exists and is not deleted; else a refusal with these words."""
        message = self.messages.get(message_id)
        if message is None or message.deleted:
            raise Refusal(otherwise)
        return message


@dataclass(slots=True)
class Query:
    """A press that waits for `answerCallbackQuery`."""

    user_id: int
    asked: float
    answer: Wire | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file known to the server, by its identifier."""

    file_id: str
    path: str
    name: str
    content: bytes
    mime_type: str


class World:
    """The whole state behind one bot token."""

    def __init__(self, spec: Spec, token: str, journal: Journal, changes: Changes, seed: int) -> None:
        self.token = token
        self.clock = Clock()
        self.changes = changes
        self.journal = journal
        self.rng = random.Random(seed)
        self.queue = UpdateQueue(spec, self.clock, changes, journal, self.rng)
        self.bot: Wire = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Fake",
            "username": "fake_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": True,
            "supports_inline_queries": False,
        }
        self.users: dict[int, Wire] = {}
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.files: dict[str, StoredFile] = {}
        self.settings: dict[str, Any] = {}
        self.webhook: Wire = {}
        self.webhook_error: Wire = {}
        self.calls: list[Wire] = []
        self.applied: Counter[tuple[int | None, str]] = (
            Counter()
        )  # by chat (None: all) and method or "messages"
        self.violations: list[Wire] = []

    def add_user(self, user: Wire, *, started: bool = True) -> Wire:
        """A person, with the private chat the bot may write to once the person has started it."""
        user_id = user["id"]
        wire: Wire = {"is_bot": False, "first_name": f"Person {user_id}", **user}
        self.users[user_id] = wire
        names: Wire = {key: wire[key] for key in ("first_name", "last_name", "username") if key in wire}
        self.chats.setdefault(user_id, Chat({"id": user_id, "type": "private", **names}, started=started))
        return wire

    def user(self, user_id: int) -> Wire:
        return self.users.get(user_id) or self.add_user({"id": user_id})

    def known_chat(self, chat_id: int | str) -> Chat:
        """A chat the bot may ask about. Raises `ApiError` where Telegram would."""
        chat = self.chats.get(self.numeric(chat_id))
        if chat is None:
            raise Refusal("chat not found")
        if chat.migrated_to:
            raise Refusal("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        if chat.members.get(self.bot["id"], {}).get("status") in ("kicked", "left"):
            raise ApiError(403, f"Forbidden: bot was kicked from the {chat.wire['type']} chat")
        return chat

    def chat_for_bot(self, chat_id: int | str) -> Chat:
        """The chat the bot writes to. Raises `ApiError` where Telegram would."""
        chat = self.known_chat(chat_id)
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if not chat.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    def numeric(self, chat_id: int | str) -> int:
        """The number of a chat given by number or by `@username`; 0 for nobody."""
        if isinstance(chat_id, int):
            return chat_id
        for chat in self.chats.values():
            if chat.wire.get("username") == chat_id.removeprefix("@"):
                return chat.chat_id
        return 0

    def post(self, chat: Chat, sender: Wire, content: Wire) -> Message:
        """Appends a message to a chat; identifiers rise by one."""
        wire = {
            "message_id": len(chat.messages) + 1,
            "from": sender,
            "chat": chat.wire,
            "date": int(self.clock.now()),
            **content,
        }
        message = Message(wire, from_bot=sender["id"] == self.bot["id"])
        chat.messages[message.message_id] = message
        return message

    def announce(self, chat: Chat, sender: Wire, content: Wire) -> Posted:
        """Post a message that the bot hears of; also of its own service messages (topics, pins) it hears."""
        message = self.post(chat, sender, content)
        return message, self.queue.push("message", dict(message.wire))

    def store_file(self, name: str, content: bytes, mime_type: str, folder: str) -> StoredFile:
        number = len(self.files) + 1
        suffix = PurePath(name).suffix or mimetypes.guess_extension(mime_type) or ""
        path = f"{folder}/file_{number}{suffix}"
        stored = StoredFile(f"FILE-{self.rng.getrandbits(64):016x}-{number}", path, name, content, mime_type)
        self.files[stored.file_id] = stored
        return stored

    def blob(self, stored: StoredFile) -> Wire:
        """The fields every kind of file shares."""
        return {
            "file_id": stored.file_id,
            "file_unique_id": stored.file_id[-12:],
            "file_size": len(stored.content),
        }
