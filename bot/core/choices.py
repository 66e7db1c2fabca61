"""
Typed answers to a question with choices: a button's number, its label, or a word for yes and no.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from bot.core.chinese import simplify
from bot.core.commands import Choice
from bot.core.vocabulary import Word

_NOT_WORDS: Final = re.compile(r"[^\w\s]+|_")
#: Only accents of letters that are written in Latin or Greek are left out; й is not и.
_ACCENTS: Final = re.compile(r"(?<=[a-zα-ω])[\u0300-\u036f]+")
#: Where a space beside an ideograph is put is a matter of taste.
_BESIDE_IDEOGRAPHS: Final = re.compile(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])")
_HEAD: Final = re.compile(r"[,，、:：(（.。;；—–-]")
#: A shorter text inside a label proves nothing; ideographs say more each.
_MIN_PART: Final = 4
_MIN_PART_CJK: Final = 2
#: Words for the place of a choice, folded.
NUMBERS: Final[Mapping[str, int]] = {
    word: place
    for place, words in enumerate(
        (
            "one, first, the first, first one, the first one, option one, un, une, premier, premiere, le premier, la premiere, 一, 第一, 第一个",
            "two, second, the second, second one, the second one, deux, deuxieme, le deuxieme, la deuxieme, 二, 两, 第二, 第二个",
            "three, third, the third, third one, the third one, trois, troisieme, le troisieme, la troisieme, 三, 第三, 第三个",
            "four, fourth, the fourth, fourth one, the fourth one, quatre, quatrieme, le quatrieme, la quatrieme, 四, 第四, 第四个",
            "five, fifth, the fifth, fifth one, the fifth one, cinq, cinquieme, le cinquieme, la cinquieme, 五, 第五, 第五个",
            "six, sixth, the sixth, sixth one, the sixth one, sixieme, le sixieme, la sixieme, 六, 第六, 第六个",
            "seven, seventh, the seventh, sept, septieme, le septieme, 七, 第七, 第七个",
            "eight, eighth, the eighth, huit, huitieme, le huitieme, 八, 第八, 第八个",
        ),
        start=1,
    )
    for word in words.split(", ")
}
#: What stands between the parts of a list.
_BETWEEN: Final = re.compile(r"[,，、;；/+&]|\b(?:and|et|und|y|e|plus|or|ou)\b|[和与及跟還还]", re.IGNORECASE)
#: Denies what is said beside it, in the shipped languages, after folding.
_NEGATION: Final = re.compile(
    r"\b(?:no|not|never|dont|don t|cant|can t|isnt|isn t|pas|non|jamais|ne|n)\b|[不没沒非别]"
)
#: A first clause, and the first ideographs: more than one, for 是不是 is no 是.
_LEADING: Final = re.compile(r"^[^,，。.!！;；:：]+(?=[,，。.!！;；:：])|^[\u3400-\u9fff]{2}")
#: Characters around the person's own words in a sentence that still means them.
_MAX_AROUND: Final = 30
_NO_ANSWERS: Final[Mapping[str, tuple[str, ...]]] = {}
#: Which choices the words for yes, no and skip stand for.
_MEANINGS: Final[Mapping[Word, tuple[str, ...]]] = {
    Word.YES: ("yes", "arrived", "@switch", "@go_on", "@other", "@tell_me", "@works"),
    Word.NO: (
        "no",
        "not_yet",
        "@still_stuck",
        "@stay",
        "@none_of_these",
        "@done",
        "@help_anyway",
        "@still_fails",
    ),
    Word.DONE: ("@done",),
    Word.SKIP: ("skip", "unsure", "not_sure", "@still_stuck"),
    Word.ARRIVED: ("arrived", "came", "@worked", "@works"),
}


def plain(text: str) -> str:
    """Fold width, case, accents, Traditional characters, punctuation and spaces: `Précédent !` and `precedent` are one."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    folded = simplify(unicodedata.normalize("NFKC", _ACCENTS.sub("", parts)).casefold())
    return _BESIDE_IDEOGRAPHS.sub("", " ".join(_NOT_WORDS.sub(" ", folded).split()))


@lru_cache(maxsize=4096)
def plain_label(text: str) -> str:
    """Fold words of the content, which come again and again; what a person typed is never kept like this."""
    return plain(text)


def is_number(typed: str) -> bool:
    """Tell whether a folded text is the number of a choice; a longer one, such as 163, may be a name."""
    return typed.isdecimal() and len(typed) < 3


def pick(
    text: str,
    choices: Sequence[Choice],
    meaning: Callable[[str], Word | None],
    answers: Mapping[str, tuple[str, ...]] = _NO_ANSWERS,
    *,
    parts: bool = True,
) -> str | None:
    """
    Find the choice that a typed answer means.

    Args:
        text: What the person typed.
        choices: The choices shown, in order.
        meaning: Tells which of the known words a whole text is; "yeah" picks the choice that begins with "Yes,".
        answers: Choice id -> people's own words for it.
        parts: Whether a part of a label picks it, or a text with little around the label.

    Returns:
        The id of the only choice that it can mean; else None.
    """
    typed = plain(text)
    if not typed:
        return None
    if is_number(typed):
        return choices[int(typed) - 1].id if 0 < int(typed) <= len(choices) else None
    labels = {choice.id: plain_label(choice.label) for choice in choices}
    heads = {choice.id: plain_label(_HEAD.split(choice.label)[0]) for choice in choices}
    said = {name: tuple(map(plain_label, own)) for name, own in answers.items()}
    word = meaning(text)
    meant = _MEANINGS.get(word, ()) if word else ()
    for found in (
        [name for name, label in labels.items() if typed in (label, plain_label(name))],
        [name for name in labels if any(typed == own for own in said.get(name, ()))],
        # After the person's own words: "the first" may be the first of a list in the text.
        [choice.id for place, choice in enumerate(choices, start=1) if NUMBERS.get(typed) == place],
        [name for name in labels if name in meant],
        [name for name, head in heads.items() if typed == head],
        [name for name, head in heads.items() if word in _MEANINGS and meaning(head) is word],
        [
            name
            for name, label in labels.items()
            if parts and (_inside(typed, label) or _mostly(label, typed))
        ],
        [
            name
            for name in labels
            if any(_told(own, typed, denies=name in _MEANINGS[Word.NO]) for own in said.get(name, ()))
        ],
    ):
        if len(found) == 1:
            return found[0]
    return None


def led(text: str, choices: Sequence[Choice], meaning: Callable[[str], Word | None]) -> str | None:
    """
    Find the choice that a sentence means by how it begins: "no I just deleted it", "oui je m'en souviens".

    Returns:
        The id of the only choice that the leading yes or no means; else None.
    """
    heads = [match.group() for match in _LEADING.finditer(text.strip())]
    tokens = text.replace(",", " ").split()
    heads += [" ".join(tokens[:count]) for count in (3, 2, 1)]
    word = next((found for head in heads if (found := meaning(head)) in (Word.YES, Word.NO)), None)
    meant = [choice.id for choice in choices if word is not None and choice.id in _MEANINGS[word]]
    return meant[0] if len(meant) == 1 else None


def pick_several(
    text: str,
    choices: Sequence[Choice],
    meaning: Callable[[str], Word | None],
    answers: Mapping[str, tuple[str, ...]] = _NO_ANSWERS,
) -> tuple[str, ...]:
    """
    Find all choices that a list such as `phone and e-mail` or `1, 3` means.

    Returns:
        Their ids in the order typed, each once; empty if a part of the list is none of them.
    """
    parts = [part for part in _BETWEEN.split(text) if plain(part)]
    found = [pick(part, choices, meaning, answers) for part in parts]
    return tuple(dict.fromkeys(choice for choice in found if choice)) if all(found) else ()


def pick_words(
    text: str, labels: Mapping[str, str], answers: Mapping[str, tuple[str, ...]] = _NO_ANSWERS
) -> str | None:
    """
    Find the choice whose own words a text says; a number, yes and no prove nothing.

    Returns:
        The id of the only choice that it can mean; else None.
    """
    typed = plain(text)
    if not typed or is_number(typed) or typed in NUMBERS:
        return None
    said = {
        name: (plain_label(label), *map(plain_label, answers.get(name, ()))) for name, label in labels.items()
    }
    for found in (
        [name for name, own in said.items() if typed in own],
        [name for name, own in said.items() if any(_corrects(words, typed) for words in own)],
    ):
        if len(found) == 1:
            return found[0]
    return None


def _corrects(own: str, typed: str) -> bool:
    """Tell whether a short sentence holds the words of an answer; a "no" before them denies the old answer."""
    return len(typed) <= len(own) + _MAX_AROUND and _inside(own, typed)


def _told(own: str, typed: str, *, denies: bool) -> bool:
    """Tell whether a short sentence holds the person's own words for an answer, and does not deny them."""
    if len(typed) > len(own) + _MAX_AROUND or not _inside(own, typed):
        return False
    return denies or _NEGATION.search(own) is not None or _NEGATION.search(typed.replace(own, " ")) is None


def _mostly(label: str, typed: str) -> bool:
    """Tell whether a typed text is the label with little around it, not a sentence of its own."""
    return len(typed) <= 2 * len(label) and _inside(label, typed)


def _inside(part: str, whole: str) -> bool:
    least = _MIN_PART if part.isascii() else _MIN_PART_CJK
    if len(part) < least or part not in whole:
        return False
    return not part.isascii() or f" {part} " in f" {whole} "
