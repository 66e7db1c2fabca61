"""Outcomes that a test or a player forces on the demo service, from any process that has its file."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, or_, select

from bot.adapters.accounts.demo_tables import FaultRow


class Fault(StrEnum):
    """What goes wrong; the words are those of `Outcome` where the caller sees the same word."""

    #: Not executed.
    UNAVAILABLE = "unavailable"
    #: Refused by policy.
    BLOCKED = "blocked"
    #: The destination on file cannot receive it.
    UNUSABLE = "unusable"
    #: The provider's limit, for the first wait of the ladder.
    RATE_LIMITED = "rate_limited"
    #: Executed, and the answer is lost: the caller sees `unknown`.
    UNKNOWN = "unknown"
    #: Not executed, because the request is lost: the caller sees `unknown`.
    LOST = "lost"
    #: Not executed and never answered.
    HANG = "hang"
    #: The account system cannot tell, or may not: the operation is missing there, or the account is held.
    NOT_SUPPORTED = "not_supported"


#: What may be forced on what sends or opens something.
_MADE: Final = tuple(fault for fault in Fault if fault is not Fault.NOT_SUPPORTED)
#: What may be forced on what is looked up for linked people.
_LOOKED_UP: Final = (Fault.UNAVAILABLE, Fault.NOT_SUPPORTED, Fault.HANG)
#: What may be forced on each operation.
FAULTS: Final = {
    "begin_case": (Fault.UNAVAILABLE, Fault.HANG),
    "resend_code": _MADE,
    "start_password_reset": _MADE,
    "open_reset_ticket": tuple(fault for fault in _MADE if fault is not Fault.UNUSABLE),
    "find_ticket": (Fault.UNAVAILABLE, Fault.HANG),
    "linked_case": (Fault.UNAVAILABLE, Fault.HANG),
    "account_state": _LOOKED_UP,
    "delivery_status": _LOOKED_UP,
}


def add_fault(session: Session, fault: str, *, operation: str, channel: str | None, times: int) -> None:
    """
    Force a fault on the next calls, after those that are forced already.

    Raises:
        ValueError: The operation cannot have this fault, or times is below 1.
    """
    if fault not in FAULTS.get(operation, ()):
        raise ValueError(f"{operation!r} cannot be forced to {fault!r}; what can be forced: {FAULTS}.")
    if times < 1:
        raise ValueError(f"times is {times}; give 1 or more.")
    session.add(FaultRow(fault=fault, operation=operation, channel=channel, times=times))


def take_fault(session: Session, operation: str, channel: str | None = None) -> Fault | None:
    """Return the fault forced on this call, if there is one, and use it up."""
    waiting = select(FaultRow).where(
        FaultRow.operation == operation,
        or_(col(FaultRow.channel).is_(None), col(FaultRow.channel) == channel),
    )
    row = session.exec(waiting.order_by(col(FaultRow.id))).first()
    if row is None:
        return None
    row.times -= 1
    if not row.times:
        session.delete(row)
    return Fault(row.fault)
