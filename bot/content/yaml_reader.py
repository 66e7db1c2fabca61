"""
A strict reading of YAML: mappings, lists and scalars with their line numbers, and nothing that surprises.

Only `true` and `false` are booleans and only plain decimal numbers are numbers; everything else is text, so `no`, `12:30`
and `2026-01-01` stay what the author wrote. Refused: duplicate keys, aliases, anchors, tags, several documents, deep
nesting, control characters. The parser's events are read one by one, so a hostile file is left at its first bad event.
No exception leaves this module.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from bot.content.problem import Report

#: Bytes; the longest shipped file has a fiftieth of it.
MAX_BYTES: Final = 1 << 20
#: Mappings within mappings; the deepest shipped file has 6.
MAX_DEPTH: Final = 12

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: At most 15 digits: what a float holds exactly.
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_FLOAT: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_BOOLEANS: Final = {"true": True, "false": False}
#: Marks that turn the reading direction: text would not be shown as it is written (Unicode TR 36, 2.2).
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SPACES: Final = frozenset("\n\t")


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value, and how it is written."""

    value: str | int | float | bool
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping; keys are always text."""

    items: Mapping[str, Node]
    line: int
    #: Key -> its line.
    lines: Mapping[str, int] = field(default_factory=dict)


Node = Scalar | Sequence | Map


def read(content: bytes, report: Report) -> Map | None:
    """
    Read one file.

    Args:
        content: The bytes of the file.
        report: Takes what is wrong.

    Returns:
        The mapping at the top of the file; None if the file cannot be used at all.
    """
    if len(content) > MAX_BYTES:
        report.error(1, f"the file is larger than {MAX_BYTES >> 20} MiB", "Split it.")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        report.error(line, "the file is not UTF-8", "Save it as UTF-8.")
        return None
    try:
        top = _Builder(text, report).document()
    except _Refused as refused:
        report.error(refused.line, refused.message, refused.cure)
        return None
    except yaml.YAMLError as error:
        report.error(*_syntax(error, text))
        return None
    if not isinstance(top, Map):
        report.error(top.line, "the file is no mapping of keys to values", "Begin with `key: value` lines.")
        return None
    return top


class _Refused(Exception):
    """YAML, but not of the kind we read."""

    def __init__(self, line: int, message: str, cure: str) -> None:
        super().__init__(message)
        self.line, self.message, self.cure = line, message, cure


class _Builder:
    """Builds the nodes from the parser's events."""

    def __init__(self, text: str, report: Report) -> None:
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))
        self._report = report

    def document(self) -> Node:
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise _Refused(1, "the file is empty", "Write its content or remove it.")
        top = self._node(next(self._events), 0)
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _Refused(
                _line(after), "the file holds a second document", "Remove the `---` and what follows."
            )
        return top

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise _Refused(_line(event), "aliases and anchors are not allowed", "Write the value out.")
        if event.tag is not None:
            raise _Refused(_line(event), f"the tag {event.tag!r} is not allowed", "Remove it.")
        if depth > MAX_DEPTH:
            raise _Refused(_line(event), f"nested deeper than {MAX_DEPTH} levels", "Make it flatter.")
        if isinstance(event, yaml.MappingStartEvent):
            return self._map(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        return _scalar(event)

    def _map(self, start: Any, depth: int) -> Map:
        items: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise _Refused(_line(event), "a list or a mapping stands as a key", "Use a word as the key.")
            value = self._node(next(self._events), depth + 1)
            if key.source in items:
                message = f"key {key.source!r} stands here twice, first on line {lines[key.source]}"
                self._report.error(key.line, message, "Remove one.", key.source)
                continue
            items[key.source], lines[key.source] = value, key.line
        return Map(items, _line(start), lines)

    def _sequence(self, start: Any, depth: int) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Sequence(tuple(items), _line(start))


def _scalar(event: Any) -> Scalar:
    source: str = event.value
    if (bad := bad_character(source)) is not None:
        raise _Refused(_line(event), f"the character U+{ord(bad):04X} is not allowed", "Remove it.")
    return Scalar(_value(source) if event.implicit[0] else source, source, _line(event))


def _value(plain: str) -> str | int | float | bool:
    if plain in _BOOLEANS:
        return _BOOLEANS[plain]
    if _INTEGER.fullmatch(plain):
        return int(plain)
    return float(plain) if _FLOAT.fullmatch(plain) else plain


def bad_character(text: str) -> str | None:
    """Return the first character that has no business in a text: a control, or one that turns the order of others around."""
    if text.isascii() and text.isprintable():
        return None
    return next((one for one in text if one in _TURNING or _is_control(one)), None)


def _is_control(one: str) -> bool:
    return one not in _SPACES and unicodedata.category(one) in ("Cc", "Cs")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _syntax(error: yaml.YAMLError, text: str) -> tuple[int, str, str]:
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return line, "the file holds a character that is not allowed", "Save it as plain text in UTF-8."
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else 1
    last = text.count("\n") + 1
    reason = getattr(error, "problem", None) or "no valid YAML"
    return (
        min(line, last),
        f"cannot read the YAML: {reason}",
        "Check quotes, colons and the indentation (spaces, no tabs).",
    )
