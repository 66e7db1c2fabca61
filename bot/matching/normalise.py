"""Two texts that a person would call the same are the same tokens.

Phrases and complaints both pass here, so whatever is folded is folded on both sides. Cyrillic
becomes a Latin skeleton (people type Russian on Latin keyboards), Traditional Chinese becomes
Simplified, accents go, English contractions become "not". Scripts that are written without
spaces give one token a character; pairs of characters are the kernel's business.
"""

from __future__ import annotations

import re
import unicodedata

from bot.core.chinese import simplify

# The caps are what bounds the time of a match: its cost grows with each of them.
MAX_QUERY_CHARS = 1_000
MAX_TOKENS = 100
MAX_TOKEN_LETTERS = 40

NUMBER = "#"

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´′＇ʹ", "'"))
_EXPANSIONS = (
    (
        re.compile(
            r"\b(ca|wo|do|does|did|is|are|was|were|has|have|had|could|would|should|must|need)n[' ]?t\b"
        ),
        lambda found: {"ca": "can", "wo": "will"}.get(found[1], found[1]) + " not",
    ),
    (re.compile(r"\bcannot\b"), lambda _: "can not"),
    (re.compile(r"\bi'?m\b"), lambda _: "i am"),
    (re.compile(r"'(ve|re|ll)\b"), lambda found: {"ve": " have", "re": " are", "ll": " will"}[found[1]]),
    (re.compile(r"'s\b"), lambda _: ""),
)
# Most texts have none of them, and are looked through once for all.
_EXPANDABLE = re.compile("|".join(pattern.pattern for pattern, _ in _EXPANSIONS))

# Letters that carry no combining mark in Unicode but do in the eye of the writer.
_PLAIN_LATIN = str.maketrans("ıđłøħŧ", "idloht", "\u00ad\u200b\u200c\u200d\u2060\ufeff")
_ARABIC = str.maketrans("أإآٱىةؤئکیے", "اااايهويكيي", "\u0640")
_ARABIC_MARKS = (*range(0x610, 0x61B), *range(0x64B, 0x660), 0x670, *range(0x6D6, 0x6EE))
_CYRILLIC = str.maketrans(
    {
        **dict(zip("абвгдеёзийклмнопрстуфхцыэґіїєў", "abvgdeeziiklmnoprstufhcyegiieu", strict=True)),
        "ж": "zh", "ч": "ch", "ш": "sh", "щ": "sh", "ю": "yu", "я": "ya", "ь": "", "ъ": "",
    }
)  # fmt: skip
_FOLDED = {**_CYRILLIC, **_ARABIC, **dict.fromkeys(_ARABIC_MARKS)}

# Written without spaces: Han, kana, Thai, Lao, Myanmar, Khmer.
_UNSPACED = (
    "\u2e80-\u2fdf\u3005-\u3007\u3041-\u309f\u30a1-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u109f\u1780-\u17d3\U00020000-\U0003134f"
)
FIRST_UNSPACED = ord("\u0e01")
# \w has no vowel signs of the Indian scripts; a mark continues the word that it stands in.
_MARKS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0963\u0980-\u0983\u09bc-\u09d7\u0a00-\u0dff"
_TOKEN = re.compile(f"[{_UNSPACED}]|[^\\W_{_UNSPACED}](?:[^\\W_{_UNSPACED}]|[{_MARKS}])*")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
# Latin, Greek and their extensions end before Cyrillic (U+0400), and resume at U+1E00; the marks are the blocks of diacritics.
_ACCENTS = re.compile(
    "(?<=[\0-\u02ff\u0370-\u03ff\u1e00-\u1fff])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|[\n\r\u3002\uff01\uff1f\u0964\u061f]+")


def is_unspaced(token: str) -> bool:
    """Whether the token is a character of a script that is written without spaces."""
    return len(token) == 1 and ord(token) >= FIRST_UNSPACED and _IS_UNSPACED.match(token) is not None


def normalise(text: str) -> str:
    """The canonical writing of a text, still with its punctuation; at most `MAX_QUERY_CHARS` are read."""
    # Some characters decompose into eighteen, hence the second cut.
    text = unicodedata.normalize("NFKC", text[:MAX_QUERY_CHARS])[:MAX_QUERY_CHARS]
    text = text.casefold().translate(_APOSTROPHES)
    if not text.isascii():
        text = _strip_marks(simplify(text).translate(_PLAIN_LATIN)).translate(_FOLDED)
    if _EXPANDABLE.search(text):
        for pattern, replacement in _EXPANSIONS:
            text = pattern.sub(replacement, text)
    return _REPEATED.sub(r"\1", text)


def tokenise(text: str) -> tuple[str, ...]:
    """The tokens of a text in order, at most `MAX_TOKENS`; a number of any length is `NUMBER`.

    A token may be longer than `MAX_TOKEN_LETTERS` where the spaces were lost: the correction splits it
    before it cuts.
    """
    return split(normalise(text))


def split(written: str) -> tuple[str, ...]:
    """The tokens of a text that was normalised, see `tokenise`."""
    found = _TOKEN.findall(written)[:MAX_TOKENS]
    return tuple(NUMBER if token.isdigit() else token for token in found)


class Written(dict[str, str]):
    """Text -> its canonical writing, worked out once: of the same phrases several things are learnt."""

    def __missing__(self, text: str) -> str:
        """Normalise a text that is met for the first time."""
        written = self[text] = normalise(text)
        return written


def sentences(text: str, *, most: int) -> tuple[str, ...]:
    """The first `most` sentences of a text that have a word in them; the whole text need not be short."""
    parts = _SENTENCE_END.split(text[: 4 * MAX_QUERY_CHARS])
    return tuple(part for part in parts if _TOKEN.search(part))[:most]


def _strip_marks(text: str) -> str:
    """Drop combining marks from Latin and Greek letters; other scripts spell with theirs."""
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))
