"""
Tickets of the demo service: what people behind it would work on.

A case has one open ticket at a time, and a reference names one ticket for ever. Both are counted by the case, never by
the account, so that nobody learns from them whether there is one.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from bot.adapters.accounts.demo_calls import Request
from bot.adapters.accounts.demo_tables import TicketRefRow, TicketRow
from bot.core.vocabulary import Outcome
from bot.ports import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket as whoever works on it sees it."""

    ticket: str
    case: str
    #: The factors that are lost.
    items: tuple[str, ...]
    reason: str
    #: What it is called by those who asked for it, the first one first.
    external_refs: tuple[str, ...]
    #: When, aware UTC.
    opened_at: datetime
    closed_at: datetime | None


def open_ticket(session: Session, request: Request, now: datetime) -> Reply:
    """Open a ticket, or return the one that the reference or the case has."""
    external_ref = str(request.arguments["external_ref"])
    same = _by_ref(session, external_ref)
    if same is not None:
        return Reply(outcome=Outcome.ACCEPTED, data={"ticket": same.ticket})
    is_open = select(TicketRow).where(TicketRow.case == request.case, col(TicketRow.closed_at).is_(None))
    other = session.exec(is_open).first()
    if other is None:
        ticket = _add(session, request, now)
        outcome = Outcome.ACCEPTED
    else:
        ticket, outcome = other.ticket, Outcome.ALREADY_OPEN
    session.add(TicketRefRow(external_ref=external_ref, ticket=ticket))
    return Reply(outcome=outcome, data={"ticket": ticket})


def find_ticket(session: Session, external_ref: str) -> Reply:
    """Return what has become of a ticket."""
    row = _by_ref(session, external_ref)
    if row is None:
        return Reply(outcome=Outcome.NOT_FOUND)
    opened = datetime.fromtimestamp(row.opened_at, UTC).isoformat()
    state = "open" if row.closed_at is None else "closed"
    return Reply(outcome=Outcome.ACCEPTED, data={"state": state, "opened": opened})


def close_ticket(session: Session, external_ref: str, now: datetime) -> None:
    """Close a ticket; LookupError if there is none."""
    row = _by_ref(session, external_ref)
    if row is None:
        raise LookupError(f"There is no ticket {external_ref!r}.")
    row.closed_at = now.timestamp()


def tickets(session: Session) -> tuple[Ticket, ...]:
    """Return every ticket, oldest first."""
    return tuple(_ticket(session, row) for row in session.exec(select(TicketRow).order_by(col(TicketRow.id))))


def _by_ref(session: Session, external_ref: str) -> TicketRow | None:
    named = select(TicketRow).join(TicketRefRow).where(TicketRefRow.external_ref == external_ref)
    return session.exec(named).first()


def _add(session: Session, request: Request, now: datetime) -> str:
    ticket = f"DEMO-{secrets.token_hex(4).upper()}"
    session.add(
        TicketRow(
            ticket=ticket,
            case=request.case,
            items=json.dumps(request.arguments["items"]),
            reason=str(request.arguments["reason"]),
            opened_at=now.timestamp(),
        )
    )
    session.flush()  # the reference to it comes after it
    return ticket


def _ticket(session: Session, row: TicketRow) -> Ticket:
    refs = select(TicketRefRow.external_ref).where(TicketRefRow.ticket == row.ticket)
    closed_at = None if row.closed_at is None else datetime.fromtimestamp(row.closed_at, UTC)
    return Ticket(
        ticket=row.ticket,
        case=row.case,
        items=tuple(json.loads(row.items)),
        reason=row.reason,
        external_refs=tuple(session.exec(refs.order_by(text("ticket_refs.rowid")))),
        opened_at=datetime.fromtimestamp(row.opened_at, UTC),
        closed_at=closed_at,
    )
