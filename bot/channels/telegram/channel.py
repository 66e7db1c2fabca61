"""
The Telegram channel, by long polling or by webhook: acknowledge only after the commit.

Asking with an offset is what acknowledges when polling, so the offset moves on only when `receive` has returned; by webhook it is
the answer to the delivery. Whatever goes wrong before that, the same updates come again, and their ids are known.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import itemgetter
from typing import Any, Final, Protocol, TypeVar

from bot.channels.telegram import strangers, wire
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.screens import Screens, delivering
from bot.channels.telegram.showing import MAX_NOTICE
from bot.channels.telegram.staff.door import StaffDoor
from bot.channels.telegram.strangers import Words
from bot.channels.telegram.webhook import MAX_CONNECTIONS, Webhook
from bot.core.commands import AnswerPress, Courtesy, RetireButtons, SendMessage, ShowTyping
from bot.core.events import AttachmentReceived
from bot.core.vocabulary import Action
from bot.errors import ChannelBusy, ChannelError, ConfigError, StoreError
from bot.ports import Clock, Incoming, Lane, Receive
from bot.service.clock import SystemClock

_LOG = logging.getLogger(__name__)
_Done = TypeVar("_Done")
#: Telegram takes up to 50 s; proxies and home routers often forget a silent connection after 30.
POLL_S: Final = 25
#: First and longest pause between two tries, seconds; doubled, with full jitter.
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
#: Albums that are remembered; their pictures come within seconds.
_REMEMBERED: Final = 1000
#: Longest wait for the staff group before people are listened to, seconds.
ARRIVAL_S: Final = 10.0
#: Seconds after which a press is answered without its turn; Telegram's apps show meanwhile that they wait.
PRESS_PATIENCE_S: Final = 3.0

#: Command names without the slash -> descriptions.
Commands = Mapping[str, str]
#: A call that nobody waits for.
Errand = Callable[[], Awaitable[object]]


class Transport(Protocol):
    """The calls that the channel makes; they raise ChannelError, or ConfigError if the token is wrong."""

    @property
    def bot_id(self) -> int:
        """The bot's own id."""
        ...

    async def get_updates(
        self, offset: int | None, timeout_s: int, kinds: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        """Wait for updates; those before `offset` are acknowledged by this call."""
        ...

    async def set_webhook(
        self, address: str, secret: str, kinds: tuple[str, ...], max_connections: int
    ) -> None:
        """Have updates delivered, those that wait too; polling ends."""
        ...

    async def delete_webhook(self) -> None:
        """Have updates kept for polling, those that wait too."""
        ...

    async def send_message(self, parameters: Mapping[str, Any]) -> Any:
        """Call `sendMessage`; return the message."""
        ...

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """Call any method and return its result."""
        ...

    async def fetch(self, file_id: str) -> bytes:
        """Fetch a file that Telegram keeps."""
        ...

    async def delete_message(self, chat_id: str, message_id: str) -> None:
        """Delete a message."""
        ...

    async def answer_callback(self, query_id: str) -> None:
        """Tell the person's app that a press has arrived."""
        ...

    async def set_commands(self, commands: Commands, language: str | None) -> None:
        """Show commands in the app's menu."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class TelegramChannel:
    """
    A `bot.ports.Channel`.

    Args:
        transport: Who carries the calls.
        clock: Tells when a button was pressed.
        commands: Language -> what the app's menu shows; the first language is also for everybody else.
        words: What is said where we do not talk.
        pace: How fast messages may go; None: as fast as they come.
        webhook: Where Telegram delivers; None: it is polled.
        staff: Reads what agents do in their group; None: there is none.
        owns: Tells whether a lane is this process's at this moment; None: all of them.
        pictures: Whether agents may see the photos that people send.
    """

    name = wire.CHANNEL

    def __init__(
        self,
        transport: Transport,
        *,
        clock: Clock | None = None,
        commands: Mapping[str, Commands] | None = None,
        words: Words | None = None,
        pace: Pace | None = None,
        webhook: Webhook | None = None,
        staff: StaffDoor | None = None,
        owns: Callable[[Lane], bool] | None = None,
        pictures: bool = False,
    ) -> None:
        self._transport, self._clock, self._commands = transport, clock or SystemClock(), commands or {}
        self._words = words or {}
        self._screens = Screens(
            transport, pace, lambda contact: owns is None or owns(Lane(self.name, contact))
        )
        self.webhook, self._staff, self._pictures = webhook, staff, pictures
        #: Album -> the update that brought its first picture.
        self._albums: dict[str, int] = {}
        self._errands: set[asyncio.Task[None]] = set()
        #: Presses that nobody has answered yet -> what answers them after a while.
        self._presses: dict[str, asyncio.TimerHandle] = {}

    async def run(self, receive: Receive) -> None:
        """
        Receive until cancelled.

        Raises:
            ConfigError: The token is wrong.
        """
        self._errand(self._show_commands)
        try:
            if self._staff is not None:
                await self._find_staff(self._staff)
            await (
                self._poll_for_ever(receive) if self.webhook is None else self._serve(self.webhook, receive)
            )
        finally:
            await self._stop_errands()

    async def address(self) -> str:
        """Return the address of a private chat with the bot; raises what `send` raises."""
        return await self._screens.invitation()

    async def end_webhook(self) -> None:
        """
        Have updates kept for polling; whatever waits stays.

        Only at the start of a process: while one configuration replaces another, the process that started last decides.

        Raises:
            ConfigError: The token is wrong.
        """
        await until_done(self._transport.delete_webhook)

    async def send(self, contact: str, message: SendMessage) -> None:
        """Deliver one message."""
        await self._screens.show(contact, message)

    async def oblige(self, contact: str, courtesy: Courtesy) -> None:
        """Do what is worth doing at once or never."""
        match courtesy:
            case AnswerPress(press=press, text=text):
                if (late := self._presses.pop(press, None)) is not None:
                    late.cancel()
                notice = {"text": text[:MAX_NOTICE]} if text else {}
                await delivering(
                    self._transport.call("answerCallbackQuery", {"callback_query_id": press} | notice)
                )
            case ShowTyping():
                typing = {"chat_id": int(contact), "action": "typing"}
                await delivering(self._transport.call("sendChatAction", typing))
            case RetireButtons():
                await self._screens.retire(contact, courtesy)

    async def delete(self, contact: str, message: str) -> None:
        """Delete the person's message."""
        await delivering(self._transport.delete_message(contact, message))

    async def fetch(self, name: str) -> bytes:
        """
        Fetch a picture that Telegram keeps, `telegram:<file_id>`.

        Raises ChannelError; MessageRefused: it keeps none, or one that is too large.
        """
        picture: bytes = await delivering(self._transport.fetch(name.removeprefix(wire.PICTURE)))
        return picture

    async def close(self) -> None:
        """Close the connections; nothing can be sent any more."""
        await self._stop_errands()
        if self._staff is not None:
            await self._staff.close()
        await self._transport.close()

    async def _find_staff(self, staff: StaffDoor) -> None:
        """Have the staff group found before anything is received: under an id that we do not know, agents would be strangers."""
        try:
            await asyncio.wait_for(until_done(staff.arrive), ARRIVAL_S)
        except TimeoutError:
            _LOG.warning(
                "The staff group could not be found yet; people are listened to meanwhile.",
                extra={"action": Action.CHANNEL_FAILED},
            )
            self._errand(partial(until_done, staff.arrive))

    async def _poll_for_ever(self, receive: Receive) -> None:
        offset: int | None = None
        while True:
            offset = await until_done(partial(self._poll, offset, receive))

    async def _poll(self, offset: int | None, receive: Receive) -> int | None:
        """Take in one batch; return the offset that acknowledges it."""
        updates = await self._transport.get_updates(offset, POLL_S, wire.UPDATES)
        if not updates:
            return offset
        await self.take(receive, updates)
        # Not the greatest ever seen: after an idle week Telegram numbers from somewhere else.
        last: int = max(update["update_id"] for update in updates)
        return last + 1

    async def _serve(self, webhook: Webhook, receive: Receive) -> None:
        """Take in what is delivered; the door is open before Telegram is told of it."""
        with webhook.open(partial(self.take, receive)):
            await until_done(
                lambda: self._transport.set_webhook(
                    webhook.address, webhook.secret, wire.UPDATES, MAX_CONNECTIONS
                )
            )
            await asyncio.get_running_loop().create_future()  # until cancelled

    async def take(self, receive: Receive, updates: Sequence[wire.Wire]) -> None:
        """Take in updates, whoever has received them; return once they are durable. Raises StoreError if they are not."""
        # What comes a second time, or in two lanes of Telegram's, may come first.
        found = [
            (update, await self._read_one(update)) for update in sorted(updates, key=itemgetter("update_id"))
        ]
        await receive([incoming for _, incoming in found if incoming is not None])
        for update, incoming in found:
            if not self._is_staffs(update):
                self._acknowledge(update, incoming)

    def _acknowledge(self, update: wire.Wire, incoming: Incoming | None) -> None:
        """Have everybody answered who waits: a press by its turn, or at last by us; what is no event, at once."""
        if incoming is None:
            if (call := strangers.reply(update, self._words)) is not None:
                self._errand(partial(self._transport.call, *call))
        elif (press := wire.pressed(update)) is not None and press not in self._presses:
            late = partial(self._answer_late, press)
            self._presses[press] = asyncio.get_running_loop().call_later(PRESS_PATIENCE_S, late)

    def _answer_late(self, press: str) -> None:
        """Answer a press that no turn has answered: it was one of a flood, or another process has its chat."""
        if self._presses.pop(press, None) is not None:
            self._errand(partial(self._transport.answer_callback, press))

    def _is_staffs(self, update: wire.Wire) -> bool:
        return self._staff is not None and self._staff.concerns(update)

    async def _read_one(self, update: wire.Wire) -> Incoming | None:
        try:
            if self._staff is not None and self._staff.concerns(update):
                return await self._staff.read(update, self._clock.now())
            further = self._is_further_picture(update)
            if further and not self._pictures:
                return None
            incoming = wire.read(
                update,
                self._transport.bot_id,
                self._clock.now(),
                self._screens.username,
                pictures=self._pictures,
            )
            return _unanswered(incoming) if further else incoming
        except StoreError:
            raise
        except Exception as error:  # one that cannot be read must not keep those behind it away
            _LOG.error(  # no traceback: it could quote what somebody wrote
                "Update %s is not as the Bot API promises (%s) and is passed over.",
                update["update_id"],
                type(error).__name__,
                extra={"action": Action.CHANNEL_FAILED},
            )
            return None

    def _is_further_picture(self, update: wire.Wire) -> bool:
        """Tell whether the album of a picture was answered before; its first picture counts however often it comes."""
        if (album := wire.album(update)) is None:
            return False
        if album not in self._albums and len(self._albums) >= _REMEMBERED:
            del self._albums[next(iter(self._albums))]
        first = self._albums.setdefault(album, update["update_id"])
        return bool(first != update["update_id"])

    async def _show_commands(self) -> None:
        for number, (language, commands) in enumerate(self._commands.items()):
            if number == 0:
                await self._transport.set_commands(commands, None)
            await self._transport.set_commands(commands, language)

    def _errand(self, errand: Errand) -> None:
        """Begin something that nobody waits for and that may fail."""
        task = asyncio.create_task(_best_effort(errand))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _stop_errands(self) -> None:
        for late in self._presses.values():
            late.cancel()
        self._presses.clear()
        errands = tuple(self._errands)
        for errand in errands:
            errand.cancel()
        await asyncio.gather(*errands, return_exceptions=True)


def _unanswered(further: Incoming | None) -> Incoming | None:
    """Leave of what stands further on in an album what agents may see; its first picture is answered for all."""
    match further:
        case Incoming(event=AttachmentReceived(picture=str()) as event):
            return replace(further, event=replace(event, further=True))
    return None


async def until_done(call: Callable[[], Awaitable[_Done]]) -> _Done:
    """Call again until Telegram and the database have taken it. Raises ConfigError if the token is wrong."""
    pause = FIRST_PAUSE_S
    while True:
        try:
            return await call()
        except ChannelBusy as busy:
            await asyncio.sleep(busy.retry_after_s)
        except (ChannelError, StoreError) as fault:
            _LOG.warning("%s It is tried again.", fault, extra={"action": Action.CHANNEL_FAILED})
            await asyncio.sleep(pause * random.random())
            pause = min(2 * pause, LONGEST_PAUSE_S)


async def _best_effort(errand: Errand) -> None:
    try:
        await errand()
    except (ChannelError, ConfigError) as fault:
        _LOG.debug("Not essential, and not done: %s", fault)
