"""
Puts messages on the screen of a chat: in place of the one whose button was pressed, or below all others.

What cannot be changed any more is sent anew; what is changed already is done, so that a change which is made twice after a crash
harms nobody. Which message has which buttons is remembered for the courtesy of taking old ones away. That is done only while
nobody has to wait for it, because Telegram counts it like a message.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, Final, Protocol

from bot.channels.telegram import showing
from bot.channels.telegram.answers import Unchanged
from bot.channels.telegram.pace import ChatPace, Pace
from bot.core.commands import RetireButtons, SendMessage
from bot.errors import ChannelBusy, ChannelUnreachable, ConfigError, MessageRefused

#: Chats of which it is remembered where buttons are, and how many questions of each.
_REMEMBERED: Final = 10_000
_QUESTIONS: Final = 4
#: Of a message: the words before it were said; no earlier message can be changed into it.
WORDS: Final = "words"
PLACE: Final = "place"


class Caller(Protocol):
    """The calls that are made."""

    async def send_message(self, parameters: Mapping[str, Any]) -> Any:
        """Call `sendMessage`; return the message."""
        ...

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """Call any method and return its result."""
        ...


class Screens:
    """
    Shows messages.

    Args:
        caller: Who carries the calls.
        pace: How fast messages may go; None: as fast as they come.
        owns: Tells whether a chat is this process's at this moment.
    """

    def __init__(self, caller: Caller, pace: Pace | None, owns: Callable[[str], bool]) -> None:
        self._caller, self._pace, self._owns, self._chats = caller, pace, owns, ChatPace()
        #: Chat -> number of a question -> the message that has its buttons.
        self._buttons: dict[str, dict[int, str]] = {}
        #: Chat -> the message that is being shown, and what of it was done before it could not be finished.
        self._begun: dict[str, tuple[str, set[str]]] = {}
        self._username = ""

    @property
    def username(self) -> str:
        """The bot's name as it was last asked for; empty: it was not."""
        return self._username

    async def show(self, contact: str, message: SendMessage) -> None:
        """Show a message. Raises what `bot.ports.Channel.send` raises."""
        comes_again = False
        try:
            await self._show(contact, message, self._done(contact, message))
        except (ChannelBusy, ChannelUnreachable):
            comes_again = True
            raise
        except ValueError as error:
            raise MessageRefused(str(error)) from None
        finally:
            if not comes_again:
                self._begun.pop(contact, None)

    async def _show(self, contact: str, message: SendMessage, done: set[str]) -> None:
        invitation = await self.invitation() if message.invites else ""
        parameters = showing.message(contact, message, invitation=invitation)
        before = showing.words_before(contact, message)
        if before is not None and WORDS not in done:
            await self._count(contact, partial(self._caller.send_message, before))
            done.add(WORDS)
        if PLACE not in done and await self._stands_in_place(contact, message):
            self._remember(contact, message.screen, message.replaces)
            return
        done.add(PLACE)
        send = (
            self._caller.send_message if message.picture is None else partial(self._caller.call, "sendPhoto")
        )
        sent = await self._count(contact, partial(send, parameters))
        if message.choices and not message.shares:
            self._remember(contact, message.screen, _id(sent))

    async def retire(self, contact: str, courtesy: RetireButtons) -> None:
        """Take the buttons of an earlier question away, if it is known where they are and nobody else must wait."""
        known = self._buttons.get(contact, {}).pop(courtesy.screen, None)
        message = courtesy.message or known
        if message is None or (
            self._pace is not None and not (self._pace.idle() and self._chats.idle(contact))
        ):
            return
        parameters = {"chat_id": int(contact), "message_id": int(message)}
        await self._count(contact, partial(self._caller.call, "editMessageReplyMarkup", parameters))

    async def _stands_in_place(self, contact: str, message: SendMessage) -> bool:
        """Change an earlier message into this one; False if there is none that can be changed."""
        parameters = showing.edit(contact, message)
        if parameters is None:
            return False
        try:
            await self._count(contact, partial(self._caller.call, "editMessageText", parameters))
        except Unchanged:
            return True
        except MessageRefused:
            return False
        return True

    async def _count(self, contact: str, call: Callable[[], Awaitable[Any]]) -> Any:
        """Make a call when it may be made; a token that is refused does not make a message undeliverable."""
        async with AsyncExitStack() as turn:
            if self._pace is not None:
                if (seconds := self._chats.wait(contact)) > 0:
                    raise ChannelBusy("One chat gets no more messages at once.", retry_after_s=seconds)
                await turn.enter_async_context(self._pace.message())
                turn.callback(self._chats.count, contact)
            # It may have waited long, or the machine stood still: whoever has the chat now may be further with it.
            if not self._owns(contact):
                raise ChannelBusy("Another process has taken the chat over.", retry_after_s=0)
            return await delivering(call())

    async def invitation(self) -> str:
        """Return the address of a private chat with the bot."""
        if not self._username:
            me = await delivering(self._caller.call("getMe", {}))
            self._username = str(me.get("username", "")) if isinstance(me, Mapping) else ""
        return f"https://t.me/{self._username}" if self._username else ""

    def _done(self, contact: str, message: SendMessage) -> set[str]:
        """Return what was done of a message at an earlier try."""
        known, done = self._begun.get(contact, ("", set[str]()))
        if known != message.id:
            done = set()
            self._begun[contact] = message.id, done
        return done

    def _remember(self, contact: str, screen: int, message: str | None) -> None:
        if message is None:
            return
        questions = self._buttons.pop(contact, {})
        questions[screen] = message
        while len(questions) > _QUESTIONS:
            del questions[next(iter(questions))]
        self._buttons[contact] = questions
        if len(self._buttons) > _REMEMBERED:
            del self._buttons[next(iter(self._buttons))]


async def delivering(call: Awaitable[Any]) -> Any:
    """Await a call for one message; a token that is refused does not make the message undeliverable."""
    try:
        return await call
    except ConfigError as error:
        raise ChannelUnreachable(str(error)) from None


def _id(message: Any) -> str | None:
    """Return the id of a message that was sent."""
    return str(message["message_id"]) if isinstance(message, Mapping) and "message_id" in message else None
