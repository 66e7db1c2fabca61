"""
What the demo service tells linked people: how their account stands, and what became of the newest message to them.

Nothing here is asked for anybody else, so nothing has to look alike. Of a destination only two digits or one letter go out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from bot.adapters.accounts.demo_identity import begin, normalise
from bot.adapters.accounts.demo_sending import CODE_CHANNELS, LIFE
from bot.adapters.accounts.demo_tables import AccountRow, CaseRow, MessageRow, ReportRow, StandingRow
from bot.core.events import Value
from bot.core.vocabulary import Outcome
from bot.ports import Reply

#: How far back the newest message is looked for.
LOOK_BACK: Final = timedelta(hours=24)


def linked_case(session: Session, account: str) -> Reply:
    """Return the case of an account by its reference, which is the username here."""
    if _named(session, account) is None:
        return Reply(outcome=Outcome.NOT_FOUND)
    return begin(session, account)


def account_state(session: Session, case: str) -> Reply:
    """Return how the account of a case stands, and its destinations beyond recognition."""
    account = _of_case(session, case)
    if account is None:
        return Reply(outcome=Outcome.NOT_SUPPORTED)
    row = session.get(StandingRow, account.id)
    data: dict[str, Value] = {"state": row.state if row is not None else "active"}
    if row is not None and row.until:
        data["until"] = datetime.fromtimestamp(row.until, UTC).isoformat()
    return Reply(
        outcome=Outcome.ACCEPTED,
        data={**data, "phone_ends": account.phone[-2:], "email_begins": account.email[0]},
    )


def delivery_status(session: Session, case: str, channel: str, now: datetime) -> Reply:
    """Return what became of the newest message to the account of a case by a channel."""
    account = _of_case(session, case)
    if account is None or channel not in CODE_CHANNELS:
        return Reply(outcome=Outcome.NOT_SUPPORTED)
    newest = session.exec(
        select(MessageRow)
        .where(
            MessageRow.owner == str(account.id),
            MessageRow.channel == channel,
            MessageRow.at > (now - LOOK_BACK).timestamp(),
        )
        .order_by(col(MessageRow.id).desc())
    ).first()
    if newest is None:
        return Reply(outcome=Outcome.ACCEPTED, data={"status": "none"})
    report = session.get(ReportRow, newest.id)
    data: dict[str, Value] = {
        "status": report.status if report is not None else "delivered",
        "at": datetime.fromtimestamp(newest.at, UTC).isoformat(),
    }
    if report is not None and report.reason is not None:
        data["reason"] = report.reason
    return Reply(outcome=Outcome.ACCEPTED, data=data)


def set_standing(session: Session, account: str, state: str, until: datetime | None) -> None:
    """Let an account stand otherwise from now on. Raises LookupError: there is no such account."""
    found = _known(session, account)
    row = session.get(StandingRow, found.id) or StandingRow(account=found.id or 0, state=state)
    row.state, row.until = state, until.timestamp() if until is not None else 0.0
    session.add(row)


def add_message(
    session: Session, account: str, channel: str, status: str, reason: str | None, now: datetime
) -> None:
    """Let the company's own site have sent a code. Raises LookupError: there is no such account."""
    found = _known(session, account)
    arrived = status == "delivered"
    address = found.email if channel == "email" else found.phone
    message = MessageRow(
        owner=str(found.id),
        kind="site",
        address=address if arrived else None,
        channel=channel,
        at=now.timestamp(),
        valid_until=(now + LIFE).timestamp(),
        text="A code that the site has sent.",
    )
    session.add(message)
    session.flush()
    session.add(ReportRow(message=message.id or 0, status=status, reason=reason))


def _of_case(session: Session, case: str) -> AccountRow | None:
    row = session.get(CaseRow, case)
    return session.get(AccountRow, row.account) if row is not None and row.account is not None else None


def _known(session: Session, account: str) -> AccountRow:
    found = _named(session, account)
    if found is None:
        raise LookupError(f"there is no account {account!r}")
    return found


def _named(session: Session, account: str) -> AccountRow | None:
    # SQLite takes no lone surrogate, and no account has one.
    name = normalise(account).encode("utf-8", "replace").decode()
    return session.exec(select(AccountRow).where(AccountRow.username == name)).first()
