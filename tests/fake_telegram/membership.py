"""Who is in a group, and what the bot may do there as an administrator."""

from __future__ import annotations

from tests.fake_telegram.errors import Refusal
from tests.fake_telegram.state import Chat, Wire, World

#: What a member of each status cannot do without, besides `user` and `status` (Bot API, ChatMember).
MORE: dict[str, Wire] = {
    "creator": {"is_anonymous": False},
    "administrator": {"can_be_edited": False, "is_anonymous": False, "can_send_welcome_messages": False},
    "member": {},
    "left": {},
    "kicked": {"until_date": 0},
}
#: Rights that every administrator has or has not.
RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
    "can_delete_stories",
)  # fmt: skip
#: Rights of a bot that works in a forum.
FORUM_RIGHTS = ("can_manage_topics", "can_delete_messages", "can_pin_messages")


def member(user: Wire, status: str, rights: tuple[str, ...] = ()) -> Wire:
    """A `ChatMember`; only an administrator has rights."""
    wire: Wire = {"status": status, "user": user, **MORE[status]}
    if status == "administrator":
        wire |= {right: right in rights or right == "can_manage_chat" for right in (*RIGHTS, *FORUM_RIGHTS)}
    return wire


def require(world: World, chat: Chat, right: str, otherwise: str) -> None:
    """Refuses with these words unless the bot has a right in a group; in a private chat it needs none."""
    if chat.is_private:
        return
    if not chat.members.get(world.bot["id"], {}).get(right):
        raise Refusal(otherwise)


def change(world: World, chat: Chat, user: Wire, status: str, rights: tuple[str, ...]) -> int | None:
    """Make somebody a member, an administrator, or nobody; the bot hears of it, of itself in any case."""
    old = chat.members.get(user["id"], member(user, "left"))
    new = chat.members[user["id"]] = member(user, status, rights)
    body = {
        "chat": chat.wire,
        "from": user,
        "date": int(world.clock.now()),
        "old_chat_member": old,
        "new_chat_member": new,
    }
    return world.queue.push("my_chat_member" if user is world.bot else "chat_member", body)


def group(world: World, title: str, chat_id: int | None, *, kind: str, forum: bool) -> Chat:
    """A new group, in which the bot is; in a forum it is an administrator."""
    chat_id = chat_id or (-100_000 if kind == "group" else -1_001_000_000_000) - len(world.chats)
    wire: Wire = {"id": chat_id, "type": kind, "title": title}
    if forum:
        wire["is_forum"] = True
    chat = world.chats[chat_id] = Chat(wire)
    status = "administrator" if forum else "member"
    chat.members[world.bot["id"]] = member(world.bot, status, FORUM_RIGHTS)
    return chat


def get_member(world: World, chat: Chat, user_id: int) -> Wire:
    """Raises `Refusal` for somebody who was never heard of."""
    if user_id in chat.members:
        return chat.members[user_id]
    if user_id in world.users:
        return member(world.users[user_id], "left")
    raise Refusal("PARTICIPANT_ID_INVALID")


def administrators(chat: Chat) -> list[Wire]:
    return [one for one in chat.members.values() if one["status"] in ("creator", "administrator")]
