"""
A conversation as a case of the agents: whether somebody waits for their word, and for how long.

The waiting begins with the hand-over, or with the first thing that the person says after an agent's reply, and ends with
the next reply. Agents are reminded of it, and a person whom an agent left without a word is told so honestly.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from bot.core.catalog import Catalog
from bot.core.choices import plain
from bot.core.conversation import Case, Conversation, evolve
from bot.core.draft import Draft
from bot.core.events import (
    AgentEvent,
    AttachmentReceived,
    CallReturned,
    ChatEvent,
    Event,
    PersonEvent,
    TextReceived,
    TimerFired,
)
from bot.core.flow import INPUTS
from bot.core.vocabulary import Action, Priority, Status, Word

#: The timer of whom the agents let wait.
WAITING: Final = "@waiting"
#: An agent who has the case and says nothing for so long is not there: the person is told.
SILENCE: Final = timedelta(minutes=30)
#: When agents are reminded of a person who waits; an urgent case should be answered within the second.
REMINDERS: Final = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    SILENCE,
    timedelta(hours=1),
    timedelta(hours=4),
)
#: A case that an agent closed goes on if the person writes within so long: a weekend. Later it is a new conversation.
REOPENS: Final = timedelta(days=3)
#: What somebody types who wants the bot, not the case that was closed.
_FOR_THE_BOT: Final = (Word.RESTART, Word.STOP, Word.LANGUAGE, Word.HELP, Word.BACK)


def hand_over(draft: Draft, reason: str, priority: Priority) -> None:
    """Note why agents must look, and where the person was; an agent who has the case keeps it."""
    known = draft.conversation.case
    if known is not None and draft.conversation.status is Status.OPEN:
        draft.change(case=evolve(known, reason=reason, priority=priority))
        return
    draft.change(case=Case(at=draft.now, reason=reason, priority=priority, left=_left(draft)))


def _left(draft: Draft) -> tuple[str, ...]:
    """Return the flow that the person was helped with and the last question that it asked by itself."""
    conversation = draft.conversation
    stacks = (conversation.stack, *(snapshot.stack for snapshot in reversed(conversation.history)))
    places = [(stack[0].flow, stack[0].state) for stack in stacks if len(stack) == 1]
    asked = [(flow, state) for flow, state in places if goes_back_to(draft.catalog, flow, state)]
    if asked:
        return asked[0]
    return (conversation.stack[0].flow, conversation.stack[0].state) if conversation.stack else ()


def goes_back_to(catalog: Catalog, flow: str, state: str) -> bool:
    """Tell whether a person may be given back to the bot there: only where a question waits is everything in order."""
    found = catalog.flows.get(flow)
    return found is not None and isinstance(found.states.get(state), INPUTS)


def goes_on(conversation: Conversation, event: Event, catalog: Catalog, now: datetime) -> bool:
    """
    Tell whether an event belongs to a conversation that is over, rather than to a new one.

    Args:
        conversation: The newest of the contact, resolved.
        event: What happened.
        catalog: The content.
        now: Aware UTC.

    Returns:
        True for what nobody said, for what agents do, and for a word of the person to a case that was closed lately.
    """
    if isinstance(event, CallReturned | TimerFired | AgentEvent | ChatEvent):
        return True
    closed = conversation.case.closed_at if conversation.case is not None else None
    if closed is None or now - closed >= REOPENS:
        return False
    if isinstance(event, TextReceived):
        return catalog.meaning(plain(event.text), conversation.language) not in _FOR_THE_BOT
    return isinstance(event, AttachmentReceived)


def reopen(draft: Draft) -> None:
    """Open a case again that an agent had closed; it is nobody's, because who closed it may be away."""
    if draft.conversation.case is not None:
        draft.change(
            status=Status.OPEN, case=evolve(draft.conversation.case, closed_at=None, agent=None, name=None)
        )


def keep_up(draft: Draft, before: Conversation, event: Event) -> None:
    """Keep the waiting as the conversation has become, and show agents what is new to them."""
    if draft.conversation.case is None and draft.conversation.status is Status.OPEN:
        hand_over(draft, "human", Priority.NORMAL)  # a version that knew no cases has handed it over
    after = draft.conversation
    if after.case is None:
        return
    was_open, is_open = before.status is Status.OPEN, after.status is Status.OPEN
    heard = isinstance(event, PersonEvent) and (was_open or is_open)
    if was_open and not is_open:
        rest(draft)
        draft.change(case=evolve(draft.conversation.case or after.case, agent=None, name=None))
    elif is_open and (heard or not was_open) and not isinstance(event, AgentEvent):
        wait(draft)
    if heard or before.case != draft.conversation.case or before.status != after.status:
        draft.show_case()


def wait(draft: Draft) -> None:
    """The person waits for an agent's word from now on, unless they do already."""
    case = draft.conversation.case
    if case is not None and case.waits_since is None:
        draft.change(case=evolve(case, waits_since=draft.now, reminded=0))
        draft.start_timer(WAITING, draft.now + REMINDERS[0])


def rest(draft: Draft) -> None:
    """Nobody waits for an agent's word any more."""
    case = draft.conversation.case
    if case is not None and case.waits_since is not None:
        draft.change(case=evolve(case, waits_since=None, reminded=0))
        draft.cancel_timer(WAITING)


def remind(draft: Draft) -> None:
    """Remind the agents of whom they let wait; of what nobody has, and is not urgent, when the team is there."""
    case = draft.conversation.case
    if case is None or case.waits_since is None or case.reminded >= len(REMINDERS):
        return
    due = case.waits_since + REMINDERS[case.reminded]
    if draft.now < due:
        draft.start_timer(WAITING, due)
        return
    hours = draft.catalog.service.hours
    if case.agent is None and case.priority is not Priority.URGENT and not hours.open_at(draft.now):
        if (opening := hours.next_opening(draft.now)) is not None:
            draft.start_timer(WAITING, opening)
        return
    if case.agent is not None and REMINDERS[case.reminded] == SILENCE:
        draft.say_repair("agent_silent", agent=case.name)
        draft.record(Action.AGENT_SILENT, agent=case.agent)
    draft.change(case=evolve(case, reminded=case.reminded + 1))
    if case.reminded + 1 < len(REMINDERS):
        draft.start_timer(WAITING, max(draft.now, case.waits_since) + _until_next(case.reminded))


def _until_next(reminded: int) -> timedelta:
    return REMINDERS[reminded + 1] - REMINDERS[reminded]


def is_queued(conversation: Conversation) -> bool:
    """Tell whether the person waits for the first agent who is free."""
    case = conversation.case
    return (
        conversation.status is Status.OPEN
        and case is not None
        and case.agent is None
        and case.waits_since is not None
    )


def comes_before(one: Conversation, other: Conversation) -> bool:
    """Tell whether one case is to be taken before another: urgent ones first, then by when the waiting began."""
    return is_queued(one) and _turn(one) < _turn(other)


def _turn(conversation: Conversation) -> tuple[bool, datetime]:
    case = conversation.case
    if case is None or case.waits_since is None:
        return True, datetime.max.replace(tzinfo=UTC)
    return case.priority is not Priority.URGENT, case.waits_since
