"""
What goes to the simulated phone and mailbox: codes and the links of password resets, on one ladder.

Unknown accounts take the same steps, the same rows and the same ladder; only the address of their message is nobody's.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from bot.adapters.accounts.demo_calls import Request, limited
from bot.adapters.accounts.demo_tables import AccountRow, CaseRow, MessageRow
from bot.core.vocabulary import Outcome
from bot.ports import Reply

#: Waits after the first, second ... send; a whole last wait without a send starts the ladder anew.
LADDER: Final = tuple(timedelta(seconds=wait) for wait in (60, 120, 300, 900, 24 * 3600))
#: The life of a code or a link: the default life of a code at the large providers.
LIFE: Final = timedelta(minutes=10)
#: The ways to send a code, each with the one to try after it.
CODE_CHANNELS: Final = {"sms": "voice", "voice": "email", "email": "sms"}
#: The ways to send a link, which cannot be read out.
RESET_CHANNELS: Final = {"email": "sms", "sms": "email"}
#: The two kinds of messages.
CODE, RESET = "code", "reset"


def send_code(session: Session, request: Request, now: datetime) -> Reply:
    """Climb the ladder and send a code, or say why not."""
    code = f"{secrets.randbelow(10**6):06d}"
    text = f"{code} is your {request.arguments['purpose']} code. {_valid('It is valid')} Tell it to nobody."
    return _send(session, request, now, kind=CODE, text=text, channels=CODE_CHANNELS)


def send_reset(session: Session, request: Request, now: datetime) -> Reply:
    """Climb the ladder and send a link, or say why not; the host is one of RFC 2606 and leads nowhere."""
    link = f"https://accounts.example.com/reset/{secrets.token_urlsafe(24)}"
    text = (
        f"Choose a new password: {link} {_valid('The link works once,')} If you did not ask for it, leave it."
    )
    return _send(session, request, now, kind=RESET, text=text, channels=RESET_CHANNELS)


def _send(
    session: Session, request: Request, now: datetime, *, kind: str, text: str, channels: Mapping[str, str]
) -> Reply:
    channel = str(request.arguments["channel"])
    if channel not in channels:
        return Reply(outcome=Outcome.NOT_SUPPORTED)
    # A case that was never begun here, say before the file was moved away, is an unknown account like any other.
    case = session.get(CaseRow, request.case) or CaseRow(case=request.case)
    allowed_at = _next_allowed_at(case, now)
    if now < allowed_at:
        return limited(allowed_at)
    case.sends += 1
    case.last_send_at = now.timestamp()
    session.add(case)
    _deliver(session, case, now, kind=kind, channel=channel, text=text)
    return Reply(
        outcome=Outcome.ACCEPTED,
        data={
            "receipt": secrets.token_hex(16),
            "next_allowed_at": _next_allowed_at(case, now).isoformat(),
            "next_channel": channels[channel],
            "ttl_s": int(LIFE.total_seconds()),
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


def _deliver(session: Session, case: CaseRow, now: datetime, *, kind: str, channel: str, text: str) -> None:
    """Put a message into the simulated phone or mailbox; it replaces the older ones of its kind and owner."""
    address = _address(session, case.account, channel)
    at = now.timestamp()
    owner = case.case if case.account is None else str(case.account)
    older = select(MessageRow).where(
        MessageRow.owner == owner, MessageRow.kind == kind, MessageRow.valid_until > at
    )
    for message in session.exec(older):
        message.valid_until = at
    session.add(
        MessageRow(
            owner=owner,
            kind=kind,
            address=address,
            channel=channel,
            at=at,
            valid_until=(now + LIFE).timestamp(),
            text=text,
        )
    )


def _address(session: Session, account: int | None, channel: str) -> str | None:
    """Return the destination on file; one look-up whether there is an account or not."""
    row = session.exec(select(AccountRow).where(col(AccountRow.id) == account)).first()
    if row is None:
        return None
    return row.email if channel == "email" else row.phone


def _valid(what: str) -> str:
    return f"{what} for {int(LIFE.total_seconds()) // 60} minutes."
