"""
The durable turn: load, step, save, in one lane, one event after the other.

`prepare` loads and steps over a consistent view; `commit` saves everything that follows from it in one transaction,
guarded by the conversation's version. Nothing leaves the program before the commit. `reconsider` takes a prepared turn
again with the meaning of its text, before the commit. What is stored for people to read is masked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never

from bot.core.cases import goes_on
from bot.core.commands import (
    AddNote,
    Brake,
    CallBackend,
    CancelTimer,
    Choice,
    Command,
    DeleteMessage,
    Effect,
    HandOff,
    RecordActivity,
    RecordFeedback,
    RecordUnmatched,
    RemovePlace,
    SendMessage,
    ShowCase,
    StaffEffect,
    StartTimer,
    TellAgent,
)
from bot.core.conversation import Conversation, begin
from bot.core.engine import Step, is_answer, step
from bot.core.events import (
    AttachmentReceived,
    ChoicePicked,
    ConversationStarted,
    Event,
    TextReceived,
)
from bot.core.vocabulary import Direction, Status
from bot.diagnosis.masking import mask
from bot.errors import StaleConversation
from bot.ports import LIVE, AuditRecord, Lane, Line, Pending, Snapshot, Transaction, feed_of
from bot.service import budgets, links
from bot.service.reading import Reader
from bot.service.staff import delivery

#: What `mask` leaves because it is too short for a phone number.
_SHORT_NUMBER: Final = re.compile(r"\d(?:[\s.\-]?\d){2,}")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A turn that only needs to be saved."""

    lane: Lane
    event: Event
    #: The person's line of the transcript, masked; None if the event is none of theirs.
    said: str | None
    step: Step
    now: datetime
    #: The conversation before the event.
    before: Conversation
    #: The text may mean more than its words tell: `reconsider` may come to something else.
    unsettled: bool = False
    #: The one-time address that the turn uses up.
    invitation: str | None = None


def prepare(
    view: Snapshot, lane: Lane, reader: Reader, now: datetime, new_id: Callable[[], str]
) -> Prepared | None:
    """
    Load the lane's next event and its conversation, read, and step.

    Args:
        view: A consistent view of the store.
        lane: Whose turn it is.
        reader: The content and its matcher.
        now: Aware UTC.
        new_id: Makes an unguessable id for a new conversation.

    Returns:
        The turn, not saved yet; None if no event waits.
    """
    event = view.next_event(lane)
    if event is None:
        return None
    conversation = view.conversation(lane)
    if conversation is None or (
        conversation.status is Status.RESOLVED and not goes_on(conversation, event, reader.catalog, now)
    ):
        conversation = opened(new_id(), lane, reader, now, previous=conversation)
    if isinstance(event, ConversationStarted) and (link := links.linked(view, event)) is not None:
        return replace(_stepped(lane, link, conversation, reader, now), invitation=event.link)
    if not isinstance(event, TextReceived) or is_answer(conversation, event.text, reader.catalog, now):
        return _stepped(lane, event, conversation, reader, now)
    read = replace(event, reading=reader.read(event, conversation))
    unsettled = reader.may_mean_more(read, conversation)
    return replace(_stepped(lane, read, conversation, reader, now), unsettled=unsettled)


def reconsider(turn: Prepared, reader: Reader) -> Prepared:
    """Read a turn's text again, with its meaning, and step anew from where the turn began. It takes milliseconds."""
    if not isinstance(turn.event, TextReceived):
        return turn
    reading = reader.read(turn.event, turn.before, reader.encode(turn.event.text))
    return _stepped(turn.lane, replace(turn.event, reading=reading), turn.before, reader, turn.now)


def _stepped(lane: Lane, event: Event, before: Conversation, reader: Reader, now: datetime) -> Prepared:
    stepped = step(before, event, reader.catalog, now)
    said = _said(event, before, number_asked=reader.expects_digits(before))
    if isinstance(event, AttachmentReceived) and _is_for_agents(event, stepped.conversation):
        said = mask(event.text)
    return Prepared(lane, event, said, stepped, now, before)


def _is_for_agents(event: AttachmentReceived, after: Conversation) -> bool:
    """Tell whether agents see a picture: one that was sent when it was theirs to look, and that gives no secret away in words."""
    return event.picture is not None and not event.removed and after.status is Status.OPEN


def opened(
    conversation_id: str, lane: Lane, reader: Reader, now: datetime, *, previous: Conversation | None = None
) -> Conversation:
    """Begin a conversation with a contact, in the language of the last one or the content's first."""
    return begin(
        conversation_id=conversation_id,
        channel=lane.channel,
        contact=lane.contact,
        at=now,
        language=reader.catalog.default_language,
        previous=previous,
    )


def commit(tx: Transaction, turn: Prepared, *, staffed: bool = False) -> tuple[Pending, ...]:
    """
    Save a turn: the conversation, the transcript, the timers, the effects, and that the event is processed.

    Args:
        tx: The transaction.
        turn: What `prepare` returned.
        staffed: There is a place where agents work, so that what they are to see is stored, too.

    Returns:
        The effects to execute after the commit, in order.

    Raises:
        StaleConversation: Somebody else saved the conversation or processed the event meanwhile; prepare again.
    """
    saved = tx.save(turn.step.conversation)
    if turn.said is not None:
        tx.add_line(saved.id, _incoming(turn, turn.said))
    effects: list[Effect] = []
    for command in turn.step.commands:
        if isinstance(command, Effect) and (staffed or not isinstance(command, StaffEffect)):
            left = delivery.left_of(command, turn.lane, saved.id)
            effects += [left] if left is not None else []
        _store(tx, saved.id, turn, command)
    if effects:
        tx.add_effects(saved.id, turn.lane, effects)
    if turn.invitation is not None and not tx.take_invitation(turn.invitation):
        raise StaleConversation("Somebody else opened the one-time address. Load the lane again.")
    if not tx.finish_event(turn.event.id):
        raise StaleConversation(f"Somebody else processed the event {turn.event.id!r}. Load the lane again.")
    if turn.lane.channel in LIVE:
        tx.tell(feed_of(turn.lane))
    return tuple(Pending(lane=turn.lane, conversation=saved.id, effect=effect) for effect in effects)


def _incoming(turn: Prepared, said: str) -> Line:
    """Write down what the person did."""
    event = turn.event
    line = Line(at=event.at, direction=Direction.INCOMING, text=said, source=event.id)
    match event:
        case TextReceived():
            return replace(line, shown=_shown(turn.lane, event.text, said))
        case ChoicePicked():
            picked = Choice(id=event.choice, label=event.choice)
            return replace(line, choices=(picked,), screen=event.screen)
        case AttachmentReceived() if _is_for_agents(event, turn.step.conversation):
            return replace(line, picture=event.picture)
        case _:
            return line


def _outgoing(turn: Prepared, message: SendMessage) -> Line:
    """Write down what the person is told."""
    masked = mask(message.text)
    return Line(
        at=turn.now,
        direction=Direction.OUTGOING,
        text=masked,
        choices=_masked(message.choices),
        screen=message.screen,
        shown=_shown(turn.lane, message.text, masked),
        agent=message.agent,
        picture=message.picture,
    )


def _shown(lane: Lane, text: str, masked: str) -> str | None:
    """Return the words that the person sees, where these are read from the store and masking has changed them."""
    return text if lane.channel in LIVE and text != masked else None


def _said(event: Event, before: Conversation, *, number_asked: bool) -> str | None:
    """Return the person's line of the transcript, masked; None if the event is none of theirs."""
    match event:
        case TextReceived():
            return _masked_answer(event) if number_asked else mask(event.text)
        case ChoicePicked():
            return (
                f"[{event.choice}]" if event.screen == before.screen else f"[{event.choice}, an old button]"
            )
        case AttachmentReceived():
            return f"[{event.kind}]"
        case _:
            return None


def _masked_answer(event: TextReceived) -> str:
    """Mask a text where a number or an account is asked for: a bare number may be a code, a word the account's name."""
    masked = _SHORT_NUMBER.sub("•••", mask(event.text))
    named = isinstance(event.reading.slot, str) and masked == event.text
    return "[the name of an account]" if named else masked


def _store(tx: Transaction, conversation: str, turn: Prepared, command: Command) -> None:
    match command:
        case SendMessage():
            tx.add_line(conversation, _outgoing(turn, command))
        case StartTimer():
            tx.start_timer(conversation, turn.lane, command.key, command.due_at)
        case CancelTimer():
            tx.cancel_timer(conversation, command.key)
        case HandOff():
            tried = ", ".join(command.tried) or "nothing yet"
            text = (
                f"handed off ({command.reason}, {command.priority}), case {command.case_code}; tried: {tried}"
            )
            tx.add_line(conversation, Line(at=turn.now, direction=Direction.ACTIVITY, text=text))
        case AddNote():
            line = Line(at=turn.now, direction=Direction.NOTE, text=f"{command.name}: {mask(command.text)}")
            tx.add_line(conversation, line)
        case Brake():
            if command.case is not None:
                tx.spend(budgets.brake(command.case), turn.now)
            if command.account is not None:
                tx.spend(budgets.brake_of_link(command.account), turn.now)
        case RecordFeedback():
            tx.add_feedback(command.article, command.language, helpful=command.helpful, at=turn.now)
        case RecordUnmatched():
            tx.add_unmatched(mask(command.text), command.language, turn.now)
        case RecordActivity():
            details = " ".join(f"{name}={value}" for name, value in command.details.items())
            text = f"{command.action} {details}".strip()
            tx.add_line(conversation, Line(at=turn.now, direction=Direction.ACTIVITY, text=text))
            tx.add_audit(
                AuditRecord(
                    at=turn.now, conversation=conversation, action=command.action, details=command.details
                )
            )
        case CallBackend() | DeleteMessage() | RemovePlace() | ShowCase() | TellAgent():
            pass  # an effect only
        case _:
            assert_never(command)


def _masked(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    return tuple(replace(choice, label=mask(choice.label)) for choice in choices)
