"""
What may be sent for an account, counted over all conversations, channels and ways to send.

The names of the budgets are made from the account system's opaque case, so that an account that does not exist has
budgets like any other.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from bot.core.catalog import Service
from bot.core.ladder import next_code_at
from bot.ports import Snapshot

#: How long nothing is sent after a takeover was suspected: as long as the resend ladder pauses at its top, which is how
#: long somebody who only tries again must wait anyway, and long enough for a human to have looked.
BRAKE: Final = timedelta(hours=24)


def sends(case: str) -> str:
    """Name the budget of codes and resets of an account."""
    return f"code:{case}"


def brake(case: str) -> str:
    """Name the budget that is spent when a takeover of an account is suspected."""
    return f"brake:{case}"


def brake_of_link(account: str) -> str:
    """Name the budget that is spent when a takeover is suspected of an account that a chat was linked to."""
    return f"brake:link:{hashlib.sha256(account.encode('utf-8', 'surrogatepass')).hexdigest()}"


def tries(call: str) -> str:
    """Name the budget that is spent when a call that is repeated is made for the first time."""
    return f"tries:{call}"


def next_send_at(view: Snapshot, case: str, service: Service, now: datetime) -> datetime | None:
    """Return when the account's next code or reset may be sent, if that is not now."""
    sent = view.spent(sends(case), now - service.ladder_pause - timedelta(seconds=1))
    allowed_at = next_code_at(sent, service.ladder, service.ladder_pause)
    return allowed_at if allowed_at is not None and allowed_at > now else None


def held(view: Snapshot, case: str, account: str | None, now: datetime) -> bool:
    """Tell whether a takeover of the account was suspected lately, by its case or by the reference of its link."""
    names = (brake(case), *((brake_of_link(account),) if account is not None else ()))
    return any(view.spent(name, now - BRAKE) for name in names)
