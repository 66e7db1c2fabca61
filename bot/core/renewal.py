"""
A conversation that goes on with other content than it began with: what of it still stands.
"""

from __future__ import annotations

from bot.core.catalog import Catalog
from bot.core.conversation import Frame
from bot.core.draft import Draft
from bot.core.flow import INPUTS, Call, Run


def forget_what_is_gone(draft: Draft) -> None:
    """Forget earlier questions that the content does not have any more; "back" must not lead there."""
    history = draft.conversation.history
    draft.change(history=tuple(snapshot for snapshot in history if _stands(snapshot.stack, draft.catalog)))


def fits(draft: Draft) -> bool:
    """Tell whether the conversation's place still exists in the content."""
    conversation, catalog = draft.conversation, draft.catalog
    if conversation.content in ("", catalog.fingerprint):
        return True
    offered = conversation.offer.choices if conversation.offer is not None else ()
    return _stands(conversation.stack, catalog) and all(
        choice in catalog.flows or choice in catalog.repair for choice in offered
    )


def _stands(stack: tuple[Frame, ...], catalog: Catalog) -> bool:
    """Tell whether each flow of a stack still waits: the innermost for the person, the others for it or for one they ran."""
    for frame in stack:
        flow = catalog.flows.get(frame.flow)
        state = flow.states.get(frame.state) if flow is not None else None
        waits = (
            isinstance(state, INPUTS)
            or (isinstance(state, Run) and frame is not stack[-1])
            or (isinstance(state, Call) and frame.call is not None)
        )
        if not waits or (frame.article is not None and frame.article not in catalog.articles):
            return False
    return True
