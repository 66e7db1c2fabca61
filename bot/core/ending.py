"""
The ways out of all flows: a human takes over, or the conversation is over.
"""

from __future__ import annotations

from typing import Final

from bot.core import cases
from bot.core.case_code import case_code
from bot.core.conversation import PRIVATE_SLOTS, takeover_suspected
from bot.core.draft import Draft, clear_offer
from bot.core.vocabulary import Action, Priority, Result, Status

#: Slots that outlive a flow: the person's clock is the same whatever they ask next.
LASTING: Final = ("clock",)
#: Results that close a conversation, with what the engine says then; a ticket's own words say it all.
_LAST_WORDS: Final = {
    Result.SOLVED: "solved",
    Result.CANCELLED: "cancelled",
    Result.TOLD: "told",
    Result.TICKET: None,
}


def leave_flows(draft: Draft) -> None:
    """Forget where the person was; what they told about themselves goes with it."""
    clear_offer(draft)
    slots = draft.conversation.slots
    kept = {name: slots[name] for name in LASTING if name in slots}
    draft.change(stack=(), history=(), slots=kept, misunderstood=0)


def open_case(draft: Draft) -> str:
    """Give the conversation a case code, if it has none yet, and return it."""
    conversation = draft.conversation
    code = conversation.case_code or case_code(conversation.id)
    draft.change(case_code=code, case_opened_at=conversation.case_opened_at or draft.now)
    return code


def hand_over(draft: Draft, reason: str, priority: Priority) -> None:
    """Give the conversation to a human and say honestly when one answers; a suspected takeover is always urgent."""
    if takeover_suspected(draft.conversation, draft.now):
        priority = Priority.URGENT
    cases.hand_over(draft, reason, priority)
    clear_offer(draft)
    draft.forget(*PRIVATE_SLOTS)
    code = open_case(draft)
    draft.change(stack=(), history=(), later=(), status=Status.OPEN, misunderstood=0, receipt_at=None)
    draft.hand_off(reason, priority, code)
    draft.record(Action.HANDED_OFF, reason=reason, priority=priority.value)
    draft.say_repair("handed_off_urgent" if priority is Priority.URGENT else "handed_off")


def closes(result: str) -> bool:
    """Tell whether a result closes the conversation when the outermost flow ends with it."""
    return result in _LAST_WORDS


def resolve(draft: Draft, result: str) -> None:
    """End the conversation."""
    leave_flows(draft)
    draft.change(status=Status.RESOLVED)
    draft.record(Action.RESOLVED, result=result)
    if (words := _LAST_WORDS[Result(result)]) is not None:
        draft.say_repair(words)
