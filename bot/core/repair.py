"""
The repair patterns: what the engine does with everything that is not an answer to the present question.

Secrets are refused; "human", "back", "start again", "stop" and a language work at any moment; another problem is
offered as a switch; an answer that is not understood is explained, then a human is offered, then a human gets it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.core import offers, retrace, walk
from bot.core.choices import plain, plain_label
from bot.core.conversation import PRIVATE_SLOTS
from bot.core.draft import Draft, clear_offer
from bot.core.ending import hand_over, leave_flows
from bot.core.events import TextReceived
from bot.core.flow import GIVE_UP, ONLY, Ask, AskMany, Collect, End, Say
from bot.core.vocabulary import Action, Decision, Priority, Status, Word

#: Words that answer a question and interrupt nothing.
ANSWERS: Final = (Word.YES, Word.NO, Word.SKIP, Word.ARRIVED, Word.DONE, Word.CORRECTION)
#: Misunderstood texts in a row before a human is offered, and before a human is fetched.
OFFER_HUMAN_AFTER: Final = 2
FETCH_HUMAN_AFTER: Final = 5
#: Bytes of a text that is short: about three words, or five ideographs.
SHORT_BYTES: Final = 15
#: A text of up to about four words that only resembles an emergency is more likely an answer.
URGENT_BYTES: Final = 20
#: While a human has the case, the person is told so at most this often.
RECEIPT_PAUSE: Final = timedelta(minutes=10)
#: The end of a small-talk flow that asks what the problem is.
MENU: Final = "menu"
#: Kinds of secrets with words of their own; the others share `secret_other`.
_SECRETS: Final = ("code", "password", "seed_phrase", "private_key", "card")


def word(draft: Draft, text: str) -> Word | None:
    """Tell which of the words that work at any moment a whole text is, in the person's language first."""
    typed = plain(text)
    meaning = draft.catalog.meaning(typed, draft.conversation.language)
    return meaning or next((word for word in Word if text.strip() == f"/{word.value}"), None)


def takes_back(draft: Draft, text: str) -> bool:
    """Tell whether a text begins like a correction: "no, ...", "sorry, I meant ..."."""
    typed = plain(text)
    for repair in draft.catalog.repair.values():
        for said in (*repair.words.get(Word.CORRECTION, ()), *repair.words.get(Word.NO, ())):
            if typed.startswith(f"{said} " if said.isascii() else said) and typed != said:
                return True
    return False


def language_named(draft: Draft, text: str) -> str | None:
    """Tell which shipped language a whole text names."""
    typed = plain(text)
    return next(
        (language for language, repair in draft.catalog.repair.items() if typed in repair.names), None
    )


def refuse_secret(draft: Draft, event: TextReceived) -> None:
    """Say that a secret was removed and what to do now, then ask the present question again."""
    draft.record(Action.SECRET_REMOVED, kinds=event.removed)
    if event.message is not None:
        draft.delete_message(event.message)
    kind = next((kind for kind in event.removed if kind in _SECRETS), "other")
    draft.say_repair(f"secret_{kind}", removed=kind)
    if draft.conversation.status is Status.PENDING:
        offers.ask_again(draft)


def interrupt(draft: Draft, meaning: Word) -> bool:
    """Do what a word asks for; False if the word is no interrupt."""
    match meaning:
        case Word.HUMAN:
            hand_over(draft, "human", Priority.NORMAL)
        case Word.RESTART:
            offers.restart(draft)
        case Word.STOP:
            stop(draft)
        case Word.BACK:
            retrace.back(draft)
        case Word.LANGUAGE:
            offers.languages(draft)
        case Word.HELP:
            draft.say_repair("help")
            offers.ask_again(draft)
        case _:
            return False
    return True


def stop(draft: Draft) -> None:
    """End the conversation because the person says so."""
    leave_flows(draft)
    draft.change(status=Status.RESOLVED)
    draft.record(Action.STOPPED)
    draft.say_repair("stopped")


def learn_language(draft: Draft, *languages: str | None) -> None:
    """Speak the language that the person writes, unless they chose one."""
    if draft.conversation.language_fixed:
        return
    known = (language for language in languages if language in draft.catalog.repair)
    draft.change(language=next(known, draft.conversation.language))


def open_with(draft: Draft, event: TextReceived) -> None:
    """Answer a text outside of every flow: start one, ask which, or say that it was not understood."""
    reading = event.reading
    candidates = tuple(flow for flow in reading.candidates if _worth_offering(draft, flow))
    clear_offer(draft)
    if reading.decision is Decision.START and reading.flow is not None and _startable(draft, reading.flow):
        if draft.catalog.flows[reading.flow].small_talk:
            small_talk(draft, reading.flow)
        else:
            walk.start(draft, reading.flow)
            retrace.answer_by_opening(draft, event.text)
    elif reading.decision is not Decision.NONE and any(_calm(draft, flow) for flow in candidates):
        offers.clarify(draft, candidates)
    else:
        _nothing_matched(draft, event)


def urgent_problem(draft: Draft, event: TextReceived) -> str | None:
    """Return the urgent flow that a text clearly speaks of, unless the person is in it or has refused it."""
    flow = new_problem(draft, event)
    if flow is None or not draft.catalog.flows[flow].urgent:
        return None
    return flow if len(event.text.encode()) > URGENT_BYTES or is_phrase(draft, event) else None


def new_problem(draft: Draft, event: TextReceived) -> str | None:
    """Return the flow that a text clearly speaks of, if the person is not in it."""
    reading, conversation = event.reading, draft.conversation
    flow = reading.flow if reading.decision is Decision.START else None
    if flow is None or not _startable(draft, flow) or draft.catalog.flows[flow].small_talk:
        return None
    if flow == Word.HUMAN:  # who is offered beside every question anyway
        return None
    if flow in conversation.refused or any(frame.flow == flow for frame in conversation.stack):
        return None
    return flow


def not_an_answer(draft: Draft, event: TextReceived) -> None:
    """Deal with a text that is no answer to the present question."""
    reading, stack = event.reading, draft.conversation.stack
    flow = reading.flow if reading.decision is Decision.START else None
    if flow is None or not _startable(draft, flow):
        _misunderstood(draft, event)
    elif draft.catalog.flows[flow].small_talk:
        # A short text that only resembles small talk is more likely an answer that was not understood.
        if len(event.text.encode()) > SHORT_BYTES or is_phrase(draft, event):
            small_talk(draft, flow)
        else:
            _misunderstood(draft, event)
    elif flow == Word.HUMAN:
        hand_over(draft, "human", Priority.NORMAL)
    elif _may_leave(draft, flow) and all(frame.flow != flow for frame in stack):
        offers.switch(draft, flow)
    else:
        _misunderstood(draft, event)


def _may_leave(draft: Draft, flow: str) -> bool:
    """Tell whether another flow may be offered: not a refused one, and none while something urgent is going on."""
    flows = draft.catalog.flows
    return flow not in draft.conversation.refused and not any(
        flows[frame.flow].urgent for frame in draft.conversation.stack
    )


def is_small_talk(draft: Draft, event: TextReceived) -> bool:
    """Tell whether a whole text is a phrase of small talk, word for word: a user name may look like one."""
    flow = draft.catalog.flows.get(event.reading.flow or "")
    return flow is not None and flow.small_talk and is_phrase(draft, event)


def is_phrase(draft: Draft, event: TextReceived) -> bool:
    """Tell whether a whole text is, word for word, a phrase of the flow that it was read as."""
    typed = plain(event.text)
    return any(
        typed == plain_label(phrase)
        for language in draft.catalog.heard()
        for phrase in draft.catalog.phrases(language, event.reading.flow or "")
    )


def small_talk(draft: Draft, flow: str) -> None:
    """Answer small talk without leaving the flow that one is in."""
    talk = draft.catalog.flows[flow]
    texts = draft.catalog.texts.get((draft.repair.language, flow))
    state = talk.states[talk.start]
    if texts is not None and talk.start in texts.states:
        draft.say(texts.states[talk.start].text)
    end = talk.states.get(state.next) if isinstance(state, Say) else None
    if end is not None:
        draft.taken.append((flow, state.id, ONLY))
    draft.entered.extend((flow, spoken.id) for spoken in (state, end) if spoken is not None)
    if draft.conversation.stack or draft.conversation.offer:
        offers.ask_again(draft, briefly=True)
    elif isinstance(end, End) and end.result == MENU:
        offers.menu(draft, "menu")


def receipt(draft: Draft) -> None:
    """Tell the person now and then that a human has the case."""
    last = draft.conversation.receipt_at
    if last is None or draft.now - last >= RECEIPT_PAUSE:
        draft.change(receipt_at=draft.now)
        draft.say_repair("receipt")


def _startable(draft: Draft, flow: str) -> bool:
    known = draft.catalog.flows.get(flow)
    return known is not None and not known.internal


def _worth_offering(draft: Draft, flow: str) -> bool:
    """Tell whether "did you mean" may name a flow: a human is offered anyway, small talk and a refused flow never."""
    if not _startable(draft, flow) or flow in draft.conversation.refused or flow == Word.HUMAN:
        return False
    return not draft.catalog.flows[flow].small_talk


def _calm(draft: Draft, flow: str) -> bool:
    """Tell whether a flow may be guessed alone: "is somebody in your account?" out of the blue frightens people."""
    return not draft.catalog.flows[flow].urgent


def _nothing_matched(draft: Draft, event: TextReceived) -> None:
    draft.record_unmatched(event.text)
    count = draft.conversation.misunderstood + 1
    draft.change(misunderstood=count)
    if count >= FETCH_HUMAN_AFTER:
        hand_over(draft, "not_understood", Priority.NORMAL)
    else:
        offers.menu(draft, "offer_person" if count >= OFFER_HUMAN_AFTER else "not_understood")


def _misunderstood(draft: Draft, event: TextReceived) -> None:
    state, frame = draft.state, draft.frame
    if not (isinstance(state, Collect) and state.slot in PRIVATE_SLOTS):
        draft.record_unmatched(event.text)
    draft.change(misunderstood=draft.conversation.misunderstood + 1)
    tries = frame.tries + 1 if frame else 1
    draft.change_frame(tries=tries)
    if isinstance(state, Ask | AskMany | Collect) and tries >= state.tries:
        if state.give_up is not None:
            draft.say_repair("skipped")
            walk.answer(draft, GIVE_UP, state.give_up)
            return
        hand_over(draft, "not_understood", Priority.NORMAL)
        return
    if draft.conversation.misunderstood >= FETCH_HUMAN_AFTER:
        hand_over(draft, "not_understood", Priority.NORMAL)
        return
    retry = draft.words().retry
    if draft.conversation.misunderstood >= OFFER_HUMAN_AFTER:
        draft.say_repair("offer_person")
    elif retry is not None:
        draft.say(retry)
    else:
        draft.say_repair("retry")
    offers.ask_again(draft, briefly=True)
