"""
Who an identifier may mean, and the opaque case that stands for it.

A case is the same for the same identifier and looks the same whether an account exists or not. Nothing is decoded from
it: without the service's key it says nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from typing import Final

from sqlmodel import Session, col, select

from bot.adapters.accounts.demo_tables import AccountRow, CaseRow, service_key
from bot.core.vocabulary import Outcome
from bot.ports import Reply

#: What people write between the digits of a phone number.
_BETWEEN_DIGITS: Final = frozenset("+ -.()/")

#: The accounts of a fresh service. Mail domains: RFC 2606. British number: Ofcom's range for drama (07700 900xxx);
#: French number: the range of the numbering plan for fiction (06 39 98 xx xx). Taiwan has no such range.
SEED: Final = (
    ("mei", "+886936130000", "mei@example.com"),
    ("camille", "+33639980042", "camille@example.org"),
    ("alex", "+447700900123", "alex@example.net"),
)


def normalise(identifier: str) -> str:
    """
    Return the one way that an identifier is written.

    Returns:
        An e-mail address or a username in case-folded NFKC, a phone number as `+` and ASCII digits. A leading
        international prefix `00` counts as the plus; national numbers are not completed.
    """
    text = unicodedata.normalize("NFKC", identifier).strip().casefold()
    digits = "".join(char for char in text if char not in _BETWEEN_DIGITS and not char.isspace())
    if digits.isdecimal():
        return "+" + "".join(str(unicodedata.decimal(char)) for char in digits).removeprefix("00")
    return text


def begin(session: Session, identifier: str) -> Reply:
    """Store and return the `case` of an identifier; the work is the same for every identifier."""
    name = normalise(identifier)
    # A lone surrogate is valid in a Python string and has no UTF-8.
    digest = hmac.new(service_key(session), name.encode("utf-8", "surrogatepass"), hashlib.sha256)
    case = f"case-{digest.hexdigest()}"
    account = _account(session, name)
    row = session.get(CaseRow, case) or CaseRow(case=case)
    row.account = account
    session.add(row)
    return Reply(outcome=Outcome.ACCEPTED, data={"case": case})


def seed(session: Session) -> None:
    """Add the demo accounts to a service that has none."""
    if session.exec(select(AccountRow)).first() is None:
        for username, phone, email in SEED:
            session.add(AccountRow(username=username, phone=phone, email=email))


def _account(session: Session, name: str) -> int | None:
    # Encoding first: SQLite takes no lone surrogate, and no account has one.
    known = name.encode("utf-8", "replace").decode()
    named = select(AccountRow.id).where(
        (col(AccountRow.username) == known)
        | (col(AccountRow.phone) == known)
        | (col(AccountRow.email) == known)
    )
    return session.exec(named).first()
