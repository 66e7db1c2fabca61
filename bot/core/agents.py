"""
What agents do to a conversation, wherever they work; each is one event in the person's own lane.

Who replies has the case, and the bot is silent from that moment. What may not be done is refused with its reason, and
nothing reaches the person. Every event of an agent is written down in the audit, never what was said.
"""

from __future__ import annotations

import hashlib
from typing import Final

from bot.core import cases, offers, walk
from bot.core.conversation import PRIVATE_SLOTS, Case, evolve
from bot.core.draft import Draft, clear_offer
from bot.core.ending import leave_flows
from bot.core.events import (
    AgentChoseLanguage,
    AgentClosed,
    AgentEscalated,
    AgentEvent,
    AgentHandedBack,
    AgentNoted,
    AgentReopened,
    AgentReplied,
    AgentTook,
)
from bot.core.vocabulary import Action, Priority, Refusal, Status

#: The engine's own texts that agents may say in the person's language, by their names after `reply_`.
TEMPLATES: Final = ("hello", "looking", "never_ask", "official_page", "one_more_thing", "solved")
#: Stands before what an agent has corrected; a sign needs no language.
CORRECTED: Final = "✏️"
#: Replies of a case that can still be corrected; each takes some 30 bytes of the conversation.
MOST_REPLIES: Final = 50
#: What became of words that were refused: nobody has read them, so words in their place correct nothing.
_UNSAID: Final = "-"


def without_name(text: str, agent: str) -> str:
    """Return what an agent has said where their name is shown beside it, not before it."""
    before, name, words = text.partition(f"{agent}:")
    return f"{before}{words.lstrip()}" if name and before in ("", f"{CORRECTED} ") else text


def act(draft: Draft, event: AgentEvent) -> None:
    """Do what an agent asks for, or tell them why not."""
    case = draft.conversation.case
    if isinstance(event, AgentReplied) and event.corrects and not _has_news(case, event):
        return
    if case is None or draft.conversation.case_code != event.case:
        refusal: Refusal | None = Refusal.CASE_GONE
    elif case.escalated and not event.lead and not isinstance(event, AgentNoted):
        refusal = Refusal.LEADS_ONLY
    else:
        refusal = _done(draft, case, event)
    if refusal is not None:
        draft.record(Action.AGENT_REFUSED, agent=event.agent, reason=refusal.value)
    if event.message is not None and (refusal is not None or not isinstance(event, AgentReplied)):
        draft.tell_agent(event.message, refusal)


def _done(draft: Draft, case: Case, event: AgentEvent) -> Refusal | None:
    """Do it; return why not, if not."""
    match event:
        case AgentTook():
            return _take(draft, case, event)
        case AgentReplied():
            return _reply(draft, case, event)
        case AgentNoted():
            draft.add_note(event.name, event.text)
            draft.record(Action.AGENT_NOTED, agent=event.agent)
        case AgentEscalated():
            return _escalate(draft, case, event)
        case AgentHandedBack():
            return _hand_back(draft, case, event)
        case AgentClosed():
            _close(draft, case, event)
        case AgentReopened():
            _reopen(draft, event)
        case AgentChoseLanguage():
            if event.language not in draft.catalog.repair:
                return Refusal.NO_SUCH_LANGUAGE
            draft.change(language=event.language, language_fixed=True)
    return None


def _take(draft: Draft, case: Case, event: AgentEvent) -> Refusal | None:
    """Give an agent the case; the person is told who is there, and that nobody will ask for a secret."""
    if draft.conversation.status is Status.RESOLVED:
        return Refusal.CASE_CLOSED
    _pause_bot(draft)
    if case.agent != event.agent:
        draft.change(case=evolve(case, agent=event.agent, name=event.name, escalated=False))
        draft.say_repair("agent_joined", agent=event.name)
        draft.record(Action.AGENT_TOOK, agent=event.agent)
    return None


def _pause_bot(draft: Draft) -> None:
    """Leave whatever the bot is at; agents may step in at any moment."""
    if draft.conversation.status is Status.PENDING:
        clear_offer(draft)
        draft.forget(*PRIVATE_SLOTS)
        draft.change(stack=(), history=(), later=(), status=Status.OPEN, misunderstood=0)


def _reply(draft: Draft, case: Case, event: AgentReplied) -> Refusal | None:
    if draft.conversation.status is Status.RESOLVED:
        return Refusal.CASE_CLOSED
    template = draft.repair.texts.get(f"reply_{event.template}") if event.template in TEMPLATES else None
    if event.template is not None and template is None:
        return Refusal.NO_SUCH_TEMPLATE
    if event.refused is not None:
        _remember(draft, event, _UNSAID)
        return event.refused
    if case.agent is None or draft.conversation.status is Status.PENDING:
        _take(draft, case, event)
    draft.speak_for(event.name)
    if template is not None:
        draft.head(f"{event.name}:")
        draft.say(template)
    else:
        corrected = f"{CORRECTED} " if event.corrects and _became(case, event) != _UNSAID else ""
        draft.head(f"{corrected}{event.name}: {event.text}".rstrip())
        draft.picture(event.picture)
        _remember(draft, event, _digest(event.text))
    draft.relay(event.message)
    cases.rest(draft)
    draft.record(Action.AGENT_REPLIED, agent=event.agent)
    return None


def _has_news(case: Case | None, event: AgentReplied) -> bool:
    """Tell whether an edited message was a reply, and has other words now; a channel without ids sends what was."""
    if event.message is None:
        return True
    return _became(case, event) not in (None, _digest(event.text))


def _became(case: Case | None, event: AgentReplied) -> str | None:
    """Return what became of the words that a message had before; None: it was no reply, or is too old."""
    told = (each.rpartition(" ") for each in (case.replies if case is not None else ()))
    return next((what for message, _, what in told if message == event.message), None)


def _remember(draft: Draft, event: AgentReplied, what: str) -> None:
    """Note what became of the words of a reply, in the place of what was noted of that message before."""
    case = draft.conversation.case
    if case is None or event.message is None or event.template is not None:
        return
    others = tuple(each for each in case.replies if each.rpartition(" ")[0] != event.message)
    draft.change(case=evolve(case, replies=(*others, f"{event.message} {what}")[-MOST_REPLIES:]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _escalate(draft: Draft, case: Case, event: AgentEscalated) -> Refusal | None:
    if draft.conversation.status is Status.RESOLVED:
        return Refusal.CASE_CLOSED
    _pause_bot(draft)
    draft.change(case=evolve(case, priority=Priority.URGENT, escalated=True, agent=None, name=None))
    draft.say_repair("escalated")
    draft.record(Action.AGENT_ESCALATED, agent=event.agent)
    cases.wait(draft)
    return None


def _hand_back(draft: Draft, case: Case, event: AgentHandedBack) -> Refusal | None:
    """Give the person back to the bot at a place that waits for them; only such places are known to be whole."""
    if draft.conversation.status is Status.RESOLVED:
        return Refusal.CASE_CLOSED
    flow = draft.catalog.flows.get(event.flow or "")
    if event.flow is not None and (flow is None or flow.small_talk):
        return Refusal.NO_SUCH_STATE
    if event.state is not None and not cases.goes_back_to(draft.catalog, event.flow or "", event.state):
        return Refusal.NO_SUCH_STATE
    clear_offer(draft)
    draft.change(
        status=Status.PENDING,
        stack=(),
        history=(),
        case=evolve(case, agent=None, name=None, escalated=False),
    )
    draft.record(Action.AGENT_HANDED_BACK, agent=event.agent)
    draft.say_repair("handed_back")
    if flow is None:
        offers.menu(draft, "menu")
    else:
        walk.start(draft, flow.id, event.state)
    return None


def _close(draft: Draft, case: Case, event: AgentClosed) -> None:
    if draft.conversation.status is Status.RESOLVED:
        return
    leave_flows(draft)
    draft.change(status=Status.RESOLVED, case=evolve(case, closed_at=draft.now, escalated=False))
    draft.record(Action.AGENT_CLOSED, agent=event.agent)
    draft.say_repair("closed_by_agent")


def _reopen(draft: Draft, event: AgentReopened) -> None:
    if draft.conversation.status is Status.RESOLVED:
        cases.reopen(draft)
        draft.record(Action.AGENT_REOPENED, agent=event.agent)
