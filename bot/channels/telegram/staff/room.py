"""
A forum supergroup as the room where agents work: one topic for each case.

What Telegram refuses is told apart by its words: a topic that somebody deleted is made again, what is already so is done,
and a right that the bot lacks is waited for, because whoever runs the group can give it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from bot.channels.telegram.answers import Migrated
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.staff.buttons import keyboard
from bot.channels.telegram.staff.pace import GroupPace
from bot.core.commands import Choice
from bot.core.texts import length
from bot.core.vocabulary import Action
from bot.errors import ChannelUnreachable, ConfigError, MessageRefused, PlaceGone

_LOG = logging.getLogger(__name__)
#: Words of Telegram's for a topic that is not there.
_GONE: Final = ("message thread not found", "TOPIC_ID_INVALID", "TOPIC_DELETED")
#: For what is already as it should be.
_DONE: Final = ("TOPIC_NOT_MODIFIED", "message is not modified")
#: For what whoever runs the group can mend.
_RIGHTS: Final = ("not enough rights", "is not a forum", "TOPIC_CLOSED", "CHAT_ADMIN_REQUIRED", "no rights")
#: What an agent's message is marked with; Telegram allows bots few reactions, and no tick (Bot API, ReactionTypeEmoji).
DONE, REFUSED = "👍", "👎"


class Caller(Protocol):
    """Calls methods of the Bot API; raises ChannelError, or ConfigError if the token is wrong."""

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """Call a method and return its result."""
        ...


class GroupRoom:
    """
    A `bot.ports.StaffRoom`.

    Args:
        caller: Who carries the calls.
        group: The id of the group.
        leads: Who is called when a case is escalated.
        pace: The bot's; None: no limit of ours.
        group_pace: The group's; None: no limit of ours.
    """

    def __init__(
        self,
        caller: Caller,
        group: int,
        *,
        leads: Sequence[int] = (),
        pace: Pace | None = None,
        group_pace: GroupPace | None = None,
    ) -> None:
        self._caller, self._group, self._leads = caller, group, tuple(leads)
        self._pace, self._group_pace = pace, group_pace

    @property
    def group(self) -> int:
        """The id that the group has now."""
        return self._group

    def move(self, group: int) -> None:
        """Go on in what the group has become. Telegram keeps telling who writes to the old id, so nothing is stored."""
        if group != self._group:
            _LOG.warning(
                "The staff group has become a supergroup with another id. It is followed; set SPAREKEY_STAFF_GROUP=%d.",
                group,
                extra={"action": Action.CHANNEL_FAILED},
            )
            self._group = group

    async def find(self) -> None:
        """Learn what the group has become, before anybody speaks there; raises as every call."""
        await self._call("sendChatAction", action="typing")

    async def turn(self) -> None:
        """Wait until one more message may go to the group."""
        if self._group_pace is not None:
            await self._group_pace.message()

    async def open(self, title: str) -> str:
        """Make a topic; return its id."""
        topic = await self._call("createForumTopic", name=title)
        return str(topic["message_thread_id"])

    async def rename(self, place: str, title: str) -> None:
        """Give a topic another title."""
        await self._call("editForumTopic", message_thread_id=int(place), name=title)

    async def post(
        self,
        place: str,
        text: str,
        buttons: Sequence[Choice] = (),
        *,
        to: str | None = None,
        calls: bool = False,
    ) -> str:
        """Write into a topic; return the message's id. There is no `parse_mode`: nothing is read as markup."""
        parameters: dict[str, Any] = {
            "message_thread_id": int(place),
            "text": text,
            "link_preview_options": {"is_disabled": True},
        }
        if calls and self._leads:
            parameters |= _calling(text, self._leads)
        if buttons:
            parameters["reply_markup"] = keyboard(buttons)
        if to is not None:
            parameters["reply_parameters"] = {"message_id": int(to), "allow_sending_without_reply": True}
        message = await self._call("sendMessage", **parameters)
        return str(message["message_id"])

    async def edit(self, place: str, message: str, text: str, buttons: Sequence[Choice]) -> None:
        """Write a message anew."""
        del place
        await self._call(
            "editMessageText",
            message_id=int(message),
            text=text,
            link_preview_options={"is_disabled": True},
            reply_markup=keyboard(buttons),
        )

    async def pin(self, place: str, message: str) -> None:
        """Keep a message on top of its topic."""
        del place
        await self._call("pinChatMessage", message_id=int(message), disable_notification=True)

    async def close(self, place: str) -> None:
        """Close a topic."""
        await self._call("closeForumTopic", message_thread_id=int(place))

    async def reopen(self, place: str) -> None:
        """Open a topic again."""
        await self._call("reopenForumTopic", message_thread_id=int(place))

    async def mark(self, place: str, message: str, *, done: bool) -> None:
        """Show on an agent's message whether it is done."""
        del place
        reaction = {"type": "emoji", "emoji": DONE if done else REFUSED}
        await self._call("setMessageReaction", message_id=int(message), reaction=[reaction])

    async def remove(self, place: str) -> None:
        """Delete a topic with all that was said there; Telegram does not count that as a message."""
        await self._call("deleteForumTopic", message_thread_id=int(place))

    async def _call(self, method: str, **parameters: Any) -> Any:
        if self._pace is None:
            return await self._answer(method, parameters)
        async with self._pace.message():
            return await self._answer(method, parameters)

    async def _answer(self, method: str, parameters: Mapping[str, Any]) -> Any:
        try:
            try:
                return await self._caller.call(method, {"chat_id": self._group, **parameters})
            except Migrated as moved:
                self.move(moved.to)
                return await self._caller.call(method, {"chat_id": self._group, **parameters})
        except ConfigError as fault:  # no message is undeliverable because a token was revoked
            raise ChannelUnreachable(str(fault)) from None
        except MessageRefused as fault:
            said = str(fault)
            if any(words in said for words in _DONE):
                return {}
            if any(words in said for words in _GONE):
                raise PlaceGone from None
            if any(words in said for words in _RIGHTS):
                raise ChannelUnreachable(
                    f"The staff group does not let the bot do its work ({said}) Switch topics on, and make the bot an "
                    "administrator who may manage topics, pin and delete messages."
                ) from None
            raise


def _calling(text: str, leads: Sequence[int]) -> dict[str, Any]:
    """Return a text with a mention of each lead behind it, which rings on their phones."""
    entities, whole = [], f"{text}\n\n"
    for lead in leads:
        user = {"id": lead, "is_bot": False, "first_name": "lead"}
        entities.append(
            {"type": "text_mention", "offset": length(whole), "length": len("lead"), "user": user}
        )
        whole += "lead "
    return {"text": whole.rstrip(), "entities": entities}
