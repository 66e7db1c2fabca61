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

1. What works at any moment: a removed secret, a word for a human, back, start again, stop, help, a language.
2. The present question: a choice by button, number or label; a slot; an article that helped or not.
3. The repair patterns (`bot.core.repair`): small talk, another problem, and budgets of misunderstanding.

Entering a state runs to completion (`bot.core.walk`): it goes on until a state waits for the person, and is capped.
All words of one step are one message (`bot.core.draft`). While a human has the conversation (`open`) the engine only
keeps what is said, and says now and then that it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core import repair, walk
from bot.core.calls import OPERATIONS
from bot.core.catalog import Catalog
from bot.core.choices import pick
from bot.core.commands import Choice, Command
from bot.core.conversation import Conversation
from bot.core.draft import Draft, clear_offer, timer_key
from bot.core.events import (
    AttachmentReceived,
    CallReturned,
    ChoicePicked,
    ConversationStarted,
    Event,
    TextReceived,
    TimerFired,
)
from bot.core.flow import INPUTS, Ask, Collect, TryArticles, Wait
from bot.core.vocabulary import Action, Priority, Status, Word


@dataclass(frozen=True, slots=True)
class Step:
    """The result of one event."""

    conversation: Conversation
    commands: tuple[Command, ...]


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
    if _fits(draft):
        _dispatch(draft, event)
    else:
        _content_changed(draft)
    draft.change(content=catalog.fingerprint)
    return Step(*draft.finish())


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
    return pick(text, _present(draft), meaning) is not None or repair.language_named(draft, text) is not None


def _dispatch(draft: Draft, event: Event) -> None:
    match event:
        case ConversationStarted():
            _started(draft, event)
        case TextReceived():
            _text(draft, event)
        case ChoicePicked():
            _choice(draft, event)
        case AttachmentReceived():
            _attachment(draft)
        case CallReturned():
            _returned(draft, event)
        case TimerFired():
            _timer(draft, event)


def _started(draft: Draft, event: ConversationStarted) -> None:
    repair.learn_language(draft, event.language)
    if draft.conversation.status is Status.OPEN:
        repair.receipt(draft)
    else:
        repair.ask_again(draft)


def _text(draft: Draft, event: TextReceived) -> None:
    first = not draft.conversation.greeted
    repair.learn_language(draft, event.reading.language, event.language if first else None)
    if event.removed:
        repair.refuse_secret(draft, event)
        return
    meaning = repair.word(draft, event.text)
    if draft.conversation.status is Status.OPEN:
        _text_while_open(draft, meaning)
        return
    if meaning is not None and repair.interrupt(draft, meaning):
        return
    if (chosen := pick(event.text, _present(draft), meaning)) is not None:
        _choose(draft, chosen)
        return
    if (language := repair.language_named(draft, event.text)) is not None:
        repair.set_language(draft, language)
        return
    _answer(draft, event)


def _text_while_open(draft: Draft, meaning: Word | None) -> None:
    if meaning is Word.RESTART:
        repair.restart(draft)
    elif meaning is Word.STOP:
        repair.stop(draft)
    else:
        repair.receipt(draft)


def _answer(draft: Draft, event: TextReceived) -> None:
    """Take a text that is neither a choice nor a word: a slot, a new complaint, or something to repair."""
    state, frame = draft.state, draft.frame
    if (
        isinstance(state, Collect)
        and event.reading.slot is not None
        and not repair.is_small_talk(draft, event.text)
    ):
        clear_offer(draft)
        if state.slot == "country" and isinstance(event.reading.slot, dict):
            # A country is read together with the number that waits for it.
            draft.set_slot("phone", event.reading.slot.get("phone"))
            walk.answer(draft, state.next, "country", event.reading.slot.get("country"))
            return
        walk.answer(draft, state.next, state.slot, event.reading.slot)
    elif frame is None:
        repair.open_with(draft, event)
    else:
        clear_offer(draft)
        repair.not_an_answer(draft, event)


def _choice(draft: Draft, event: ChoicePicked) -> None:
    if draft.conversation.status is Status.OPEN:
        repair.receipt(draft)
        return
    if event.screen != draft.conversation.screen:
        draft.say_repair("stale")
        repair.ask_again(draft)
        return
    if all(choice.id != event.choice for choice in _present(draft)):
        draft.record(Action.FORGED_BUTTON)
        repair.ask_again(draft)
        return
    _choose(draft, event.choice)


def _present(draft: Draft) -> tuple[Choice, ...]:
    """Return the choices of the question that the person sees."""
    return repair.offered(draft) if draft.conversation.offer is not None else walk.choices(draft)


def _choose(draft: Draft, choice: str) -> None:
    state = draft.state
    if choice == walk.HUMAN:
        walk.hand_over(draft, "human", Priority.NORMAL)
    elif choice == walk.BACK:
        repair.back(draft)
    elif draft.conversation.offer is not None:
        repair.take_offer(draft, choice)
    elif isinstance(state, TryArticles):
        walk.try_next_article(draft, helped=choice == walk.WORKED)
    elif isinstance(state, Ask):
        walk.answer(draft, state.choices[choice], state.id, choice)
    elif isinstance(state, Collect | Wait):
        walk.answer(draft, state.choices[choice])


def _attachment(draft: Draft) -> None:
    if draft.conversation.status is Status.OPEN:
        repair.receipt(draft)
        return
    draft.say_repair("attachment")
    repair.ask_again(draft)


def _returned(draft: Draft, event: CallReturned) -> None:
    draft.record(Action.CALL_RETURNED, operation=event.operation, outcome=event.outcome.value)
    operation = OPERATIONS.get(event.operation)
    if operation is not None:
        walk.call_returned(draft, operation, event.call, event.outcome, dict(event.data))


def _timer(draft: Draft, event: TimerFired) -> None:
    state, frame = draft.state, draft.frame
    if isinstance(state, Wait) and frame is not None and timer_key(frame.flow, state.id) == event.timer:
        clear_offer(draft)
        walk.go(draft, state.next)


def _fits(draft: Draft) -> bool:
    """Tell whether the conversation's place still exists in the content."""
    if draft.conversation.content in ("", draft.catalog.fingerprint):
        return True
    frames = [(draft.catalog.flows.get(frame.flow), frame.state) for frame in draft.conversation.stack]
    if any(flow is None or state not in flow.states for flow, state in frames):
        return False
    return not frames or isinstance(draft.state, INPUTS)


def _content_changed(draft: Draft) -> None:
    """Start the topic again politely: the place where the person was is gone from the content."""
    outermost = draft.conversation.stack[0].flow
    walk.leave_flows(draft)
    draft.say_repair("content_changed")
    if outermost in draft.catalog.flows:
        walk.start(draft, outermost)
    else:
        repair.offer_menu(draft, "menu")
