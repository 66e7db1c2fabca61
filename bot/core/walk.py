"""
Walking through a flow: enter states until one waits for the person, and leave the one that waited.

The walk runs to completion and is capped; a flow that would walk on for ever hands over to a human.
"""

from __future__ import annotations

from typing import Final

from bot.core import calling, question, remedies, telling
from bot.core.conversation import PRIVATE_SLOTS, Frame, Snapshot
from bot.core.draft import Draft
from bot.core.ending import closes, hand_over, resolve
from bot.core.events import Value
from bot.core.flow import (
    ELSE,
    EXHAUSTED,
    ONLY,
    PICKED,
    SOLVED,
    THEN,
    Ask,
    AskMany,
    Branch,
    Call,
    Collect,
    End,
    Flow,
    HandOffState,
    Route,
    Run,
    Say,
    Set,
    State,
    TryArticles,
    Wait,
)
from bot.core.speech import known
from bot.core.vocabulary import Action, Priority, Result

#: Steps of one walk; the longest way through the shipped flows has 12.
MAX_WALK: Final = 50
#: Flows within flows; the shipped ones nest 5 deep.
MAX_DEPTH: Final = 12
#: Earlier questions that "back" remembers.
MAX_HISTORY: Final = 12


def start(draft: Draft, flow: str, at: str | None = None) -> None:
    """Begin a flow on top of the stack, or enter it at a later question; what is broken is told of first."""
    if flow not in draft.catalog.flows or len(draft.conversation.stack) >= MAX_DEPTH:
        hand_over(draft, "flow_missing", Priority.NORMAL)
        return
    later = tuple(other for other in draft.conversation.later if other != flow)
    draft.change(misunderstood=0, later=later)
    if at is None and telling.comes_first(draft, flow):
        return
    first = _push(draft, flow)
    go(draft, at or first)


def go(draft: Draft, target: str | None) -> None:
    """Enter a state of the present flow, and the states after it, until one waits."""
    for _ in range(MAX_WALK):
        if target is None:
            return
        target = _enter(draft, target)
    draft.say_repair("trouble")
    hand_over(draft, "flow_loop", Priority.NORMAL)


def answer(draft: Draft, way: str, target: str, slot: str | None = None, value: Value = None) -> None:
    """Leave the state that waited: remember it for "back", keep the answer, go on."""
    remember(draft)
    draft.take(way, target)
    state = draft.state
    if isinstance(state, Ask) and state.consent is not None and value == state.consent:
        draft.record(Action.CONSENT_GIVEN, state=state.id)
    draft.change(misunderstood=0)
    draft.change_frame(tries=0)
    if slot == "identifier":
        draft.forget(*calling.OF_THE_ACCOUNT)
    if slot is not None:
        draft.set_slot(slot, value)
    go(draft, target)


def answer_many(draft: Draft, state: AskMany, picks: tuple[str, ...]) -> None:
    """Note some of several answers; go on when the person says that this is all, or nothing is left to pick."""
    frame = draft.frame
    if frame is None:
        return
    members = tuple(member for member in state.members if member in (*frame.picked, *picks))
    if question.DONE in picks or len(members) == len(state.members):
        answer(draft, PICKED, state.next, state.id, members)
        return
    draft.change(misunderstood=0)
    draft.change_frame(picked=members, tries=0)
    question.ask(draft)


def remember(draft: Draft) -> None:
    """Keep the present question for "back"."""
    snapshot = Snapshot(stack=draft.conversation.stack, slots=draft.conversation.slots)
    draft.change(history=(*draft.conversation.history, snapshot)[-MAX_HISTORY:])


def try_next_article(draft: Draft, *, helped: bool) -> None:
    """Count whether the present article helped, and go on."""
    state, frame = draft.state, draft.frame
    if not isinstance(state, TryArticles) or frame is None:
        return
    if frame.article is not None:
        draft.record_feedback(frame.article, helpful=helped)
    if helped:
        answer(draft, SOLVED, state.solved)
        return
    remember(draft)
    draft.change(misunderstood=0)
    go(draft, _articles(draft, state))


def end_flow(draft: Draft, result: str) -> str | None:
    """
    Leave the innermost flow.

    Returns:
        Where the flow that ran it goes on; None if there is nothing to go on with. A person who switched flows and is in
        now has no use for the question that was left open.
    """
    if draft.flow is not None:
        draft.forget(*_private(draft.flow))
    draft.change(stack=draft.conversation.stack[:-1])
    outer = draft.state
    if isinstance(outer, Run):
        draft.change_frame(returned=None)  # the way has gone on from that call
        if result in outer.results:
            return draft.take(result, outer.results[result])
        hand_over(draft, "result_missing", Priority.NORMAL)
    elif outer is not None and result not in (Result.SOLVED, Result.TICKET):
        return _return(draft)
    elif closes(result):
        resolve(draft, result)
    else:
        hand_over(draft, result, Priority.NORMAL)
    return None


def _return(draft: Draft) -> str | None:
    """Come back from a digression: what a call has answered meanwhile counts, else the question is asked again."""
    frame = draft.frame
    if frame is None:
        return None
    if frame.returned is not None:
        return calling.after(draft, frame.returned)
    draft.say_repair("back_to", flow={"title": draft.title(frame.flow)})
    if isinstance(draft.state, TryArticles) and not remedies.still_possible(draft):
        return _articles(draft, draft.state)
    question.ask(draft, entering=True)
    return None


def _push(draft: Draft, flow: str) -> str:
    first = draft.catalog.flows[flow].start
    draft.change(stack=(*draft.conversation.stack, Frame(flow=flow, state=first)))
    return first


def _enter(draft: Draft, target: str) -> str | None:
    """Enter one state; return the next one, or None if this one waits or everything ended."""
    flow, frame = draft.flow, draft.frame
    if flow is None or frame is None or (state := flow.states.get(target)) is None:
        draft.say_repair("trouble")
        hand_over(draft, "state_missing", Priority.NORMAL)
        return None
    if state.at_most is not None and state.then is not None:
        count = frame.visits.get(target, 0) + 1
        if count > state.at_most:
            return draft.take(THEN, state.then, out_of=target)
        draft.change_frame(visits={**frame.visits, target: count})
    draft.change_frame(state=target, tries=0, article=None, shown=0, due_at=None, picked=())
    draft.entered.append((flow.id, target))
    if state.brake:
        calling.brake(draft)
    return _act(draft, state)


def _act(draft: Draft, state: State) -> str | None:
    match state:
        case Say():
            draft.say(draft.words().text)
            return draft.take(ONLY, state.next)
        case Ask() | AskMany() | Collect() | Wait():
            question.ask(draft, entering=True)
            return None
        case TryArticles():
            draft.say(draft.words().text)
            return _articles(draft, state)
        case Branch():
            return _decide(draft, state)
        case Route():
            return _route(draft, state)
        case Set():
            _note(draft, state)
            return draft.take(ONLY, state.next)
        case Call():
            return calling.call(draft, state)
        case Run():
            return _run(draft, state)
        case HandOffState():
            draft.say(draft.words().text)
            hand_over(draft, state.reason, state.priority)
            return None
        case End():
            draft.say(draft.words().text)
            return end_flow(draft, state.result)


def _decide(draft: Draft, state: Branch) -> str:
    slots = known(draft.conversation)
    for condition, target in state.cases:
        if condition.holds(slots):
            return draft.take(condition.source, target)
    return draft.take(ELSE, state.otherwise)


def _route(draft: Draft, state: Route) -> str | None:
    slots = draft.conversation.slots
    for row in state.rows:
        if row.fits(slots):
            return draft.take(row.way, row.next)
    hand_over(draft, "route_missing", Priority.NORMAL)
    return None


def _note(draft: Draft, state: Set) -> None:
    for name, value in state.values.items():
        held = draft.conversation.slots.get(name)
        if isinstance(value, tuple) and isinstance(held, tuple):
            value = (*held, *(member for member in value if member not in held))
        draft.set_slot(name, value)


def _run(draft: Draft, state: Run) -> str | None:
    if state.flow not in draft.catalog.flows or len(draft.conversation.stack) >= MAX_DEPTH:
        hand_over(draft, "flow_missing", Priority.NORMAL)
        return None
    remedies.tried(draft, state.flow)
    telling.mention(draft, state.flow)
    return _push(draft, state.flow)


def _private(flow: Flow) -> frozenset[str]:
    """Return the private slots that a flow asks for."""
    asked = {state.slot for state in flow.states.values() if isinstance(state, Collect)}
    return PRIVATE_SLOTS & asked


def _articles(draft: Draft, state: TryArticles) -> str | None:
    """Show the next article of a visit; without one, return where the flow goes on."""
    if not remedies.next_article(draft, state):
        return draft.take(EXHAUSTED, state.exhausted)
    remedies.show(draft)
    draft.offer(question.choices(draft))
    return None
