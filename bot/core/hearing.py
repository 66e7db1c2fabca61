"""
What a person typed: a word that works at any moment, an answer to the present question, or something to repair.
"""

from __future__ import annotations

from functools import partial

from bot.core import choosing, inquiries, linking, offers, problems, question, repair, retrace, screens, walk
from bot.core.choices import led
from bot.core.conversation import OfferKind
from bot.core.draft import Draft, clear_offer
from bot.core.events import TextReceived
from bot.core.flow import TYPED, Call, Collect, TryArticles, Wait
from bot.core.vocabulary import TICKET_FLOW, Status, Word


def hear(draft: Draft, event: TextReceived) -> None:
    """Take a text, in the order of the theory of operation (`bot.core.engine`)."""
    first = not draft.conversation.greeted
    repair.learn_language(draft, event.reading.language, event.language if first else None)
    before = draft.conversation.heard
    draft.change(heard=event.reading.heard or before)
    if event.shared and not screens.asks_number(draft.conversation, draft.catalog):
        repair.attachment(draft, "contact")
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
    if offers.comes_back(draft):
        offers.resume(draft, problems.new_problem(draft, event))
        return
    if picked := choosing.picked(draft, event.text):
        choosing.choose(draft, picked)
        return
    if (language := repair.language_named(draft, event.text)) is not None:
        offers.set_language(draft, language)
        return
    if not _comes_first(draft, event):
        _answer(draft, event, meaning)


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
        choosing.choose(draft, (chosen,))
    else:
        clear_offer(draft)
        repair.not_an_answer(draft, event)


def _answer_outside(draft: Draft, event: TextReceived) -> None:
    """Take a text outside of every flow; a yes or a no may begin a sentence where one is asked for."""
    offer = draft.conversation.offer
    waits = offer is not None and bool(offer.incidents)
    asks = waits or (offer is not None and offer.kind is OfferKind.OTHER)
    if asks and (chosen := _led(draft, event)) is not None:
        choosing.choose(draft, (chosen,))
    elif waits and repair.word(draft, event.text) is Word.YES:
        offers.ask_again(draft)
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


def interrupts(draft: Draft, event: TextReceived) -> bool:
    """Tell whether a text must be heard wherever the person is: it held a secret, asks for a human or for an end."""
    called_for = (Word.HUMAN, Word.RESTART, Word.STOP, Word.UNLINK)
    return bool(event.removed) or repair.word(draft, event.text) in called_for
