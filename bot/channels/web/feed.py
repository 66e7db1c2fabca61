"""
The feed of one session as the widget reads it: entries in order, and the state of the conversation, of one moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from bot.channels.web.hub import CHANNEL
from bot.core import agents, cases
from bot.core.conversation import Conversation
from bot.core.vocabulary import Direction, Status, Trust
from bot.ports import Entry, Lane, Line, Position, Snapshot, Transaction, Visit, feed_of

#: Entries that are read at once.
PAGE: Final = 200
_FROM: Final = {Direction.INCOMING: "person", Direction.OUTGOING: "bot"}
#: Of more cases than these nobody is told how many come before theirs.
_COUNTED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of the feed."""

    entries: tuple[Entry, ...]
    more: bool
    state: Mapping[str, Any]
    generation: int


def look(view: Snapshot, contact: str, after: Position | None) -> Page:
    """Read what comes behind a place, and how things stand."""
    lane = Lane(CHANNEL, contact)
    found = view.feed(lane, after=after, limit=PAGE + 1)
    visit = view.visit(lane)
    return Page(
        entries=found[:PAGE],
        more=len(found) > PAGE,
        state=_state(view.conversation(lane), visit, view),
        generation=visit.generation,
    )


def named(text: str | None) -> Position | None:
    """Read the id of an entry; None if it is none."""
    conversation, dot, number = (text or "").rpartition(".")
    if not dot or not number.isascii() or not number.isdecimal() or len(number) > 9:
        return None
    return Position(conversation, int(number)) if conversation.isalnum() and conversation.isascii() else None


def name(position: Position) -> str:
    """Return the id of an entry."""
    return f"{position.conversation}.{position.number}"


def event_id(contact: str, client: str) -> str:
    """Return the id of the event for what a client has sent under an id of its own."""
    return f"{CHANNEL}:{contact}:{client}"


def written(entry: Entry, contact: str) -> Mapping[str, Any]:
    """Return an entry as JSON."""
    line = entry.line
    theirs = line.direction is Direction.INCOMING
    own = event_id(contact, "")
    picked = line.choices[0].id if theirs and line.choices else None
    return {
        "id": name(entry.position),
        "at": line.at.isoformat(),
        "from": _FROM[line.direction] if line.agent is None else "agent",
        "name": line.agent or None,
        "picture": line.picture is not None,
        "text": "" if picked is not None else _words(line),
        "choices": [] if theirs else [{"id": each.id, "label": each.label} for each in line.choices],
        "screen": line.screen,
        "client": line.source.removeprefix(own) if line.source and line.source.startswith(own) else None,
        "picked": picked,
    }


def _words(line: Line) -> str:
    return line.text if line.agent is None else agents.without_name(line.text, line.agent)


def mark(tx: Transaction, contact: str, upto: Position, now: datetime) -> None:
    """Note what was seen; a mark never moves back, and one of nobody's entry changes nothing."""
    lane = Lane(CHANNEL, contact)
    visit = tx.visit(lane)
    there = tx.standing(lane, upto)
    before = tx.standing(lane, visit.read) if visit.read is not None else None
    if there is not None and (before is None or there > before):
        tx.keep_visit(lane, replace(visit, read=upto), now)
        tx.tell(feed_of(lane))


def _state(conversation: Conversation | None, visit: Visit, view: Snapshot) -> Mapping[str, Any]:
    now = conversation
    case = now.case if now is not None and now.status is Status.OPEN else None
    return {
        "status": now.status.value if now is not None else None,
        "case": now.case_code if now is not None else None,
        "language": now.language if now is not None else None,
        "screen": now.screen if now is not None else 0,
        "read": name(visit.read) if visit.read is not None else None,
        "rated": now is not None and visit.rated == now.id,
        "identified": now is not None and now.trust is Trust.LINKED,
        "joined": visit.joined_at.isoformat() if visit.joined_at is not None else None,
        "agent": case.name if case is not None else None,
        "queue": _queue(now, view) if now is not None and case is not None else None,
    }


def _queue(mine: Conversation, view: Snapshot) -> Mapping[str, Any] | None:
    """Tell how many cases come before one that no agent has; None: somebody has it, or it is the person's turn."""
    if not cases.is_queued(mine):
        return None
    known = view.open_cases(_COUNTED + 1)
    before = sum(cases.comes_before(each, mine) for each in known)
    return {"ahead": before if len(known) <= _COUNTED else None}
