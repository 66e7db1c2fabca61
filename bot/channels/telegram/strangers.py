"""
What is said where we do not talk: to who presses a button in a group, and to who asks inline.

No conversation is read or begun there. The words are the same for everybody and tell nothing about anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.channels.telegram.wire import Wire, language

#: Names of the words: that we talk in private, and the label of the way there.
NOTICE: Final = "notice"
WAY: Final = "way"
#: Payload of the deep link from an inline question; it begins a conversation like any other.
INLINE: Final = "inline"
#: Seconds that Telegram may repeat our answer to an inline question.
_CACHED_S: Final = 3600

#: Language -> name -> words; the first language is also for everybody else.
Words = Mapping[str, Mapping[str, str]]
#: A method and its parameters.
Call = tuple[str, dict[str, Any]]


def reply(update: Wire, words: Words) -> Call | None:
    """
    Return what answers an update that is no event of ours.

    Args:
        update: A JSON object of `Update`.
        words: What is said.

    Returns:
        The call; None if nobody waits for an answer.
    """
    match update:
        case {"callback_query": {"id": str(query), **rest}}:
            notice = _words(words, rest.get("from"), NOTICE)
            return "answerCallbackQuery", {"callback_query_id": query} | ({"text": notice} if notice else {})
        case {"inline_query": {"id": str(query), **rest}}:
            way = _words(words, rest.get("from"), WAY)
            button = {"button": {"text": way, "start_parameter": INLINE}} if way else {}
            answer = {"inline_query_id": query, "results": [], "cache_time": _CACHED_S, "is_personal": True}
            return "answerInlineQuery", answer | button
    return None


def _words(words: Words, sender: object, name: str) -> str:
    spoken = ""
    match sender:
        case {"language_code": str(code)}:
            spoken = language({"language_code": code}) or ""
    known = words.get(spoken) or next(iter(words.values()), {})
    return known.get(name, "")
