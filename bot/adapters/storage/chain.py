"""
The hash chain of the audit: each record seals the one before, so that an edit or a gap shows.

A cut-off end shows only against a head that was written down elsewhere: `Chain.head` is what to write down.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.core.events import Value

#: What the first record seals.
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An audit record as it is stored."""

    seq: int
    at: str
    conversation: str
    action: str
    #: Canonical JSON.
    details: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What a verification found."""

    records: int
    #: Hash of the last record that holds.
    head: str
    #: Number of the first record that does not hold; None if all do.
    broken_at: int | None = None
    #: The head that was written down is among those of the records that hold.
    has_noted: bool


def canonical(details: Mapping[str, Value]) -> str:
    """Write details as JSON that is the same for equal details."""
    return json.dumps(details, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=dict)


def seal(previous: str, *, at: str, conversation: str, action: str, details: str) -> str:
    """Return the hash of a record: SHA-256, hexadecimal, over the previous hash and the canonical JSON."""
    record = canonical({"action": action, "at": at, "conversation": conversation, "details": details})
    return hashlib.sha256(f"{previous}{record}".encode()).hexdigest()


def verify(records: Iterable[Sealed], noted: str = GENESIS) -> Chain:
    """
    Follow the chain from its first record.

    Args:
        records: All of them, in the order of their numbers.
        noted: A head that was written down earlier.

    Returns:
        How many hold, up to which head, and where it breaks.
    """
    head, count, has_noted = GENESIS, 0, noted == GENESIS
    for record in records:
        expected = seal(
            head,
            at=record.at,
            conversation=record.conversation,
            action=record.action,
            details=record.details,
        )
        if record.previous != head or record.hash != expected:
            return Chain(records=count, head=head, broken_at=record.seq, has_noted=has_noted)
        head, count = record.hash, count + 1
        has_noted = has_noted or head == noted
    return Chain(records=count, head=head, has_noted=has_noted)
