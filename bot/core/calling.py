"""
Calls to the account system: whether one may be made, what is noted before it, and what its result means.

A neutral call is answered before it is made, as if it were accepted; only a result that is news to the person moves the
flow later. What is known to be in vain is not called at all: a code to a factor that the person lost, one before its
time, one while a takeover is suspected.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.core import speech, trust
from bot.core.calls import CHANNELS, NOT_SENT, Operation
from bot.core.conversation import Conversation, takeover_suspected
from bot.core.draft import Draft, clear_offer
from bot.core.ending import hand_over, open_case
from bot.core.events import CallReturned, Value
from bot.core.flow import Call
from bot.core.vocabulary import LOST, Action, Outcome, Priority, Trust

#: Slots that belong to the account that was named; gone when another one is named.
OF_THE_ACCOUNT: Final = ("case", "retry_at")


def brake(draft: Draft) -> None:
    """
    A takeover is suspected: send nothing from now on, in this conversation and for the account that it is about.

    Whoever is linked may be whom the takeover is by, so nothing is told from now on either.
    """
    draft.record(Action.TAKEOVER_SUSPECTED)
    draft.change(braked_at=draft.now)
    case, link = draft.conversation.slots.get("case"), draft.conversation.link
    if isinstance(case, str) or link is not None:
        draft.brake(case if isinstance(case, str) else None, link.account if link is not None else None)
    trust.drop(draft)


def call(draft: Draft, state: Call) -> str | None:
    """
    Make a call, if it may be made.

    Returns:
        Where the flow goes on at once; None: it waits for the result.
    """
    operation = draft.catalog.operations[state.operation]
    subject = _subject(draft.conversation, operation)
    refused = Outcome.NOT_SUPPORTED if subject is None else _refused(draft, operation, state)
    if subject is None or refused is not None:
        return _outcome(draft, state, refused or Outcome.NOT_SUPPORTED)
    arguments = {**subject, **state.arguments}
    if operation.sends:
        _count(draft, state)
    if operation.opens_ticket:
        arguments |= _ticket(draft)
    draft.say(draft.words().text)
    draft.change_frame(call=draft.call(operation.name, arguments), call_state=state.id)
    return _outcome(draft, state, Outcome.ACCEPTED) if operation.neutral else None


def returned(draft: Draft, event: CallReturned) -> str | None:
    """
    Take the result of a call: keep what it says of the case.

    Returns:
        Where the innermost flow goes on; None if the result is no news to the person, or another flow lies on top.
    """
    operation = draft.catalog.operations.get(event.operation)
    if operation is None:
        return None
    visible = operation.visible(event.outcome, _trust(draft.conversation, event))
    place = next(
        (place for place, frame in enumerate(draft.conversation.stack) if frame.call == event.call), None
    )
    if place is None:
        # The flow is over, or the person names another account meanwhile. A ticket was promised nevertheless.
        if operation.opens_ticket and visible in (
            Outcome.UNAVAILABLE,
            Outcome.UNKNOWN,
            Outcome.NOT_SUPPORTED,
        ):
            hand_over(draft, "ticket_not_opened", Priority.NORMAL)
        return None
    _keep(draft, operation, event)
    if operation.neutral and visible is Outcome.ACCEPTED:
        return None
    if place < len(draft.conversation.stack) - 1:
        draft.change_frame_at(place, returned=visible)
        return None
    clear_offer(draft)
    return after(draft, visible)


def refund(draft: Draft, event: CallReturned) -> None:
    """Take back the count of a code that was not sent."""
    operation = draft.catalog.operations.get(event.operation)
    if operation is not None and operation.sends and event.outcome in NOT_SENT:
        draft.change(sends=draft.conversation.sends[:-1])


def after(draft: Draft, outcome: Outcome) -> str | None:
    """Return where the innermost flow goes on after an outcome of its newest call, which is settled with it."""
    frame, flow = draft.frame, draft.flow
    state = flow.states.get(frame.call_state or "") if flow is not None and frame is not None else None
    draft.change_frame(call=None, call_state=None, returned=None)
    return _outcome(draft, state, outcome) if isinstance(state, Call) else None


def _outcome(draft: Draft, state: Call, outcome: Outcome) -> str:
    return draft.take(outcome.value, state.outcomes[outcome], out_of=state.id)


def _refused(draft: Draft, operation: Operation, state: Call) -> Outcome | None:
    """Tell why a call need not be made, if so."""
    if not operation.sends:
        return None
    conversation = draft.conversation
    if takeover_suspected(conversation, draft.now):
        draft.record(Action.CODE_HELD)
        return Outcome.HELD
    lost = conversation.slots.get(LOST)
    if isinstance(lost, tuple) and CHANNELS.get(state.arguments["channel"]) in lost:
        return Outcome.NOT_SUPPORTED
    if speech.next_code(conversation, draft.catalog, draft.now) > draft.now:
        draft.record(Action.CODE_LIMITED)
        return Outcome.TOO_SOON
    return None


def _subject(conversation: Conversation, operation: Operation) -> Mapping[str, Value] | None:
    """Return what a call is about: the linked account, which nobody needs to name, else a slot; None: nothing is known."""
    if operation.of_account and conversation.link is not None:
        return {"account": conversation.link.account}
    name = next((name for name in operation.subject if name in conversation.slots), None)
    if name is None:
        return None
    value = conversation.slots[name]
    return {name: value.get("code") if isinstance(value, Mapping) else value}


def _trust(conversation: Conversation, event: CallReturned) -> Trust:
    """Tell what may be said of a result: of a linked account only to who is linked to that one now."""
    held = conversation.link
    return Trust.LINKED if held is not None and held.account == event.account else Trust.ANONYMOUS


def _count(draft: Draft, state: Call) -> None:
    """Count a code; one budget for all flows of all conversations with this person."""
    pause = draft.catalog.service.ladder_pause
    counted = (sent for sent in draft.conversation.sends if draft.now - sent < pause)
    draft.change(sends=(*counted, draft.now))
    draft.record(Action.CODE_REQUESTED, operation=state.operation, channel=state.arguments.get("channel"))


def _ticket(draft: Draft) -> dict[str, Value]:
    """Open the case under whose code the account system gets the ticket."""
    code = open_case(draft)
    draft.change(ticket_at=draft.now)
    draft.record(Action.TICKET_REQUESTED, case_code=code)
    lost = draft.conversation.slots.get(LOST)
    return {"items": lost if isinstance(lost, tuple) else (), "external_ref": code}


def _keep(draft: Draft, operation: Operation, event: CallReturned) -> None:
    data = event.data
    if isinstance(data.get("case"), str):
        draft.set_slot("case", data["case"])
        draft.forget(*operation.forgets)
    linked = _trust(draft.conversation, event) is Trust.LINKED
    own_wait = event.outcome is Outcome.TOO_SOON or (linked and event.outcome is Outcome.RATE_LIMITED)
    if own_wait and isinstance(data.get("retry_at"), str):
        draft.set_slot("retry_at", data["retry_at"])
    if linked and operation.tells is not None and event.outcome is Outcome.ACCEPTED:
        draft.set_slot(operation.tells, {name: value for name, value in data.items() if name != "case"})
    ticket = draft.conversation.slots.get("ticket")
    # What tells how the account stands has a `state`, too, which is none of a ticket's.
    if operation.tells is None and isinstance(data.get("state"), str) and isinstance(ticket, Mapping):
        draft.set_slot("ticket", {**ticket, "state": data["state"], "opened": data.get("opened")})
