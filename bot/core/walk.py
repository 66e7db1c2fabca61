"""
Walking through a flow: enter states until one waits for the person, and leave the one that waited.

The walk runs to completion and is capped; a flow that would walk on for ever hands over to a human.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.core import speech
from bot.core.article import Article
from bot.core.calls import NOT_SENT, OPERATIONS, Operation
from bot.core.case_code import case_code
from bot.core.commands import Choice
from bot.core.conversation import PRIVATE_SLOTS, Frame, Snapshot
from bot.core.draft import Draft, clear_offer, timer_key
from bot.core.events import Value
from bot.core.flow import (
    Ask,
    Branch,
    Call,
    Collect,
    End,
    Flow,
    HandOffState,
    Run,
    Say,
    State,
    TryArticles,
    Wait,
)
from bot.core.vocabulary import Action, Outcome, Priority, Result, Status

#: Steps of one walk; the longest way through the shipped flows has 9.
MAX_WALK: Final = 50
#: Flows within flows; the shipped ones nest 2 deep.
MAX_DEPTH: Final = 8
#: Earlier questions that "back" remembers.
MAX_HISTORY: Final = 12
#: Marks the engine's own choices, so that no flow's choice can be mistaken for one.
OWN: Final = "@"
HUMAN, BACK, WORKED, STILL_STUCK = "@human", "@back", "@worked", "@still_stuck"
#: Slots that belong to the account that was named; gone when another one is named.
OF_THE_ACCOUNT: Final = ("case", "retry_at")
#: The end of a small-talk flow that asks what the problem is.
MENU: Final = "menu"


def start(draft: Draft, flow: str) -> None:
    """Begin a flow on top of the stack."""
    if flow not in draft.catalog.flows or len(draft.conversation.stack) >= MAX_DEPTH:
        hand_over(draft, "flow_missing", Priority.NORMAL)
        return
    draft.change(misunderstood=0)
    go(draft, _push(draft, flow))


def go(draft: Draft, target: str | None) -> None:
    """Enter a state of the present flow, and the states after it, until one waits."""
    for _ in range(MAX_WALK):
        if target is None:
            return
        target = _enter(draft, target)
    draft.say_repair("trouble")
    hand_over(draft, "flow_loop", Priority.NORMAL)


def answer(draft: Draft, target: str, slot: str | None = None, value: Value = None) -> None:
    """Leave the state that waited: remember it for "back", keep the answer, go on."""
    remember(draft)
    draft.change(misunderstood=0)
    draft.change_frame(tries=0)
    if slot == "identifier":
        draft.forget(*OF_THE_ACCOUNT)
    if slot is not None:
        draft.set_slot(slot, value)
    go(draft, target)


def remember(draft: Draft) -> None:
    """Keep the present question for "back"."""
    snapshot = Snapshot(stack=draft.conversation.stack, slots=draft.conversation.slots)
    draft.change(history=(*draft.conversation.history, snapshot)[-MAX_HISTORY:])


def ask(draft: Draft, *, entering: bool = False, briefly: bool = False) -> None:
    """
    Say the present question with its choices.

    Args:
        draft: The step.
        entering: A `wait` starts its timer.
        briefly: The person has just read it: of an article only the title is said.
    """
    match draft.state:
        case TryArticles():
            _show_article(draft, briefly=briefly)
        case Wait() as state:
            _ask_wait(draft, state, entering=entering)
        case Ask() | Collect():
            draft.say(draft.words().text)
            draft.offer(choices(draft))


def choices(draft: Draft) -> tuple[Choice, ...]:
    """Return the choices of the present question, the engine's own last."""
    state = draft.state
    labels = draft.repair.labels
    if isinstance(state, TryArticles):
        given = [
            Choice(id=WORKED, label=labels["worked"]),
            Choice(id=STILL_STUCK, label=labels["still_stuck"]),
        ]
    elif isinstance(state, Ask | Collect | Wait):
        words = draft.words().choices
        given = [Choice(id=choice, label=words.get(choice, choice)) for choice in state.choices]
    else:
        return ()
    if draft.conversation.history:
        given.append(Choice(id=BACK, label=labels["back"]))
    return (*given, Choice(id=HUMAN, label=labels["human"]))


def try_next_article(draft: Draft, *, helped: bool) -> None:
    """Count whether the present article helped, and go on."""
    state, frame = draft.state, draft.frame
    if not isinstance(state, TryArticles) or frame is None:
        return
    if frame.article is not None:
        draft.record_feedback(frame.article, helpful=helped)
    if helped:
        answer(draft, state.solved)
        return
    remember(draft)
    draft.change(misunderstood=0)
    go(draft, _next_article(draft, state))


def leave_flows(draft: Draft) -> None:
    """Forget where the person was; what they told about themselves goes with it."""
    clear_offer(draft)
    draft.change(stack=(), history=(), slots={}, misunderstood=0)


def hand_over(draft: Draft, reason: str, priority: Priority) -> None:
    """Give the conversation to a human and say honestly when one answers."""
    clear_offer(draft)
    draft.forget(*PRIVATE_SLOTS)
    code = draft.conversation.case_code or case_code(draft.conversation.id)
    draft.change(
        stack=(), history=(), status=Status.OPEN, case_code=code, misunderstood=0, receipt_at=draft.now
    )
    draft.hand_off(reason, priority, code)
    draft.record(Action.HANDED_OFF, reason=reason, priority=priority.value)
    draft.say_repair("handed_off_urgent" if priority is Priority.URGENT else "handed_off")


def resolve(draft: Draft, result: str) -> None:
    """End the conversation."""
    leave_flows(draft)
    draft.change(status=Status.RESOLVED)
    draft.record(Action.RESOLVED, result=result)
    draft.say_repair("solved" if result == Result.SOLVED else "cancelled")


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
            return state.then
        draft.change_frame(visits={**frame.visits, target: count})
    draft.change_frame(state=target, tries=0, article=None, shown=0, due_at=None)
    return _act(draft, state)


def _act(draft: Draft, state: State) -> str | None:
    match state:
        case Say():
            draft.say(draft.words().text)
            return state.next
        case Ask() | Collect() | Wait():
            ask(draft, entering=True)
            return None
        case TryArticles():
            draft.say(draft.words().text)
            return _next_article(draft, state)
        case Branch():
            return _branch(draft, state)
        case Call():
            return _call(draft, state)
        case Run():
            return _run(draft, state)
        case HandOffState():
            draft.say(draft.words().text)
            hand_over(draft, state.reason, state.priority)
            return None
        case End():
            draft.say(draft.words().text)
            return end_flow(draft, state.result)


def _branch(draft: Draft, state: Branch) -> str:
    slots = draft.conversation.slots
    return next((target for condition, target in state.cases if condition.holds(slots)), state.otherwise)


def _run(draft: Draft, state: Run) -> str | None:
    if state.flow not in draft.catalog.flows or len(draft.conversation.stack) >= MAX_DEPTH:
        hand_over(draft, "flow_missing", Priority.NORMAL)
        return None
    _tried(draft, state.flow)
    return _push(draft, state.flow)


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
        if result in outer.results:
            return outer.results[result]
        hand_over(draft, "result_missing", Priority.NORMAL)
    elif outer is not None and result != Result.SOLVED:
        ask(draft, entering=True)
    elif result in (Result.SOLVED, Result.CANCELLED):
        resolve(draft, result)
    else:
        hand_over(draft, result, Priority.NORMAL)
    return None


def _private(flow: Flow) -> frozenset[str]:
    """Return the private slots that a flow asks for."""
    asked = {state.slot for state in flow.states.values() if isinstance(state, Collect)}
    return PRIVATE_SLOTS & asked


def _call(draft: Draft, state: Call) -> str | None:
    operation = OPERATIONS[state.operation]
    account = next((name for name in operation.account if name in draft.conversation.slots), None)
    if account is None:
        return state.outcomes[Outcome.NOT_SUPPORTED]
    if operation.sends_code:
        if speech.next_code(draft.conversation, draft.catalog, draft.now) > draft.now:
            draft.record(Action.CODE_LIMITED)
            return state.outcomes[Outcome.TOO_SOON]
        pause = draft.catalog.service.ladder_pause
        counted = (sent for sent in draft.conversation.sends if draft.now - sent < pause)
        draft.change(sends=(*counted, draft.now))
        draft.record(Action.CODE_REQUESTED, channel=state.arguments.get("channel"))
    draft.say(draft.words().text)
    call = draft.call(operation.name, {account: draft.conversation.slots[account], **state.arguments})
    draft.change_frame(call=call, call_state=state.id)
    return state.outcomes[Outcome.ACCEPTED] if operation.neutral else None


def call_returned(
    draft: Draft, operation: Operation, call: str, outcome: Outcome, data: dict[str, Value]
) -> None:
    """Take the result of a call: keep the case, and move the flow if the result is news to the person."""
    if operation.sends_code and outcome in NOT_SENT:
        draft.change(sends=draft.conversation.sends[:-1])
    if all(frame.call != call for frame in draft.conversation.stack):
        return  # the flow is over, or the person names another account meanwhile
    if isinstance(data.get("case"), str):
        draft.set_slot("case", data["case"])
        draft.forget(*operation.forgets)
    if outcome is Outcome.TOO_SOON and isinstance(data.get("retry_at"), str):
        draft.set_slot("retry_at", data["retry_at"])
    frame, flow = draft.frame, draft.flow
    if frame is None or flow is None or frame.call != call:
        return
    state = flow.states.get(frame.call_state or "")
    visible = operation.visible(outcome, draft.conversation.trust)
    if not isinstance(state, Call) or (operation.neutral and visible is Outcome.ACCEPTED):
        return
    clear_offer(draft)
    draft.change_frame(call=None, call_state=None)
    go(draft, state.outcomes[visible])


def _ask_wait(draft: Draft, state: Wait, *, entering: bool) -> None:
    frame = draft.frame
    due_at = frame.due_at if frame is not None else None
    if due_at is None or entering:
        due_at = _due(draft, state)
    if entering and frame is not None:
        draft.start_timer(timer_key(frame.flow, state.id), due_at)
        draft.change_frame(due_at=due_at)
    wait = speech.moment_ahead("length", due_at, draft.conversation.language, draft.now)
    draft.say(draft.words().text, wait=wait)
    draft.offer(choices(draft))


def _due(draft: Draft, state: Wait) -> datetime:
    if state.duration == "next_code":
        # A second at least, so that a reminder never comes together with the message that promises it.
        return max(
            speech.next_code(draft.conversation, draft.catalog, draft.now), draft.now + timedelta(seconds=1)
        )
    fact = draft.catalog.service.facts.get(state.duration)
    length = fact.value if fact is not None and isinstance(fact.value, timedelta) else timedelta(minutes=1)
    return draft.now + length


def _next_article(draft: Draft, state: TryArticles) -> str | None:
    frame = draft.frame
    article = _fitting(draft, state)
    if article is None or frame is None or frame.shown >= state.batch:
        draft.change_frame(article=None)
        return state.exhausted
    _tried(draft, article.id)
    draft.change_frame(article=article.id, shown=frame.shown + 1)
    _show_article(draft)
    return None


def _fitting(draft: Draft, state: TryArticles) -> Article | None:
    """Return the first article of the topic that applies and was not tried."""
    slots, tried = draft.conversation.slots, draft.conversation.tried
    fitting = (
        article
        for article in draft.catalog.articles.values()
        if state.topic in article.topics
        and article.id not in tried
        and (article.when is None or article.when.holds(slots))
    )
    return min(fitting, key=lambda article: (article.order, article.id), default=None)


def _show_article(draft: Draft, *, briefly: bool = False) -> None:
    article = draft.catalog.articles.get(draft.frame.article or "") if draft.frame else None
    if article is None:
        return
    words = article.texts.get(draft.repair.language)
    if words is not None:
        draft.head(words.title)
        if not briefly:
            draft.say(words.text)
    draft.offer(choices(draft))


def _tried(draft: Draft, what: str) -> None:
    if what not in draft.conversation.tried:
        draft.change(tried=(*draft.conversation.tried, what))
