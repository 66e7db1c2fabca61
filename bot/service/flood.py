"""
Somebody who writes faster than a chat may be answered.

Turns of a lane wait while its messages wait to be sent (`Messages.room`); what is written meanwhile waits in the store. When
that becomes more than anybody types, the newest are read and the others are left out. The person is told, once a minute.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from bot.core.events import Event, PersonEvent
from bot.core.vocabulary import Action, Direction
from bot.ports import AuditRecord, Lane, Line, Pending, Transaction
from bot.service import aside
from bot.service.reading import Reader

_LOG = logging.getLogger(__name__)
#: Events of one lane that may wait. Somebody who is in distress writes a dozen lines; fifty, unanswered, only a program does.
MOST: Final = 50
#: At least so many of the newest are read all the same; up to `MOST`, because they are left out by the dozen.
KEPT: Final = 5
#: How often it is said.
NOTICE: Final = timedelta(minutes=1)


def leave_out(tx: Transaction, lane: Lane, reader: Reader, now: datetime) -> tuple[bool, tuple[Pending, ...]]:
    """
    Leave out the oldest of what waits in a lane if it is too much.

    Args:
        tx: The transaction.
        lane: Whose it is.
        reader: The content.
        now: Aware UTC.

    Returns:
        Whether anything was left out, so that it is worth looking again; and the notice to be sent, if one is due.
    """
    waiting = tx.waiting(lane, MOST + 1)
    left_out = [event.id for event in waiting if _is_theirs(event)][:-KEPT] if len(waiting) > MOST else []
    if not left_out:
        return False, ()
    for event in left_out:
        tx.finish_event(event)
    return True, _notice(tx, lane, reader, now, left_out)


def notices(lane: Lane) -> str:
    """Name the budget of notices of a lane."""
    return f"flood:{lane.channel}:{lane.contact}"


def _notice(
    tx: Transaction, lane: Lane, reader: Reader, now: datetime, left_out: list[str]
) -> tuple[Pending, ...]:
    budget = notices(lane)
    if tx.spent(budget, now - NOTICE):
        return ()
    tx.spend(budget, now)
    notice = aside.say(tx, lane, reader, now, text="flood", command=f"{left_out[0]}:flood")
    said = Line(at=now, direction=Direction.ACTIVITY, text=str(Action.MESSAGES_PASSED_OVER))
    tx.add_line(notice.conversation, said)
    tx.add_audit(
        AuditRecord(at=now, conversation=notice.conversation, action=Action.MESSAGES_PASSED_OVER, details={})
    )
    _LOG.warning(
        "Somebody writes faster than a chat may be answered; only the newest messages are read.",
        extra={"action": Action.MESSAGES_PASSED_OVER, "conversation": notice.conversation},
    )
    return (notice,)


def _is_theirs(event: Event) -> bool:
    return isinstance(event, PersonEvent)
