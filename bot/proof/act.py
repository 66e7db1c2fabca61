"""
Taking one step of the real engine with both conversations of a pair.

The same functions explore and replay: exploring they act on situations in normal form, replaying on conversations as
they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from bot.core.catalog import Catalog
from bot.core.commands import Command, RecordActivity
from bot.core.conversation import Conversation, evolve
from bot.core.draft import timer_key
from bot.core.engine import Step, step
from bot.core.events import (
    AccountLinked,
    CallReturned,
    ChoicePicked,
    ConversationStarted,
    Event,
    Reading,
    TextReceived,
    TimerFired,
    Value,
)
from bot.core.flow import Ask, AskMany, Collect
from bot.core.vocabulary import LOST, Action, Decision
from bot.proof.inputs import Begin, Complain, Elapse, Garble, Input, Kind, Link, Move, Pick, Return, Type
from bot.proof.reads import CONSENT
from bot.proof.situation import LINK, NOW, Pair

#: Means nothing in any language.
GIBBERISH = "xqzzt"


@dataclass(frozen=True, slots=True)
class Acted:
    """What one input did."""

    #: The pair as it was when the input came, assumptions included.
    before: Pair
    left: Step
    right: Step

    @property
    def pair(self) -> Pair:
        """The pair as it is now."""
        left = _consenting(self.left)
        return Pair(left, left if self.right is self.left else _consenting(self.right))


def _consenting(taken: Step) -> Conversation:
    """Remember a consent where the flows cannot see it."""
    if not gives_consent(taken.commands):
        return taken.conversation
    return evolve(taken.conversation, slots={**taken.conversation.slots, CONSENT: True})


def gives_consent(commands: Iterable[Command]) -> bool:
    """Tell whether a step was an explicit acceptance of consequences."""
    return any(isinstance(one, RecordActivity) and one.action is Action.CONSENT_GIVEN for one in commands)


def act(pair: Pair, move: Move, catalog: Catalog, event: str = "e") -> Acted:
    """
    Let an input come.

    Args:
        pair: In normal form, or as it is.
        move: The input, and what it takes for granted.
        catalog: The content, with its operations.
        event: The id of the event.

    Returns:
        The step of the real engine, twice if the two conversations or what they are told differ.
    """
    before = prepared(pair, move, catalog)
    left = step(before.left, _event(before.left, move.input, event, known=True), catalog, NOW)
    told_alike = not (isinstance(move.input, Return) and move.input.left is not move.input.right)
    if before.alike and told_alike:
        return Acted(before, left, left)
    right = step(before.right, _event(before.right, move.input, event, known=False), catalog, NOW)
    return Acted(before, left, right)


def prepared(pair: Pair, move: Move, catalog: Catalog) -> Pair:
    """Give the pair the past that a move takes for granted."""
    for assumed in move.assumed:
        match assumed.kind:
            case Kind.SPENT:
                pair = pair.each(partial(_spend, name=assumed.name, catalog=catalog))
            case Kind.TRIED:
                pair = pair.each(partial(_try_all, topic=assumed.name, catalog=catalog))
            case Kind.NOTED:
                pair = pair.each(partial(_note, name=assumed.name, value=assumed.value))
            case Kind.LOST:
                pair = pair.each(partial(_turn_loss, factor=assumed.name))
            case Kind.EARLY:
                pass
    if isinstance(move.input, Garble):
        pair = pair.each(partial(_nearly_given_up, catalog=catalog))
    return _budget(pair, move, catalog)


def _budget(pair: Pair, move: Move, catalog: Catalog) -> Pair:
    """Let a code have been asked for just now, or long ago; what differs between the two stays as it is."""
    if not pair.same_budget:
        return pair
    counted = isinstance(move.input, Return) and catalog.operations[move.input.operation].sends
    early = any(assumed.kind is Kind.EARLY for assumed in move.assumed)
    sends = (NOW,) if counted or early else ()
    return pair if pair.left.sends == sends else pair.each(partial(evolve, sends=sends))


def _spend(conversation: Conversation, name: str, catalog: Catalog) -> Conversation:
    flow, _, state = name.partition(".")
    limit = catalog.flows[flow].states[state].at_most or 0
    stack = tuple(
        evolve(frame, visits={**frame.visits, state: limit}) if frame.flow == flow else frame
        for frame in conversation.stack
    )
    return evolve(conversation, stack=stack)


def _note(conversation: Conversation, name: str, value: Value) -> Conversation:
    return evolve(conversation, slots={**conversation.slots, name: value})


def _turn_loss(conversation: Conversation, factor: str) -> Conversation:
    held = conversation.slots.get(LOST)
    lost = held if isinstance(held, tuple) else ()
    other = tuple(one for one in lost if one != factor) if factor in lost else (*lost, factor)
    return _note(conversation, LOST, other)


def _try_all(conversation: Conversation, topic: str, catalog: Catalog) -> Conversation:
    tried = tuple(article.id for article in catalog.articles.values() if topic in article.topics)
    return evolve(conversation, tried=(*conversation.tried, *tried))


def _nearly_given_up(conversation: Conversation, catalog: Catalog) -> Conversation:
    frame = conversation.stack[-1]
    state = catalog.flows[frame.flow].states[frame.state]
    tries = state.tries - 1 if isinstance(state, Ask | AskMany | Collect) else 0
    return evolve(conversation, stack=(*conversation.stack[:-1], evolve(frame, tries=tries)))


def _event(conversation: Conversation, happened: Input, name: str, *, known: bool) -> Event:
    frame = conversation.stack[-1] if conversation.stack else None
    match happened:
        case Begin():
            return ConversationStarted(id=name, at=NOW)
        case Link():
            return AccountLinked(id=name, at=NOW, account=LINK.account, until=LINK.until)
        case Complain(flow):
            reading = Reading(decision=Decision.START, flow=flow)
            return TextReceived(id=name, at=NOW, text=GIBBERISH, reading=reading)
        case Pick(choice):
            return ChoicePicked(id=name, at=NOW, choice=choice, screen=conversation.screen)
        case Type():
            return TextReceived(id=name, at=NOW, text=GIBBERISH, reading=Reading(slot=happened.slot))
        case Garble():
            return TextReceived(id=name, at=NOW, text=GIBBERISH)
        case Elapse():
            due_at = frame.due_at if frame is not None and frame.due_at is not None else NOW
            key = timer_key(frame.flow, frame.state) if frame is not None else ""
            return TimerFired(id=name, at=due_at, timer=key)
        case Return(operation, left, right):
            answer = left if known else right
            call = frame.call if frame is not None and frame.call is not None else ""
            return CallReturned(
                id=name,
                at=NOW,
                operation=operation,
                outcome=answer.outcome,
                call=call,
                account=conversation.link.account if conversation.link is not None else None,
                data=answer.data,
            )
