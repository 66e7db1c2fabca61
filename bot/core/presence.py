"""
What happens to the chat itself: the bot is spoken to in a group, is blocked, or may write again.

Somebody who has blocked the bot is told nothing, not even by timers (`bot.core.screens` withholds it); a group learns nothing but
where the bot talks.
"""

from __future__ import annotations

from bot.core import offers, repair
from bot.core.conversation import SESSION
from bot.core.draft import Draft
from bot.core.events import ChatBlocked, ChatEvent, ChatUnblocked, HeardInGroup
from bot.core.vocabulary import Action, Status


def change(draft: Draft, event: ChatEvent) -> None:
    """Follow what happened to the chat."""
    match event:
        case HeardInGroup():
            _point_to_private_chat(draft, event)
        case ChatBlocked():
            draft.change(blocked=True)
            draft.record(Action.BLOCKED)
        case ChatUnblocked():
            _go_on(draft)


def _point_to_private_chat(draft: Draft, event: HeardInGroup) -> None:
    """Say once a day that the bot talks in private."""
    last = draft.conversation.active_at
    if last is None or draft.now - last >= SESSION:
        repair.learn_language(draft, event.language)
        draft.change(greeted=True)
        draft.say_repair("group")


def _go_on(draft: Draft) -> None:
    """Put the present question to somebody who would have been told something meanwhile."""
    withheld = draft.conversation.withheld
    draft.change(blocked=False, withheld=False)
    draft.record(Action.UNBLOCKED)
    if withheld and draft.conversation.status is Status.PENDING:
        offers.ask_again(draft)
