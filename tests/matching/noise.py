"""What hurried fingers and other keyboards do to a text, by a seeded generator."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

from bot.core.chinese import _SIMPLE

Noise = Callable[[str, random.Random], str]

_TRADITIONAL = {simple: chr(code) for code, simple in _SIMPLE.items()}
_TYPED = dict(
    zip(
        "абвгдезийклмнопрстуфхыэ",
        "abvgdeziiklmnoprstufhye",
        strict=True,
    )
) | {
    "ж": "zh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ю": "yu",
    "я": "ya",
    "ё": "e",
    "ь": "",
    "ъ": "",
}


def one_edit_in_ten(text: str, chance: random.Random) -> str:
    """A letter lost, doubled with another, or changed, about once in ten characters."""
    letters: list[str] = []
    for char in text:
        if char.isspace() or chance.random() >= 0.1:
            letters.append(char)
            continue
        other = chance.choice(string.ascii_lowercase)
        letters.append(chance.choice(["", char + other, other]))
    return "".join(letters)


def swapped_letters(text: str, chance: random.Random) -> str:
    """Two inner letters change places in half of the longer words."""
    words = text.split(" ")
    for at, word in enumerate(words):
        if len(word) > 3 and chance.random() < 0.5:
            place = chance.randrange(1, len(word) - 2)
            words[at] = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return " ".join(words)


def some_spaces_lost(text: str, chance: random.Random) -> str:
    return "".join(char for char in text if char != " " or chance.random() >= 0.3)


def no_spaces(text: str, chance: random.Random) -> str:
    return text.replace(" ", "")


def shouted(text: str, chance: random.Random) -> str:
    return text.upper() + "!!! 😡😡"


def politely_wrapped(text: str, chance: random.Random) -> str:
    return f"Hi team, {text}, could you have a look please"


def traditional(text: str, chance: random.Random) -> str:
    return "".join(_TRADITIONAL.get(char, char) for char in text)


def typed_in_latin(text: str, chance: random.Random) -> str:
    return "".join(_TYPED.get(char, char) for char in text.casefold())
