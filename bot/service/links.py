"""
One-time addresses: the company's own site asks for one for whoever is logged in there, and the chat that opens it is linked.

The address holds a random secret, of which only the digest is ever stored: a copy of the database opens nothing. It counts for
ten minutes and once, because it is used up in the transaction of the turn that links.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.core.events import AccountLinked, ConversationStarted
from bot.core.trust import LINK_LASTS
from bot.core.vocabulary import Action, Outcome
from bot.diagnosis.secrets import SecretKind
from bot.ports import AccountBackend, AuditRecord, Clock, Invitation, Snapshot, Store, Transaction

#: What the payload of a one-time address begins with; Telegram lets 64 characters through (Bot API, deep linking).
PREFIX: Final = "link-"
#: 256 bits: 43 letters of base64url.
SECRET_BYTES: Final = 32
#: What the payload of a one-time address looks like.
_FORM: Final = re.compile(re.escape(PREFIX) + r"[A-Za-z0-9_-]{43}")
#: The same within other words, such as the whole address.
_WITHIN: Final = re.compile(rf"(?<![A-Za-z0-9_-]){_FORM.pattern}(?![A-Za-z0-9_-])")
#: Somebody who has just pressed a button on the site opens the chat within minutes.
LIVES: Final = timedelta(minutes=10)
#: Seconds that the account system is waited for; somebody looks at a page of the site meanwhile.
ANSWER_S: Final = 3.0


class UnknownAccount(Exception):
    """The account system knows no account by a reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What the site puts into the address that it shows."""

    payload: str = field(repr=False)
    expires_at: datetime


class Links:
    """
    Makes one-time addresses.

    Args:
        store: Where their digests are kept.
        clock: The present.
        accounts: Is asked whether it knows an account, if it answers soon; None: nobody is asked.
    """

    def __init__(self, store: Store, clock: Clock, accounts: AccountBackend | None = None) -> None:
        self._store, self._clock, self._accounts = store, clock, accounts

    async def invite(self, account: str) -> Address:
        """
        Make an address for an account.

        Args:
            account: The company's opaque reference of it.

        Returns:
            The payload of the address, which is told once and to nobody else.

        Raises:
            StoreError: There is none.
            UnknownAccount: The account system knows no such account; the chat would be linked to nothing.
        """
        if self._accounts is not None and not await _may_be_known(self._accounts, account):
            raise UnknownAccount
        now = self._clock.now()
        payload = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        invitation = Invitation(digest=_sha256(payload), account=account, expires_at=now + LIVES)

        def keep(tx: Transaction) -> None:
            tx.invite(invitation)
            tx.add_audit(AuditRecord(at=now, conversation="", action=Action.LINK_MADE))

        await self._store.write(keep)
        return Address(payload=payload, expires_at=invitation.expires_at)


async def _may_be_known(accounts: AccountBackend, account: str) -> bool:
    """Ask the account system; one that does not answer keeps nobody from linking, as the account may be known."""
    try:
        async with asyncio.timeout(ANSWER_S):
            return (await accounts.linked_case(account=account)).outcome is not Outcome.NOT_FOUND
    except TimeoutError:
        return True


def is_payload(words: str) -> bool:
    """Tell whether words look like the payload of a one-time address, whether it works or not."""
    return _FORM.fullmatch(words) is not None


def without_payloads(text: str) -> tuple[str, bool]:
    """Remove payloads that somebody types instead of opening them, for whoever reads one may open it; tell if there were any."""
    removed, count = _WITHIN.subn(f"[removed: {SecretKind.TOKEN}]", text)
    return removed, bool(count)


def without_secret(event: ConversationStarted) -> ConversationStarted:
    """Put the digest of a one-time address in the place of its payload; other payloads mean nothing here."""
    payload = event.payload or ""
    digest = _sha256(payload) if payload.startswith(PREFIX) else None
    return ConversationStarted(id=event.id, at=event.at, language=event.language, link=digest)


def linked(view: Snapshot, event: ConversationStarted) -> AccountLinked | None:
    """Return what opening an address means; None: it was used, has expired, or never was one."""
    invitation = view.invitation(event.link) if event.link is not None else None
    if invitation is None or event.at >= invitation.expires_at:
        return None
    return AccountLinked(
        id=event.id,
        at=event.at,
        account=invitation.account,
        until=event.at + LINK_LASTS,
        language=event.language,
    )


def _sha256(payload: str) -> str:
    return hashlib.sha256(payload.encode("utf-8", "surrogatepass")).hexdigest()
