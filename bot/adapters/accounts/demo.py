"""
A small account service of its own, for the first run and for tests: accounts, codes, tickets, a simulated phone.

Codes and links go to the phone or the mailbox and never to the caller. One worker thread does all database work, so the event loop
never waits and calls that are cancelled before their turn are not made.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from sqlmodel import Session, col, select

from bot.adapters.accounts import demo_tickets
from bot.adapters.accounts.demo_calls import Arguments, Operation, Request, answer, look_up
from bot.adapters.accounts.demo_faults import add_fault
from bot.adapters.accounts.demo_identity import begin, normalise, seed
from bot.adapters.accounts.demo_phone import DeliveredMessage
from bot.adapters.accounts.demo_sending import RESET, send_code, send_reset
from bot.adapters.accounts.demo_standing import (
    account_state,
    add_message,
    delivery_status,
    linked_case,
    set_standing,
)
from bot.adapters.accounts.demo_tables import (
    AccountRow,
    CallRow,
    CommitLost,
    MessageRow,
    open_engine,
    service_key,
    transact,
)
from bot.adapters.accounts.demo_tickets import Ticket
from bot.core.vocabulary import Outcome
from bot.errors import StoreError
from bot.ports import Clock, Reply

T = TypeVar("T")

SENDER: Final = "Sparekey demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call with a key that reached the service, repeated keys included."""

    operation: str
    key: str
    case: str
    #: What else it was given, by name.
    arguments: Arguments
    #: When, aware UTC.
    at: datetime
    #: What the caller was told; `unknown` for a call that was never answered.
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """A password reset that was sent."""

    #: When, aware UTC.
    at: datetime
    #: `email` or `sms`.
    channel: str
    #: The address it went to; None: no such account, so it went to nobody.
    to: str | None


class DemoAccounts:
    """
    The demo account service: an `AccountBackend`, and what a player or a test sees behind it.

    Several processes may open the same file. What a player calls raises StoreError when the file cannot be used; the
    methods of the protocol return an outcome instead.
    """

    def __init__(self, path: Path, *, clock: Clock) -> None:
        """
        Open the service; a missing file is made, with the accounts of `demo_identity.SEED`. Blocks.

        Raises:
            StoreError: The file cannot be used.
        """
        self._clock = clock
        self._engine = open_engine(path)
        transact(self._engine, seed)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="demo-accounts")

    async def begin_case(self, *, identifier: str) -> Reply:
        """Return the case of an identifier, which is the same every time; ACCEPTED or UNAVAILABLE."""

        def work(session: Session) -> Reply | None:
            return look_up(session, "begin_case", lambda: begin(session, identifier))

        return await self._told(work)

    async def linked_case(self, *, account: str) -> Reply:
        """Return the case of an account by its reference, which is the username here; ACCEPTED, NOT_FOUND or UNAVAILABLE."""
        return await self._looked_up("linked_case", lambda session: linked_case(session, account))

    async def account_state(self, *, case: str) -> Reply:
        """Return how an account stands."""
        return await self._looked_up("account_state", lambda session: account_state(session, case))

    async def delivery_status(self, *, case: str, channel: str) -> Reply:
        """Return what became of the newest code or link."""
        now = self._clock.now()
        return await self._looked_up(
            "delivery_status", lambda session: delivery_status(session, case, channel, now)
        )

    async def resend_code(self, *, case: str, channel: str, purpose: str, idempotency_key: str) -> Reply:
        """Send a fresh code to the simulated phone or mailbox, at most once a key; ValueError: see the port."""
        arguments: Arguments = {"channel": channel, "purpose": purpose}
        return await self._answer("resend_code", case, arguments, idempotency_key, send_code)

    async def start_password_reset(self, *, case: str, channel: str, idempotency_key: str) -> Reply:
        """Send a link to the simulated phone or mailbox, at most once a key; ValueError: see the port."""
        arguments: Arguments = {"channel": channel}
        return await self._answer("start_password_reset", case, arguments, idempotency_key, send_reset)

    async def open_reset_ticket(
        self, *, case: str, items: tuple[str, ...], reason: str, external_ref: str, idempotency_key: str
    ) -> Reply:
        """Open a ticket, once a key and once a reference; ValueError: see the port."""
        arguments: Arguments = {"items": list(items), "reason": reason, "external_ref": external_ref}
        return await self._answer(
            "open_reset_ticket", case, arguments, idempotency_key, demo_tickets.open_ticket
        )

    async def find_ticket(self, *, external_ref: str) -> Reply:
        """Return what has become of a ticket."""

        def work(session: Session) -> Reply | None:
            return look_up(session, "find_ticket", lambda: demo_tickets.find_ticket(session, external_ref))

        return await self._told(work)

    async def healthy(self) -> bool:
        """Tell whether the service could take a call now."""
        try:
            return bool(await self._run(service_key))
        except StoreError:
            return False

    async def add_account(self, *, username: str, phone: str, email: str) -> None:
        """
        Add an account.

        Raises:
            ValueError: One of the three belongs to another account.
        """
        row = AccountRow(username=normalise(username), phone=normalise(phone), email=normalise(email))
        await self._run(lambda session: session.add(row))

    async def stand(self, account: str, state: str, until: datetime | None = None) -> None:
        """Let an account stand otherwise from now on; LookupError if there is none of this name."""
        await self._run(lambda session: set_standing(session, account, state, until))

    async def report(self, account: str, channel: str, status: str, reason: str | None = None) -> None:
        """Let the company's own site have sent a code, with what became of it; LookupError as `stand`."""
        now = self._clock.now()
        await self._run(lambda session: add_message(session, account, channel, status, reason, now))

    async def force(
        self, fault: str, *, times: int = 1, channel: str | None = None, operation: str = "resend_code"
    ) -> None:
        """
        Force a fault on the next calls of this and every other process with the same file.

        Args:
            fault: A word of `demo_faults.Fault`, or the `Outcome` of the same word.
            times: So many calls, at least 1.
            channel: Only calls for this channel.
            operation: A method of the protocol.

        Raises:
            ValueError: The operation cannot have this fault, or times is below 1.
        """
        await self._run(
            lambda session: add_fault(session, fault, operation=operation, channel=channel, times=times)
        )

    async def inbox(self, address: str | None = None) -> tuple[DeliveredMessage, ...]:
        """Return what a phone number or an e-mail address received, or all that was received; newest last."""

        def work(session: Session) -> tuple[DeliveredMessage, ...]:
            arrived = select(MessageRow).where(col(MessageRow.address).is_not(None))
            if address is not None:
                arrived = arrived.where(MessageRow.address == normalise(address))
            return tuple(map(_message, session.exec(arrived.order_by(col(MessageRow.id)))))

        return await self._run(work)

    async def calls(self, operation: str | None = None) -> tuple[CallRecord, ...]:
        """Return every call with a key that reached the service, or those of one operation; oldest first."""

        def work(session: Session) -> tuple[CallRecord, ...]:
            made = select(CallRow).order_by(col(CallRow.id))
            if operation is not None:
                made = made.where(CallRow.operation == operation)
            return tuple(map(_call, session.exec(made)))

        return await self._run(work)

    async def resets(self) -> tuple[Reset, ...]:
        """Return every password reset that was sent, to somebody or to nobody; oldest first."""

        def work(session: Session) -> tuple[Reset, ...]:
            sent = select(MessageRow).where(MessageRow.kind == RESET).order_by(col(MessageRow.id))
            return tuple(
                Reset(at=_moment(row.at), channel=row.channel, to=row.address) for row in session.exec(sent)
            )

        return await self._run(work)

    async def tickets(self) -> tuple[Ticket, ...]:
        """Return every ticket, oldest first."""
        return await self._run(demo_tickets.tickets)

    async def close_ticket(self, external_ref: str) -> None:
        """Close a ticket, as whoever works on it would; LookupError if there is none."""
        await self._run(lambda session: demo_tickets.close_ticket(session, external_ref, self._clock.now()))

    async def close(self) -> None:
        """Finish what runs and release the file."""
        await asyncio.to_thread(self._worker.shutdown)
        self._engine.dispose()

    async def _answer(
        self,
        operation: str,
        case: str,
        arguments: Arguments,
        key: str,
        execute: Operation,
    ) -> Reply:
        """Answer one call with a key."""
        request = Request(operation=operation, key=key, case=case, arguments=arguments)
        return await self._told(
            lambda session: answer(session, request, self._clock.now(), execute), lost=Outcome.UNKNOWN
        )

    async def _looked_up(self, operation: str, work: Callable[[Session], Reply]) -> Reply:
        """Answer one call without a key."""
        return await self._told(lambda session: look_up(session, operation, lambda: work(session)))

    async def _told(
        self, work: Callable[[Session], Reply | None], *, lost: Outcome = Outcome.UNAVAILABLE
    ) -> Reply:
        """Return what the caller is told: `lost` if nobody knows whether the work is stored."""
        try:
            reply = await self._run(work)
        except CommitLost:
            return Reply(outcome=lost)
        except StoreError:
            return Reply(outcome=Outcome.UNAVAILABLE)
        return await _never() if reply is None else reply

    async def _run(self, work: Callable[[Session], T]) -> T:
        """Run `work` as one transaction on the worker thread."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, transact, self._engine, work)


async def _never() -> Reply:
    """Wait for an answer that does not come."""
    answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    return await answer


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _message(row: MessageRow) -> DeliveredMessage:
    return DeliveredMessage(
        at=_moment(row.at),
        to=row.address or "",
        sender=SENDER,
        channel=row.channel,
        text=row.text,
        valid_until=_moment(row.valid_until),
    )


def _call(row: CallRow) -> CallRecord:
    return CallRecord(
        operation=row.operation,
        key=row.key,
        case=row.case,
        arguments=json.loads(row.arguments),
        at=_moment(row.at),
        outcome=Outcome(row.outcome),
    )
