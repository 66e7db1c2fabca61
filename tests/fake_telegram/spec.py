"""The Bot API's specification, compiled once into one closure per method.

A compiled method takes the raw parameters of a request (strings from a form, or values of a JSON body) and
returns them decoded, or raises a `Violation` in Telegram's style. Unknown fields are refused, on purpose:
Telegram ignores them, and so hides a misspelt parameter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.fake_telegram.errors import Violation

Check = Callable[[Any], Any]
Decode = Callable[[str], Any]


class Mismatch(Exception):
    """A nested value is not of its type; `what` names the innermost object in words."""

    def __init__(self, what: str, detail: str) -> None:
        super().__init__(f"{what}: {detail}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file sent as one part of a multipart body."""

    name: str
    content: bytes
    mime_type: str


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter of a method."""

    name: str
    decode: Decode
    check: Check

    def read(self, raw: Any) -> Any:
        try:
            value = self.decode(raw) if isinstance(raw, str) else raw
        except ValueError:
            raise Violation(f"can't parse {noun(self.name)}") from None
        try:
            return self.check(value)
        except Mismatch as error:
            raise Violation(f"can't parse {error}") from None


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its parameters and which of them are required."""

    name: str
    fields: dict[str, Field]
    required: tuple[str, ...]
    sends_message: bool
    returns: Check

    def read(self, raw: dict[str, Any]) -> dict[str, Any]:
        """The decoded parameters; raises `Violation`. A JSON null counts as absent."""
        params: dict[str, Any] = {}
        for name, value in raw.items():
            field = self.fields.get(name)
            if field is None:
                raise Violation(f'unknown field "{name}" in {self.name}')
            if value is not None:
                params[name] = field.read(value)
        for name in self.required:
            if params.get(name) in (None, "") and (name, params.get(name)) != ("url", ""):
                raise Violation(MISSING.get(name, f"{name} is empty"))
        return params


MISSING = {
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
}
NOUNS = {"reply_markup": "reply keyboard markup JSON object"}
TRUE, FALSE = {"true", "1", "yes"}, {"false", "0", "no", ""}


def noun(name: str) -> str:
    return NOUNS.get(name, f"{name.replace('_', ' ')} JSON object")


def words(type_name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r" \1", type_name).lower()


def decode_integer(raw: str) -> int:
    if not re.fullmatch(r"-?\d{1,19}", raw):
        raise ValueError(raw)
    return int(raw)


def decode_boolean(raw: str) -> bool:
    if raw.lower() in TRUE:
        return True
    if raw.lower() in FALSE:
        return False
    raise ValueError(raw)


def decode_id(raw: str) -> int | str:
    return int(raw) if re.fullmatch(r"-?\d{1,19}", raw) else raw


def check_scalar(kind: str, accepts: tuple[type, ...], value: Any) -> Any:
    if type(value) not in accepts:
        raise Mismatch("value", f"{kind} expected, {type(value).__name__} given")
    return value


def check_true(value: Any) -> Any:
    if value is not True:
        raise Mismatch("value", "True expected")
    return value


SCALARS: dict[str, Check] = {
    "Anything": lambda value: value,
    "Integer": partial(check_scalar, "Integer", (int,)),
    "Float": partial(check_scalar, "Float", (int, float)),
    "String": partial(check_scalar, "String", (str,)),
    "Boolean": partial(check_scalar, "Boolean", (bool,)),
    "True": check_true,
    "InputFile": partial(check_scalar, "InputFile", (Upload, str)),
    "Integer or String": partial(check_scalar, "Integer or String", (int, str)),
    "InputFile or String": partial(check_scalar, "InputFile or String", (Upload, str)),
}
DECODERS: dict[str, Decode] = {
    "Integer": decode_integer,
    "Float": float,
    "String": str,
    "Boolean": decode_boolean,
    "True": decode_boolean,
    "Integer or String": decode_id,
    "InputFile": str,
    "InputFile or String": str,
}


class Types:
    """Compiles each object type once; the types refer to each other through this table."""

    def __init__(self, types: dict[str, Any]) -> None:
        self._types = types
        self._compiled: dict[str, Check] = {}

    def __contains__(self, type_name: str) -> bool:
        return type_name in self._types

    def check(self, type_name: str) -> Check:
        """The check of any type expression: `String`, `Array of X`, `X or Y`, `X, Y and Z`, an object's name."""
        if type_name in SCALARS:
            return SCALARS[type_name]
        if type_name.startswith("Array of "):
            return partial(check_array, self.check(type_name.removeprefix("Array of ")))
        alternatives = re.split(r", | and | or ", type_name)
        if len(alternatives) > 1:
            return self._union(alternatives)
        return partial(self._late, type_name)

    def _late(self, type_name: str, value: Any) -> Any:
        if type_name not in self._compiled:
            self._compiled[type_name] = self._compile(type_name)
        return self._compiled[type_name](value)

    def _compile(self, type_name: str) -> Check:
        subtypes = self._subtypes(type_name)
        if type_name == "RichText":
            return self._union(["String", "Array of RichText", *subtypes])
        if subtypes:
            return self._union(subtypes)
        fields = {name: self.check(field["type"]) for name, field in self._fields(type_name).items()}
        required = tuple(name for name, field in self._fields(type_name).items() if field["required"])
        return partial(check_object, words(type_name), fields, required)

    def _union(self, alternatives: list[str]) -> Check:
        known = [(frozenset(self._fields(name)), self.check(name)) for name in alternatives]
        return partial(check_union, known)

    def _fields(self, type_name: str) -> dict[str, Any]:
        fields: dict[str, Any] = self._types.get(type_name, {}).get("fields", {})
        return fields

    def _subtypes(self, type_name: str) -> list[str]:
        if self._fields(type_name):
            return []
        return re.findall(r"^ - (\w+)$", self._types[type_name]["description"], re.MULTILINE)


def check_array(item: Check, value: Any) -> Any:
    if type(value) is not list:
        raise Mismatch("value", "Array expected")
    return [item(one) for one in value]


def check_object(what: str, fields: dict[str, Check], required: tuple[str, ...], value: Any) -> Any:
    if type(value) is not dict:
        raise Mismatch(what, "Object expected")
    for name, item in value.items():
        if name not in fields:
            raise Mismatch(what, f'unknown field "{name}"')
        try:
            fields[name](item)
        except Mismatch as error:
            if str(error).startswith("value: "):
                raise Mismatch(what, f'field "{name}": {str(error).removeprefix("value: ")}') from None
            raise
    for name in required:
        if name not in value:
            raise Mismatch(what, f'can\'t find field "{name}"')
    return value


def check_union(known: list[tuple[frozenset[str], Check]], value: Any) -> Any:
    """The first alternative that fits; else the complaint of the one that shares most fields with the value."""
    keys = value.keys() if type(value) is dict else frozenset()
    first: Mismatch | None = None
    for _, check in sorted(known, key=lambda one: -len(one[0] & keys)):
        try:
            return check(value)
        except Mismatch as error:
            first = first or error
    raise first or Mismatch("value", "no alternative fits")


class Spec:
    """Every method of the Bot API, ready to read requests."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_text(encoding="utf-8"))
        self.version: str = document["version"]
        self._types = Types(document["types"])
        self._methods = {name.lower(): self._method(name, body) for name, body in document["methods"].items()}

    def method(self, name: str) -> Method:
        """Method names are case-insensitive, as with Telegram. Raises `Violation` (404)."""
        try:
            return self._methods[name.lower()]
        except KeyError:
            raise Violation("Not Found", status=404) from None

    def _method(self, name: str, body: dict[str, Any]) -> Method:
        fields = {
            key: Field(key, DECODERS.get(field["type"], json.loads), self._types.check(field["type"]))
            for key, field in body["fields"].items()
        }
        required = tuple(key for key, field in body["fields"].items() if field["required"])
        sends = "sent Message is returned" in body["description"] and "chat_id" in required
        return Method(name, fields, required, sends, self._types.check(self._returned(body["description"])))

    def _returned(self, description: str) -> str:
        """What a method answers with, as a type: the types that the sentences about it name."""
        said = " ".join(sentence for sentence in description.split(". ") if "return" in sentence.lower())
        known = [
            array + name
            for array, name in re.findall(r"(Array of )?\b([A-Z]\w+)", said)
            if name in self._types or name in SCALARS
        ]
        return " or ".join(known) or "Anything"

    def check(self, type_name: str, value: Any) -> None:
        """Raises `Mismatch` if a value is not of a type."""
        self._types.check(type_name)(value)
