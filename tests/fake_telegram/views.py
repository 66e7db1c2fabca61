"""What a test sees of the fake: chats as people see them, the bot's calls, and what was counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Queued:
    """An action of a person. `update_id` is None if `allowed_updates` keeps it from the bot."""

    update_id: int | None
    message_id: int | None
    query_id: str | None = None


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the person sees it."""

    message_id: int
    date: int
    from_bot: bool
    text: str
    kind: str
    buttons: list[list[str]]
    data: list[list[str | None]]
    edited: bool
    deleted: bool
    pinned: bool
    thread: int | None
    reply_to: int | None
    reactions: list[str | None]
    #: Of a photo: what `FakeTelegram.file` shows.
    file: str | None = None


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic of a forum as people see it; a deleted one is not there."""

    name: str
    icon_color: int
    closed: bool
    action: str | None


@dataclass(frozen=True, slots=True)
class ChatView:
    """A chat as the person sees it: `keyboard` is the reply keyboard's labels, `action` e.g. "typing"."""

    id: int
    blocked: bool
    action: str | None
    keyboard: list[list[str]]
    pinned: list[int]
    topics: dict[int, TopicView]
    messages: list[Bubble]

    @property
    def shown(self) -> list[Bubble]:
        """What is not deleted."""
        return [message for message in self.messages if not message.deleted]

    @property
    def from_bot(self) -> list[Bubble]:
        """The bot's messages that are not deleted."""
        return [message for message in self.shown if message.from_bot]

    def thread(self, topic: int | None) -> list[Bubble]:
        """What stands in a topic and is not deleted, service messages too; None: what stands in none."""
        return [message for message in self.shown if message.thread == topic]

    @property
    def last(self) -> Bubble:
        """The bot's latest message; fails with what there is if it never wrote."""
        if not self.from_bot:
            raise AssertionError(f"the bot has written nothing in chat {self.id}: {self.messages}")
        return self.from_bot[-1]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot, in order of arrival. `status` is 0 where there was no answer of Telegram's at all."""

    n: int
    time: float
    method: str
    params: dict[str, Any]
    chat_id: int | None
    message_id: int | None
    sends: bool
    applied: bool
    answered: bool
    status: int
    description: str | None
    fault: str | None
    via: str


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A request that breaks the specification."""

    time: float
    method: str
    params: dict[str, Any]
    description: str


@dataclass(frozen=True, slots=True)
class LimitReport:
    """`most` may be said within a span; `seen` is the most that was, `refused` how often more was tried."""

    most: int
    seen: int
    refused: int
