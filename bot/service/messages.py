"""
Sending messages after the commit, those of one lane in order, different lanes side by side.

A message is sent again until the chat service has taken it; if the program dies between the two, it is sent twice, and
never lost.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from bot.core.commands import (
    AnswerPress,
    CallBackend,
    Courtesy,
    DeleteMessage,
    RemovePlace,
    SendMessage,
    ShowCase,
    TellAgent,
)
from bot.core.vocabulary import Action
from bot.errors import ChannelBusy, ChannelError, MessageRefused, RecipientGone
from bot.ports import Channel, Courteous, Lane, Pending, Store
from bot.service.faults import described
from bot.service.persist import surely
from bot.service.staff import delivery
from bot.service.turnstile import Turnstile

_LOG = logging.getLogger(__name__)
#: First and longest pause between two tries at the chat service, seconds; doubled, with full jitter.
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
#: Messages of one channel at once between the first try and the commit that they were taken. A chat service takes about
#: 30 a second, so more would only raise how many are sent twice when the program dies.
MAX_SENDING: Final = 8
#: Messages of one lane that wait; at more, its next turn waits, so that memory is bounded however much somebody writes.
MAX_WAITING: Final = 8
#: Tries at deleting a message; it is a courtesy.
DELETE_TRIES: Final = 3
#: Seconds that a courtesy may take, so that it holds up no message.
COURTESY_S: Final = 2.0


@dataclass(slots=True)
class _Line:
    """The messages of one lane that wait to be sent, and what is done between them; numbered over all lanes."""

    waiting: list[tuple[int, Pending | Courtesy]]
    task: asyncio.Task[None]
    #: Set when one is done with.
    shorter: asyncio.Event


class _NotOurs(Exception):
    """Another process owns the lane now, and sends what is left of it."""


class Messages:
    """Sends, and deletes, the messages of committed turns."""

    def __init__(
        self,
        *,
        store: Store,
        channels: Mapping[str, Channel],
        owns: Callable[[Lane], bool],
        report: Callable[[Pending], None],
    ) -> None:
        self._store, self._channels, self._owns, self._report = store, channels, owns, report
        #: The oldest message goes first, at each try, so that nobody falls behind because a try has failed.
        self._sending = {name: Turnstile(MAX_SENDING) for name in channels}
        self._numbers = itertools.count()
        self._lines: dict[Lane, _Line] = {}
        #: Presses that are being answered -> whose they are.
        self._answers: dict[asyncio.Task[None], Lane] = {}

    def send(self, pending: Pending) -> None:
        """Put a message behind the others of its lane, once; returns at once."""
        line = self._lines.get(pending.lane)
        waiting = line.waiting if line is not None else []
        if all(not isinstance(each, Pending) or each.effect.id != pending.effect.id for _, each in waiting):
            self._put(pending.lane, pending)

    def oblige(self, lane: Lane, courtesies: Sequence[Courtesy]) -> None:
        """
        Do courtesies once, where the channel knows them; returns at once.

        A press is answered at once. The others come behind the message of their turn, unless more than that waits.
        """
        channel: object = self._channels.get(lane.channel)
        if not isinstance(channel, Courteous):
            return
        for courtesy in courtesies:
            if isinstance(courtesy, AnswerPress):
                task = asyncio.create_task(_oblige(channel, lane, courtesy))
                self._answers[task] = lane
                task.add_done_callback(self._answers.pop)
            elif lane not in self._lines or len(self._lines[lane].waiting) <= len(courtesies):
                self._put(lane, courtesy)

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
        return {*self._lines, *self._answers.values()}

    async def settle(self) -> None:
        """Wait until everything is sent."""
        while tasks := [*(line.task for line in self._lines.values()), *self._answers]:
            await asyncio.gather(*tasks)

    async def stop(self) -> None:
        """Stop; what is not sent stays stored and is resumed at the next start."""
        tasks = [*(line.task for line in self._lines.values()), *self._answers]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _put(self, lane: Lane, item: Pending | Courtesy) -> None:
        """Put something at the end of a line, which begins if there is none."""
        if (line := self._lines.get(lane)) is not None:
            line.waiting.append((next(self._numbers), item))
            return
        waiting, shorter = [(next(self._numbers), item)], asyncio.Event()
        task = asyncio.create_task(self._send_all(lane, waiting, shorter))
        self._lines[lane] = _Line(waiting, task, shorter)

    async def _send_all(
        self, lane: Lane, waiting: list[tuple[int, Pending | Courtesy]], shorter: asyncio.Event
    ) -> None:
        try:
            while waiting:
                number, item = waiting[0]
                if not isinstance(item, Pending):
                    channel: object = self._channels.get(lane.channel)
                    if isinstance(channel, Courteous):
                        await _oblige(channel, lane, item)
                elif (fault := await self._deliver(item, number)) is not None:
                    await self._finish(item, fault)
                del waiting[0]
                shorter.set()
        except _NotOurs:
            pass
        finally:
            del self._lines[lane]
            shorter.set()

    async def _deliver(self, pending: Pending, number: int) -> str | None:
        """Deliver one message and store that, however long it takes; return the fault if it never can be."""
        channel = self._channels.get(pending.lane.channel)
        if channel is None:
            return "no such channel here"
        pause, tries = FIRST_PAUSE_S, 0
        while True:
            tries += 1
            try:
                async with self._sending[pending.lane.channel].inside(number):
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
            case CallBackend() | RemovePlace() | ShowCase() | TellAgent():
                raise AssertionError("calls, and what agents see, have ways of their own")

    async def _finish(self, pending: Pending, fault: str | None) -> None:
        told = await surely(partial(self._store.write, partial(delivery.end, pending, fault)))
        if told is not None:
            self._report(told)


async def _oblige(channel: Courteous, lane: Lane, courtesy: Courtesy) -> None:
    try:
        async with asyncio.timeout(COURTESY_S):
            await channel.oblige(lane.contact, courtesy)
    except (ChannelError, TimeoutError) as fault:
        _LOG.debug("A courtesy was not done: %s", fault)
    except BrokenPipeError:  # whoever reads our own output has gone: the program ends
        raise
    except Exception as fault:  # a fault of ours; what is behind it must still be sent
        _LOG.error("A courtesy was not done: %s", described(fault), extra={"action": Action.COMMAND_FAILED})
