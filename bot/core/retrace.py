"""
Going back: to the question before, or to an earlier one that was answered wrongly; then the known answers are given again.

An answer is repeated only where nothing but another question follows from it. What calls, waits, ends or hands over is
never entered twice without the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.core import offers, question, walk
from bot.core.calling import OF_THE_ACCOUNT
from bot.core.choices import pick_words
from bot.core.conversation import Snapshot
from bot.core.draft import Draft, clear_offer
from bot.core.ending import LASTING
from bot.core.events import Value
from bot.core.flow import PICKED, TYPED, Ask, AskMany, Branch, Collect, Route, Say, Set, State

#: Slots that going back does not undo.
_KEPT: Final = (*OF_THE_ACCOUNT, *LASTING, "ticket")
#: A longer text is a story, not a correction.
_MAX_CORRECTION: Final = 80


def back(draft: Draft) -> None:
    """Return to the question before."""
    clear_offer(draft)
    history = draft.conversation.history
    if not history:
        draft.say_repair("back_impossible")
        offers.ask_again(draft)
        return
    _restore(draft, len(history) - 1)
    draft.change(misunderstood=0)
    question.ask(draft, entering=True)


def correct_slot(draft: Draft, slot: str, value: Value) -> bool:
    """Go back to where a slot was asked for and answer that question anew; False if it was not asked for."""
    for place in reversed(range(len(draft.conversation.history))):
        state = _asked(draft, draft.conversation.history[place])
        if isinstance(state, Collect) and state.slot == slot:
            kept = {"country": draft.conversation.slots.get("country")}
            _restore(draft, place)
            draft.change(
                slots={**draft.conversation.slots, **{k: v for k, v in kept.items() if v is not None}}
            )
            walk.answer(draft, TYPED, state.next, slot, value)
            return True
    return False


def correct_choice(draft: Draft, text: str) -> bool:
    """
    Take a text as another answer to an earlier question, if it names one in its own words.

    "No, I am on Android" at the third question after "iPhone or Android?" goes back there, answers it anew, and repeats
    the answers given since, as far as they still fit.

    Returns:
        Whether it was one.
    """
    if len(text) > _MAX_CORRECTION:
        return False
    history, slots = draft.conversation.history, draft.conversation.slots
    for place in reversed(range(len(history))):
        snapshot = history[place]
        state = _asked(draft, snapshot)
        if not isinstance(state, Ask):
            continue
        words = draft.words_of(snapshot.stack[-1].flow, state.id)
        chosen = pick_words(text, words.choices, words.answers)
        if chosen is None or chosen not in state.choices or chosen == slots.get(state.id):
            continue
        later = {_place(step) for step in history[place + 1 :]}
        _restore(draft, place)
        draft.say_repair("corrected", answer=words.choices.get(chosen, chosen))
        walk.answer(draft, chosen, state.choices[chosen], state.id, chosen)
        _repeat(draft, later, slots)
        return True
    return False


def answer_by_opening(draft: Draft, text: str) -> None:
    """Take the words that started a flow as the answer to its first question, if they are one."""
    state = draft.state
    if not isinstance(state, Ask) or not state.opening or len(text) > _MAX_CORRECTION:
        return
    words = draft.words()
    chosen = pick_words(text, dict.fromkeys(state.choices, ""), words.answers)
    if chosen is not None and chosen in state.choices:
        draft.unsay()
        walk.answer(draft, chosen, state.choices[chosen], state.id, chosen)


def _repeat(draft: Draft, later: set[tuple[str, str]], slots: Mapping[str, Value]) -> None:
    """Give again the answers of the questions that were answered since, while they lead to questions only."""
    while (frame := draft.frame) is not None and (frame.flow, frame.state) in later:
        later.discard((frame.flow, frame.state))
        state, flow = draft.state, draft.flow
        if flow is None:
            return
        match state:
            case Ask() if isinstance(value := slots.get(state.id), str) and value in state.choices:
                way, slot, target = value, state.id, state.choices[value]
            case AskMany() if isinstance(value := slots.get(state.id), tuple):
                way, slot, target = PICKED, state.id, state.next
            case Collect() if (value := slots.get(state.slot)) is not None:
                way, slot, target = TYPED, state.slot, state.next
            case _:
                return
        if not isinstance(flow.states.get(target), Ask | AskMany | Collect | Say | Set | Branch | Route):
            return
        draft.unsay()
        walk.answer(draft, way, target, slot, value)


def _restore(draft: Draft, place: int) -> None:
    """Return to an earlier question; what was learnt of the account and of the person's clock stays."""
    clear_offer(draft)
    history, slots = draft.conversation.history, draft.conversation.slots
    kept = {name: slots[name] for name in _KEPT if name in slots}
    snapshot = history[place]
    draft.change(stack=snapshot.stack, slots={**snapshot.slots, **kept}, history=history[:place])
    draft.change_frame(picked=())


def _asked(draft: Draft, snapshot: Snapshot) -> State | None:
    flow, state = _place(snapshot)
    found = draft.catalog.flows.get(flow)
    return found.states.get(state) if found is not None else None


def _place(snapshot: Snapshot) -> tuple[str, str]:
    frame = snapshot.stack[-1]
    return frame.flow, frame.state
