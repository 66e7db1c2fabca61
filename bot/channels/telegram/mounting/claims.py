"""
Which updates of a bot that somebody else wrote are said to us.

Only words in private chats with people, and presses of our own buttons. What opens a conversation is ours at once, as is a one-time
address, whose form is our own; what else a person says is ours while that conversation lasts. Commands that we do not know stay the
other bot's at any moment. That a person blocks the bot is said to nobody: we take note of it, and the other bot hears of it, too.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, Literal

from bot.channels.telegram import wire
from bot.channels.telegram.wire import Wire
from bot.service.links import is_payload

#: `command`: what a person says from our command to the end of the conversation; `rest`: whatever nobody else handles.
Take = Literal["command", "rest"]
#: The kinds of updates that may be ours.
KINDS: Final = ("message", "edited_message", "callback_query", "my_chat_member")
_COMMAND: Final = re.compile(r"/(\w{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)


class Claim(Enum):
    """Whose an update is."""

    OURS = auto()
    #: Ours while a conversation of ours goes on in that chat.
    WHILE_OPEN = auto()
    #: We take note of it while a conversation of ours goes on; it stays theirs.
    SHARED = auto()
    THEIRS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What is said to us."""

    #: Our command without the slash, also the payload of the deep link `https://t.me/<bot>?start=<command>`.
    command: str
    take: Take

    def of(self, update: Wire, commands: Collection[str]) -> Claim:
        """
        Tell whose an update is.

        Args:
            update: A JSON object of `Update`.
            commands: Those that work within a conversation of ours, without the slash.
        """
        match update:
            case {"callback_query": {"data": str(data)}}:
                return Claim.OURS if wire.is_button(data) else Claim.THEIRS
            case {"message": {"chat": {"type": "private"}} as message}:
                return self._of_message(message, commands)
            case {"edited_message": {"chat": {"type": "private"}}}:
                return Claim.OURS if self.take == "rest" else Claim.WHILE_OPEN
            case {"my_chat_member": {"chat": {"type": "private"}}}:
                return Claim.SHARED
        return Claim.THEIRS

    def _of_message(self, message: Wire, commands: Collection[str]) -> Claim:
        name, _ = spoken_command(message)
        if self.take == "rest" or self._opened_by(message):
            return Claim.OURS
        # `start` begins the other bot, whatever we have of that name.
        return Claim.WHILE_OPEN if name is None or name in {*commands} - {"start"} else Claim.THEIRS

    def opens(self, update: Wire) -> bool:
        """Tell whether an update is our command, our deep link, or a one-time address of ours."""
        match update:
            case {"message": {"chat": {"type": "private"}} as message}:
                return self._opened_by(message)
        return False

    def _opened_by(self, message: Wire) -> bool:
        name, words = spoken_command(message)
        return self._is_command(name, words) or (name == "start" and is_payload(words))

    def _is_command(self, name: str | None, words: str) -> bool:
        return name == self.command or (name == "start" and words == self.command)

    def plainly(self, update: Wire) -> Wire:
        """Return the update as our bot alone would have got it: our command is its `/start`, or the words behind it."""
        message = update.get("message", {})
        name, words = spoken_command(message)
        if not self.opens(update) or not self._is_command(name, words):
            return update
        said: dict[str, Any] = {
            **message,
            "text": words if name == self.command and words else "/start",
        }
        said.pop("entities", None)  # they count letters that are gone
        return {**update, "message": said}


def spoken_command(message: Wire) -> tuple[str | None, str]:
    """Return the command that a message begins with, without the slash, and the words behind it; None: it is none."""
    found = _COMMAND.fullmatch(text) if isinstance(text := message.get("text"), str) else None
    return (found[1], (found[2] or "").strip()) if found else (None, "")
