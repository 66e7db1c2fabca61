"""
When a message is delivered, and what an agent is told who waits for that.
"""

from __future__ import annotations

from bot.core.case_code import case_code
from bot.core.commands import DeleteMessage, Effect, SendMessage, TellAgent
from bot.ports import LIVE, Lane, Pending, Transaction


def left_of(effect: Effect, lane: Lane, conversation: str) -> Effect | None:
    """
    Return what is left of an effect when its turn is stored.

    Args:
        effect: Of the turn.
        lane: Whose turn it was.
        conversation: Its id.

    Returns:
        The effect. Where people read their lines from the store, a message is delivered by being stored, and a secret was
        removed before: there it is what an agent is to be told, None if nobody waits for that.
    """
    if lane.channel not in LIVE or not isinstance(effect, SendMessage | DeleteMessage):
        return effect
    return _told(effect, conversation, None)


def end(pending: Pending, fault: str | None, tx: Transaction) -> Pending | None:
    """
    End an effect; if an agent waits to hear of it, store that in the same transaction.

    Args:
        pending: What has ended.
        fault: Why it was given up; None: it is done.
        tx: The transaction.

    Returns:
        What the agent is to be told, if anything.
    """
    if not tx.finish_command(pending.effect.id, fault=fault):
        return None
    told = _told(pending.effect, pending.conversation, fault)
    if told is None:
        return None
    tx.add_effects(pending.conversation, pending.lane, [told])
    return Pending(lane=pending.lane, conversation=pending.conversation, effect=told)


def _told(effect: Effect, conversation: str, fault: str | None) -> TellAgent | None:
    if not isinstance(effect, SendMessage) or effect.relays is None:
        return None
    return TellAgent(id=f"{effect.id}d", case=case_code(conversation), message=effect.relays, fault=fault)
