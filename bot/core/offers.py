"""
The engine's own questions, asked over the flow's: the menu, "did you mean", "switch?", a language, "go on or start again?".
"""

from __future__ import annotations

from typing import Final

from bot.core import question, walk
from bot.core.commands import Choice
from bot.core.conversation import Offer, OfferKind
from bot.core.draft import Draft, clear_offer
from bot.core.ending import leave_flows
from bot.core.question import HUMAN
from bot.core.vocabulary import Status

NONE_OF_THESE, SWITCH, STAY, MORE, GO_ON, RESTART = (
    "@none_of_these",
    "@switch",
    "@stay",
    "@more",
    "@go_on",
    "@restart",
)
#: Problems on one page of the menu; more buttons are not read, they are searched.
MENU_PAGE: Final = 6


def menu(draft: Draft, text: str) -> None:
    """Ask what the problem is."""
    _open(draft, Offer(kind=OfferKind.MENU, choices=draft.catalog.menu()), text)


def clarify(draft: Draft, flows: tuple[str, ...]) -> None:
    """Ask which of a few problems it is."""
    _open(draft, Offer(kind=OfferKind.CLARIFY, choices=flows), "clarify")


def switch(draft: Draft, flow: str) -> None:
    """Ask whether to leave this flow for another one."""
    draft.change(offer=Offer(kind=OfferKind.SWITCH, choices=(flow,)))
    again(draft)


def languages(draft: Draft) -> None:
    """Ask which language."""
    _open(draft, Offer(kind=OfferKind.LANGUAGE, choices=draft.catalog.service.languages), "language_ask")


def resume(draft: Draft, other: str | None) -> None:
    """Ask somebody who comes back after a long time whether to go on; their new problem is offered too."""
    draft.change(offer=Offer(kind=OfferKind.RESUME, choices=(other,) if other is not None else ()))
    again(draft)


def again(draft: Draft) -> None:
    """Put the engine's own question once more."""
    offer = draft.conversation.offer
    if offer is None:
        return
    match offer.kind:
        case OfferKind.SWITCH:
            draft.say_repair("switch", flow={"title": draft.title(offer.choices[0])})
        case OfferKind.RESUME:
            draft.say_repair("welcome_back", flow={"title": draft.title(_topic(draft))})
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
            return (*_titles(draft, offer.choices), none, human)
        case OfferKind.MENU:
            return (*_page(draft, offer), human)


def take(draft: Draft, choice: str) -> None:
    """Do what the person picked from the engine's own question."""
    offer = clear_offer(draft)
    if offer is None:
        return
    if choice == NONE_OF_THESE:
        draft.change(refused=(*draft.conversation.refused, *offer.choices))
        menu(draft, "menu")
    elif choice == STAY:
        draft.change(refused=(*draft.conversation.refused, *offer.choices))
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
    elif offer.kind is OfferKind.LANGUAGE:
        set_language(draft, choice)
    else:
        if offer.kind is OfferKind.RESUME:
            leave_flows(draft)
        walk.start(draft, offer.choices[0] if choice == SWITCH else choice)


def set_language(draft: Draft, language: str) -> None:
    """Speak another language from now on."""
    clear_offer(draft)
    draft.change(language=language, language_fixed=True)
    draft.say_repair("language_set")
    ask_again(draft)


def restart(draft: Draft) -> None:
    """Forget where the person was and show the problems again; the budget of codes stays as it is."""
    leave_flows(draft)
    draft.change(status=Status.PENDING, tried=(), refused=())
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


def _topic(draft: Draft) -> str:
    """Return the innermost flow that has a name for people."""
    flows = [frame.flow for frame in draft.conversation.stack]
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
