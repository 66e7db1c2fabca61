"""
The conversation engine: one pure function, `step`.

Theory of operation
-------------------
`step(conversation, event, catalog, now)` folds one event into a conversation and returns the conversation as it is
now, with the commands that follow from it. It reads no clock, no file and no chance; the same arguments give the same
result, on any machine, for ever. No event makes it raise.

A conversation is in one of three places: in a *flow* (its stack is not empty; the innermost frame names a state that
waits for the person), at a question of the engine's *own* (an `Offer`: the menu, "did you mean", "switch?", a
language), which stands over the flow, or nowhere yet. An event is looked at in this order:

1. What works at any moment: a removed secret, a word for a human, back, start again, stop, help, a language
   (`bot.core.hearing`).
2. The present question: a choice by button, number or label (`bot.core.choosing`); a slot; an article that helped or not.
3. The repair patterns (`bot.core.repair`): small talk, another problem (`bot.core.problems` tells which), and budgets
   of misunderstanding.

Who told of two problems is asked about the second where the first one ends (`offers.come_to_the_other`). What is
broken on the company's side, as operators have told, is said before a flow that it concerns (`bot.core.telling`).

Entering a state runs to completion (`bot.core.walk`): it goes on until a state waits for the person, and is capped.
All words of one step are one message (`bot.core.draft`). While a human must act (`open`) the engine only keeps what is
said, and says now and then that it does; once an agent has the case it is silent (`bot.core.cases`). What agents do are
events like any other (`bot.core.agents`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core import (
    agents,
    calling,
    cases,
    choosing,
    hearing,
    inquiries,
    linking,
    offers,
    presence,
    renewal,
    repair,
    screens,
    telling,
    trust,
    walk,
)
from bot.core.catalog import Catalog
from bot.core.commands import Command, Courtesy
from bot.core.conversation import Conversation
from bot.core.draft import Draft, clear_offer, timer_key
from bot.core.ending import leave_flows
from bot.core.events import (
    AccountLinked,
    AccountUnlinked,
    AgentEvent,
    AttachmentReceived,
    CallReturned,
    ChatBlocked,
    ChatEvent,
    ChatUnblocked,
    ChoicePicked,
    ConversationStarted,
    Event,
    HeardInGroup,
    TextReceived,
    TimerFired,
)
from bot.core.flow import TIME_IS_UP, Wait
from bot.core.incident import TIMER as INCIDENT_TIMER
from bot.core.vocabulary import Action, Status


@dataclass(frozen=True, slots=True)
class Step:
    """The result of one event."""

    conversation: Conversation
    commands: tuple[Command, ...]
    #: The states that were entered, in order: `(flow, state)`.
    entered: tuple[tuple[str, str], ...] = ()
    #: The ways that were taken out of states, in order, by their names in `bot.core.flow`: `(flow, state, way)`.
    taken: tuple[tuple[str, str, str], ...] = ()
    #: What is done beside the commands, at once or never.
    courtesies: tuple[Courtesy, ...] = ()


def step(conversation: Conversation, event: Event, catalog: Catalog, now: datetime) -> Step:
    """
    Fold one event into a conversation.

    Args:
        conversation: As it was stored last.
        event: What happened; texts come with their `Reading`, secrets removed.
        catalog: The content to run on.
        now: Aware UTC; the event may be older.

    Returns:
        The conversation as it is now and the commands to run, words before calls. Never raises.
    """
    draft = Draft(conversation, event, catalog, now)
    if conversation.content not in ("", catalog.fingerprint):
        renewal.forget_what_is_gone(draft)
    over = trust.has_lapsed(draft)
    if over:
        trust.drop(draft)
    draft.pressed = screens.pressed(draft, event)
    if not renewal.fits(draft):
        _start_again(draft, event, "content_changed")
    elif over and conversation.stack and not isinstance(event, AccountLinked | AccountUnlinked):
        _start_again(draft, event, "link_over")
    else:
        _dispatch(draft, event)
    offers.come_to_the_other(draft)
    if draft.conversation.status is Status.RESOLVED:
        draft.change(awaits=())  # who is helped, or wants no more, has no use for it
    cases.keep_up(draft, conversation, event)
    draft.change(content=catalog.fingerprint)
    if draft.spoke or not isinstance(event, CallReturned | TimerFired | ChatEvent):
        draft.change(active_at=draft.now)
    after, commands, courtesies = screens.show(draft, conversation, event)
    return Step(after, commands, tuple(draft.entered), tuple(draft.taken), courtesies)


def is_answer(conversation: Conversation, text: str, catalog: Catalog, now: datetime) -> bool:
    """
    Tell whether a text needs no reading: it is a choice of the present question, or a word that works at any moment.

    Args:
        conversation: As it is before the text.
        text: What was typed, secrets removed.
        catalog: The content.
        now: Aware UTC.

    Returns:
        True if `step` will not look at the text's `Reading`.
    """
    draft = Draft(conversation, TextReceived(id="", at=now, text=text), catalog, now)
    meaning = repair.word(draft, text)
    if conversation.status is Status.OPEN or (meaning is not None and meaning not in repair.ANSWERS):
        return True
    if text.strip() in inquiries.INQUIRIES:
        return True
    if offers.comes_back(draft):
        return False
    return bool(choosing.picked(draft, text)) or repair.language_named(draft, text) is not None


def _dispatch(draft: Draft, event: Event) -> None:
    if isinstance(event, AgentEvent):
        agents.act(draft, event)
        return
    over = draft.conversation.status is Status.RESOLVED
    match event:
        case TextReceived() | AttachmentReceived() if over and _goes_on(draft, event):
            _to_closed_case(draft, event)
        case ConversationStarted():
            _started(draft, event)
        case AccountLinked():
            repair.learn_language(draft, event.language)
            linking.link(draft, event)
        case AccountUnlinked():
            linking.log_out(draft)
        case TextReceived():
            hearing.hear(draft, event)
        case ChoicePicked():
            choosing.press(draft, event)
        case AttachmentReceived() if event.removed:
            repair.refuse_secret(draft, event)
        case AttachmentReceived(further=False):
            repair.attachment(draft, event.kind)
        case HeardInGroup() | ChatBlocked() | ChatUnblocked():
            presence.change(draft, event)
        case CallReturned():
            _returned(draft, event)
        case TimerFired():
            _timer(draft, event)


def _goes_on(draft: Draft, event: Event) -> bool:
    return cases.goes_on(draft.conversation, event, draft.catalog, draft.now)


def _to_closed_case(draft: Draft, event: TextReceived | AttachmentReceived) -> None:
    """Open a case again that an agent closed, unless the person only thanks or takes leave."""
    if isinstance(event, TextReceived):
        repair.learn_language(draft, event.reading.language)
        if not event.removed and repair.takes_leave(draft, event):
            repair.small_talk(draft, event.reading.flow or "")
            return
    cases.reopen(draft)
    draft.record(Action.REOPENED)
    if event.removed:
        repair.refuse_secret(draft, event)
    draft.say_repair("reopened")


def _started(draft: Draft, event: ConversationStarted) -> None:
    repair.learn_language(draft, event.language)
    if event.link is not None:
        linking.refuse(draft)
    elif draft.conversation.status is Status.OPEN:
        repair.receipt(draft)
    elif offers.comes_back(draft):
        offers.resume(draft, event.flow)
    elif event.flow is not None and event.flow in draft.catalog.menu():
        offers.begin_with(draft, event.flow)
    else:
        offers.ask_again(draft)


def _returned(draft: Draft, event: CallReturned) -> None:
    draft.record(Action.CALL_RETURNED, operation=event.operation, outcome=event.outcome.value)
    calling.refund(draft, event)
    if not linking.lose(draft, event):
        walk.go(draft, calling.returned(draft, event))


def _timer(draft: Draft, event: TimerFired) -> None:
    if event.timer == cases.WAITING:
        cases.remind(draft)
        return
    if event.timer == INCIDENT_TIMER:
        if telling.keep(draft) and draft.conversation.status is Status.PENDING and offers.is_asking(draft):
            offers.ask_again(draft)
        return
    state, frame = draft.state, draft.frame
    if not isinstance(state, Wait) or frame is None or timer_key(frame.flow, state.id) != event.timer:
        return
    if frame.due_at is not None and event.at < frame.due_at:
        return  # it fired for an earlier visit, while the person's choice to wait on was on its way
    clear_offer(draft)
    walk.go(draft, draft.take(TIME_IS_UP, state.next))


def _start_again(draft: Draft, event: Event, why: str) -> None:
    """Start the topic again politely: the place where the person was is gone. A secret and a call for help are heard."""
    topic = draft.conversation.stack[0].flow if draft.conversation.stack else None
    leave_flows(draft)
    if isinstance(event, TextReceived) and hearing.interrupts(draft, event):
        hearing.hear(draft, event)
        return
    if isinstance(event, CallReturned):
        _returned(draft, event)
    if isinstance(event, TimerFired) and event.timer == INCIDENT_TIMER:
        telling.keep(draft)
    draft.say_repair(why)
    if topic is not None and topic in draft.catalog.flows:
        walk.start(draft, topic)
    else:
        offers.menu(draft, "menu")
