"""
What happens in the staff group, turned into what agents did; whoever is not on the list is told so, and nothing else.

An agent is who the list names, never who is in the group. What they do becomes an event in the person's lane, stored before
Telegram is told that it arrived. Questions back to an agent (which template, are you sure) are asked on the way and kept
nowhere: who hears none presses again.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
import time
import unicodedata
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from bot.channels.telegram.staff import buttons, inspection, questions
from bot.channels.telegram.staff.buttons import Pressed
from bot.channels.telegram.staff.questions import Question
from bot.channels.telegram.staff.room import Caller, GroupRoom
from bot.channels.telegram.wire import ATTACHMENTS, caption, picture
from bot.core.events import (
    AgentChoseLanguage,
    AgentClosed,
    AgentEscalated,
    AgentEvent,
    AgentHandedBack,
    AgentNoted,
    AgentReopened,
    AgentReplied,
    AgentTook,
)
from bot.core.vocabulary import Action
from bot.errors import (
    ChannelBusy,
    ChannelError,
    ConfigError,
    MessageRefused,
    PlaceGone,
    RecipientGone,
    StoreError,
)
from bot.ports import Incoming, Posted
from bot.service.staff import words
from bot.service.staff.cases import Cases
from bot.service.staff.words import Press

_LOG = logging.getLogger(__name__)
Wire = Mapping[str, Any]
_COMMAND: Final = re.compile(r"/(\w{1,32})(?:@\w+)?(?:\s+|$)")
#: What agents type before a note.
_NOTE: Final = ("//", "#note")
#: Longest first name that a person sees.
_LONGEST_NAME: Final = 32
#: Seconds in which somebody is told once that they are no agent, and a topic that it has no case.
TOLD_AGAIN_S: Final = 3600.0
#: Answers on their way at once; whoever floods the group is not answered any more.
MOST_ERRANDS: Final = 20
#: What an agent's message says something by; what Telegram itself tells of a group has none of it.
_SAYING: Final = frozenset({"text", "forum_topic_closed", "forum_topic_reopened", *ATTACHMENTS})


class StaffDoor:
    """
    Lets agents in.

    Args:
        caller: Who carries the calls.
        bot_id: The bot's own id.
        agents: Whom the list names; leads are agents, too.
        leads: Who may go on with what was escalated; nobody: every agent may.
        room: The group, to answer in.
        cases: The cases.
        setting: The name of the list.
        pictures: Whether the photos that agents send go to the person.
    """

    def __init__(
        self,
        caller: Caller,
        *,
        bot_id: int,
        agents: Collection[int],
        leads: Collection[int],
        room: GroupRoom,
        cases: Cases,
        setting: str,
        pictures: bool = False,
    ) -> None:
        self._caller, self._bot_id = caller, bot_id
        self._agents, self._leads = frozenset((*agents, *leads)), frozenset(leads or agents)
        self._room, self._cases, self._setting, self._pictures = room, cases, setting, pictures
        #: Who was told that they are no agent, and which topic that it has no case, and when, by the monotonic clock.
        self._told: dict[tuple[str, int], float] = {}
        self._errands: set[asyncio.Task[None]] = set()
        #: The album whose first picture was answered last.
        self._album: str | None = None

    def concerns(self, update: Wire) -> bool:
        """Tell whether an update comes from the staff group, or from what that has just become."""
        message = _message(update)
        chat = message.get("chat") if message is not None else None
        if message is None or not isinstance(chat, Mapping):
            return False
        group = self._room.group
        if message.get("migrate_from_chat_id") == group and isinstance(became := chat.get("id"), int):
            self._room.move(became)
        elif chat.get("id") == group and isinstance(became := message.get("migrate_to_chat_id"), int):
            self._room.move(became)
            return True
        return bool(chat.get("id") == self._room.group)

    async def arrive(self) -> None:
        """
        Learn under which id the group is now, and name places by it that were named otherwise.

        Raises:
            ChannelError: Telegram does not answer now.
            StoreError: The names are as they were.
        """
        try:
            await self._room.find()
        except (RecipientGone, MessageRefused, PlaceGone) as fault:
            _LOG.warning(
                "The staff group cannot be worked in: %s `sparekey doctor` says more.",
                fault,
                extra={"action": Action.CHANNEL_FAILED},
            )
        await self._cases.move(self._room.former, str(self._room.group))

    async def read(self, update: Wire, now: datetime) -> Incoming | None:
        """
        Turn an update into what an agent did.

        Args:
            update: One that concerns the group.
            now: Aware UTC; Telegram does not tell when a button was pressed.

        Returns:
            The event and whose lane it enters; None: there is nothing to be done, or it is answered here.

        Raises:
            StoreError: It could not be looked up whose case it is; the update must come again.
        """
        if (change := update.get("my_chat_member")) is not None:
            inspection.tell_standing(change)
            return None
        event_id = f"tg{self._bot_id}-{update['update_id']}"
        if (query := update.get("callback_query")) is not None:
            return await self._pressed(query, event_id, now)
        if (edited := update.get("edited_message")) is not None:
            return await self._edited(edited, event_id)
        message = update.get("message")
        return await self._said(message, event_id) if message is not None else None

    async def close(self) -> None:
        """Stop answering."""
        errands = tuple(self._errands)
        for errand in errands:
            errand.cancel()
        await asyncio.gather(*errands, return_exceptions=True)

    async def _pressed(self, query: Wire, event_id: str, now: datetime) -> Incoming | None:
        sender, press = query["from"], buttons.read(query.get("data"))
        toast: str | None = None
        found: Incoming | None = None
        if not self._is_agent(sender):
            toast = self._unauthorised(sender)
        elif press is not None and (posted := await self._cases.of(press.code)) is not None:
            if press.press is Press.NOTE:
                toast = words.HOW_TO_NOTE
            message = query.get("message", {})
            common = self._common(sender, posted, event_id, now, f"p:{message.get('message_id', 0)}")
            event = _meant(press, common)
            if event is not None:
                found = Incoming(lane=posted.lane, event=event)
            elif press.press is not Press.NOTE:
                self._ask(posted, press.press)
        answer: dict[str, Any] = {"callback_query_id": str(query["id"])}
        if toast is not None:
            answer |= {"text": toast[:200], "show_alert": True}
        self._errand(partial(self._caller.call, "answerCallbackQuery", answer))
        return found

    async def _said(self, message: Wire, event_id: str) -> Incoming | None:
        sender, place = message.get("from", {}), message.get("message_thread_id")
        if place is None or sender.get("id") == self._bot_id or _SAYING.isdisjoint(message):
            return None
        if "sender_chat" in message:
            self._say(message, words.ANONYMOUS)
            return None
        if sender.get("is_bot"):
            return None
        if not self._is_agent(sender):
            self._say_once(message, self._unauthorised(sender), ("agent", sender["id"]))
            return None
        posted = await self._cases.at(*self._room.names(place))
        if posted is None:
            self._say_once(message, words.NO_CASE, ("topic", place))
            return None
        return self._done(message, posted, event_id)

    async def _edited(self, message: Wire, event_id: str) -> Incoming | None:
        """Send what an agent corrected once more, as a correction, if it was a reply; notes and commands stay as they were read."""
        text, place = message.get("text", ""), message.get("message_thread_id")
        if self._picture(message) is not None:  # one that was exchanged is not shown again
            text = caption(message)
        if not self._may(message) or not place or not text or text.startswith(("/", *_NOTE)):
            return None
        posted = await self._cases.at(*self._room.names(place))
        if posted is None:
            return None
        at = datetime.fromtimestamp(message["edit_date"], UTC)
        common = self._common(message["from"], posted, event_id, at, f"m:{message['message_id']}")
        return Incoming(lane=posted.lane, event=AgentReplied(**common, text=text, corrects=True))

    def _done(self, message: Wire, posted: Posted, event_id: str) -> Incoming | None:
        """Return what an agent did by a message in the topic of a case."""
        at = datetime.fromtimestamp(message["date"], UTC)
        common = self._common(message["from"], posted, event_id, at, f"m:{message['message_id']}")
        event: AgentEvent | None
        if "forum_topic_closed" in message:
            event = AgentClosed(**{**common, "message": None})
        elif "forum_topic_reopened" in message:
            event = AgentReopened(**{**common, "message": None})
        elif (text := message.get("text")) is not None:
            event = self._typed(message, text, posted, common)
        elif (shown := self._picture(message)) is not None:
            event = self._typed(message, caption(message), posted, common)
            if isinstance(event, AgentReplied) and event.template is None:
                event = replace(event, picture=shown)
        elif (album := message.get("media_group_id")) is not None and album == self._album:
            return None
        else:
            self._album = album
            event = AgentReplied(**common)
        return Incoming(lane=posted.lane, event=event) if event is not None else None

    def _typed(self, message: Wire, text: str, posted: Posted, common: dict[str, Any]) -> AgentEvent | None:
        """Return what an agent did by words: a note, a command, or a reply to the person."""
        if text.startswith(_NOTE):
            return AgentNoted(**common, text=text.lstrip("/#").removeprefix("note").strip())
        command = _COMMAND.match(text)
        if command is None:
            return AgentReplied(**common, text=text)
        rest = text[command.end() :].strip()
        match command[1], rest:
            case "take", _:
                return AgentTook(**common)
            case "note", _ if rest:
                return AgentNoted(**common, text=rest)
            case "tpl", _ if rest:
                return AgentReplied(**common, template=rest)
            case "reopen", _:
                return AgentReopened(**common)
            case "handback", _ if rest:
                flow, _, state = rest.partition(".")
                return AgentHandedBack(**common, flow=flow, state=state or None)
            case "lang", _ if rest:
                return AgentChoseLanguage(**common, language=rest)
            case ("tpl" | "close" | "escalate" | "handback" | "info" | "lang" | "note") as name, _:
                self._ask(posted, name)
            case _:
                self._say(message, words.COMMANDS)
        return None

    def _common(
        self, sender: Wire, posted: Posted, event_id: str, at: datetime, message: str
    ) -> dict[str, Any]:
        """Return the fields that everything an agent does has."""
        return {
            "id": event_id,
            "at": at,
            "case": posted.code,
            "agent": f"telegram:{sender['id']}",
            "name": _first_name(sender),
            "lead": sender["id"] in self._leads,
            "message": message,
        }

    def _picture(self, message: Wire) -> str | None:
        """Return the name of a picture that goes to the person; None: there is none, or none may."""
        return picture(message) if self._pictures else None

    def _may(self, message: Wire) -> bool:
        return "sender_chat" not in message and self._is_agent(message.get("from", {}))

    def _is_agent(self, sender: Wire) -> bool:
        return sender.get("id") in self._agents and not sender.get("is_bot")

    def _unauthorised(self, sender: Wire) -> str:
        return words.UNAUTHORISED.format(id=sender.get("id"), setting=self._setting)

    def _ask(self, posted: Posted, what: str) -> None:
        """Ask an agent back, in the topic of the case."""
        self._errand(partial(self._put_question, posted, what))

    async def _put_question(self, posted: Posted, what: str) -> None:
        question: Question | None = await questions.about(self._cases, posted.code, what)
        if question is not None and posted.place is not None:
            await self._room.turn()
            await self._room.post(posted.place, question.text, question.buttons)

    def _say_once(self, message: Wire, text: str, whom: tuple[str, int]) -> None:
        """Answer a message in the group, unless that was said lately."""
        now = time.monotonic()
        if now - self._told.get(whom, -math.inf) >= TOLD_AGAIN_S:
            self._told = {each: at for each, at in self._told.items() if now - at < TOLD_AGAIN_S}
            self._told[whom] = now
            self._say(message, text)

    def _say(self, message: Wire, text: str) -> None:
        """Answer a message in the group."""
        place, to = message.get("message_thread_id"), str(message["message_id"])
        if place is not None:
            self._errand(partial(self._answer, self._room.names(place)[0], text, to))

    async def _answer(self, place: str, text: str, to: str) -> None:
        await self._room.turn()
        await self._room.post(place, text, to=to)

    def _errand(self, errand: Callable[[], Awaitable[object]]) -> None:
        """Begin something that nobody's case hangs on and that may fail."""
        if len(self._errands) < MOST_ERRANDS:
            task = asyncio.create_task(_best_effort(errand))
            self._errands.add(task)
            task.add_done_callback(self._errands.discard)


def _message(update: Wire) -> Wire | None:
    query = update.get("callback_query")
    found = query.get("message") if isinstance(query, Mapping) else None
    for message in (found, *(update.get(kind) for kind in ("edited_message", "message", "my_chat_member"))):
        if isinstance(message, Mapping):
            return message
    return None


def _meant(press: Pressed, common: dict[str, Any]) -> AgentEvent | None:
    """Return what a press does; None if it must be asked about first, or does nothing."""
    match press:
        case Pressed(press=Press.TAKE):
            return AgentTook(**common)
        case Pressed(press=Press.REPLY, what=str() as template):
            return AgentReplied(**common, template=template)
        case Pressed(press=Press.BACK, what=buttons.MENU):
            return AgentHandedBack(**common)
        case Pressed(press=Press.BACK, what=str() as place):
            flow, _, state = place.partition(".")
            return AgentHandedBack(**common, flow=flow, state=state or None)
        case Pressed(press=Press.ESCALATE, what=buttons.SURE):
            return AgentEscalated(**common)
        case Pressed(press=Press.CLOSE, what=buttons.SURE):
            return AgentClosed(**common)
        case Pressed(press=Press.REOPEN):
            return AgentReopened(**common)
    return None


def _first_name(sender: Wire) -> str:
    """Return an agent's first name without signs that are no letters to a reader."""
    name = "".join(
        letter for letter in str(sender.get("first_name", "")) if unicodedata.category(letter)[0] != "C"
    )
    return " ".join(name.split())[:_LONGEST_NAME] or "Agent"


async def _best_effort(errand: Callable[[], Awaitable[object]]) -> None:
    try:
        await errand()
    except ChannelBusy as busy:
        await asyncio.sleep(busy.retry_after_s)
    except (ChannelError, ConfigError, StoreError) as fault:
        _LOG.debug("Not essential, and not done: %s", fault)
