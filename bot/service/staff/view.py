"""
What agents are shown next of a case: the difference between how it stands and what was posted of it.

Nothing is queued for agents but the fact that a case has changed. What is posted is decided when it may go, so that
whatever has come meanwhile is one message, however fast people write and however few messages a room takes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from bot.core.cases import REMINDERS, SILENCE
from bot.core.catalog import Catalog
from bot.core.conversation import Case, Conversation
from bot.core.texts import MAX_TEXT, cut, length
from bot.core.vocabulary import Direction, Status
from bot.errors import MessageRefused
from bot.ports import KEPT, Lane, Line, Posted, Snapshot, StaffRoom
from bot.service.staff import words
from bot.service.staff.card import Card, card, line, title

#: Lines of the person that are told again where a place was deleted.
RECAP: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Make a place."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCard:
    """Post the card, or write it anew."""

    card: Card
    looks: str
    about: str
    #: The lines that a new card stands for.
    lines: int
    #: Leads are called.
    calls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Post what the person has said, or that they wait."""

    text: str
    lines: int
    reminder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """Show a picture that the person has sent."""

    #: As `Line.picture`.
    picture: str
    #: What it is of, if it is kept here.
    content: bytes | None
    text: str
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """Show in the title how the case stands."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Keep the card on top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """Close a place, or open it again."""

    closed: bool


Step: TypeAlias = Open | ShowCard | Tell | Show | Rename | Pin | Shut


def look(view: Snapshot, code: str, catalog: Catalog, now: datetime) -> tuple[Posted, Step] | None:
    """
    Return what was posted of a case, and what is to be posted next; None: agents have seen it all.

    Args:
        view: A consistent view of the store.
        code: The case code.
        catalog: The content.
        now: Aware UTC.
    """
    conversation = view.case(code)
    if conversation is None or conversation.case is None:
        return None
    lane = Lane(conversation.channel, conversation.contact)
    posted = view.posted(code) or Posted(code=code, conversation=conversation.id, lane=lane)
    step = next_step(posted, conversation, conversation.case, view.transcript(conversation.id), catalog, now)
    if isinstance(step, Show) and step.picture.startswith(KEPT):
        step = replace(step, content=view.picture(step.picture.removeprefix(KEPT)))
    return None if step is None else (posted, step)


def next_step(
    posted: Posted,
    conversation: Conversation,
    case: Case,
    lines: Sequence[Line],
    catalog: Catalog,
    now: datetime,
) -> Step | None:
    """Return the most important thing that agents have not seen; None: there is nothing."""
    over, heading = conversation.status is Status.RESOLVED, title(conversation, case, catalog)
    if posted.place is None:
        return None if over else Open(title=heading)
    if posted.closed and not over:
        return Shut(closed=False)
    before = handed_over_after(case, lines)
    shown = card(conversation, case, lines[before:], catalog, now)
    looks, about = _digest(shown), _about(posted, case)
    if posted.card is None or posted.about != about:
        return ShowCard(card=shown, looks=looks, about=about, lines=before, calls=case.escalated)
    if (told := _told(posted, case, lines)) is not None:
        return told
    if posted.looks != looks:
        return ShowCard(card=shown, looks=looks, about=about, lines=posted.lines)
    if posted.title != heading:
        return Rename(title=heading)
    if over != posted.closed:
        return Shut(closed=over)
    return None if posted.pinned or over else Pin()


async def perform(room: StaffRoom, posted: Posted, step: Step) -> Posted:
    """Take one step; return what is posted then. Raises what `room` raises."""
    place, shown = posted.place or "", posted.card
    match step:
        case Open(title=heading):
            return replace(posted, place=await room.open(heading), title=heading)
        case ShowCard(about=about) if shown is None or posted.about != about:
            message = await room.post(place, step.card.text, step.card.buttons, calls=step.calls)
            lines = max(step.lines, posted.lines)
            return replace(posted, card=message, looks=step.looks, about=about, lines=lines, pinned=False)
        case ShowCard():
            await room.edit(place, shown or "", step.card.text, step.card.buttons)
            return replace(posted, looks=step.looks)
        case Tell():
            await room.post(place, step.text)
            return replace(posted, lines=step.lines, reminder=step.reminder)
        case Show():
            await _show(room, place, step)
            return replace(posted, lines=step.lines)
        case Rename(title=heading):
            await room.rename(place, heading)
            return replace(posted, title=heading)
        case Pin():
            await room.pin(place, shown or "")
            return replace(posted, pinned=True)
        case Shut(closed=True):
            await room.close(place)
            return replace(posted, closed=True)
        case Shut():
            await room.reopen(place)
            # A card of its own, which rings: the person has written to a case that was over.
            return replace(posted, closed=False, card=None)


async def _show(room: StaffRoom, place: str, step: Show) -> None:
    """Show a picture, or say why not: what comes after it must still be shown."""
    if step.content is None and step.picture.startswith(KEPT):
        await room.post(place, f"{step.text}\n{words.PICTURE_GONE}")
        return
    try:
        await room.show(place, step.content or step.picture, step.text)
    except MessageRefused as fault:
        await room.post(place, f"{step.text}\n{words.PICTURE_REFUSED.format(fault=fault)}")


def forgotten(posted: Posted, lines: Sequence[Line]) -> Posted:
    """Return what is posted of a case whose place was deleted: nothing, but for lines that are too old to be told again."""
    theirs = [number for number, each in enumerate(lines) if each.direction is Direction.INCOMING]
    told = [number for number in theirs if number < posted.lines]
    first = told[-RECAP:][0] if told else posted.lines
    return Posted(
        code=posted.code,
        conversation=posted.conversation,
        lane=posted.lane,
        lines=first,
        reminder=posted.reminder,
    )


def handed_over_after(case: Case, lines: Sequence[Line]) -> int:
    """Return how many lines there were when a case was handed over; a person's own have the moments of another clock."""
    turn = (
        number
        for number, each in enumerate(lines, start=1)
        if each.at == case.at and each.direction is not Direction.INCOMING
    )
    return max(turn, default=0)


def _told(posted: Posted, case: Case, lines: Sequence[Line]) -> Tell | Show | None:
    """Return what is new since the last message: lines and pictures once somebody has the case, and a reminder."""
    parts: list[str] = []
    seen = posted.lines
    if case.agent is not None:
        for number, each in enumerate(lines[posted.lines :], start=posted.lines + 1):
            said = cut(line(each))[0] if each.direction is Direction.INCOMING else None
            if said is not None and each.picture is not None:
                if not parts:
                    return Show(picture=each.picture, content=None, text=said, lines=number)
                break
            if said is not None and length("\n".join([*parts, said])) > MAX_TEXT:
                break
            parts += [said] if said is not None else []
            seen = number
    reminder = _reminder(case)
    if reminder != posted.reminder and reminder:
        parts += [_reminded(case)] if not parts else []
    elif not parts:
        return None
    return Tell(text="\n".join(parts), lines=seen, reminder=reminder or posted.reminder)


def _about(posted: Posted, case: Case) -> str:
    """Name what a card is about: a hand-over, and that it was escalated since."""
    known, escalated = case.at.isoformat(), f"{case.at.isoformat()} escalated"
    return escalated if case.escalated or posted.about == escalated else known


def _reminder(case: Case) -> str:
    if case.waits_since is None or not case.reminded:
        return ""
    return f"{case.waits_since.isoformat()} {case.reminded}"


def _reminded(case: Case) -> str:
    waited = REMINDERS[case.reminded - 1]
    text = words.REMINDER_TOLD if waited == SILENCE and case.agent is not None else words.REMINDER
    return text.format(minutes=int(waited.total_seconds() // 60), name=case.name)


def _digest(shown: Card) -> str:
    buttons = "\n".join(button.id for button in shown.buttons)
    return hashlib.sha256(f"{shown.text}\n{buttons}".encode()).hexdigest()[:16]
