"""What people do in a group that they cannot do in a private chat: topics, members, and the group itself."""

from __future__ import annotations

from tests.fake_telegram import membership, topics
from tests.fake_telegram.errors import Impossible
from tests.fake_telegram.state import Chat, Posted, Wire, World

Queued = dict[str, int | None]


class GroupPeople:
    """The hands of the members of all groups."""

    def __init__(self, world: World) -> None:
        self._world = world

    def group(self, title: str, forum: bool, kind: str, chat: int | None = None) -> Wire:
        return membership.group(self._world, title, chat, kind=kind, forum=forum).wire

    def forum_mode(self, chat: int, on: bool) -> Wire:
        """Topics are switched on or off in the group's settings; no update tells of it."""
        wire = self._group(chat).wire
        wire["is_forum"] = True
        if not on:
            del wire["is_forum"]
        return wire

    def member(self, chat: int, status: str, rights: list[str], user: int | None = None) -> Queued:
        """Somebody joins, leaves or gets rights; the bot if nobody is named."""
        who = self._world.bot if user is None else self._world.user(user)
        update_id = membership.change(self._world, self._group(chat), who, status, tuple(rights))
        return {"update_id": update_id, "message_id": None}

    def open_topic(self, user: int, chat: int, name: str) -> Queued:
        group = self._group(chat)
        if not group.is_forum:
            raise Impossible(f"chat {chat} is no forum")
        return _queued(topics.opened(self._world, group, self._world.user(user), name))

    def rename_topic(self, user: int, chat: int, thread: int, name: str) -> Queued:
        return _queued(topics.renamed(self._world, self._group(chat), self._world.user(user), thread, name))

    def shut_topic(self, user: int, chat: int, thread: int, closed: bool) -> Queued:
        who = self._world.user(user)
        return _queued(topics.shut(self._world, self._group(chat), who, thread, closed=closed))

    def delete_topic(self, chat: int, thread: int) -> Wire:
        topics.removed(self._group(chat), thread)
        return {}

    def migrate(self, user: int, chat: int) -> Wire:
        """A group becomes a supergroup, which is another chat; the old one names it from then on."""
        old = self._group(chat)
        new = membership.group(self._world, old.wire["title"], None, kind="supergroup", forum=False)
        new.members |= old.members
        self._world.announce(old, self._world.user(user), {"migrate_to_chat_id": new.chat_id})
        self._world.announce(new, self._world.user(user), {"migrate_from_chat_id": old.chat_id})
        old.migrated_to = new.chat_id
        return new.wire

    def _group(self, chat: int) -> Chat:
        group = self._world.chats.get(chat)
        if group is None or group.is_private:
            raise Impossible(f"there is no group {chat}; create it with POST /control/group")
        return group


def _queued(posted: Posted) -> Queued:
    message, update_id = posted
    return {"update_id": update_id, "message_id": message.message_id}
