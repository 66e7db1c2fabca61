"""The topics of a forum: what the bot does to them by its methods, and people by hand.

Each change but a deletion posts a service message, of which the bot hears even where it is its own; nobody is told
of a deletion. Refusals are worded as Telegram words them.
"""

from __future__ import annotations

from tests.fake_telegram import membership
from tests.fake_telegram.bot_methods import Files, Params
from tests.fake_telegram.errors import Refusal, Violation
from tests.fake_telegram.state import Chat, Posted, Topic, Wire, World

MAX_NAME = 128


def place(world: World, chat: Chat, thread: int | None) -> Wire:
    """The fields of a message in a topic. Raises `Refusal` if there is no such topic, or the bot may not write there."""
    if not thread:
        return {}
    topic = chat.topics.get(thread)
    if topic is None:
        raise Refusal("message thread not found")
    if topic.closed:
        membership.require(world, chat, "can_manage_topics", "TOPIC_CLOSED")
    return inside(thread)


def inside(thread: int) -> Wire:
    return {"message_thread_id": thread, "is_topic_message": True}


def opened(world: World, chat: Chat, sender: Wire, name: str, color: int | None = None) -> Posted:
    """Open a topic; the message that says so gives it its number."""
    topic = Topic(name) if color is None else Topic(name, color)
    thread = len(chat.messages) + 1
    chat.topics[thread] = topic
    created = {"name": name, "icon_color": topic.icon_color}
    return world.announce(chat, sender, {"forum_topic_created": created, **inside(thread)})


def renamed(world: World, chat: Chat, sender: Wire, thread: int, name: str) -> Posted:
    topic = _known(chat, thread)
    if topic.name == name:
        raise Refusal("TOPIC_NOT_MODIFIED")
    topic.name = name
    return world.announce(chat, sender, {"forum_topic_edited": {"name": name}, **inside(thread)})


def shut(world: World, chat: Chat, sender: Wire, thread: int, *, closed: bool) -> Posted:
    """Close a topic, or open it again."""
    topic = _known(chat, thread)
    if topic.closed == closed:
        raise Refusal("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    happened = "forum_topic_closed" if closed else "forum_topic_reopened"
    return world.announce(chat, sender, {happened: {}, **inside(thread)})


def removed(chat: Chat, thread: int) -> None:
    """Delete a topic with all its messages."""
    _known(chat, thread)
    del chat.topics[thread]
    for message in chat.messages.values():
        if message.wire.get("message_thread_id") == thread:
            message.deleted = True


def create(world: World, params: Params, files: Files) -> Wire:
    chat = _forum(world, params)
    membership.require(world, chat, "can_manage_topics", "not enough rights to create a topic")
    message, _ = opened(world, chat, world.bot, _name(params["name"]), params.get("icon_color"))
    return {"message_thread_id": message.message_id, **message.wire["forum_topic_created"]}


def edit(world: World, params: Params, files: Files) -> bool:
    chat = _forum(world, params)
    membership.require(world, chat, "can_manage_topics", "not enough rights to edit the topic")
    name = _name(params["name"]) if params.get("name") else _known(chat, params["message_thread_id"]).name
    renamed(world, chat, world.bot, params["message_thread_id"], name)
    return True


def close(world: World, params: Params, files: Files) -> bool:
    return _shut_by_bot(world, params, closed=True)


def reopen(world: World, params: Params, files: Files) -> bool:
    return _shut_by_bot(world, params, closed=False)


def delete(world: World, params: Params, files: Files) -> bool:
    chat = _forum(world, params)
    membership.require(world, chat, "can_delete_messages", "not enough rights to delete the topic")
    removed(chat, params["message_thread_id"])
    return True


def _shut_by_bot(world: World, params: Params, *, closed: bool) -> bool:
    chat = _forum(world, params)
    membership.require(world, chat, "can_manage_topics", "not enough rights to close or reopen the topic")
    shut(world, chat, world.bot, params["message_thread_id"], closed=closed)
    return True


def _forum(world: World, params: Params) -> Chat:
    chat = world.chat_for_bot(params["chat_id"])
    if not chat.is_forum:
        raise Refusal("the chat is not a forum")
    return chat


def _known(chat: Chat, thread: int) -> Topic:
    if thread not in chat.topics:
        raise Refusal("TOPIC_ID_INVALID")
    return chat.topics[thread]


def _name(name: str) -> str:
    if not 1 <= len(name) <= MAX_NAME:
        raise Violation("TOPIC_TITLE_INVALID")
    return name
