"""
A forum supergroup as the room where agents work: one topic for each case.

A place is named `<group>/<topic>`, because topics are numbered anew in every group; without a group it is of the present one.
A place in a group where agents do not work any more can only be deleted; its case gets another here.

What Telegram refuses is told apart by its words: a topic that somebody deleted is made again, what is already so is done,
and a right that the bot lacks is waited for, because whoever runs the group can give it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from bot.channels.telegram.answers import Migrated
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.showing import fits_under, photo
from bot.channels.telegram.staff.buttons import keyboard
from bot.channels.telegram.staff.pace import GroupPace
from bot.core.commands import Choice
from bot.core.texts import length
from bot.core.vocabulary import Action
from bot.errors import ChannelUnreachable, ConfigError, MessageRefused, PlaceGone, PlaceLeft, RecipientGone

_LOG = logging.getLogger(__name__)
#: Words of Telegram's for a topic that is not there.
_GONE: Final = ("message thread not found", "TOPIC_ID_INVALID", "TOPIC_DELETED")
#: For what is already as it should be.
_DONE: Final = ("TOPIC_NOT_MODIFIED", "message is not modified")
#: For what whoever runs the group can mend.
_RIGHTS: Final = ("not enough rights", "is not a forum", "TOPIC_CLOSED", "CHAT_ADMIN_REQUIRED", "no rights")
_CURE: Final = (
    "Switch topics on, and make the bot an administrator who may manage topics, pin and delete messages."
)
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
        #: Ids that the group had before.
        self._former: set[int] = set()

    @property
    def group(self) -> int:
        """The id that the group has now."""
        return self._group

    def names(self, topic: int) -> tuple[str, ...]:
        """Return what a topic of the group may be called as a place: its name, and those of before the group moved."""
        return tuple(f"{group}/{topic}" for group in (self._group, *sorted(self._former)))

    @property
    def former(self) -> tuple[str, ...]:
        """What stands for the group in places that were named before; empty: they named none."""
        return ("", *map(str, sorted(self._former)))

    def move(self, group: int) -> None:
        """Go on in what the group has become. Telegram keeps telling who writes to the old id, so it is stored nowhere."""
        if group != self._group:
            _LOG.warning(
                "The staff group has become a supergroup with another id. It is followed; set SPAREKEY_STAFF_GROUP=%d.",
                group,
                extra={"action": Action.CHANNEL_FAILED},
            )
            self._former.add(self._group)
            self._group = group

    async def find(self) -> None:
        """Learn what the group has become, before anybody speaks there; raises as every call."""
        await self._call("sendChatAction", action="typing")

    async def turn(self) -> None:
        """Wait until one more message may go to the group."""
        if self._group_pace is not None:
            await self._group_pace.message()

    async def open(self, title: str) -> str:
        """Make a topic; return its name. Whatever keeps Telegram from it, whoever runs the group can mend."""
        try:
            topic = await self._call("createForumTopic", name=title)
        except MessageRefused as fault:
            raise ChannelUnreachable(
                f"The staff group lets the bot make no topic ({fault}) {_CURE}"
            ) from None
        return self.names(topic["message_thread_id"])[0]

    async def rename(self, place: str, title: str) -> None:
        """Give a topic another title."""
        await self._call("editForumTopic", message_thread_id=self._topic(place), name=title)

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
            "message_thread_id": self._topic(place),
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

    async def show(self, place: str, picture: str | bytes, text: str) -> None:
        """Show a picture in a topic, with a text under it; one that is too long for that stands before it."""
        topic = self._topic(place)
        if not fits_under(text):
            await self.post(place, text)
            await self.turn()
        await self._call("sendPhoto", message_thread_id=topic, **photo(picture, text))

    async def edit(self, place: str, message: str, text: str, buttons: Sequence[Choice]) -> None:
        """Write a message anew."""
        self._topic(place)
        await self._call(
            "editMessageText",
            message_id=int(message),
            text=text,
            link_preview_options={"is_disabled": True},
            reply_markup=keyboard(buttons),
        )

    async def pin(self, place: str, message: str) -> None:
        """Keep a message on top of its topic."""
        self._topic(place)
        await self._call("pinChatMessage", message_id=int(message), disable_notification=True)

    async def close(self, place: str) -> None:
        """Close a topic."""
        await self._call("closeForumTopic", message_thread_id=self._topic(place))

    async def reopen(self, place: str) -> None:
        """Open a topic again."""
        await self._call("reopenForumTopic", message_thread_id=self._topic(place))

    async def typing(self, place: str) -> None:
        """Show in a topic that somebody writes. Telegram does not count it as a message; it waits for none and holds none up."""
        if self._pace is None or self._pace.idle():
            await self._answer(
                "sendChatAction", {"message_thread_id": self._topic(place), "action": "typing"}
            )

    async def mark(self, place: str, message: str, *, done: bool) -> None:
        """Show on an agent's message whether it is done."""
        self._topic(place)
        reaction = {"type": "emoji", "emoji": DONE if done else REFUSED}
        await self._call("setMessageReaction", message_id=int(message), reaction=[reaction])

    async def remove(self, place: str) -> None:
        """Delete a topic of any group with all that was said there; Telegram does not count that as a message."""
        group, topic = self._parted(place)
        await self._call("deleteForumTopic", chat_id=group, message_thread_id=topic)

    def _parted(self, place: str) -> tuple[int, int]:
        """Return the group and the topic that a place names."""
        group, _, topic = place.rpartition("/")
        named = int(group) if group else self._group
        return self._group if named in self._former else named, int(topic)

    def _topic(self, place: str) -> int:
        """Return the topic that a place names; raises PlaceLeft if it is none of this group."""
        group, topic = self._parted(place)
        if group != self._group:
            raise PlaceLeft
        return topic

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
                if parameters.get("chat_id", self._group) == self._group:
                    self.move(moved.to)
                return await self._caller.call(method, {**parameters, "chat_id": moved.to})
        except ConfigError as fault:  # no message is undeliverable because a token was revoked
            raise ChannelUnreachable(str(fault)) from None
        except RecipientGone as fault:
            why = str(fault).partition(": ")[2]
            raise RecipientGone(
                f"The bot is not in the staff group ({why}) Add it again, or correct the id."
            ) from None
        except MessageRefused as fault:
            said = str(fault)
            if any(words in said for words in _DONE):
                return {}
            if any(words in said for words in _GONE):
                raise PlaceGone from None
            if any(words in said for words in _RIGHTS):
                raise ChannelUnreachable(
                    f"The staff group does not let the bot do its work ({said}) {_CURE}"
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
