"""
One call, as one transaction: the reply and its effect are stored together under the call's key, or neither is.

This is the same for every operation: a key that was answered is answered the same again, a forced fault comes before
the operation, and every call is on record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, assert_never

from sqlmodel import Session, select

from bot.adapters.accounts.demo_faults import Fault, take_fault
from bot.adapters.accounts.demo_tables import CallRow
from bot.core.vocabulary import Outcome
from bot.ports import Reply

#: How long a forced limit lasts: the first wait of the ladder.
FORCED_WAIT: Final = timedelta(seconds=60)
#: What a call is given beside its case and its key, by name.
Arguments = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call with a key, as it came."""

    operation: str
    key: str
    case: str
    arguments: Arguments = field(default_factory=dict)


#: What an operation does, once, for a request at a moment.
Operation = Callable[[Session, Request, datetime], Reply]


def answer(session: Session, request: Request, now: datetime, execute: Operation) -> Reply | None:
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
    channel = request.arguments.get("channel")
    fault = take_fault(session, request.operation, channel if isinstance(channel, str) else None)
    match fault:
        case Fault.UNAVAILABLE:
            return _record(session, request, now, Outcome.UNAVAILABLE)
        case Fault.LOST:
            return _record(session, request, now, Outcome.UNKNOWN)
        case Fault.HANG:
            _record(session, request, now, Outcome.UNKNOWN)
            return None
        case Fault.UNKNOWN:
            reply = execute(session, request, now)
            return _record(session, request, now, Outcome.UNKNOWN, keep=reply)
        case Fault.RATE_LIMITED:
            # Nothing was done, so the same call may be made again under its key.
            _record(session, request, now, Outcome.RATE_LIMITED)
            return limited(now + FORCED_WAIT)
        case Fault.BLOCKED:
            reply = Reply(outcome=Outcome.BLOCKED, data={"reason": "policy"})
        case Fault.UNUSABLE:
            reply = Reply(outcome=Outcome.UNUSABLE)
        case Fault.NOT_SUPPORTED:
            reply = Reply(outcome=Outcome.NOT_SUPPORTED)
        case None:
            reply = execute(session, request, now)
        case _:
            assert_never(fault)
    _record(session, request, now, reply.outcome, keep=reply)
    return reply


def look_up(session: Session, operation: str, execute: Callable[[], Reply]) -> Reply | None:
    """Answer one call without a key, which may be made again at any time; None for one that is never answered."""
    fault = take_fault(session, operation)
    if fault is None:
        return execute()
    return None if fault is Fault.HANG else Reply(outcome=Outcome(fault))


def limited(until: datetime) -> Reply:
    """Say when the next call may be made."""
    return Reply(outcome=Outcome.RATE_LIMITED, data={"retry_at": until.isoformat()})


def _stored_reply(session: Session, request: Request) -> Reply | None:
    """Return the reply that the key has already."""
    reply = None
    for call in session.exec(select(CallRow).where(CallRow.key == request.key)):
        used = Request(
            operation=call.operation, key=call.key, case=call.case, arguments=json.loads(call.arguments)
        )
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
            operation=request.operation,
            case=request.case,
            arguments=json.dumps(dict(request.arguments)),
            at=now.timestamp(),
            outcome=told,
            reply=None if keep is None else json.dumps({"outcome": keep.outcome, "data": dict(keep.data)}),
        )
    )
    return Reply(outcome=told)
