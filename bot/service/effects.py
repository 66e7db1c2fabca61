"""
Executing effects after the commit: messages in order per lane, calls to the account system at most once.

A message is sent again until the chat service has taken it; if the program dies between the two, it is sent twice, and
never lost. A call is claimed before it is made; a claim that is found after a crash is answered `unknown` and is not
repeated. Each result is one more event of the conversation, stored together with the end of the command.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.calls import NOT_SENT, OPERATIONS
from bot.core.commands import CallBackend, DeleteMessage, SendMessage
from bot.core.events import CallReturned
from bot.core.ladder import next_code_at
from bot.core.vocabulary import Action, Outcome
from bot.errors import ChannelBusy, ChannelError, MessageRefused, RecipientGone
from bot.ports import AccountBackend, Channel, Clock, Incoming, Lane, Pending, Reply, Store, Transaction
from bot.service.faults import described
from bot.service.persist import surely
from bot.service.reading import Reader

_LOG = logging.getLogger(__name__)
#: First and longest pause between two tries at the chat service, seconds; doubled, with full jitter.
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
#: Messages at once between the first try and the commit that they were taken. A chat service takes about 30 a second,
#: so more would only raise how many are sent twice when the program dies.
MAX_SENDING: Final = 8
#: Tries at deleting a message; it is a courtesy.
DELETE_TRIES: Final = 3


@dataclass(slots=True)
class _Line:
    """The messages of one lane that wait to be sent."""

    waiting: list[Pending]
    task: asyncio.Task[None]


class Effects:
    """Executes the effects of committed turns."""

    def __init__(
        self,
        *,
        store: Store,
        channels: Mapping[str, Channel],
        backend: AccountBackend,
        clock: Clock,
        reader: Callable[[], Reader],
        wake: Callable[[Mapping[Lane, int]], None],
        backend_timeout_s: float,
    ) -> None:
        self._store, self._channels, self._backend, self._clock = store, channels, backend, clock
        self._reader, self._wake, self._backend_timeout_s = reader, wake, backend_timeout_s
        self._sending = asyncio.Semaphore(MAX_SENDING)
        self._lines: dict[Lane, _Line] = {}
        self._calls: set[asyncio.Task[None]] = set()

    def execute(self, effects: Sequence[Pending]) -> None:
        """Begin to execute effects; returns at once."""
        for pending in effects:
            if isinstance(pending.effect, CallBackend):
                task = asyncio.create_task(self._call(pending, pending.effect))
                self._calls.add(task)
                task.add_done_callback(self._calls.discard)
            else:
                self._queue(pending)

    def busy(self) -> bool:
        """Tell whether anything is being executed."""
        return bool(self._lines or self._calls)

    async def settle(self) -> None:
        """Wait until everything that was begun is done."""
        while tasks := [*self._calls, *(line.task for line in self._lines.values())]:
            await asyncio.gather(*tasks)

    async def stop(self) -> None:
        """Stop executing; what is not done stays stored and is resumed at the next start."""
        tasks = [*self._calls, *(line.task for line in self._lines.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # Messages

    def _queue(self, pending: Pending) -> None:
        line = self._lines.get(pending.lane)
        if line is not None:
            line.waiting.append(pending)
            return
        waiting = [pending]
        self._lines[pending.lane] = _Line(waiting, asyncio.create_task(self._send_all(pending.lane, waiting)))

    async def _send_all(self, lane: Lane, waiting: list[Pending]) -> None:
        try:
            while waiting:
                pending = waiting[0]
                if (fault := await self._deliver(pending)) is not None:
                    await self._finish(pending, fault)
                del waiting[0]
        finally:
            del self._lines[lane]

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
        match pending.effect:
            case SendMessage() as message:
                await channel.send(pending.lane.contact, message)
            case DeleteMessage(message=message_id):
                await channel.delete(pending.lane.contact, message_id)
            case CallBackend():
                raise AssertionError("calls have a way of their own")

    async def _finish(self, pending: Pending, fault: str | None) -> None:
        await surely(lambda: self._store.write(lambda tx: tx.finish_command(pending.effect.id, fault=fault)))

    # Calls

    async def _call(self, pending: Pending, call: CallBackend) -> None:
        reply = Reply(outcome=Outcome.UNKNOWN) if pending.claimed else await self._ask(call)
        if reply is None:
            return
        at = self._clock.now()
        event = CallReturned(
            id=f"{call.id}:r",
            at=at,
            operation=call.operation,
            outcome=reply.outcome,
            call=call.id,
            data=reply.data,
        )

        def done(tx: Transaction) -> bool:
            tx.finish_command(call.id)
            return tx.receive(Incoming(lane=pending.lane, event=event))

        if await surely(lambda: self._store.write(done)):
            self._wake({pending.lane: 1})

    async def _ask(self, call: CallBackend) -> Reply | None:
        """Make one call to the account system; None if somebody else makes it."""
        begun = await self._begin(call)
        case = begun.data.get("case")
        if begun.outcome is not Outcome.ACCEPTED or not isinstance(case, str):
            return Reply(outcome=Outcome.UNAVAILABLE)
        now = self._clock.now()
        allowed_at = await surely(lambda: self._store.write(lambda tx: self._claim(tx, call, case, now)))
        if allowed_at is _TAKEN:
            return None
        if isinstance(allowed_at, datetime):
            return Reply(outcome=Outcome.TOO_SOON, data={"case": case, "retry_at": allowed_at.isoformat()})
        reply = await self._guarded(self._resend(call, case), Outcome.UNKNOWN)
        if reply.outcome in NOT_SENT:
            await surely(lambda: self._store.write(lambda tx: tx.refund(_budget(case), now)))
        return Reply(outcome=reply.outcome, data={**reply.data, "case": case})

    async def _begin(self, call: CallBackend) -> Reply:
        if isinstance(case := call.arguments.get("case"), str):
            return Reply(outcome=Outcome.ACCEPTED, data={"case": case})
        identifier = call.arguments.get("identifier")
        return await self._guarded(self._backend.begin_case(identifier=str(identifier)), Outcome.UNAVAILABLE)

    async def _resend(self, call: CallBackend, case: str) -> Reply:
        channel, purpose = str(call.arguments.get("channel")), str(call.arguments.get("purpose"))
        return await self._backend.resend_code(
            case=case, channel=channel, purpose=purpose, idempotency_key=call.id
        )

    async def _guarded(self, reply: Awaitable[Reply], otherwise: Outcome) -> Reply:
        """Wait for a reply, but not for ever, and turn a fault of the adapter into an outcome."""
        try:
            return await asyncio.wait_for(reply, self._backend_timeout_s)
        except TimeoutError:
            _LOG.warning(
                "The account system did not answer in %s s.",
                self._backend_timeout_s,
                extra={"action": Action.COMMAND_FAILED},
            )
        except Exception as fault:
            _LOG.error(
                "The account adapter failed; this is a fault of the adapter: %s",
                described(fault),
                extra={"action": Action.COMMAND_FAILED},
            )
        return Reply(outcome=otherwise)

    def _claim(
        self, tx: Transaction, call: CallBackend, case: str, now: datetime
    ) -> datetime | object | None:
        """Claim a call and spend from the budget of its account; or say when the budget allows it."""
        service = self._reader().catalog.service
        if OPERATIONS[call.operation].sends_code:
            budget = _budget(case)
            sends = tx.spent(budget, now - service.ladder_pause - timedelta(seconds=1))
            allowed_at = next_code_at(sends, service.ladder, service.ladder_pause)
            if allowed_at is not None and allowed_at > now:
                return allowed_at
            if tx.claim(call.id):
                tx.spend(budget, now)
                return None
            return _TAKEN
        return None if tx.claim(call.id) else _TAKEN


def _budget(case: str) -> str:
    """Name the budget of codes of an account, whichever conversation asks."""
    return f"code:{case}"


#: Somebody else makes the call already.
_TAKEN: Final = object()
