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
3. The repair patterns (`bot.core.repair`): small talk, another problem (`bot.core.problems` tells which), and budgets
   of misunderstanding.

Who told of two problems is asked about the second where the first one ends (`offers.come_to_the_other`).

Entering a state runs to completion (`bot.core.walk`): it goes on until a state waits for the person, and is capped.
All words of one step are one message (`bot.core.draft`). While a human must act (`open`) the engine only keeps what is
said, and says now and then that it does; once an agent has the case it is silent (`bot.core.cases`). What agents do are
events like any other (`bot.core.agents`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from bot.core import (
    agents,
    calling,
    cases,
    inquiries,
    linking,
    offers,
    presence,
    problems,
    question,
    repair,
    retrace,
    screens,
    trust,
    walk,
)
from bot.core.catalog import Catalog
from bot.core.choices import led, pick
from bot.core.commands import Command, Courtesy
from bot.core.conversation import SESSION, Conversation, Frame, OfferKind
from bot.core.draft import Draft, clear_offer, timer_key
from bot.core.ending import hand_over, leave_flows
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
from bot.core.flow import INPUTS, TIME_IS_UP, TYPED, Ask, AskMany, Call, Collect, Run, TryArticles, Wait
from bot.core.vocabulary import TICKET_FLOW, Action, Priority, Status, Word

#: What has an answer of its own, by the name of its text.
_ATTACHMENTS: Final = ("edited", "contact")


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
        _forget_what_is_gone(draft)
    over = trust.has_lapsed(draft)
    if over:
        trust.drop(draft)
    if not _fits(draft):
        _start_again(draft, event, "content_changed")
    elif over and conversation.stack and not isinstance(event, AccountLinked | AccountUnlinked):
        _start_again(draft, event, "link_over")
    else:
        _dispatch(draft, event)
    offers.come_to_the_other(draft)
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
    if _comes_back(draft):
        return False
    return bool(_picked(draft, text)) or repair.language_named(draft, text) is not None


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
            _text(draft, event)
        case ChoicePicked():
            _choice(draft, event)
        case AttachmentReceived():
            _attachment(draft, event.kind)
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
    if isinstance(event, TextReceived) and event.removed:
        repair.refuse_secret(draft, event)
    draft.say_repair("reopened")


def _started(draft: Draft, event: ConversationStarted) -> None:
    repair.learn_language(draft, event.language)
    if event.link is not None:
        linking.refuse(draft)
    elif draft.conversation.status is Status.OPEN:
        repair.receipt(draft)
    elif _comes_back(draft):
        _welcome_back(draft, event.flow)
    elif event.flow is not None and event.flow in draft.catalog.menu():
        offers.begin_with(draft, event.flow)
    else:
        offers.ask_again(draft)


def _text(draft: Draft, event: TextReceived) -> None:
    first = not draft.conversation.greeted
    repair.learn_language(draft, event.reading.language, event.language if first else None)
    before = draft.conversation.heard
    draft.change(heard=event.reading.heard or before)
    if event.shared and not screens.asks_number(draft.conversation, draft.catalog):
        _attachment(draft, "contact")
        return
    if event.removed:
        repair.refuse_secret(draft, event)
        return
    if inquiries.answer(draft, event.text):
        return
    meaning = repair.word(draft, event.text)
    if draft.conversation.status is Status.OPEN:
        _text_while_open(draft, meaning)
        return
    if draft.conversation.heard != before:
        repair.tell_language(draft)
    if meaning is not None and repair.interrupt(draft, meaning):
        return
    if _comes_back(draft):
        _welcome_back(draft, problems.new_problem(draft, event))
        return
    if picked := _picked(draft, event.text):
        _choose(draft, picked)
        return
    if (language := repair.language_named(draft, event.text)) is not None:
        offers.set_language(draft, language)
        return
    if not _comes_first(draft, event):
        _answer(draft, event, meaning)


def _comes_back(draft: Draft) -> bool:
    """Tell whether the person left a question open so long ago that they may not remember it."""
    last = draft.conversation.active_at
    return bool(draft.conversation.stack) and last is not None and draft.now - last >= SESSION


def _welcome_back(draft: Draft, other: str | None) -> None:
    """Say again who speaks, and ask whether to go on."""
    draft.change(greeted=False)
    offers.resume(draft, other)


def _comes_first(draft: Draft, event: TextReceived) -> bool:
    """Follow what is not asked about first: an urgent problem, and a case code, whose state one wants to know."""
    flow = problems.urgent_problem(draft, event)
    if flow is None and event.reading.ticket is not None and not _collects(draft, "ticket"):
        flow = TICKET_FLOW if TICKET_FLOW in draft.catalog.flows else None
        draft.set_slot("ticket", {"code": event.reading.ticket})
    if flow is None:
        return False
    clear_offer(draft)
    if draft.frame is not None and draft.frame.flow == flow:
        draft.change(stack=draft.conversation.stack[:-1])
    walk.start(draft, flow)
    return True


def _collects(draft: Draft, slot: str) -> bool:
    state = draft.state
    return isinstance(state, Collect) and state.slot == slot


def _text_while_open(draft: Draft, meaning: Word | None) -> None:
    if meaning is Word.RESTART:
        offers.restart(draft)
    elif meaning is Word.UNLINK:
        linking.unlink(draft)
    elif meaning is Word.STOP:
        repair.stop(draft)
    else:
        repair.receipt(draft)


def _answer(draft: Draft, event: TextReceived, meaning: Word | None) -> None:
    """Take a text that is neither a choice nor a word: a slot, a new complaint, or something to repair."""
    state, frame = draft.state, draft.frame
    if (
        isinstance(state, Collect)
        and event.reading.slot is not None
        and meaning is None  # "okay" is nobody's name
        and not repair.is_small_talk(draft, event)
    ):
        clear_offer(draft)
        if state.slot == "country" and isinstance(event.reading.slot, dict):
            # A country is read together with the number that waits for it.
            draft.set_slot("phone", event.reading.slot.get("phone"))
            walk.answer(draft, TYPED, state.next, "country", event.reading.slot.get("country"))
            return
        walk.answer(draft, TYPED, state.next, state.slot, event.reading.slot)
    elif frame is None:
        _answer_outside(draft, event)
    elif isinstance(state, Call):
        question.ask(draft)
    elif isinstance(state, Wait | TryArticles) and meaning is Word.YES and draft.conversation.offer is None:
        question.acknowledge(draft)
    elif _corrects(draft, event):
        return
    elif (chosen := _led(draft, event)) is not None:
        _choose(draft, (chosen,))
    else:
        clear_offer(draft)
        repair.not_an_answer(draft, event)


def _answer_outside(draft: Draft, event: TextReceived) -> None:
    """Take a text outside of every flow; only "and the other problem?" has a yes and a no that may begin a sentence."""
    offer = draft.conversation.offer
    if offer is not None and offer.kind is OfferKind.OTHER and (chosen := _led(draft, event)) is not None:
        _choose(draft, (chosen,))
    else:
        repair.open_with(draft, event)


def _led(draft: Draft, event: TextReceived) -> str | None:
    """Return the choice that a sentence means by its leading yes or no, unless it speaks of another problem."""
    if problems.new_problem(draft, event) is not None:
        return None
    return led(event.text, screens.present(draft), partial(repair.word, draft))


def _corrects(draft: Draft, event: TextReceived) -> bool:
    """Take a text as another answer to an earlier question; False if it is none."""
    phone = event.reading.corrected_phone
    if phone is not None and retrace.correct_slot(draft, "phone", phone):
        return True
    if draft.conversation.offer is not None or not repair.takes_back(draft, event.text):
        return False
    return retrace.correct_choice(draft, event.text)


def _choice(draft: Draft, event: ChoicePicked) -> None:
    if draft.conversation.status is Status.OPEN:
        repair.receipt(draft)
        return
    if event.screen != draft.conversation.screen:
        # Who presses twice sees the present question in this very message.
        if event.message is None or event.message != draft.conversation.shown_in:
            draft.say_repair("stale")
            offers.ask_again(draft)
        return
    if all(choice.id != event.choice for choice in screens.present(draft)):
        draft.record(Action.FORGED_BUTTON)
        offers.ask_again(draft)
        return
    _choose(draft, (event.choice,))


def _picked(draft: Draft, text: str) -> tuple[str, ...]:
    """Return the choices of the question that the person sees which a typed answer picks."""
    meaning = partial(repair.word, draft)
    if draft.conversation.offer is None:
        # Who is told to wait and says "ok" has not said that anything came.
        waits = isinstance(draft.state, Wait) and "yes" not in draft.state.choices
        return () if waits and meaning(text) is Word.YES else question.picked(draft, text, meaning)
    # The menu asks for the person's own words: "account" is not the one title on this page that has it.
    parts = draft.conversation.offer.kind is not OfferKind.MENU
    chosen = pick(text, offers.choices(draft), meaning, parts=parts)
    return (chosen,) if chosen is not None else ()


def _choose(draft: Draft, picked: tuple[str, ...]) -> None:
    state, choice = draft.state, picked[0]
    if choice == question.HUMAN:
        hand_over(draft, "human", Priority.NORMAL)
    elif choice == question.BACK:
        retrace.back(draft)
    elif draft.conversation.offer is not None:
        offers.take(draft, choice)
    elif isinstance(state, TryArticles):
        walk.try_next_article(draft, helped=choice == question.WORKED)
    elif isinstance(state, AskMany) and choice not in state.choices:
        walk.answer_many(draft, state, picked)
    elif isinstance(state, Ask):
        walk.answer(draft, choice, state.choices[choice], state.id, choice)
    elif isinstance(state, AskMany | Collect | Wait):
        walk.answer(draft, choice, state.choices[choice])


def _attachment(draft: Draft, kind: str) -> None:
    if draft.conversation.status is Status.OPEN:
        repair.receipt(draft)
        return
    draft.say_repair(kind if kind in _ATTACHMENTS else "attachment")
    offers.ask_again(draft)


def _returned(draft: Draft, event: CallReturned) -> None:
    draft.record(Action.CALL_RETURNED, operation=event.operation, outcome=event.outcome.value)
    walk.go(draft, calling.returned(draft, event))


def _timer(draft: Draft, event: TimerFired) -> None:
    if event.timer == cases.WAITING:
        cases.remind(draft)
        return
    state, frame = draft.state, draft.frame
    if not isinstance(state, Wait) or frame is None or timer_key(frame.flow, state.id) != event.timer:
        return
    if frame.due_at is not None and event.at < frame.due_at:
        return  # it fired for an earlier visit, while the person's choice to wait on was on its way
    clear_offer(draft)
    walk.go(draft, draft.take(TIME_IS_UP, state.next))


def _forget_what_is_gone(draft: Draft) -> None:
    """Forget earlier questions that the content does not have any more; "back" must not lead there."""
    history = draft.conversation.history
    draft.change(history=tuple(snapshot for snapshot in history if _stands(snapshot.stack, draft.catalog)))


def _fits(draft: Draft) -> bool:
    """Tell whether the conversation's place still exists in the content."""
    conversation, catalog = draft.conversation, draft.catalog
    if conversation.content in ("", catalog.fingerprint):
        return True
    offered = conversation.offer.choices if conversation.offer is not None else ()
    return _stands(conversation.stack, catalog) and all(
        choice in catalog.flows or choice in catalog.repair for choice in offered
    )


def _stands(stack: tuple[Frame, ...], catalog: Catalog) -> bool:
    """Tell whether each flow of a stack still waits: the innermost for the person, the others for it or for one they ran."""
    for frame in stack:
        flow = catalog.flows.get(frame.flow)
        state = flow.states.get(frame.state) if flow is not None else None
        waits = (
            isinstance(state, INPUTS)
            or (isinstance(state, Run) and frame is not stack[-1])
            or (isinstance(state, Call) and frame.call is not None)
        )
        if not waits or (frame.article is not None and frame.article not in catalog.articles):
            return False
    return True


def _start_again(draft: Draft, event: Event, why: str) -> None:
    """Start the topic again politely: the place where the person was is gone. A secret and a call for help are heard."""
    topic = draft.conversation.stack[0].flow if draft.conversation.stack else None
    leave_flows(draft)
    if isinstance(event, TextReceived) and _interrupts(draft, event):
        _text(draft, event)
        return
    if isinstance(event, CallReturned):
        _returned(draft, event)
    draft.say_repair(why)
    if topic is not None and topic in draft.catalog.flows:
        walk.start(draft, topic)
    else:
        offers.menu(draft, "menu")


def _interrupts(draft: Draft, event: TextReceived) -> bool:
    """Tell whether a text must be heard wherever the person is: it held a secret, asks for a human or for an end."""
    called_for = (Word.HUMAN, Word.RESTART, Word.STOP, Word.UNLINK)
    return bool(event.removed) or repair.word(draft, event.text) in called_for
