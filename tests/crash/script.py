"""
What the people write: twenty chats, of which six go all the way to a fresh code and four to a ticket.

The chats begin one after the other, so that calls to the account system fall all over the round.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Final

#: The shortest way from a complaint to a call of the account system; the last text names the account.
_TO_A_FRESH_CODE: Final = (
    "i do not get the sms code",
    "3",
    "1",
    "1",
    "1",
    "2",
    "1",
    "person{chat}@example.org",
)
_TO_A_TICKET: Final = (
    "lost my security key",
    *("1", "4", "4", "2", "2", "2", "2", "2", "2", "1"),
    "person{chat}@example.org",
)
_SHORT: Final = (
    ("je ne reçois pas le code par sms", "1"),
    ("收不到短信验证码", "1"),
    ("the sms code does not arrive", "/help"),
    ("the text with the code never comes", "what is the weather like"),
    ("hello", "no sms code"),
)
CHATS: Final = tuple(range(7001, 7021))


def story(chat: int) -> tuple[str, ...]:
    """Return what one person writes, in order."""
    number = CHATS.index(chat)
    if number % 2:
        texts = _SHORT[number // 2 % len(_SHORT)]
    else:
        texts = _TO_A_TICKET if number == 0 or number % 6 == 4 else _TO_A_FRESH_CODE
    return tuple(text.format(chat=chat) for text in texts)


def all_texts() -> Iterator[tuple[int, str]]:
    """Yield (chat, text) in the order in which they are sent; each chat begins a little after the one before it."""
    texts = [
        (number + place, chat, text)
        for number, chat in enumerate(CHATS)
        for place, text in enumerate(story(chat))
    ]
    yield from ((chat, text) for _, chat, text in sorted(texts, key=itemgetter(0)))


def asks_for_a_call(text: str) -> bool:
    """Tell whether the account system is called because of this text."""
    return "@" in text


#: Texts in all, and calls to the account system because of them.
UPDATES: Final = len(list(all_texts()))
CALLS: Final = sum(asks_for_a_call(text) for _, text in all_texts())
