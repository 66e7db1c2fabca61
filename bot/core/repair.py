"""
The repair patterns: what the engine does with everything that is not an answer to the present question.

Secrets are refused; "human", "back", "start again", "stop" and a language work at any moment; another problem is
offered as a switch; an answer that is not understood is explained, then a human is offered, then a human gets it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.core import walk
from bot.core.choices import plain, plain_label
from bot.core.commands import Choice
from bot.core.conversation import PRIVATE_SLOTS, Offer, OfferKind
from bot.core.draft import Draft, clear_offer
from bot.core.events import TextReceived, Value
from bot.core.flow import Ask, Collect, End, Say
from bot.core.vocabulary import Action, Decision, Priority, Status, Word

#: Words that answer a question and interrupt nothing.
ANSWERS: Final = (Word.YES, Word.NO, Word.SKIP, Word.ARRIVED)
NONE_OF_THESE, SWITCH, STAY = "@none_of_these", "@switch", "@stay"
#: Misunderstood texts in a row before a human is offered, and before a human is fetched.
OFFER_HUMAN_AFTER: Final = 2
FETCH_HUMAN_AFTER: Final = 5
#: Bytes of a text that is short: about three words, or five ideographs.
SHORT_BYTES: Final = 15
#: While a human has the case, the person is told so at most this often.
RECEIPT_PAUSE: Final = timedelta(minutes=10)
#: Kinds of secrets with words of their own; the others share `secret_other`.
_SECRETS: Final = ("code", "password", "seed_phrase", "private_key", "card")


def word(draft: Draft, text: str) -> Word | None:
    """Tell which of the words that work at any moment a whole text is, in the person's language first."""
    typed = plain(text)
    languages = (draft.conversation.language, *draft.catalog.repair)
    for language in languages:
        repair = draft.catalog.repair.get(language)
        for meaning, words in repair.words.items() if repair else ():
            if typed in words:
                return meaning
    return next((meaning for meaning in Word if text.strip() == f"/{meaning.value}"), None)


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
        ask_again(draft)


def interrupt(draft: Draft, meaning: Word) -> bool:
    """Do what a word asks for; False if the word is no interrupt."""
    match meaning:
        case Word.HUMAN:
            walk.hand_over(draft, "human", Priority.NORMAL)
        case Word.RESTART:
            restart(draft)
        case Word.STOP:
            stop(draft)
        case Word.BACK:
            back(draft)
        case Word.LANGUAGE:
            offer_languages(draft)
        case Word.HELP:
            draft.say_repair("help")
            ask_again(draft)
        case _:
            return False
    return True


def restart(draft: Draft) -> None:
    """Forget where the person was and show the problems again; the budget of codes stays as it is."""
    walk.leave_flows(draft)
    draft.change(status=Status.PENDING, tried=(), refused=())
    draft.say_repair("restarted")
    offer_menu(draft, "menu")


def stop(draft: Draft) -> None:
    """End the conversation because the person says so."""
    walk.leave_flows(draft)
    draft.change(status=Status.RESOLVED)
    draft.record(Action.STOPPED)
    draft.say_repair("stopped")


def back(draft: Draft) -> None:
    """Return to the question before."""
    clear_offer(draft)
    history = draft.conversation.history
    if not history:
        draft.say_repair("back_impossible")
        ask_again(draft)
        return
    slots = draft.conversation.slots
    kept = {name: slots[name] for name in walk.OF_THE_ACCOUNT if name in slots}
    draft.change(
        stack=history[-1].stack, slots={**history[-1].slots, **kept}, history=history[:-1], misunderstood=0
    )
    walk.ask(draft, entering=True)


def correct(draft: Draft, slot: str, value: Value) -> bool:
    """Go back to where a slot was asked for and answer that question anew; False if it was not asked for."""
    history, slots = draft.conversation.history, draft.conversation.slots
    for place in reversed(range(len(history))):
        frame = history[place].stack[-1]
        flow = draft.catalog.flows.get(frame.flow)
        state = flow.states.get(frame.state) if flow else None
        if isinstance(state, Collect) and state.slot == slot:
            clear_offer(draft)
            kept = {name: slots[name] for name in (*walk.OF_THE_ACCOUNT, "country") if name in slots}
            draft.change(
                stack=history[place].stack, slots={**history[place].slots, **kept}, history=history[:place]
            )
            walk.answer(draft, state.next, slot, value)
            return True
    return False


def set_language(draft: Draft, language: str) -> None:
    """Speak another language from now on."""
    clear_offer(draft)
    draft.change(language=language, language_fixed=True)
    draft.say_repair("language_set")
    ask_again(draft)


def learn_language(draft: Draft, *languages: str | None) -> None:
    """Speak the language that the person writes, unless they chose one."""
    if draft.conversation.language_fixed:
        return
    known = (language for language in languages if language in draft.catalog.repair)
    draft.change(language=next(known, draft.conversation.language))


def offer_languages(draft: Draft) -> None:
    """Ask which language."""
    languages = draft.catalog.service.languages
    draft.change(offer=Offer(kind=OfferKind.LANGUAGE, choices=languages))
    draft.say_repair("language_ask")
    draft.offer(offered(draft))


def offer_menu(draft: Draft, text: str) -> None:
    """Ask what the problem is."""
    draft.change(offer=Offer(kind=OfferKind.MENU, choices=draft.catalog.menu()))
    draft.say_repair(text)
    draft.offer(offered(draft))


def offered(draft: Draft) -> tuple[Choice, ...]:
    """Return the choices of the engine's own question."""
    offer, labels = draft.conversation.offer, draft.repair.labels
    human = Choice(id=walk.HUMAN, label=labels["human"])
    if offer is None:
        return ()
    match offer.kind:
        case OfferKind.LANGUAGE:
            known = draft.catalog.repair
            return tuple(
                Choice(id=language, label=known[language].name)
                for language in offer.choices
                if language in known
            )
        case OfferKind.SWITCH:
            return (Choice(id=SWITCH, label=labels["switch"]), Choice(id=STAY, label=labels["stay"]), human)
        case OfferKind.CLARIFY:
            none = Choice(id=NONE_OF_THESE, label=labels["none_of_these"])
            return (*_titles(draft, offer), none, human)
        case OfferKind.MENU:
            return (*_titles(draft, offer), human)


def take_offer(draft: Draft, choice: str) -> None:
    """Do what the person picked from the engine's own question."""
    offer = clear_offer(draft)
    if offer is None:
        return
    if choice == NONE_OF_THESE:
        draft.change(refused=(*draft.conversation.refused, *offer.choices))
        offer_menu(draft, "menu")
    elif choice == STAY:
        draft.change(refused=(*draft.conversation.refused, *offer.choices))
        draft.say_repair("stayed")
        ask_again(draft)
    elif offer.kind is OfferKind.LANGUAGE:
        set_language(draft, choice)
    else:
        walk.start(draft, offer.choices[0] if choice == SWITCH else choice)


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
    elif reading.decision is not Decision.NONE and candidates:
        draft.change(offer=Offer(kind=OfferKind.CLARIFY, choices=candidates))
        draft.say_repair("clarify")
        draft.offer(offered(draft))
    else:
        _nothing_matched(draft, event)


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
    elif flow == Word.HUMAN and is_phrase(draft, event):
        walk.hand_over(draft, "human", Priority.NORMAL)
    elif all(frame.flow != flow for frame in stack) and flow not in draft.conversation.refused:
        draft.change(offer=Offer(kind=OfferKind.SWITCH, choices=(flow,)))
        draft.say_repair("switch", flow={"title": draft.title(flow)})
        draft.offer(offered(draft))
    else:
        _misunderstood(draft, event)


def is_small_talk(draft: Draft, event: TextReceived) -> bool:
    """Tell whether a whole text is a phrase of small talk, word for word: a user name may look like one."""
    flow = draft.catalog.flows.get(event.reading.flow or "")
    return flow is not None and flow.small_talk and is_phrase(draft, event)


def is_phrase(draft: Draft, event: TextReceived) -> bool:
    """Tell whether a whole text is, word for word, a phrase of the flow that it was read as."""
    typed = plain(event.text)
    return any(
        typed == plain_label(phrase)
        for language in draft.catalog.repair
        if (texts := draft.catalog.texts.get((language, event.reading.flow or ""))) is not None
        for phrase in texts.phrases
    )


def small_talk(draft: Draft, flow: str) -> None:
    """Answer small talk without leaving the flow that one is in."""
    talk = draft.catalog.flows[flow]
    texts = draft.catalog.texts.get((draft.repair.language, flow))
    state = talk.states[talk.start]
    if texts is not None and talk.start in texts.states:
        draft.say(texts.states[talk.start].text)
    end = talk.states.get(state.next) if isinstance(state, Say) else None
    if draft.conversation.stack or draft.conversation.offer:
        ask_again(draft, briefly=True)
    elif isinstance(end, End) and end.result == walk.MENU:
        offer_menu(draft, "menu")


def ask_again(draft: Draft, *, briefly: bool = False) -> None:
    """Put the present question once more, or the menu if there is none."""
    if draft.conversation.offer is not None:
        _offer_again(draft)
    elif draft.conversation.stack:
        walk.ask(draft, briefly=briefly)
    else:
        offer_menu(draft, "menu")


def receipt(draft: Draft) -> None:
    """Tell the person now and then that a human has the case."""
    last = draft.conversation.receipt_at
    if last is None or draft.now - last >= RECEIPT_PAUSE:
        draft.change(receipt_at=draft.now)
        draft.say_repair("receipt")


def _offer_again(draft: Draft) -> None:
    offer = draft.conversation.offer
    if offer is None:
        return
    if offer.kind is OfferKind.SWITCH:
        draft.say_repair("switch", flow={"title": draft.title(offer.choices[0])})
    else:
        draft.say_repair("language_ask" if offer.kind is OfferKind.LANGUAGE else offer.kind.value)
    draft.offer(offered(draft))


def _titles(draft: Draft, offer: Offer) -> tuple[Choice, ...]:
    return tuple(Choice(id=flow, label=draft.title(flow)) for flow in offer.choices)


def _startable(draft: Draft, flow: str) -> bool:
    known = draft.catalog.flows.get(flow)
    return known is not None and not known.internal


def _worth_offering(draft: Draft, flow: str) -> bool:
    """Tell whether "did you mean" may name a flow: a human is offered anyway, small talk and a refused flow never."""
    if not _startable(draft, flow) or flow in draft.conversation.refused or flow == Word.HUMAN:
        return False
    return not draft.catalog.flows[flow].small_talk


def _nothing_matched(draft: Draft, event: TextReceived) -> None:
    draft.record_unmatched(event.text)
    count = draft.conversation.misunderstood + 1
    draft.change(misunderstood=count)
    if count >= FETCH_HUMAN_AFTER:
        walk.hand_over(draft, "not_understood", Priority.NORMAL)
    else:
        offer_menu(draft, "offer_person" if count >= OFFER_HUMAN_AFTER else "not_understood")


def _misunderstood(draft: Draft, event: TextReceived) -> None:
    state, frame = draft.state, draft.frame
    if not (isinstance(state, Collect) and state.slot in PRIVATE_SLOTS):
        draft.record_unmatched(event.text)
    draft.change(misunderstood=draft.conversation.misunderstood + 1)
    tries = frame.tries + 1 if frame else 1
    draft.change_frame(tries=tries)
    if isinstance(state, Ask | Collect) and tries >= state.tries:
        if state.give_up is not None:
            walk.answer(draft, state.give_up)
            return
        walk.hand_over(draft, "not_understood", Priority.NORMAL)
        return
    if draft.conversation.misunderstood >= FETCH_HUMAN_AFTER:
        walk.hand_over(draft, "not_understood", Priority.NORMAL)
        return
    retry = draft.words().retry
    if draft.conversation.misunderstood >= OFFER_HUMAN_AFTER:
        draft.say_repair("offer_person")
    elif retry is not None:
        draft.say(retry)
    else:
        draft.say_repair("retry")
    ask_again(draft, briefly=True)
