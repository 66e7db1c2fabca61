"""
Sending messages after the commit, those of one lane in order, different lanes side by side.

A message is sent again until the chat service has taken it; if the program dies between the two, it is sent twice, and
never lost.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from bot.core.commands import CallBackend, DeleteMessage, SendMessage
from bot.core.vocabulary import Action
from bot.errors import ChannelBusy, ChannelError, MessageRefused, RecipientGone
from bot.ports import Channel, Lane, Pending, Store
from bot.service.faults import described
from bot.service.persist import surely

_LOG = logging.getLogger(__name__)
#: First and longest pause between two tries at the chat service, seconds; doubled, with full jitter.
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
#: Messages at once between the first try and the commit that they were taken. A chat service takes about 30 a second,
#: so more would only raise how many are sent twice when the program dies.
MAX_SENDING: Final = 8
#: Messages of one lane that wait; at more, its next turn waits, so that memory is bounded however much somebody writes.
MAX_WAITING: Final = 8
#: Tries at deleting a message; it is a courtesy.
DELETE_TRIES: Final = 3


@dataclass(slots=True)
class _Line:
    """The messages of one lane that wait to be sent."""

    waiting: list[Pending]
    task: asyncio.Task[None]
    #: Set when one is done with.
    shorter: asyncio.Event


class _NotOurs(Exception):
    """Another process owns the lane now, and sends what is left of it."""


class Messages:
    """Sends, and deletes, the messages of committed turns."""

    def __init__(
        self, *, store: Store, channels: Mapping[str, Channel], owns: Callable[[Lane], bool]
    ) -> None:
        self._store, self._channels, self._owns = store, channels, owns
        self._sending = asyncio.Semaphore(MAX_SENDING)
        self._lines: dict[Lane, _Line] = {}

    def send(self, pending: Pending) -> None:
        """Put a message behind the others of its lane, once; returns at once."""
        line = self._lines.get(pending.lane)
        if line is not None:
            if all(each.effect.id != pending.effect.id for each in line.waiting):
                line.waiting.append(pending)
            return
        waiting, shorter = [pending], asyncio.Event()
        task = asyncio.create_task(self._send_all(pending.lane, waiting, shorter))
        self._lines[pending.lane] = _Line(waiting, task, shorter)

    async def room(self, lane: Lane) -> bool:
        """Wait until few messages of a lane wait; tell whether that took any waiting."""
        waited = False
        while (line := self._lines.get(lane)) is not None and len(line.waiting) >= MAX_WAITING:
            waited = True
            line.shorter.clear()
            await line.shorter.wait()
        return waited

    def busy(self) -> Collection[Lane]:
        """Return the lanes of which something is being sent."""
        return self._lines.keys()

    async def settle(self) -> None:
        """Wait until everything is sent."""
        while tasks := [line.task for line in self._lines.values()]:
            await asyncio.gather(*tasks)

    async def stop(self) -> None:
        """Stop; what is not sent stays stored and is resumed at the next start."""
        tasks = [line.task for line in self._lines.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_all(self, lane: Lane, waiting: list[Pending], shorter: asyncio.Event) -> None:
        try:
            while waiting:
                pending = waiting[0]
                if (fault := await self._deliver(pending)) is not None:
                    await self._finish(pending, fault)
                del waiting[0]
                shorter.set()
        except _NotOurs:
            pass
        finally:
            del self._lines[lane]
            shorter.set()

    async def _deliver(self, pending: Pending) -> str | None:
        """Deliver one message and store that, however long it takes; return the fault if it never can be."""
        channel = self._channels.get(pending.lane.channel)
        if channel is None:
            return "no such channel here"
        pause, tries = FIRST_PAUSE_S, 0
        while True:
            tries += 1
            try:
                async with self._sending:
                    await self._attempt(channel, pending)
                    await self._finish(pending, None)
            except ChannelBusy as busy:
                await asyncio.sleep(busy.retry_after_s)
            except (RecipientGone, MessageRefused) as gone:
                _LOG.warning(
                    "A message was given up: %s",
                    gone,
                    extra={"action": Action.COMMAND_FAILED, "conversation": pending.conversation},
                )
                return str(gone)
            except ChannelError as fault:
                if isinstance(pending.effect, DeleteMessage) and tries >= DELETE_TRIES:
                    return str(fault)
                _LOG.warning("%s It is tried again.", fault, extra={"action": Action.CHANNEL_FAILED})
                await asyncio.sleep(pause * random.random())
                pause = min(2 * pause, LONGEST_PAUSE_S)
            except _NotOurs:
                raise
            except BrokenPipeError:  # whoever reads our own output has gone: the program ends
                raise
            except Exception as fault:  # a fault of ours; what is behind it must still be sent
                _LOG.error(
                    "A message was given up: %s", described(fault), extra={"action": Action.COMMAND_FAILED}
                )
                return f"sending it failed ({type(fault).__name__}); see the log"
            else:
                return None

    async def _attempt(self, channel: Channel, pending: Pending) -> None:
        if not self._owns(pending.lane):
            raise _NotOurs
        match pending.effect:
            case SendMessage() as message:
                await channel.send(pending.lane.contact, message)
            case DeleteMessage(message=message_id):
                await channel.delete(pending.lane.contact, message_id)
            case CallBackend():
                raise AssertionError("calls have a way of their own")

    async def _finish(self, pending: Pending, fault: str | None) -> None:
        await surely(lambda: self._store.write(lambda tx: tx.finish_command(pending.effect.id, fault=fault)))
