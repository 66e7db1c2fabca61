"""
What the service needs from the outside, as protocols; the errors in a docstring are the contract.

Adapters and channels implement these; `bot.testing` ships doubles; one suite of contract tests runs over all of them.
"""

from bot.ports.accounts import AccountBackend, Reply
from bot.ports.chats import Channel, Courteous, Receive, StaffRoom
from bot.ports.clock import Clock
from bot.ports.rows import (
    KEPT,
    LIVE,
    AuditRecord,
    Consent,
    DeviceCode,
    DueTimer,
    Entry,
    Incoming,
    Invitation,
    Kept,
    Key,
    Lane,
    Line,
    Outdated,
    Pending,
    Position,
    Posted,
    Removed,
    SetAside,
    Visit,
    feed_of,
    nobodys,
)
from bot.ports.storage import Snapshot, Store, Transaction

__all__ = [
    "KEPT",
    "LIVE",
    "AccountBackend",
    "AuditRecord",
    "Channel",
    "Clock",
    "Consent",
    "Courteous",
    "DeviceCode",
    "DueTimer",
    "Entry",
    "Incoming",
    "Invitation",
    "Kept",
    "Key",
    "Lane",
    "Line",
    "Outdated",
    "Pending",
    "Position",
    "Posted",
    "Receive",
    "Removed",
    "Reply",
    "SetAside",
    "Snapshot",
    "StaffRoom",
    "Store",
    "Transaction",
    "Visit",
    "feed_of",
    "nobodys",
]
