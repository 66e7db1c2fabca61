"""
How good the help was, in the person's own opinion: a line of the transcript and a record of the audit, once a conversation.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core.vocabulary import Action, Direction, Status
from bot.diagnosis.masking import mask
from bot.diagnosis.secrets import redact
from bot.ports import AuditRecord, Lane, Line, Transaction, feed_of
from bot.service.intake import storable


def rate(tx: Transaction, lane: Lane, rating: int, comment: str, now: datetime) -> bool:
    """
    Note a rating of the newest conversation; a second one changes nothing.

    Args:
        tx: The transaction.
        lane: Whose opinion it is.
        rating: 1 to 5.
        comment: In their own words, as they typed it; may be empty.
        now: Aware UTC.

    Returns:
        False if there is nothing to rate: the bot still helps.
    """
    conversation = tx.conversation(lane)
    if conversation is None or (conversation.status is Status.PENDING and conversation.case_code is None):
        return False
    visit = tx.visit(lane)
    if visit.rated == conversation.id:
        return True
    tx.keep_visit(lane, replace(visit, rated=conversation.id), now)
    words = mask(redact(storable(comment)).text)
    text = f"{Action.RATED} {rating} of 5{': ' if words else ''}{words}"
    tx.add_line(conversation.id, Line(at=now, direction=Direction.ACTIVITY, text=text))
    details = {"rating": rating}
    tx.add_audit(AuditRecord(at=now, conversation=conversation.id, action=Action.RATED, details=details))
    tx.tell(feed_of(lane))
    return True
