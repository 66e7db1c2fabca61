"""
Commands that ask about the conversation itself: where it stands, and what is kept of it.

They are answered at any moment and change nothing.
"""

from __future__ import annotations

from typing import Final

from bot.core import offers
from bot.core.draft import Draft
from bot.core.vocabulary import Status

#: Typed texts that are inquiries.
INQUIRIES: Final = ("/status", "/privacy")


def answer(draft: Draft, text: str) -> bool:
    """Answer an inquiry; False if the text is none."""
    match text.strip():
        case "/status":
            _status(draft)
        case "/privacy":
            draft.say_repair("privacy")
            if draft.conversation.status is Status.PENDING and offers.is_asking(draft):
                offers.ask_again(draft, briefly=True)
        case _:
            return False
    return True


def _status(draft: Draft) -> None:
    if draft.conversation.status is Status.OPEN:
        draft.say_repair("status_open")
        return
    if topic := offers.topic(draft):
        draft.say_repair("status_topic", flow={"title": draft.title(topic)})
    else:
        draft.say_repair("status_none")
    offers.ask_again(draft, briefly=True)
