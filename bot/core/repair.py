"""
The repair patterns: what the engine does with everything that is not an answer to the present question.

Secrets are refused; "human", "back", "start again", "stop" and a language work at any moment; another problem is
offered as a switch; an answer that is not understood is explained, then a human is offered, then a human gets it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.core import linking, offers, problems, retrace, walk
from bot.core.choices import plain
from bot.core.conversation import PRIVATE_SLOTS
from bot.core.draft import Draft, clear_offer
from bot.core.ending import hand_over, leave_flows
from bot.core.events import AttachmentReceived, TextReceived
from bot.core.flow import GIVE_UP, ONLY, Ask, AskMany, Collect, End, Say
from bot.core.vocabulary import Action, Priority, Status, Word

#: Words that answer a question and interrupt nothing.
ANSWERS: Final = (Word.YES, Word.NO, Word.SKIP, Word.ARRIVED, Word.DONE, Word.CORRECTION)
#: Every word as a command.
_COMMANDS: Final = {f"/{word.value}": word for word in Word}
#: Misunderstood texts in a row before a human is offered, and before a human is fetched.
OFFER_HUMAN_AFTER: Final = 2
FETCH_HUMAN_AFTER: Final = 5
#: While a human has the case, the person is told so at most this often.
RECEIPT_PAUSE: Final = timedelta(minutes=10)
#: The end of a small-talk flow that asks what the problem is.
MENU: Final = "menu"
#: What came beside texts and has an answer of its own, by the name of its text.
_ATTACHMENTS: Final = ("edited", "contact")
#: Kinds of secrets with words of their own; the others share `secret_other`.
_SECRETS: Final = ("code", "password", "seed_phrase", "private_key", "card")


def word(draft: Draft, text: str) -> Word | None:
    """Tell which of the words that work at any moment a whole text is, in the person's language first."""
    typed = plain(text)
    meaning = draft.catalog.meaning(typed, draft.conversation.language)
    return meaning or _COMMANDS.get(text.strip())


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


def refuse_secret(draft: Draft, event: TextReceived | AttachmentReceived) -> None:
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
        case Word.UNLINK:
            linking.unlink(draft)
        case _:
            return False
    return True


def stop(draft: Draft) -> None:
    """End the conversation because the person says so."""
    leave_flows(draft)
    draft.change(status=Status.RESOLVED, later=())
    draft.record(Action.STOPPED)
    draft.say_repair("stopped")


def learn_language(draft: Draft, *languages: str | None) -> None:
    """Speak the language that the person writes, unless they chose one."""
    if draft.conversation.language_fixed:
        return
    known = (language for language in languages if language in draft.catalog.repair)
    draft.change(language=next(known, draft.conversation.language))


def tell_language(draft: Draft) -> None:
    """Say, in the language that the person writes, that it is understood and not spoken; otherwise nothing."""
    understood = draft.catalog.understood.get(draft.conversation.heard or "")
    if understood is not None and not draft.conversation.language_fixed:
        draft.say(understood.answered)


def open_with(draft: Draft, event: TextReceived) -> None:
    """Answer a text outside of every flow: start one, ask which, or say that it was not understood."""
    offer = clear_offer(draft)
    waits = offer if offer is not None and offer.incidents else None
    flow, told = problems.clear(draft, event), problems.told(draft, event)
    if flow is not None and draft.catalog.flows[flow].small_talk and not told:
        draft.change(offer=waits)
        small_talk(draft, flow)
    elif flow is not None and problems.comes_before(draft, flow, told):
        _begin(draft, flow, tuple(other for other in told if other != flow))
        retrace.answer_by_opening(draft, event.text)
    elif likely := problems.likely(draft, event, told):
        draft.change(later=told or draft.conversation.later)
        offers.clarify(draft, likely)
    else:
        draft.change(offer=waits)
        _nothing_matched(draft, event)


def _begin(draft: Draft, flow: str, others: tuple[str, ...]) -> None:
    """Start a flow; promise to come to what else was told of."""
    if others:
        draft.change(later=others)
        draft.say_repair("later", flow={"title": draft.title(others[0])})
    walk.start(draft, flow)


def not_an_answer(draft: Draft, event: TextReceived) -> None:
    """Deal with a text that is no answer to the present question."""
    flow = problems.clear(draft, event)
    if flow is not None and draft.catalog.flows[flow].small_talk:
        # A short text that only resembles small talk is more likely an answer that was not understood.
        if problems.is_short(event.text) and not problems.is_phrase(draft, event):
            _misunderstood(draft, event)
        else:
            small_talk(draft, flow)
    elif flow == Word.HUMAN:
        hand_over(draft, "human", Priority.NORMAL)
    elif (other := problems.another(draft, event)) is not None:
        offers.switch(draft, other, event.reading.candidates.get(other, 0.0))
    else:
        _misunderstood(draft, event)


def is_small_talk(draft: Draft, event: TextReceived) -> bool:
    """Tell whether a whole text is a phrase of small talk, word for word: a user name may look like one."""
    flow = draft.catalog.flows.get(event.reading.flow or "")
    return flow is not None and flow.small_talk and problems.is_phrase(draft, event)


def takes_leave(draft: Draft, event: TextReceived) -> bool:
    """Tell whether a whole text only thanks or says goodbye: nothing is asked after it."""
    flow = draft.catalog.flows.get(event.reading.flow or "")
    if flow is None or not is_small_talk(draft, event):
        return False
    state = flow.states[flow.start]
    end = flow.states.get(state.next) if isinstance(state, Say) else None
    return isinstance(end, End) and end.result != MENU


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
    """Tell the person now and then that a human will read it; nothing once one is there."""
    case = draft.conversation.case
    if case is not None and case.agent is not None:
        return
    last = draft.conversation.receipt_at
    if last is None or draft.now - last >= RECEIPT_PAUSE:
        draft.change(receipt_at=draft.now)
        draft.say_repair("receipt")


def attachment(draft: Draft, kind: str) -> None:
    """Say that only texts are read, or what else there is to say of it, and ask the present question again."""
    if draft.conversation.status is Status.OPEN:
        receipt(draft)
        return
    draft.say_repair(kind if kind in _ATTACHMENTS else "attachment")
    offers.ask_again(draft)


def _nothing_matched(draft: Draft, event: TextReceived) -> None:
    draft.record_unmatched(event.text)
    count = draft.conversation.misunderstood + 1
    draft.change(misunderstood=count)
    if count >= FETCH_HUMAN_AFTER:
        hand_over(draft, "not_understood", Priority.NORMAL)
    elif draft.conversation.offer is not None:
        draft.say_repair("offer_person" if count >= OFFER_HUMAN_AFTER else "retry")
        offers.ask_again(draft)
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
