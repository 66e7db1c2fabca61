"""
A small account service of its own, for the first run and for tests: accounts, cases, codes, a simulated phone.

Codes go to the phone or the mailbox and never to the caller. One worker thread does all database work, so the event loop
never waits and calls that are cancelled before their turn are not made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from sqlmodel import Session, col, select

from bot.adapters.accounts.demo_faults import Fault, add_fault, take_fault
from bot.adapters.accounts.demo_identity import begin, normalise, seed
from bot.adapters.accounts.demo_phone import DeliveredMessage
from bot.adapters.accounts.demo_resend import Request, resend
from bot.adapters.accounts.demo_tables import (
    AccountRow,
    CallRow,
    CommitLost,
    MessageRow,
    open_engine,
    service_key,
    transact,
)
from bot.core.vocabulary import Outcome
from bot.errors import StoreError
from bot.ports import Clock, Reply

T = TypeVar("T")

SENDER: Final = "Sparekey demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call of `resend_code` that reached the service, repeated keys included."""

    key: str
    case: str
    channel: str
    purpose: str
    #: When, aware UTC.
    at: datetime
    #: What the caller was told; `unknown` for a call that was never answered.
    outcome: Outcome


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

        def work(session: Session) -> tuple[Fault | None, str]:
            fault = take_fault(session, "begin_case")
            return fault, "" if fault else begin(session, identifier)

        try:
            fault, case = await self._run(work)
        except StoreError:
            return Reply(outcome=Outcome.UNAVAILABLE)
        if fault is Fault.HANG:
            return await _never()
        if fault is Fault.UNAVAILABLE:
            return Reply(outcome=Outcome.UNAVAILABLE)
        return Reply(outcome=Outcome.ACCEPTED, data={"case": case})

    async def resend_code(self, *, case: str, channel: str, purpose: str, idempotency_key: str) -> Reply:
        """
        Send a fresh code to the simulated phone or mailbox, at most once a key.

        Returns:
            ACCEPTED with `receipt`, `next_allowed_at`, `next_channel` and `ttl_s` (seconds); RATE_LIMITED with
            `retry_at`; BLOCKED with `reason`; another outcome without data. Moments are ISO 8601, UTC.

        Raises:
            ValueError: The key was used with other arguments (a programming error); nothing was sent.
        """
        request = Request(key=idempotency_key, case=case, channel=channel, purpose=purpose)
        try:
            reply = await self._run(lambda session: resend(session, request, self._clock.now()))
        except CommitLost:
            return Reply(outcome=Outcome.UNKNOWN)
        except StoreError:
            return Reply(outcome=Outcome.UNAVAILABLE)
        return await _never() if reply is None else reply

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

    async def force(
        self, fault: str, *, times: int = 1, channel: str | None = None, operation: str = "resend_code"
    ) -> None:
        """
        Force a fault on the next calls of this and every other process with the same file.

        Args:
            fault: A word of `demo_faults.Fault`, or the `Outcome` of the same word.
            times: So many calls, at least 1.
            channel: Only calls for this channel.
            operation: `resend_code` or `begin_case`.

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

    async def calls(self) -> tuple[CallRecord, ...]:
        """Return every call of `resend_code` that reached the service, oldest first."""

        def work(session: Session) -> tuple[CallRecord, ...]:
            return tuple(map(_call, session.exec(select(CallRow).order_by(col(CallRow.id)))))

        return await self._run(work)

    async def close(self) -> None:
        """Finish what runs and release the file."""
        await asyncio.to_thread(self._worker.shutdown)
        self._engine.dispose()

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
        key=row.key,
        case=row.case,
        channel=row.channel,
        purpose=row.purpose,
        at=_moment(row.at),
        outcome=Outcome(row.outcome),
    )
