"""
The engine's own questions, asked over the flow's.

They are the menu, "did you mean", "switch?", a language, "go on or start again?", the other problem that was told of, and what
to do while something is broken (`telling`). What a person declined once is not offered again, and is at the end of the menu.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.core import question, telling, walk
from bot.core.commands import Choice
from bot.core.conversation import SESSION, Offer, OfferKind
from bot.core.draft import Draft, clear_offer
from bot.core.ending import leave_flows, resolve
from bot.core.question import DONE, HUMAN
from bot.core.vocabulary import Result, Status

NONE_OF_THESE, SWITCH, STAY, MORE, GO_ON, RESTART, OTHER = (
    "@none_of_these",
    "@switch",
    "@stay",
    "@more",
    "@go_on",
    "@restart",
    "@other",
)
#: "Did you mean" names at most so many: a worried person does not read a fourth.
MOST_MEANT: Final = 3
#: Problems on one page of the menu; more buttons are not read, they are searched.
MENU_PAGE: Final = 6


def menu(draft: Draft, text: str, likely: tuple[str, ...] = ()) -> None:
    """Ask what the problem is: the likely ones first, those that the person declined last."""
    rest = [flow for flow in draft.catalog.menu() if flow not in likely]
    rest.sort(key=lambda flow: flow in draft.conversation.declined)
    _open(draft, Offer(kind=OfferKind.MENU, choices=(*likely, *rest)), text)


def clarify(draft: Draft, flows: Mapping[str, float]) -> None:
    """Ask which of a few problems it is; those with their probabilities, best first."""
    offer = Offer(kind=OfferKind.CLARIFY, choices=tuple(flows), chances=tuple(flows.values()))
    _open(draft, offer, "clarify")


def switch(draft: Draft, flow: str, chance: float) -> None:
    """Ask whether to leave this flow for another one, which it is with this probability."""
    draft.change(offer=Offer(kind=OfferKind.SWITCH, choices=(flow,), chances=(chance,)))
    again(draft)


def begin_with(draft: Draft, flow: str) -> None:
    """Help with a problem that was picked from a list outside of the chat; ask first where another one is helped with."""
    topic = draft.conversation.stack[0].flow if draft.conversation.stack else flow
    clear_offer(draft)
    if topic != flow:
        switch(draft, flow, 1.0)
    elif draft.conversation.stack:
        question.ask(draft)
    else:
        walk.start(draft, flow)


def come_to_the_other(draft: Draft) -> None:
    """Ask, where the conversation would end, about the other problem that the person wrote of."""
    known = [flow for flow in draft.conversation.later if flow in draft.catalog.flows]
    if draft.conversation.status is Status.RESOLVED and known:
        offer = Offer(kind=OfferKind.OTHER, choices=(known[0],))
        draft.change(status=Status.PENDING, offer=offer, later=tuple(known[1:]))
        again(draft)


def languages(draft: Draft) -> None:
    """Ask which language."""
    _open(draft, Offer(kind=OfferKind.LANGUAGE, choices=draft.catalog.service.languages), "language_ask")


def comes_back(draft: Draft) -> bool:
    """Tell whether the person left a question open so long ago that they may not remember it."""
    last = draft.conversation.active_at
    return bool(draft.conversation.stack) and last is not None and draft.now - last >= SESSION


def resume(draft: Draft, other: str | None) -> None:
    """Say again who speaks, and ask somebody who comes back whether to go on; their new problem is offered too."""
    draft.change(
        greeted=False, offer=Offer(kind=OfferKind.RESUME, choices=(other,) if other is not None else ())
    )
    again(draft)


def again(draft: Draft) -> None:
    """Put the engine's own question once more."""
    offer = draft.conversation.offer
    if offer is None:
        return
    if offer.incidents:
        telling.again(draft)
        return
    match offer.kind:
        case OfferKind.SWITCH:
            draft.say_repair("switch", flow={"title": draft.title(offer.choices[0])})
        case OfferKind.OTHER:
            draft.say_repair("other", flow={"title": draft.title(offer.choices[0])})
        case OfferKind.RESUME:
            draft.say_repair("welcome_back", flow={"title": draft.title(topic(draft))})
        case OfferKind.LANGUAGE:
            draft.say_repair("language_ask")
        case OfferKind.MENU | OfferKind.CLARIFY as kind:
            draft.say_repair(kind.value)
    draft.offer(choices(draft))


def choices(draft: Draft) -> tuple[Choice, ...]:
    """Return the choices of the engine's own question."""
    offer, labels = draft.conversation.offer, draft.repair.labels
    human = Choice(id=HUMAN, label=labels["human"])
    if offer is None:
        return ()
    if offer.incidents:
        return telling.choices(draft, offer)
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
        case OfferKind.RESUME:
            go_on, restart = (
                Choice(id=GO_ON, label=labels["go_on"]),
                Choice(id=RESTART, label=labels["restart"]),
            )
            return (go_on, *_titles(draft, offer.choices), restart, human)
        case OfferKind.CLARIFY:
            none = Choice(id=NONE_OF_THESE, label=labels["none_of_these"])
            return (*_titles(draft, offer.choices[:MOST_MEANT]), none, human)
        case OfferKind.OTHER:
            return (Choice(id=OTHER, label=labels["other"]), Choice(id=DONE, label=labels["done"]), human)
        case OfferKind.MENU:
            return (*_page(draft, offer), human)


def take(draft: Draft, choice: str) -> None:
    """Do what the person picked from the engine's own question."""
    offer = clear_offer(draft)
    if offer is None:
        return
    if choice == NONE_OF_THESE:
        _decline(draft, offer)
        menu(draft, "menu", offer.choices[MOST_MEANT:])
    elif choice == STAY:
        _decline(draft, offer)
        draft.say_repair("stayed")
        question.ask(draft)
    elif choice == MORE:
        last = (len(offer.choices) - 1) // MENU_PAGE
        page = offer.page + 1 if offer.page < last else 0
        _open(draft, Offer(kind=OfferKind.MENU, choices=offer.choices, page=page), "menu")
    elif choice == GO_ON:
        question.ask(draft, entering=True)
    elif choice == RESTART:
        restart(draft)
    elif choice == DONE:
        draft.change(status=Status.RESOLVED, later=())
        draft.say_repair("cancelled")
    elif choice == telling.TELL_ME:
        telling.promise(draft, offer)
    elif choice in (telling.HELP_ANYWAY, telling.STILL_FAILS):
        walk.start(draft, offer.choices[0])
    elif choice == telling.WORKS:
        resolve(draft, Result.SOLVED)
    elif offer.kind is OfferKind.LANGUAGE:
        set_language(draft, choice)
    else:
        if offer.kind is OfferKind.RESUME:
            leave_flows(draft)
        walk.start(draft, offer.choices[0] if choice in (SWITCH, OTHER) else choice)


def set_language(draft: Draft, language: str) -> None:
    """Speak another language from now on; what is broken is told in it once more."""
    offer = clear_offer(draft)
    told = offer.incidents if offer is not None else ()
    draft.change(language=language, language_fixed=True, told=told, offer=offer if told else None)
    draft.say_repair("language_set")
    ask_again(draft)


def restart(draft: Draft) -> None:
    """Forget where the person was and show the problems again; the budget of codes stays as it is."""
    leave_flows(draft)
    draft.change(status=Status.PENDING, tried=(), declined={}, later=())
    draft.say_repair("restarted")
    menu(draft, "menu")


def ask_again(draft: Draft, *, briefly: bool = False) -> None:
    """Put the present question once more, or the menu if there is none."""
    if draft.conversation.offer is not None:
        again(draft)
    elif draft.conversation.stack:
        question.ask(draft, briefly=briefly)
    else:
        menu(draft, "menu")


def _open(draft: Draft, offer: Offer, text: str) -> None:
    draft.change(offer=offer)
    draft.say_repair(text)
    draft.offer(choices(draft))


def _decline(draft: Draft, offer: Offer) -> None:
    """Remember that it is none of the problems shown, and how likely each was."""
    shown, held = offer.choices[:MOST_MEANT], draft.conversation.declined
    chances = dict(zip(offer.choices, offer.chances, strict=True))
    declined = {flow: max(chances[flow], held.get(flow, 0.0)) for flow in shown}
    later = tuple(flow for flow in draft.conversation.later if flow not in shown)
    draft.change(declined={**held, **declined}, later=later)


def is_asking(draft: Draft) -> bool:
    """Tell whether a question is open, the engine's own or a flow's."""
    return draft.conversation.offer is not None or bool(draft.conversation.stack)


def topic(draft: Draft) -> str:
    """Return the innermost flow that has a name for people, or that is told of in its place; empty: there is none."""
    flows = [frame.flow for frame in draft.conversation.stack]
    offer = draft.conversation.offer
    if offer is not None and offer.incidents:
        flows += offer.choices
    known = [flow for flow in flows if (found := draft.catalog.flows.get(flow)) and not found.internal]
    return known[-1] if known else ""


def _page(draft: Draft, offer: Offer) -> tuple[Choice, ...]:
    if len(offer.choices) <= MENU_PAGE:
        return _titles(draft, offer.choices)
    first = offer.page * MENU_PAGE
    more = Choice(id=MORE, label=draft.repair.labels["more"])
    return (*_titles(draft, offer.choices[first : first + MENU_PAGE]), more)


def _titles(draft: Draft, flows: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(id=flow, label=draft.title(flow)) for flow in flows)
