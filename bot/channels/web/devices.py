"""
The same chat on another device: a code that is made where the chat is, and typed on the other device.

It counts once, for ten minutes, on the site that it was made on, and the newest of a session only. The store has a keyed digest of
it. Who types it gets the session as it is then: one that is an account's stays that account's, and opens to nobody else's. Every
device of the session is told.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.channels.web.doorman import is_good
from bot.channels.web.hub import CHANNEL
from bot.channels.web.problems import Problem, another_account, no_session
from bot.channels.web.tokens import Session, Tokens
from bot.core.case_code import ALPHABET, MISREAD
from bot.ports import Clock, DeviceCode, Lane, Store, Transaction, Visit, feed_of

#: Long enough to fetch the other device.
LIFETIME: Final = timedelta(minutes=10)
#: Letters of a code, 60 bits: of 1,000 codes that are good, guesses at the greatest pace of `limits.LOOKING_UP` hit one in a million years.
_LETTERS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A device that has joined a session."""

    session: Session
    at: datetime


class Devices:
    """
    Lets other devices join.

    Args:
        store: Where codes are known.
        clock: The present.
        tokens: Of sessions.
    """

    def __init__(self, store: Store, clock: Clock, tokens: Tokens) -> None:
        self._store, self._clock, self._tokens = store, clock, tokens

    async def invite(self, session: Session) -> tuple[str, datetime]:
        """Make a code for a session, and return it and until when it counts. Raises Problem."""
        now = self._clock.now()
        code = "".join(secrets.choice(ALPHABET) for _ in range(_LETTERS))
        kept = DeviceCode(digest=self._tokens.digest_of_code(session.site, code), until=now + LIFETIME)
        await self._store.write(partial(_keep, session, kept, now))
        return "-".join(code[at : at + 4] for at in range(0, _LETTERS, 4)), kept.until

    async def join(self, session: Session, text: str) -> Joined:
        """
        Let a device into the session that a code was made for.

        Args:
            session: What the device has now.
            text: The code as somebody has typed it.

        Raises:
            Problem: No such code counts here, or the device may not use it.
        """
        now = self._clock.now()
        code = "".join(text.upper().split()).replace("-", "").translate(MISREAD)
        digest = self._tokens.digest_of_code(session.site, code)
        contact, visit = await self._store.write(partial(_use, session, digest, now))
        new = replace(
            self._tokens.begin(session.site, now),
            generation=visit.generation,
            account=visit.account or "",
            joined=contact,
        )
        return Joined(session=new, at=now)


def _keep(session: Session, code: DeviceCode, now: datetime, tx: Transaction) -> None:
    lane = Lane(CHANNEL, session.contact)
    visit = tx.visit(lane)
    if not is_good(session, visit):  # by now: a code of a token that is void would go round it
        raise no_session()
    tx.keep_visit(lane, replace(visit, device_code=code), now)


def _use(session: Session, digest: str, now: datetime, tx: Transaction) -> tuple[str, Visit]:
    lane = tx.joinable(digest)
    visit = tx.visit(lane) if lane is not None else None
    if lane is None or visit is None or visit.device_code is None or visit.device_code.until <= now:
        raise Problem(
            404,
            "no-such-code",
            "No such code counts here.",
            "It counts once and for ten minutes: make a new one with POST /device-codes where the chat is.",
        )
    if lane.contact == session.contact:
        raise Problem(409, "same-chat", "The code is for another device.", "This one has the chat already.")
    if session.account and session.account != visit.account:
        raise another_account()
    visit = replace(visit, device_code=None, joined_at=now)
    tx.keep_visit(lane, visit, now)
    tx.tell(feed_of(lane))
    return lane.contact, visit
