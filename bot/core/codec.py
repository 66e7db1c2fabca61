"""
Events, commands and conversations to JSON and back, by their field types.

The stored form names the class under `@` and leaves out fields that have their default, so that a field added later
reads old rows. Unknown fields are ignored for the same reason.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from bot.core import commands, conversation, events

_T = TypeVar("_T")
_Decoder = Callable[[Any], Any]
_Encoder = Callable[[Any], Any]
#: No field can have this name.
_CLASS: Final = "@"
_KINDS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (*get_args(events.Event), *get_args(commands.Command), conversation.Conversation)
}


def dump(value: object) -> str:
    """Write an event, a command or a conversation as JSON text."""
    return json.dumps(
        {_CLASS: type(value).__name__, **_encode(value)}, ensure_ascii=False, separators=(",", ":")
    )


def load(text: str, expected: type[_T] | types.UnionType) -> _T:
    """
    Read what `dump` wrote.

    Args:
        text: JSON text.
        expected: The class, or the union of classes, that must come out.

    Returns:
        The value.

    Raises:
        ValueError: The text is of another kind, or no JSON.
    """
    found = json.loads(text)
    kind = _KINDS.get(found.pop(_CLASS, ""))
    if kind is None or not issubclass(kind, get_args(expected) or (cast("type", expected),)):
        raise ValueError(f"not a stored {expected}")
    return cast("_T", _decoder(kind)(found))


def _encode(value: Any) -> dict[str, Any]:
    """Write a record as a dict; JSON itself writes words, numbers, tuples and mappings of them."""
    found = {}
    for name, default, encode in _fields(cast("Hashable", type(value))):
        part = getattr(value, name)
        if part != default:
            found[name] = part if encode is None else encode(part)
    return found


@cache
def _fields(kind: Hashable) -> tuple[tuple[str, object, _Encoder | None], ...]:
    """Return the fields of a class, with their defaults; a required field has a default that equals nothing."""
    hints = get_type_hints(kind)
    return tuple(
        (field.name, _default(field), _encoder(hints[field.name])) for field in fields(cast("Any", kind))
    )


def _default(field: Field[Any]) -> object:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _encoder(kind: Any) -> _Encoder | None:
    """Return what makes a field fit for JSON; None if it is already."""
    arguments = get_args(kind)
    if is_dataclass(kind):
        return _encode
    if kind is datetime:
        return datetime.isoformat
    if get_origin(kind) is tuple and (item := _encoder(arguments[0])) is not None:
        return lambda value: [item(part) for part in value]
    if get_origin(kind) in (types.UnionType, Union) and types.NoneType in arguments:
        inner = _encoder(arguments[0])
        return None if inner is None else lambda value: None if value is None else inner(value)
    return None


@cache
def _decoder(kind: Any) -> _Decoder:
    origin, arguments = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _record_decoder(cast("type", kind))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind
    if kind is datetime:
        return datetime.fromisoformat
    if isinstance(kind, str) or len(arguments) > 2:  # `Value`, the only union of more than one and None
        return _plain
    if origin is tuple:
        item = _decoder(arguments[0])
        return lambda value: tuple(item(part) for part in value)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        part = _decoder(arguments[1])
        return lambda value: {key: part(each) for key, each in value.items()}
    if origin in (types.UnionType, Union):
        inner = [_decoder(argument) for argument in arguments if argument is not types.NoneType]
        return lambda value: None if value is None else inner[0](value)
    return lambda value: value


@cache
def _record_decoder(kind: type) -> _Decoder:
    hints = get_type_hints(kind)
    decoders = {field.name: _decoder(hints[field.name]) for field in fields(kind)}

    def decode(found: dict[str, Any]) -> Any:
        return kind(**{name: decoders[name](value) for name, value in found.items() if name in decoders})

    return decode


def _plain(value: Any) -> events.Value:
    if isinstance(value, list):
        return tuple(str(part) for part in value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return cast("events.Value", value)
