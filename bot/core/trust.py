"""
Whether a conversation is linked to an account, and how that ends.

Only the company's own site links one, where the person is logged in; nothing that is said in a chat does. A link ends by
itself, by a word, and as soon as a takeover is suspected.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.core.calls import OF_THE_LINK
from bot.core.conversation import AccountLink
from bot.core.draft import Draft
from bot.core.vocabulary import Action

#: How long a link made by a one-time address lasts: long enough for a problem with all its waits, short enough that a
#: forgotten one ends before the chat is somebody else's.
LINK_LASTS: Final = timedelta(days=30)


def hold(draft: Draft, link: AccountLink) -> None:
    """Link the conversation, in place of an earlier link; what was learnt of another account goes."""
    draft.forget(*OF_THE_LINK, "case", "retry_at")
    draft.change(link=link)
    draft.record(Action.LINKED, until=link.until.isoformat(timespec="minutes"))


def drop(draft: Draft) -> None:
    """Take the link away, with all that was told by it, also where "back" would bring it again."""
    if draft.conversation.link is not None:
        draft.change(link=None)
        draft.forget(*OF_THE_LINK, "case", "retry_at")
        draft.record(Action.UNLINKED)


def has_lapsed(draft: Draft) -> bool:
    """Tell whether the link has ended by itself."""
    held = draft.conversation.link
    return held is not None and held.until <= draft.now
