"""
Reads one mapping field by field; what is wrong is reported, and reading goes on with a neutral value.

A file with errors is never used, so the neutral values reach nobody. Every key that is asked for is known; `close`
reports the others.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Literal, TypeVar

from bot.content.problem import Report
from bot.content.templates import refuse
from bot.content.yaml_reader import Map, Node, Scalar, Sequence
from bot.core.conditions import Condition
from bot.core.conditions import parse as parse_condition
from bot.core.texts import Text

ID: Final = re.compile(r"[a-z][a-z0-9_]*")
ID_RULE: Final = "Use small letters, digits and _, beginning with a letter."
DURATION: Final = re.compile(r"([1-9][0-9]{0,5}) (second|minute|hour|day)s?")
_NEVER: Final = date(1970, 1, 1)
#: How a value is written.
Shape = Literal["mapping", "list", "boolean", "text", "number"]
_Enum = TypeVar("_Enum", bound=StrEnum)
_T = TypeVar("_T")


class Form:
    """One mapping of a file."""

    def __init__(self, node: Map, report: Report, *where: str) -> None:
        self.node = node
        self.report = report
        self._where = where
        self._known: list[str] = []

    @property
    def line(self) -> int:
        """Where the mapping begins."""
        return self.node.line

    def line_of(self, key: str) -> int:
        """Return the line of a key, or of the mapping."""
        return self.node.lines.get(key, self.node.line)

    def error(self, key: str, message: str, cure: str) -> None:
        """Report a fault of a key."""
        self.report.error(self.line_of(key), self._prefix() + message, cure, ".".join((*self._where, key)))

    def has(self, key: str) -> bool:
        """Tell whether a key is there; it counts as known from now on."""
        self._known.append(key)
        return key in self.node.items

    def present(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return which of some keys are there, in their order; exactly one should be."""
        return tuple(key for key in keys if self.has(key))

    def shape(self, key: str, *expected: Shape) -> Shape:
        """Tell how a key is written that may be written in several ways; if in none of them, the first is said."""
        found = _kind(self.node.items[key]) if self.has(key) else expected[0]
        return next((one for one in expected if one == found), expected[0])

    def together(self, one: str, other: str) -> None:
        """Report one of two keys without the other."""
        for key, lacks in ((one, other), (other, one)):
            if key in self.node.items and lacks not in self.node.items:
                self.error(key, f"{key!r} stands without {lacks!r}", f"Add {lacks!r} or remove {key!r}.")

    def named(self, *where: str) -> Form:
        """Return the same mapping, called otherwise in messages."""
        return Form(self.node, self.report, *where)

    def names(self) -> tuple[str, ...]:
        """Return all keys, for mappings whose keys are data."""
        self._known.extend(self.node.items)
        return tuple(self.node.items)

    def id_names(self) -> tuple[str, ...]:
        """Return all keys, for mappings whose keys are ids."""
        for name in self.node.items:
            if not ID.fullmatch(name):
                self.error(name, f"{name!r} is no id", ID_RULE)
        return self.names()

    def close(self) -> None:
        """Report every key that nobody asked for."""
        for key in self.node.items:
            if key not in self._known:
                near = difflib.get_close_matches(key, self._known, 1)
                hint = f"Did you mean {near[0]!r}?" if near else "Remove it."
                self.error(key, f"unknown key {key!r}", hint)

    def text(self, key: str) -> str:
        """Read a required text that is not empty."""
        value = self._scalar(key)
        if value is None:
            return ""
        if not isinstance(value.value, str):
            self.error(key, f"{key!r} is a {_kind(value)}, not a text", "Put it in double quotes.")
            return ""
        if not value.value.strip():
            self.error(key, f"{key!r} is empty", "Write it.")
        return value.value

    def id(self, key: str) -> str:
        """Read a required id."""
        value = self._scalar(key)
        if value is None:
            return ""
        if not ID.fullmatch(value.source):
            self.error(key, f"{value.source!r} is no id", ID_RULE)
        return value.source

    def word(self, key: str, allowed: Collection[str], fault: str) -> str:
        """Read a required id of a closed set; the fault follows the word in the message."""
        if (word := self.id(key)) and word not in allowed:
            self.error(key, f"{word!r} {fault}", f"Write one of: {', '.join(allowed)}.")
        return word

    def own_id(self, key: str, stem: str) -> str:
        """Read the id that must be the file's name."""
        if (value := self.id(key)) and value != stem:
            self.error(key, f"{key!r} is {value!r} but the file is named {stem!r}", "Make them the same.")
        return value

    def optional_id(self, key: str) -> str | None:
        """Read an id that may be left out."""
        return self.id(key) if self.has(key) else None

    def integer(self, key: str, default: int, least: int = 1) -> int:
        """Read a whole number that may be left out."""
        return self._integer(key, least, default) if self.has(key) else default

    def optional_integer(self, key: str, least: int = 1) -> int | None:
        """Read a whole number that may be left out and then is None."""
        return self._integer(key, least, least) if self.has(key) else None

    def number(self, key: str) -> int | float:
        """Read a required number."""
        value = self._scalar(key)
        if value is not None and isinstance(value.value, int | float):
            return value.value
        if value is not None:
            self.error(key, f"{key!r} is {value.source!r}", "Write a number.")
        return 0

    def flag(self, key: str) -> bool:
        """Read `true` or `false`; left out is `false`."""
        if not self.has(key):
            return False
        value = self._scalar(key)
        if value is not None and not isinstance(value.value, bool):
            self.error(key, f"{key!r} is {value.source!r}", "Write true or false.")
        return value is not None and value.value is True

    def enum(self, key: str, kind: type[_Enum], default: _Enum) -> _Enum:
        """Read one of a closed set of words."""
        if not self.has(key) or (value := self._scalar(key)) is None:
            return default
        if value.source not in list(kind):
            self.error(key, f"{key!r} is {value.source!r}", f"Write one of: {', '.join(kind)}.")
            return default
        return kind(value.source)

    def enums(self, key: str, kind: type[_Enum]) -> tuple[_Enum, ...]:
        """Read a list of words of a closed set."""
        words = self.texts(key)
        for word in words:
            if word and word not in list(kind):
                self.error(key, f"{key!r} holds {word!r}", f"Write some of: {', '.join(kind)}.")
        return tuple(kind(word) for word in words if word in list(kind))

    def optional_enum(self, key: str, kind: type[_Enum]) -> _Enum | None:
        """Read one of a closed set of words that may be left out."""
        return self.enum(key, kind, next(iter(kind))) if self.has(key) else None

    def id_list(self, key: str) -> tuple[str, ...]:
        """Read a required list of ids, at least one, none twice."""
        words = self.texts(key)
        if not words and isinstance(self.node.items.get(key), Sequence):
            self.error(key, f"{key!r} is empty", "Name at least one.")
        for word in words:
            if word and not ID.fullmatch(word):
                self.error(key, f"{word!r} is no id", ID_RULE)
        if len(set(words)) < len(words):
            self.error(key, f"{key!r} names one twice", "Name each once.")
        return words

    def id_or_list(self, key: str) -> str | tuple[str, ...]:
        """Read one id, or a list of ids."""
        return self.id_list(key) if self.shape(key, "text", "list") == "list" else self.id(key)

    def day(self, key: str) -> date:
        """Read a required day such as `2027-05-31`."""
        return self._parsed(key, date.fromisoformat, _NEVER, "is no day", 'Write it like "2027-05-31".')

    def duration(self, key: str) -> timedelta:
        """Read a required duration such as `10 minutes`."""
        return self._parsed(
            key, duration, timedelta(seconds=1), "is no duration", 'Write it like "10 minutes".'
        )

    def condition(self, key: str) -> Condition:
        """Read a required condition of `bot.core.conditions`."""
        value = self.text(key)
        try:
            return parse_condition(value)
        except ValueError as error:
            if value.strip():
                self.error(
                    key,
                    f"bad condition {value!r}: {error}",
                    "Compare slots with ==, !=, in; join with and, or, not.",
                )
            return parse_condition("false")

    def template(self, key: str) -> Text:
        """Read a required text with holes."""
        source = self.text(key)
        reason = refuse(source)
        try:
            if reason is None:
                return Text.parse(source, self.line_of(key))
        except ValueError as error:
            reason = str(error)
        cure = "Check the braces, the names and the filters."
        self.error(key, f"the text does not compile: {reason}", cure)
        return Text("")

    def optional_template(self, key: str) -> Text | None:
        """Read a text with holes that may be left out."""
        return self.template(key) if self.has(key) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a required list of texts."""
        node = self._node(key)
        if node is None:
            return ()
        if not isinstance(node, Sequence):
            self.error(key, f"{key!r} is no list", 'Write it like ["one", "two"].')
            return ()
        return tuple(self._item(key, item) for item in node.items)

    def form(self, key: str) -> Form | None:
        """Read a required mapping."""
        node = self._node(key)
        if node is None:
            return None
        if not isinstance(node, Map):
            self.error(key, f"{key!r} is no mapping", "Write `key: value` lines under it.")
            return None
        return Form(node, self.report, *self._where, key)

    def forms(self, key: str) -> Iterator[Form]:
        """Read a required list of mappings."""
        node = self._node(key)
        if node is not None and not isinstance(node, Sequence):
            self.error(key, f"{key!r} is no list", "Begin each entry with `- `.")
        for number, item in enumerate(node.items if isinstance(node, Sequence) else ()):
            if isinstance(item, Map):
                yield Form(item, self.report, *self._where, key, str(number))
            else:
                self.report.error(
                    item.line, f"{self._prefix()}an entry of {key!r} is no mapping", "Write `{key: value}`."
                )

    def ids(self, key: str) -> dict[str, str]:
        """Read a required mapping of ids to ids, at least one."""
        inner = self.form(key)
        if inner is None:
            return {}
        if not inner.node.items:
            self.error(key, f"{key!r} is empty", "Name at least one.")
        return {name: inner.id(name) for name in inner.id_names()}

    def optional_ids(self, key: str) -> dict[str, str]:
        """Read a mapping of ids to ids that may be left out."""
        return self.ids(key) if self.has(key) else {}

    def labels(self, key: str) -> dict[str, str]:
        """Read a mapping of ids to texts that may be left out."""
        inner = self.form(key) if self.has(key) else None
        return {name: inner.text(name) for name in inner.names()} if inner else {}

    def text_lists(self, key: str) -> dict[str, tuple[str, ...]]:
        """Read a mapping of ids to lists of texts that may be left out."""
        inner = self.form(key) if self.has(key) else None
        return {name: inner.texts(name) for name in inner.names()} if inner else {}

    def templates(self, key: str) -> dict[str, Text]:
        """Read a required mapping of ids to texts with holes."""
        inner = self.form(key)
        return {name: inner.template(name) for name in inner.names()} if inner else {}

    def _node(self, key: str) -> Node | None:
        if not self.has(key):
            self.error(key, f"key {key!r} is missing", "Add it.")
        return self.node.items.get(key)

    def _scalar(self, key: str) -> Scalar | None:
        node = self._node(key)
        if node is None or isinstance(node, Scalar):
            return node
        self.error(key, f"{key!r} is a {_kind(node)}, not one value", "Write one value.")
        return None

    def _integer(self, key: str, least: int, default: int) -> int:
        value = self._scalar(key)
        if value is None:
            return default
        if isinstance(value.value, bool) or not isinstance(value.value, int) or value.value < least:
            self.error(key, f"{key!r} is {value.source!r}", f"Write a whole number, {least} or more.")
            return default
        return value.value

    def _parsed(self, key: str, read: Callable[[str], _T], default: _T, fault: str, cure: str) -> _T:
        value = self._scalar(key)
        if value is None:
            return default
        try:
            return read(value.source)
        except ValueError:
            self.error(key, f"{key!r} {fault}: {value.source!r}", cure)
            return default

    def _item(self, key: str, item: Node) -> str:
        if isinstance(item, Scalar) and isinstance(item.value, str) and item.value.strip():
            return item.value
        self.report.error(
            item.line, f"{self._prefix()}an entry of {key!r} is no text", "Put it in double quotes.", key
        )
        return ""

    def _prefix(self) -> str:
        match self._where:
            case ("states", state, *_):
                return f"state {state!r}: "
            case ():
                return ""
            case _:
                return f"{'.'.join(self._where)}: "


def duration(source: str) -> timedelta:
    """
    Read a duration.

    Args:
        source: A whole number and seconds, minutes, hours or days: `10 minutes`.

    Returns:
        The duration.

    Raises:
        ValueError: It is written otherwise.
    """
    match = DURATION.fullmatch(source)
    if match is None:
        raise ValueError(source)
    return timedelta(**{f"{match[2]}s": int(match[1])})


def _kind(node: Node) -> Shape:
    match node:
        case Map():
            return "mapping"
        case Sequence():
            return "list"
        case Scalar(value=bool()):
            return "boolean"
        case Scalar(value=str()):
            return "text"
        case _:
            return "number"
