"""
Which problem a text speaks of, in the light of the conversation: the flow one is in, and what one has declined.

The matcher judges a text alone. Here a flow that the person is in is no other problem, and one that they declined is
named no more; to start it, they must say it word for word, or so that half of the doubt is gone.
"""

from __future__ import annotations

from typing import Final

from bot.core.choices import plain, plain_label
from bot.core.draft import Draft
from bot.core.events import TextReceived
from bot.core.vocabulary import Decision, Word

#: Bytes of a text that is short: about three words, or five ideographs.
SHORT_BYTES: Final = 15
#: A text of up to about four words that only resembles an emergency is more likely an answer.
URGENT_BYTES: Final = 20
#: A guess worth leaving a question for, or worth the fright of an urgent one: more likely right than wrong.
LIKELY: Final = 0.5
#: Another problem is clearly ahead of the present one if it is so many times as likely.
CLEARLY: Final = 2.0
#: What is less likely is noise, and is not offered.
LEAST: Final = 0.01
#: One who tells of more things at once tells how it came, not of several problems.
MOST_TOLD: Final = 2


def clear(draft: Draft, event: TextReceived) -> str | None:
    """Return the flow that a text clearly speaks of, small talk and the present flow included; a declined one only if said anew."""
    flow = event.reading.flow if event.reading.decision is Decision.START else None
    if flow is None or not _startable(draft, flow) or _still_declined(draft, event, flow):
        return None
    return flow


def new_problem(draft: Draft, event: TextReceived) -> str | None:
    """Return the problem that a text clearly speaks of, if the person is not in it and has not declined it."""
    flow = clear(draft, event)
    return flow if flow is not None and _worth_offering(draft, flow) and not _inside(draft, flow) else None


def urgent_problem(draft: Draft, event: TextReceived) -> str | None:
    """Return the urgent flow that a text clearly speaks of, unless the person is in it."""
    flow = clear(draft, event)
    if flow is None or not draft.catalog.flows[flow].urgent or _inside(draft, flow):
        return None
    return flow if len(event.text.encode()) > URGENT_BYTES or is_phrase(draft, event) else None


def another(draft: Draft, event: TextReceived) -> str | None:
    """Return the problem to offer instead of the present one; None while something urgent is going on."""
    flows, stack = draft.catalog.flows, draft.conversation.stack
    if any(flows[frame.flow].urgent for frame in stack):
        return None
    reading, best = event.reading, event.reading.flow
    if reading.decision is Decision.START:
        return new_problem(draft, event)
    if reading.decision is Decision.NONE or best is None or is_short(event.text):
        return None
    chance = reading.candidates.get(best, 0.0)
    present = max((reading.candidates.get(frame.flow, 0.0) for frame in stack), default=0.0)
    ahead = chance >= max(LIKELY, CLEARLY * present)
    return best if ahead and _worth_offering(draft, best) and not _inside(draft, best) else None


def told(draft: Draft, event: TextReceived) -> tuple[str, ...]:
    """Return the two problems that a text tells of, clause by clause; empty where it is one, or a long story."""
    found = tuple(flow for flow in event.reading.also if _worth_offering(draft, flow))
    return found if len(found) == MOST_TOLD else ()


def comes_before(draft: Draft, flow: str, told: tuple[str, ...]) -> bool:
    """Tell whether a flow may start at once, though these were told of: it is one of them, and no other one is urgent."""
    urgent = any(draft.catalog.flows[other].urgent for other in told if other != flow)
    return not told or (flow in told and not urgent)


def likely(draft: Draft, event: TextReceived, told: tuple[str, ...]) -> dict[str, float]:
    """Return the problems worth asking about with their probabilities, those told of first; empty if there are none."""
    chances = event.reading.candidates
    if event.reading.decision is Decision.NONE:
        return {}
    guessed = (flow for flow, chance in chances.items() if chance >= LEAST)
    found = {
        flow: chances.get(flow, 0.0)
        for flow in dict.fromkeys((*told, *guessed))
        if _worth_offering(draft, flow)
    }
    # "Is somebody in your account?" out of the blue frightens people.
    fit = any(
        flow in told or chance >= LIKELY or not draft.catalog.flows[flow].urgent
        for flow, chance in found.items()
    )
    return found if fit else {}


def is_phrase(draft: Draft, event: TextReceived) -> bool:
    """Tell whether a whole text is, word for word, a phrase of the flow that it was read as."""
    typed = plain(event.text)
    return any(
        typed == plain_label(phrase)
        for language in draft.catalog.heard()
        for phrase in draft.catalog.phrases(language, event.reading.flow or "")
    )


def is_short(text: str) -> bool:
    """Tell whether a text is more likely an answer than a complaint, by its length."""
    return len(text.encode()) <= SHORT_BYTES


def _still_declined(draft: Draft, event: TextReceived, flow: str) -> bool:
    """
    Tell whether the person's "it is not that" still holds against a text that is read as it.

    It does not where they say it word for word, or surer than before: with at most half of the doubt that was left when
    they declined. A little more probability proves nothing, the same words with a "please" have it.
    """
    before = draft.conversation.declined.get(flow)
    if before is None or is_phrase(draft, event):
        return False
    return 1.0 - event.reading.candidates.get(flow, 0.0) > (1.0 - before) / 2


def _worth_offering(draft: Draft, flow: str) -> bool:
    """Tell whether a problem may be offered: a human is beside every question, small talk and a declined one never."""
    if not _startable(draft, flow) or flow in draft.conversation.declined or flow == Word.HUMAN:
        return False
    return not draft.catalog.flows[flow].small_talk


def _startable(draft: Draft, flow: str) -> bool:
    known = draft.catalog.flows.get(flow)
    return known is not None and not known.internal


def _inside(draft: Draft, flow: str) -> bool:
    return any(frame.flow == flow for frame in draft.conversation.stack)
