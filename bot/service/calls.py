"""
Calls to the account system after the commit: what sends at most once, a ticket until it is taken.

A call that sends is claimed before it is made; a claim that is found after a crash is answered `unknown` and is not
repeated, because a second code makes the first one useless. A ticket stays one ticket however often it is asked for, so
it is asked for under one key until the account system has it. Each result is one more event of the conversation,
stored together with the end of the command.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.core.calls import NO_ACCOUNT, NOT_SENT, OPERATIONS
from bot.core.commands import CallBackend
from bot.core.conversation import Conversation
from bot.core.events import CallReturned
from bot.core.vocabulary import Action, Outcome, Status
from bot.errors import UnreadableRow
from bot.ports import Clock, Incoming, Lane, Pending, Reply, Store, Transaction
from bot.service import budgets
from bot.service.account_system import AccountSystem
from bot.service.faults import described
from bot.service.persist import surely
from bot.service.reading import Reader

_LOG = logging.getLogger(__name__)
#: First and longest pause between two tries at a ticket, seconds; doubled, with full jitter.
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
#: Doublings after which the longest pause is reached.
DOUBLINGS: Final = 6
#: How long a ticket is tried: an account system that is down over a weekend still gets it, and after that the person has
#: waited long enough to be told.
PATIENCE: Final = timedelta(hours=72)
#: After these nobody has the ticket for certain.
NOT_TAKEN: Final = (Outcome.UNAVAILABLE, Outcome.UNKNOWN, Outcome.RATE_LIMITED)
#: Somebody else makes the call already.
_TAKEN: Final = Reply(outcome=Outcome.UNKNOWN)
_IS_OPEN: Final = Reply(outcome=Outcome.ACCEPTED, data={"state": "open"})
_IS_CLOSED: Final = Reply(outcome=Outcome.ACCEPTED, data={"state": "closed"})


class Calls:
    """Makes the calls of committed turns."""

    def __init__(
        self,
        *,
        store: Store,
        accounts: AccountSystem,
        clock: Clock,
        reader: Callable[[], Reader],
        wake: Callable[[Mapping[Lane, int]], None],
        owns: Callable[[Lane], bool],
    ) -> None:
        self._store, self._accounts, self._clock = store, accounts, clock
        self._reader, self._wake, self._owns = reader, wake, owns
        #: By the call's id: each is made by one task at a time.
        self._running: dict[str, tuple[Lane, asyncio.Task[None]]] = {}
        #: Tickets that were promised and not taken yet, by the call's id, in the order of the promises.
        self._promised: dict[str, tuple[Pending, CallBackend]] = {}
        self._asking_again: asyncio.Task[None] | None = None

    def execute(self, pending: Pending, call: CallBackend) -> None:
        """Begin to make a call, unless that is under way; returns at once."""
        if call.id in self._running or call.id in self._promised:
            return
        if self._promised and OPERATIONS[call.operation].opens_ticket:
            self._promise(pending, call)  # behind those that wait
            return
        self._start(pending, self._run(pending, call), call.id)

    def busy(self) -> Collection[Lane]:
        """Return the lanes of which a call is being made; one that waits for its next try is not."""
        return {lane for lane, _ in self._running.values()}

    def _start(self, pending: Pending, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._running[name] = pending.lane, task
        task.add_done_callback(lambda _: self._running.pop(name))
        return task

    async def settle(self) -> None:
        """Wait until every call has returned or waits for its next try."""
        while tasks := [task for _, task in self._running.values()]:
            await asyncio.gather(*tasks)

    async def stop(self) -> None:
        """Stop; what is not done stays stored and is resumed at the next start."""
        tasks = [task for _, task in self._running.values()]
        tasks += [self._asking_again] if self._asking_again is not None else []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, pending: Pending, call: CallBackend) -> None:
        operation = OPERATIONS[call.operation]
        if operation.sends:
            reply = await self._send_once(pending, call)
        elif operation.opens_ticket:
            if await self._open_ticket(pending, call) is not None:
                _LOG.warning(
                    "A ticket was not taken; it is tried again.", extra={"action": Action.COMMAND_FAILED}
                )
                self._promise(pending, call)
            return
        elif operation.tells is not None:
            reply = await self._look_up(call)
        else:
            reply = await self._find_ticket(pending.lane, str(call.arguments.get("ticket")))
        if reply is not _TAKEN:
            await self._returned(pending, call, reply)

    async def _returned(self, pending: Pending, call: CallBackend, reply: Reply) -> None:
        """Store that a call is done, and its result as an event; of a call that was erased meanwhile nothing is stored."""
        event = CallReturned(
            id=f"{call.id}:r",
            at=self._clock.now(),
            operation=call.operation,
            outcome=reply.outcome,
            call=call.id,
            account=_account(call),
            data=reply.data,
        )

        def done(tx: Transaction) -> bool:
            return tx.finish_command(call.id) and tx.receive(Incoming(lane=pending.lane, event=event))

        if await surely(lambda: self._store.write(done)):
            self._wake({pending.lane: 1})

    # What sends

    async def _send_once(self, pending: Pending, call: CallBackend) -> Reply:
        """Send, unless it may have been done before or is not allowed."""
        if pending.claimed:
            return Reply(outcome=Outcome.UNKNOWN)
        case = await self._accounts.case_of(call)
        if isinstance(case, Reply):
            return case
        now = self._clock.now()
        refused = await surely(lambda: self._store.write(lambda tx: self._claim(tx, call, case, now)))
        if refused is not None:
            return refused
        reply = await self._accounts.make(call, case)
        if reply.outcome in NOT_SENT:
            await surely(lambda: self._store.write(lambda tx: tx.refund(budgets.sends(case), now)))
        return reply

    def _claim(self, tx: Transaction, call: CallBackend, case: str, now: datetime) -> Reply | None:
        """
        Claim a call and spend from the budget of its account.

        Returns:
            None: the call is to be made. Else its result without making it. Of an account under suspicion it is counted
            as if it were made, so that a stranger cannot tell the suspicion from the waits.
        """
        allowed_at = budgets.next_send_at(tx, case, self._reader().catalog.service, now)
        if allowed_at is not None:
            return Reply(outcome=Outcome.TOO_SOON, data={"case": case, "retry_at": allowed_at.isoformat()})
        if not tx.claim(call.id):
            return _TAKEN
        tx.spend(budgets.sends(case), now)
        held = budgets.held(tx, case, _account(call), now)
        return Reply(outcome=Outcome.HELD, data={"case": case}) if held else None

    # What is looked up for a linked person

    async def _look_up(self, call: CallBackend) -> Reply:
        """Look something up, as often as it takes; nothing while a takeover of the account is suspected."""
        case = await self._accounts.case_of(call)
        if isinstance(case, Reply):
            return case
        account, now = _account(call), self._clock.now()
        if await surely(lambda: self._store.read(lambda view: budgets.held(view, case, account, now))):
            return Reply(outcome=Outcome.NOT_SUPPORTED)
        return await self._accounts.make(call, case)

    # Tickets

    async def _open_ticket(self, pending: Pending, call: CallBackend) -> Outcome | None:
        """
        Ask for a ticket once.

        Returns:
            None: it is taken, refused, or given up because nobody should wait for it any longer. Else why it must be
            asked for again.
        """
        case = await self._accounts.case_of(call)
        reply = case if isinstance(case, Reply) else await self._accounts.make(call, case)
        if reply.outcome in NOT_TAKEN and reply.data.get("reason") != NO_ACCOUNT:
            if await surely(lambda: self._store.write(lambda tx: _patient(tx, call, self._clock.now()))):
                return reply.outcome
            _LOG.error("A ticket was given up.", extra={"action": Action.COMMAND_FAILED})
            reply = Reply(outcome=Outcome.UNAVAILABLE, data=reply.data)
        self._promised.pop(call.id, None)
        await self._returned(pending, call, reply)
        return None

    def _promise(self, pending: Pending, call: CallBackend) -> None:
        """Put a ticket behind those that are asked for again."""
        self._promised[call.id] = pending, call
        if self._asking_again is None:
            self._asking_again = asyncio.create_task(self._ask_again())

    async def _ask_again(self) -> None:
        """Ask for the promised tickets, in their order, until each is taken or given up."""
        tries = 0
        while self._promised:
            before = len(self._promised)
            longest = min(FIRST_PAUSE_S * 2 ** min(tries, DOUBLINGS), LONGEST_PAUSE_S)
            await self._clock.sleep_until(self._clock.now() + timedelta(seconds=longest * random.random()))
            first, _ = next(iter(self._promised.values()))
            try:
                await self._start(first, self._pass(), "promised tickets")
            except Exception as fault:  # a fault of ours; the others must still be asked for
                _LOG.error("A ticket failed: %s", described(fault), extra={"action": Action.COMMAND_FAILED})
            tries = 0 if len(self._promised) < before else tries + 1
        self._asking_again = None

    async def _pass(self) -> None:
        """Ask for each promised ticket once; while the account system is down, for the oldest only."""
        for name, (pending, call) in list(self._promised.items()):
            if not self._owns(pending.lane):  # who owns it now has found it in the store
                del self._promised[name]
            elif await self._open_ticket(pending, call) is Outcome.UNAVAILABLE:
                return

    async def _find_ticket(self, lane: Lane, code: str) -> Reply:
        """Look a case up; one that is somebody else's is not there."""
        conversation = await self._case(code)
        if conversation is None or Lane(conversation.channel, conversation.contact) != lane:
            return Reply(outcome=Outcome.NOT_FOUND)
        reply = await self._state(conversation, code)
        if reply.outcome is not Outcome.ACCEPTED:
            return reply
        # When it was opened is read from our own books: the account system's own moment tells of a ticket that somebody
        # else opened before, or of none.
        opened = (conversation.case_opened_at or conversation.started_at).isoformat()
        return Reply(outcome=reply.outcome, data={"state": reply.data.get("state"), "opened": opened})

    async def _state(self, conversation: Conversation, code: str) -> Reply:
        """Ask whoever has the case, we or the account system, whether it is open."""
        if conversation.ticket_at is None:
            return _IS_CLOSED if conversation.status is Status.RESOLVED else _IS_OPEN
        reply = await self._accounts.find_ticket(code)
        # We promised a ticket. That the account system does not have it yet, or refused it, is told elsewhere or not at all.
        return _IS_OPEN if reply.outcome is Outcome.NOT_FOUND else reply

    async def _case(self, code: str) -> Conversation | None:
        try:
            return await surely(lambda: self._store.read(lambda view: view.case(code)))
        except UnreadableRow as fault:
            _LOG.error("%s Its case is not found.", fault, extra={"action": Action.COMMAND_FAILED})
            return None


def _account(call: CallBackend) -> str | None:
    """Return the reference of the linked account that a call is about, if it is about one."""
    account = call.arguments.get("account")
    return account if isinstance(account, str) else None


def _patient(tx: Transaction, call: CallBackend, now: datetime) -> bool:
    """Tell whether a call that was not taken is tried again, and note when that began."""
    if tx.claim(call.id):
        tx.spend(budgets.tries(call.id), now)
    return bool(tx.spent(budgets.tries(call.id), now - PATIENCE))
