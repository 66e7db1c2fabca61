"""
Whether the staff group is fit for work: reachable, a forum, the bot an administrator with the rights it needs, agents in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bot.channels.telegram.answers import Migrated
from bot.channels.telegram.bot_api import BotApi
from bot.errors import MessageRefused, RecipientGone, SparekeyError

#: Rights that the bot needs -> their names in Telegram's settings of an administrator.
_RIGHTS: Final = {
    "can_manage_topics": "Manage topics",
    "can_pin_messages": "Pin messages",
    "can_delete_messages": "Delete messages",
}
_INSIDE: Final = ("creator", "administrator", "member", "restricted")


async def inspect(api: BotApi, group: int, agents: Sequence[int], setting: str) -> str:
    """
    Look at the group; changes nothing, but shows for some seconds that the bot types: whoever may not write is told why.

    Args:
        api: Who carries the calls.
        group: The id of the group.
        agents: Whom the list names.
        setting: The name of the setting that holds the group.

    Returns:
        One line about a group that is fit.

    Raises:
        SparekeyError: With the cure.
    """
    try:
        chat = await api.call("getChat", {"chat_id": group})
        await api.call("sendChatAction", {"chat_id": group, "action": "typing"})
    except Migrated as moved:
        raise SparekeyError(
            f"{setting}: the group {group} has become a supergroup with another id. Set {setting}={moved.to}."
        ) from None
    except (RecipientGone, MessageRefused) as fault:
        raise SparekeyError(
            f"{setting}: the bot does not see the group {group} ({fault}) Add the bot to it, or correct the id."
        ) from None
    name = chat.get("title", group)
    if not chat.get("is_forum"):
        raise SparekeyError(f"The group {name!r} has no topics. Switch them on: group settings, Topics.")
    await _may_work(api, group, name)
    absent = [agent for agent in dict.fromkeys(agents) if not await _is_inside(api, group, agent)]
    if absent:
        listed = ", ".join(map(str, absent))
        raise SparekeyError(
            f"These agents are not in the group {name!r}: {listed}. Invite them, or take them off the list."
        )
    return f"The group {name!r} has topics, the bot may work there, and {len(set(agents))} agents are in it."


async def _may_work(api: BotApi, group: int, name: object) -> None:
    member = await api.call("getChatMember", {"chat_id": group, "user_id": api.bot_id})
    if member.get("status") not in ("administrator", "creator"):
        raise SparekeyError(
            f"The bot is no administrator of the group {name!r}, so it neither hears what agents write nor makes topics. "
            f"Make it one who may: {', '.join(_RIGHTS.values())}."
        )
    missing = [right for field, right in _RIGHTS.items() if not _has(member, field)]
    if missing:
        raise SparekeyError(
            f"The bot lacks rights in the group {name!r}. Edit it as an administrator and allow: {', '.join(missing)}."
        )


def _has(member: dict[str, Any], right: str) -> bool:
    return member.get("status") == "creator" or bool(member.get(right))


async def _is_inside(api: BotApi, group: int, agent: int) -> bool:
    try:
        member = await api.call("getChatMember", {"chat_id": group, "user_id": agent})
    except MessageRefused:
        return False
    return member.get("status") in _INSIDE
