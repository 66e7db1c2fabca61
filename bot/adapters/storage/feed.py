"""
The statements behind what people read on the web: the lines of a lane in order with their pictures, and what is kept of their sessions.

The lines of a lane are those of its conversations, one after the other. A new one is always of the newest conversation, so
what comes behind a place never comes before it later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, and_, bindparam, func, literal_column, or_, select, text
from sqlalchemy.sql.expression import ClauseElement

from bot.adapters.storage.tables import CASE_IS_OPEN, metadata, stamp
from bot.core.vocabulary import Direction
from bot.ports import Consent, DeviceCode, Position, Visit

if TYPE_CHECKING:
    from bot.adapters.storage.statements import InsertInto

_conversations = metadata.tables["conversations"]
_messages = metadata.tables["messages"]
_shown = metadata.tables["shown"]
_pictures = metadata.tables["pictures"]
_visits = metadata.tables["visits"]
_THEIRS = and_(
    _conversations.c.channel == bindparam("lane_channel"),
    _conversations.c.contact == bindparam("lane_contact"),
)
_SPOKEN = _messages.c.direction.in_(
    [literal_column(f"'{each}'") for each in (Direction.INCOMING, Direction.OUTGOING)]
)
_MOST = text("LIMIT :most").bindparams(bindparam("most", type_=Integer))


class FeedStatements:
    """
    The statements in the words of one engine.

    Args:
        sql: Compiles a statement for it.
        insert_into: The engine's own insertion.
    """

    def __init__(self, sql: Callable[[ClauseElement], str], insert_into: InsertInto) -> None:
        self.lines = sql(_lines())
        self.standing = sql(_standing())
        self.add_shown = sql(_added(insert_into))
        self.picture = sql(select(_pictures.c.content).where(_pictures.c.name == bindparam("name")))
        columns = [each.name for each in _pictures.columns if each.name != "seq"]
        picture = insert_into(_pictures).values({name: bindparam(name) for name in columns}).inline()
        self.keep_picture = sql(picture.on_conflict_do_nothing(index_elements=["name"]))
        self.open_cases = sql(
            select(_conversations.c.id, _conversations.c.state)
            .where(CASE_IS_OPEN)
            .order_by(_conversations.c.seq)
            .suffix_with(_MOST)
        )
        self.visit = sql(
            select(
                _visits.c.generation,
                _visits.c.read_conversation,
                _visits.c.read_line,
                _visits.c.rated,
                _visits.c.consent,
                _visits.c.consent_at,
                _visits.c.account,
                _visits.c.device_code,
                _visits.c.device_code_until,
                _visits.c.joined_at,
            ).where(
                _visits.c.channel == bindparam("lane_channel"),
                _visits.c.contact == bindparam("lane_contact"),
            )
        )
        self.joinable = sql(
            select(_visits.c.channel, _visits.c.contact).where(
                _visits.c.device_code == bindparam("device_code")
            )
        )
        names = [each.name for each in _visits.columns if each.name != "seq"]
        visit = insert_into(_visits).values({name: bindparam(name) for name in names}).inline()
        self.keep_visit = sql(
            visit.on_conflict_do_update(
                index_elements=["channel", "contact"],
                set_={name: getattr(visit.excluded, name) for name in names[2:]},
            )
        )


def visit_of(row: Sequence[Any]) -> Visit:
    """Read what is kept of a person's sessions."""
    generation, conversation, line, rated, consent, consent_at, account, code, until, joined_at = row
    return Visit(
        generation=generation,
        read=Position(conversation, line) if conversation is not None else None,
        rated=rated,
        consent=Consent(page=consent, at=datetime.fromisoformat(consent_at)) if consent is not None else None,
        account=account,
        device_code=DeviceCode(digest=code, until=datetime.fromisoformat(until))
        if code is not None
        else None,
        joined_at=datetime.fromisoformat(joined_at) if joined_at is not None else None,
    )


def row_of(visit: Visit) -> Mapping[str, str | int | None]:
    """Write what is kept of a person's sessions."""
    conversation, number = visit.read or (None, None)
    consent, code = visit.consent, visit.device_code
    return {
        "generation": visit.generation,
        "read_conversation": conversation,
        "read_line": number,
        "rated": visit.rated,
        "consent": consent.page if consent is not None else None,
        "consent_at": stamp(consent.at) if consent is not None else None,
        "account": visit.account,
        "device_code": code.digest if code is not None else None,
        "device_code_until": stamp(code.until) if code is not None else None,
        "joined_at": stamp(visit.joined_at) if visit.joined_at is not None else None,
    }


def _standing() -> ClauseElement:
    """Where one line stands among all."""
    return (
        select(_conversations.c.seq, _messages.c.seq)
        .join_from(_conversations, _messages, _messages.c.conversation == _conversations.c.id)
        .where(
            _THEIRS,
            _SPOKEN,
            _conversations.c.id == bindparam("conversation"),
            _messages.c.seq == bindparam("line", type_=Integer),
        )
    )


def _lines() -> ClauseElement:
    """The lines behind a place; one that is not of this lane stands before the first."""
    known = _conversations.alias("known")
    place = (
        select(func.coalesce(func.max(known.c.seq), literal_column("0")))
        .where(
            known.c.id == bindparam("conversation"),
            known.c.channel == bindparam("lane_channel"),
            known.c.contact == bindparam("lane_contact"),
        )
        .scalar_subquery()
    )
    return (
        select(
            _conversations.c.id,
            _messages.c.seq,
            _messages.c.at,
            _messages.c.direction,
            _messages.c.text,
            _messages.c.choices,
            _messages.c.screen,
            _messages.c.source,
            _messages.c.agent,
            _messages.c.picture,
            _shown.c.text,
        )
        .join_from(_conversations, _messages, _messages.c.conversation == _conversations.c.id)
        .outerjoin(
            _shown,
            and_(_shown.c.conversation == _messages.c.conversation, _shown.c.line == _messages.c.seq),
        )
        .where(
            _THEIRS,
            _SPOKEN,
            or_(
                _conversations.c.seq > place,
                and_(_conversations.c.seq == place, _messages.c.seq > bindparam("line", type_=Integer)),
            ),
        )
        .order_by(_conversations.c.seq, _messages.c.seq)
        .suffix_with(_MOST)
    )


def _added(insert_into: InsertInto) -> Any:
    """Keep the words of the newest line of a conversation."""
    newest = (
        select(func.max(_messages.c.seq))
        .where(_messages.c.conversation == bindparam("known"))
        .scalar_subquery()
    )
    words = select(
        _conversations.c.channel,
        _conversations.c.contact,
        _conversations.c.id,
        newest,
        bindparam("at"),
        bindparam("text"),
    ).where(_conversations.c.id == bindparam("known"))
    columns = ["channel", "contact", "conversation", "line", "at", "text"]
    return insert_into(_shown).from_select(columns, words).inline()
