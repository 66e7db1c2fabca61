"""
What must come of an update, decided without looking into the bot.

Only what a bot has to read counts: whatever else of an update is spoilt must not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from tests.fuzz.strange import Strange

#: Somebody is answered; a press is answered; nobody is written to; anything that harms nobody.
Decision = Literal["answer", "press", "pass over", "anything"]
LATEST: Final = 2**33  # a moment in the year 2242
LARGEST: Final = 10**19  # of the numbers of messages
#: Kinds that no person says to the bot.
UNHEARD: Final = (
    "channel_post", "edited_channel_post", "business_connection", "business_message", "edited_business_message",
    "deleted_business_messages", "poll", "poll_answer", "chat_boost", "removed_chat_boost", "chat_join_request",
    "shipping_query", "pre_checkout_query", "purchased_paid_media", "message_reaction", "message_reaction_count",
)  # fmt: skip


def decided(update: Strange) -> Decision:
    """Tell what must come of an update."""
    if update.kind in UNHEARD or update.kind.startswith("new_"):
        return "pass over"
    decide = _DECIDE.get(update.kind)
    return decide(update.body, update.person) if decide and isinstance(update.body, dict) else "anything"


def _message(body: Mapping[str, Any], person: int) -> Decision:
    match body:
        case {"text": str(text)} if text.strip() and _is_private(body, person):
            # Of what seems to be one album the first alone is answered.
            album = body.get("media_group_id")
            return "anything" if isinstance(album, str) and album != str(person) else "answer"
    return "anything"


def _edited(body: Mapping[str, Any], person: int) -> Decision:
    match body:
        case {"text": str(text), "edit_date": int(at)} if text.strip() and "location" not in body:
            return "answer" if _is_moment(at) and _is_private(body, person) else "anything"
    return "anything"


def _press(body: Mapping[str, Any], person: int) -> Decision:
    match body:
        case {"id": str(press), "from": {"id": int(), "is_bot": False}} if press == str(person):
            return "press"
    return "anything"


def _is_private(body: Mapping[str, Any], person: int) -> bool:
    match body:
        case {
            "message_id": number,
            "date": at,
            "chat": {"id": chat, "type": "private"},
            "from": {"id": sender, "is_bot": False, **told},
        }:
            if any(type(each) is not int for each in (number, at, chat, sender)):
                return False
            whole = (
                abs(number) < LARGEST and _is_moment(at) and isinstance(told.get("language_code", ""), str)
            )
            return chat == sender == person and whole
    return False


def _is_moment(at: int) -> bool:
    return type(at) is int and 0 <= at < LATEST


_DECIDE: Final[Mapping[str, Callable[[Mapping[str, Any], int], Decision]]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _press,
}
