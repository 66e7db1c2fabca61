"""
A choice of the present question was picked, by its button, its number or its words.
"""

from __future__ import annotations

from functools import partial

from bot.core import offers, question, repair, retrace, walk
from bot.core.choices import pick
from bot.core.conversation import OfferKind
from bot.core.draft import Draft
from bot.core.ending import hand_over
from bot.core.events import ChoicePicked
from bot.core.flow import Ask, AskMany, Collect, TryArticles, Wait
from bot.core.vocabulary import Action, Priority, Status, Word


def press(draft: Draft, event: ChoicePicked) -> None:
    """Take a press of a button: of the present question, of an earlier one, or of none that there ever was."""
    if draft.conversation.status is Status.OPEN:
        repair.receipt(draft)
        return
    if event.screen != draft.conversation.screen:
        # Who presses twice sees the present question in this very message.
        if event.message is None or event.message != draft.conversation.shown_in:
            draft.say_repair("stale")
            offers.ask_again(draft)
        return
    if draft.pressed is None:
        draft.record(Action.FORGED_BUTTON)
        offers.ask_again(draft)
        return
    choose(draft, (event.choice,))


def picked(draft: Draft, text: str) -> tuple[str, ...]:
    """Return the choices of the question that the person sees which a typed answer picks."""
    meaning = partial(repair.word, draft)
    if draft.conversation.offer is None:
        # Who is told to wait and says "ok" has not said that anything came.
        waits = isinstance(draft.state, Wait) and "yes" not in draft.state.choices
        return () if waits and meaning(text) is Word.YES else question.picked(draft, text, meaning)
    # The menu asks for the person's own words: "account" is not the one title on this page that has it.
    offer = draft.conversation.offer
    parts = offer.kind is not OfferKind.MENU or bool(offer.incidents)
    chosen = pick(text, offers.choices(draft), meaning, parts=parts)
    return (chosen,) if chosen is not None else ()


def choose(draft: Draft, picked: tuple[str, ...]) -> None:
    """Do what the person has picked of the present question."""
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
