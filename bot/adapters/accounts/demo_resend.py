"""
One resend, as one transaction: the reply and its effect are stored together under the key, or neither is.

Unknown accounts take the same steps, the same rows and the same ladder; only the address of their message is nobody's.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, assert_never

from sqlmodel import Session, col, select

from bot.adapters.accounts.demo_faults import Fault, take_fault
from bot.adapters.accounts.demo_tables import AccountRow, CallRow, CaseRow, MessageRow
from bot.core.vocabulary import Outcome
from bot.ports import Reply

#: Waits after the first, second ... send; a whole last wait without a send starts the ladder anew.
LADDER: Final = tuple(timedelta(seconds=wait) for wait in (60, 120, 300, 900, 24 * 3600))
#: The default life of a code at the large providers.
CODE_LIFE: Final = timedelta(minutes=10)
#: The ways to send a code, each with the one to try after it.
NEXT_CHANNEL: Final = {"sms": "voice", "voice": "email", "email": "sms"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The arguments of one call."""

    key: str
    case: str
    channel: str
    purpose: str


def resend(session: Session, request: Request, now: datetime) -> Reply | None:
    """
    Answer one call and store what it did.

    Returns:
        What the caller is told; None for a call that is never answered.

    Raises:
        ValueError: The key was used with other arguments; nothing is stored.
    """
    stored = _stored_reply(session, request)
    if stored is not None:
        _record(session, request, now, stored.outcome)
        return stored
    fault = take_fault(session, "resend_code", request.channel)
    match fault:
        case Fault.UNAVAILABLE:
            return _record(session, request, now, Outcome.UNAVAILABLE)
        case Fault.LOST:
            return _record(session, request, now, Outcome.UNKNOWN)
        case Fault.HANG:
            _record(session, request, now, Outcome.UNKNOWN)
            return None
        case Fault.UNKNOWN:
            reply = _execute(session, request, now)
            return _record(session, request, now, Outcome.UNKNOWN, keep=reply)
        case Fault.RATE_LIMITED:
            reply = _limited(now + LADDER[0])
        case Fault.BLOCKED:
            reply = Reply(outcome=Outcome.BLOCKED, data={"reason": "geo"})
        case Fault.UNUSABLE:
            reply = Reply(outcome=Outcome.UNUSABLE)
        case None:
            reply = _execute(session, request, now)
        case _:
            assert_never(fault)
    _record(session, request, now, reply.outcome, keep=reply)
    return reply


def _stored_reply(session: Session, request: Request) -> Reply | None:
    """Return the reply that the key has already."""
    reply = None
    for call in session.exec(select(CallRow).where(CallRow.key == request.key)):
        used = Request(key=call.key, case=call.case, channel=call.channel, purpose=call.purpose)
        if used != request:
            raise ValueError(
                f"The key {request.key!r} was used with other arguments; a key belongs to one intent."
            )
        reply = call.reply or reply
    if reply is None:
        return None
    fields = json.loads(reply)
    return Reply(outcome=Outcome(fields["outcome"]), data=fields["data"])


def _record(
    session: Session, request: Request, now: datetime, told: Outcome, *, keep: Reply | None = None
) -> Reply:
    """Store the call, and the reply that its key has from now on; return what the caller is told without data."""
    session.add(
        CallRow(
            key=request.key,
            case=request.case,
            channel=request.channel,
            purpose=request.purpose,
            at=now.timestamp(),
            outcome=told,
            reply=None if keep is None else json.dumps({"outcome": keep.outcome, "data": dict(keep.data)}),
        )
    )
    return Reply(outcome=told)


def _execute(session: Session, request: Request, now: datetime) -> Reply:
    """Climb the ladder and send, or say why not."""
    if request.channel not in NEXT_CHANNEL:
        return Reply(outcome=Outcome.NOT_SUPPORTED)
    # A case that was never begun here, say before the file was moved away, is an unknown account like any other.
    case = session.get(CaseRow, request.case) or CaseRow(case=request.case)
    allowed_at = _next_allowed_at(case, now)
    if now < allowed_at:
        return _limited(allowed_at)
    case.sends += 1
    case.last_send_at = now.timestamp()
    session.add(case)
    _deliver(session, case, request, now)
    return Reply(
        outcome=Outcome.ACCEPTED,
        data={
            "receipt": secrets.token_hex(16),
            "next_allowed_at": _next_allowed_at(case, now).isoformat(),
            "next_channel": NEXT_CHANNEL[request.channel],
            "ttl_s": int(CODE_LIFE.total_seconds()),
        },
    )


def _next_allowed_at(case: CaseRow, now: datetime) -> datetime:
    """Return when the ladder lets the next send through; a quiet day sets it back to its foot."""
    last = datetime.fromtimestamp(case.last_send_at, UTC)
    if now - last >= LADDER[-1]:
        case.sends = 0
    if not case.sends:
        return now
    return last + LADDER[min(case.sends, len(LADDER)) - 1]


def _limited(until: datetime) -> Reply:
    return Reply(outcome=Outcome.RATE_LIMITED, data={"retry_at": until.isoformat()})


def _deliver(session: Session, case: CaseRow, request: Request, now: datetime) -> None:
    """Put a fresh code into the simulated phone or mailbox; it replaces the older ones of its owner."""
    address = _address(session, case.account, request.channel)
    at = now.timestamp()
    owner = case.case if case.account is None else str(case.account)
    older = select(MessageRow).where(MessageRow.owner == owner, MessageRow.valid_until > at)
    for message in session.exec(older):
        message.valid_until = at
    code = f"{secrets.randbelow(10**6):06d}"
    minutes = int(CODE_LIFE.total_seconds()) // 60
    session.add(
        MessageRow(
            owner=owner,
            address=address,
            channel=request.channel,
            at=at,
            valid_until=(now + CODE_LIFE).timestamp(),
            text=f"{code} is your {request.purpose} code. It is valid for {minutes} minutes. Tell it to nobody.",
        )
    )


def _address(session: Session, account: int | None, channel: str) -> str | None:
    """Return the destination on file; one look-up whether there is an account or not."""
    row = session.exec(select(AccountRow).where(col(AccountRow.id) == account)).first()
    if row is None:
        return None
    return row.email if channel == "email" else row.phone
