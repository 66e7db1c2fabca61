"""
What people are told of an incident, in the place of the first question of a flow that it concerns: that it may not be them, since when.

They choose: to be told when it is over, or to be helped anyway. Who is promised that is told once, however the incident ends and
whatever they do meanwhile, unless the conversation is over. A timer looks every few minutes and says nothing until it can say that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.core import speech
from bot.core.commands import Choice
from bot.core.conversation import Offer, OfferKind
from bot.core.draft import Draft
from bot.core.incident import TIMER, Incident
from bot.core.question import HUMAN

TELL_ME, HELP_ANYWAY, WORKS, STILL_FAILS = "@tell_me", "@help_anyway", "@works", "@still_fails"
#: How long after the end people learn of it at the latest. Not sooner: thousands may wait, and all try again at once when they are told.
LOOKS: Final = timedelta(minutes=5)


def comes_first(draft: Draft, flow: str) -> bool:
    """Tell of what concerns a flow before it begins; False if it may begin now: there is nothing to tell, or it is urgent."""
    news = _news(draft, flow)
    if not news or draft.catalog.flows[flow].urgent:
        _tell(draft, news)
        return False
    numbers = tuple(incident.number for incident in news)
    draft.change(
        told=(*draft.conversation.told, *numbers),
        # A program of before reads a menu of one problem, which is where a person may begin who meets one.
        offer=Offer(kind=OfferKind.MENU, choices=(flow,), incidents=numbers),
    )
    again(draft)
    return True


def mention(draft: Draft, flow: str) -> None:
    """Tell of what concerns a flow that another one runs, and go on."""
    _tell(draft, _news(draft, flow))


def again(draft: Draft) -> None:
    """Put the question that stands in the place of a flow's first one."""
    offer = draft.conversation.offer
    if offer is None:
        return
    if offer.over:
        _say_over(draft, offer.incidents)
        draft.say_repair("incident_works")
    elif _waits(draft, offer):
        draft.say_repair("incident_awaited")
    else:
        for incident in _of(draft, offer.incidents):
            _say_known(draft, incident)
        draft.say_repair("incident_ask")
    draft.offer(choices(draft, offer))


def choices(draft: Draft, offer: Offer) -> tuple[Choice, ...]:
    """Return what may be picked of it."""
    labels = draft.repair.labels
    if offer.over:
        given = {WORKS: labels["worked"], STILL_FAILS: labels["still_stuck"]}
    elif _waits(draft, offer):
        given = {HELP_ANYWAY: labels["help_anyway"]}
    else:
        given = {TELL_ME: labels["tell_me"], HELP_ANYWAY: labels["help_anyway"]}
    return tuple(Choice(id=each, label=label) for each, label in {**given, HUMAN: labels["human"]}.items())


def promise(draft: Draft, offer: Offer) -> None:
    """Have the person told when all of it is over; at once where it is over by now."""
    draft.change(offer=offer, awaits=tuple(dict.fromkeys((*draft.conversation.awaits, *offer.incidents))))
    keep(draft)
    again(draft)


def keep(draft: Draft) -> bool:
    """
    Tell who waits for it that it is over, or look again later.

    Returns:
        Whether they were told; the question that another flow or the engine has put since is still to be put again.
    """
    conversation = draft.conversation
    if not conversation.awaits:
        return False
    if any(each.over_since(draft.now) is None for each in _of(draft, conversation.awaits)):
        draft.start_timer(TIMER, draft.now + LOOKS)
        return False
    awaits, offer = conversation.awaits, conversation.offer
    if offer is not None and offer.incidents and _waits(draft, offer):
        draft.change(offer=replace(offer, incidents=awaits, over=True))
    else:
        _say_over(draft, awaits)
    draft.change(awaits=())
    return True


def _news(draft: Draft, flow: str) -> tuple[Incident, ...]:
    """Return the open incidents that concern a flow and that the person was not told of yet."""
    return tuple(
        incident
        for incident in draft.catalog.incidents
        if flow in incident.flows
        and incident.number not in draft.conversation.told
        and incident.over_since(draft.now) is None
    )


def _tell(draft: Draft, news: Iterable[Incident]) -> None:
    for incident in news:
        draft.change(told=(*draft.conversation.told, incident.number))
        _say_known(draft, incident)


def _waits(draft: Draft, offer: Offer) -> bool:
    return set(offer.incidents) <= set(draft.conversation.awaits)


def _of(draft: Draft, numbers: tuple[int, ...]) -> tuple[Incident, ...]:
    return tuple(incident for incident in draft.catalog.incidents if incident.number in numbers)


def _say_known(draft: Draft, incident: Incident) -> None:
    words = incident.said_in(draft.conversation.language, draft.catalog.default_language)
    draft.say_repair("incident_known", incident={"words": words, **_at(draft, incident.since)})


def _say_over(draft: Draft, numbers: tuple[int, ...]) -> None:
    ends = (end for each in _of(draft, numbers) if (end := each.over_since(draft.now)) is not None)
    # One that nobody knows any more ended long before this program began.
    draft.say_repair("incident_over", incident=_at(draft, max(ends, default=draft.now)))


def _at(draft: Draft, moment: datetime) -> Mapping[str, object]:
    return speech.moment_past(moment, draft.conversation, draft.now)
