"""
Whether the staff group is fit for work: reachable, a forum, the bot an administrator with the rights it needs, agents in it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.channels.telegram.answers import Migrated
from bot.channels.telegram.bot_api import BotApi
from bot.core.vocabulary import Action
from bot.errors import MessageRefused, RecipientGone, SparekeyError

_LOG = logging.getLogger(__name__)
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
    if (
        fault := fault_of(await api.call("getChatMember", {"chat_id": group, "user_id": api.bot_id}))
    ) is not None:
        raise SparekeyError(f"The group {name!r}: {fault}")


def fault_of(member: Mapping[str, Any]) -> str | None:
    """Tell what keeps the bot, as a member of the group (Bot API, ChatMember), from its work, and the cure."""
    status, rights = member.get("status"), ", ".join(_RIGHTS.values())
    if status not in _INSIDE:
        return f"The bot is not in it any more. Add it again, as an administrator who may: {rights}."
    if status not in ("administrator", "creator"):
        return (
            "The bot is no administrator, so it neither hears what agents write nor makes topics. "
            f"Make it one who may: {rights}."
        )
    missing = [right for field, right in _RIGHTS.items() if not _has(member, field)]
    if missing:
        return f"The bot lacks rights. Edit it as an administrator and allow: {', '.join(missing)}."
    return None


def tell_standing(change: Mapping[str, Any]) -> None:
    """Log what the bot may do in the group now (Bot API, ChatMemberUpdated); what waits for a right is tried again by itself."""
    if (fault := fault_of(change["new_chat_member"])) is None:
        _LOG.info("The staff group lets the bot do its work.")
    else:
        _LOG.warning("The staff group: %s", fault, extra={"action": Action.CHANNEL_FAILED})


def _has(member: Mapping[str, Any], right: str) -> bool:
    return member.get("status") == "creator" or bool(member.get(right))


async def _is_inside(api: BotApi, group: int, agent: int) -> bool:
    try:
        member = await api.call("getChatMember", {"chat_id": group, "user_id": agent})
    except MessageRefused:
        return False
    return member.get("status") in _INSIDE
