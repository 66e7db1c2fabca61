"""
Words with holes: Jinja2 templates in a sandbox, over slots and facts, never over user text.

Templates are compiled when the content is loaded. An undefined name is a fault of the content, found by
`sparekey check`; at run time a text that cannot be rendered falls back to its bare source without the holes, because
a person is waiting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from unicodedata import category

from jinja2 import StrictUndefined, Template, TemplateError, meta, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

#: Telegram's limit for one message, in UTF-16 code units (Bot API, sendMessage).
MAX_TEXT: Final = 4096
#: Code points that one letter is made of at most, as far as a cut looks for its beginning.
_LONGEST_LETTER: Final = 32
_JOINER: Final = "\u200d"
_FLAG_LETTERS: Final = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_SKIN_TONES: Final = "".join(map(chr, range(0x1F3FB, 0x1F400)))
_HOLE: Final = re.compile(r"{[{%].*?[%}]}", re.DOTALL)


#: The name of the zone that the person's own clock shows.
OWN_CLOCK: Final = "own"
#: Under this name a text is told the language that it is in.
LANGUAGE: Final = "_language"
_OWN: Final[Mapping[str, str]] = {"en": "{} your time", "fr": "{} (votre heure)", "zh": "{}（您的时间）"}
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
}  # fmt: skip


@pass_context
def _clock(context: Context, moment: datetime) -> str:
    """Write a time with its zone: `14:32 UTC`, or `14:32 your time` by the person's own clock."""
    zone = moment.tzname()
    if zone != OWN_CLOCK:
        return f"{moment:%H:%M} {zone}"
    return _OWN.get(context.get(LANGUAGE, ""), _OWN["en"]).format(f"{moment:%H:%M}")


@pass_context
def _day(context: Context, moment: datetime) -> str:
    """Write a day and time with the zone, in the manner of the language: `Tue 24 Nov 2026, 09:00 UTC`."""
    time = _clock(context, moment)
    match context.get(LANGUAGE, ""):
        case "fr":
            first = "1er" if moment.day == 1 else str(moment.day)
            return f"{first} {_MONTHS['fr'][moment.month - 1]} {moment.year} à {time}"
        case "zh":
            return f"{moment.year} 年 {moment.month} 月 {moment.day} 日 {time}"
        case _:
            day = f"{_WEEKDAYS[moment.weekday()]} {moment.day} {_MONTHS['en'][moment.month - 1]}"
            return f"{day} {moment.year}, {time}"


#: Language -> (second, seconds, minute, minutes, hour, hours, day, days), each with its number.
_UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("{} second", "{} seconds", "{} minute", "{} minutes", "{} hour", "{} hours", "{} day", "{} days"),
    "fr": (
        "{} seconde",
        "{} secondes",
        "{} minute",
        "{} minutes",
        "{} heure",
        "{} heures",
        "{} jour",
        "{} jours",
    ),
    "zh": ("{} 秒", "{} 秒", "{} 分钟", "{} 分钟", "{} 小时", "{} 小时", "{} 天", "{} 天"),
}


def duration_in_words(length: timedelta, language: str) -> str:
    """
    Write a duration in its largest fitting unit, rounded up: a promise of a wait must not be too short.

    One day is `24 hours`: a hold ends at that hour, not with the day.

    Args:
        length: Any duration; below a second counts as one second.
        language: A language of `_UNITS`; others read English.

    Returns:
        For instance `2 minutes`.
    """
    words = _UNITS.get(language, _UNITS["en"])
    seconds = max(1, -(-length // timedelta(seconds=1)))
    for size, index in ((86_400, 6), (3_600, 4), (60, 2), (1, 0)):
        if seconds >= 2 * size or (seconds == size and index < 6) or size == 1:
            count = -(-seconds // size)
            return words[index + (count != 1)].format(count)
    raise AssertionError


_ENVIRONMENT: Final = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.filters.clear()
_ENVIRONMENT.globals.clear()
_ENVIRONMENT.filters["clock"] = _clock
_ENVIRONMENT.filters["day"] = _day
_ENVIRONMENT.filters["join"] = lambda parts, separator=", ": separator.join(str(part) for part in parts)


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the content: its source and where it stands; compiled once a process, when it is needed first."""

    source: str
    line: int = 0
    #: The outermost names that it uses, e.g. `facts`, `phone`; only these need a value.
    names: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, source: str, line: int = 0) -> Text:
        """
        Compile a text.

        Args:
            source: The words, with `{{ name }}` for holes and `{% if %}` for cases.
            line: Line of the file, for messages to the author.

        Returns:
            The text.

        Raises:
            ValueError: The source is no valid template; says what is wrong.
        """
        if "{" not in source:
            return cls(source, line)
        try:
            _compiled(source)
            return cls(source, line, frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(source))))
        except TemplateError as error:
            raise ValueError(str(error)) from error

    def attributes(self) -> frozenset[tuple[str, str]]:
        """Return the `name.attribute` pairs that the text uses, e.g. `("facts", "code_lifetime")`."""
        found = _ENVIRONMENT.parse(self.source).find_all(nodes.Getattr)
        return frozenset((node.node.name, node.attr) for node in found if isinstance(node.node, nodes.Name))

    def render(self, values: Mapping[str, Any]) -> str:
        """
        Fill the holes.

        Args:
            values: Slots and facts by name; durations are words already.

        Returns:
            The words. Never longer than `MAX_TEXT` UTF-16 code units.

        Raises:
            ValueError: A name is undefined or an operation is not allowed; says which.
        """
        if "{" not in self.source:
            return self.source.strip()
        try:
            template = _compiled(self.source)
            # As `Template.render` does it, without the layers of global names: there are none.
            context = Context(_ENVIRONMENT, dict(values), template.name, template.blocks)
            return "".join(template.root_render_func(context)).strip()
        except (TemplateError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
            raise ValueError(str(error)) from error

    def bare(self) -> str:
        """Return the source without its holes: what is said rather than nothing."""
        return " ".join(_HOLE.sub("", self.source).split())


@cache
def _compiled(source: str) -> Template:
    return _ENVIRONMENT.from_string(source)


def length(text: str) -> int:
    """Count UTF-16 code units, as Telegram does: an emoji counts two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str) -> tuple[str, ...]:
    """Cut a text into pieces that one message takes, between paragraphs, lines or words if it can be."""
    pieces = []
    while length(text) > MAX_TEXT:
        # Half a letter at the end is left for the next piece.
        fits = text.encode("utf-16-le", "replace")[: 2 * MAX_TEXT].decode("utf-16-le", "ignore")
        gaps = (fits.rfind(gap, len(fits) // 2) for gap in ("\n\n", "\n", " "))
        end = next((gap for gap in gaps if gap > 0), _between_letters(text, len(fits)))
        pieces.append(text[:end])
        text = text[end:].lstrip()
    return (*pieces, text)


def _between_letters(text: str, end: int) -> int:
    """Return the last place up to `end` that is not within what is read as one letter: an accented one, a flag, a family."""
    for place in range(end, max(end - _LONGEST_LETTER, 0), -1):
        before, after = text[place - 1], text[place]
        flags = len(text[:place]) - len(text[:place].rstrip(_FLAG_LETTERS)) if after in _FLAG_LETTERS else 0
        if not (_continues(after) or before == _JOINER or flags % 2):
            return place
    return end


def _continues(letter: str) -> bool:
    return letter == _JOINER or letter in _SKIN_TONES or category(letter).startswith("M")
