"""
Whose session it is: tokens that are void, accounts that a site vouches for, and the end of a session.

Identity goes upwards only: an anonymous session becomes an account's, never another account's, and from that moment on the store
knows whose it is. Each earlier token is void then, whoever else may have it. Only a site that vouches for the same account gets an
answer to one, so that nobody is locked out whose answer was lost on the way.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Final

from bot.channels.web import feed
from bot.channels.web.channel import WebChannel
from bot.channels.web.identity import LEEWAY, LONGEST, Identities, IdentityRefused, Reason
from bot.channels.web.problems import Problem, another_account, no_session
from bot.channels.web.tokens import ENDED, Session, Tokens
from bot.core.events import AccountLinked, AccountUnlinked
from bot.ports import Clock, Consent, Lane, Snapshot, Store, Transaction, Visit, feed_of

#: How long a site's word counts; the page proves it anew when the widget is opened after that.
VOUCHED: Final = timedelta(hours=24)


class Doorman:
    """
    Knows who may come in.

    Args:
        store: Where ended sessions are known.
        channel: Takes in what became of an identity.
        clock: The present.
        tokens: Of sessions.
        identities: Reads what sites vouch for; None: no site does.
    """

    def __init__(
        self, store: Store, channel: WebChannel, clock: Clock, tokens: Tokens, identities: Identities | None
    ) -> None:
        self._store, self._channel, self._clock = store, channel, clock
        self._tokens, self._identities = tokens, identities

    @property
    def vouched(self) -> bool:
        """Whether sites may vouch for somebody."""
        return self._identities is not None

    async def admit(self, session: Session) -> None:
        """Let a token in that is not void. Raises Problem."""
        lane = self._lane(session)
        visit = await self._store.read(lambda view: view.visit(lane))
        if not is_good(session, visit):
            raise no_session()
        if session.generation > visit.generation:  # erased, or of a version that moved it with the first use
            await self._store.write(partial(_raise_to, lane, session.generation, self._clock.now()))

    async def agreed(self, session: Session, page: str) -> bool:
        """Tell whether the person has agreed to what a page says."""
        lane = self._lane(session)
        consent = (await self._store.read(lambda view: view.visit(lane))).consent
        return consent is not None and consent.page == page

    async def agree(self, session: Session, page: str) -> None:
        """Note that the person agrees to what a page says; the first time counts."""
        await self._store.write(partial(_agree, self._lane(session), page, self._clock.now()))

    async def identify(self, session: Session, token: str) -> Session:
        """
        Take a site's word for whose session it is.

        Args:
            session: It need not be admitted: its token may be void since the same account's was proved.
            token: Of the site.

        Returns:
            The session as it is now; the same if it is known already.

        Raises:
            IdentityRefused: The token proves nothing.
            Problem: It is another account's session, or there is none.
        """
        now = self._clock.now()
        if self._identities is None:
            raise Problem(
                409,
                "no-identity",
                "No site vouches for anybody here.",
                "Set SPAREKEY_WIDGET_KEY on the server.",
            )
        identity = self._identities.read(token, now)
        account = self._tokens.digest(identity.account)
        used = sha256(identity.id.encode()).hexdigest()[:32]
        lane = self._lane(session)
        generation = await self._store.write(partial(_give, session, lane, account, used, now))
        if session.vouched_until is not None and session.vouched_until > now:
            return replace(session, generation=generation)
        if (held := await self._store.read(partial(_held, lane, identity.account, now))) is not None:
            return replace(session, generation=generation, account=account, vouched_until=held)
        until = now.replace(microsecond=0) + VOUCHED
        linked = AccountLinked(
            id=feed.event_id(session.contact, f"jti-{used}"), at=now, account=identity.account, until=until
        )
        await self._channel.take(session.contact, [linked])
        return replace(session, generation=generation, account=account, vouched_until=until)

    async def log_out(self, session: Session) -> None:
        """End a session with all its tokens."""
        now, lane = self._clock.now(), self._lane(session)
        if session.account:
            name = feed.event_id(session.contact, f"logout-{session.generation}")
            await self._channel.take(session.contact, [AccountUnlinked(id=name, at=now)])
        await self._store.write(partial(_raise_to, lane, ENDED, now))

    def _lane(self, session: Session) -> Lane:
        return Lane(self._channel.name, session.contact)


def is_good(session: Session, visit: Visit) -> bool:
    """Tell whether a token is not void."""
    return session.generation >= visit.generation and visit.account in (None, session.account)


def _raise_to(lane: Lane, generation: int, now: datetime, tx: Transaction) -> None:
    visit = tx.visit(lane)
    if visit.generation < generation:
        tx.keep_visit(lane, replace(visit, generation=generation, device_code=None), now)
        tx.tell(feed_of(lane))


def _give(session: Session, lane: Lane, account: str, token: str, now: datetime, tx: Transaction) -> int:
    """Make a session an account's, unless it is; return the generation of its tokens. Codes for other devices are void then, too."""
    visit = tx.visit(lane)
    if visit.generation == ENDED or (visit.account is None and not is_good(session, visit)):
        raise no_session()
    if (visit.account or session.account or account) != account:
        raise another_account()
    if not _use(token, session.contact, now, tx):
        raise IdentityRefused(Reason.USED)
    if visit.account is None:
        first = session.generation if session.account else session.generation + 1
        visit = replace(visit, generation=first, account=account, device_code=None)
        tx.keep_visit(lane, visit, now)
        tx.tell(feed_of(lane))
    return visit.generation


def _agree(lane: Lane, page: str, now: datetime, tx: Transaction) -> None:
    visit = tx.visit(lane)
    if visit.consent is None or visit.consent.page != page:
        tx.keep_visit(lane, replace(visit, consent=Consent(page=page, at=now)), now)


def _held(lane: Lane, account: str, now: datetime, view: Snapshot) -> datetime | None:
    """Return until when the conversation is linked to the account, if it is: by another device, which is not to begin anew."""
    conversation = view.conversation(lane)
    link = conversation.link if conversation is not None else None
    return link.until if link is not None and link.account == account and link.until > now else None


def _use(token: str, contact: str, now: datetime, tx: Transaction) -> bool:
    """Use a token up; False if another session has used it. The same session may ask again: its answer may have been lost."""
    since = now - LONGEST - 2 * LEEWAY
    ours, anybodys = f"jti:{token}:{contact}", f"jti:{token}"
    if tx.spent(ours, since):
        return True
    if tx.spent(anybodys, since):
        return False
    tx.spend(ours, now)
    tx.spend(anybodys, now)
    return True
