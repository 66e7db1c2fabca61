"""
What an agent is told of a message that the person got, or could not get.
"""

from __future__ import annotations

from bot.core.case_code import case_code
from bot.core.commands import SendMessage, TellAgent
from bot.ports import Pending, Transaction


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
    effect = pending.effect
    if not tx.finish_command(effect.id, fault=fault):
        return None
    if not isinstance(effect, SendMessage) or effect.relays is None:
        return None
    told = TellAgent(
        id=f"{effect.id}d", case=case_code(pending.conversation), message=effect.relays, fault=fault
    )
    tx.add_effects(pending.conversation, pending.lane, [told])
    return Pending(lane=pending.lane, conversation=pending.conversation, effect=told)
