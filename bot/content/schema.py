"""
JSON Schemas of the files, taken from the very functions that read them.

A reader is run on a form that is not there. The form notes every key that is asked for and how, and answers with a
neutral value. Where a reader looks before it reads (is the key there? which kind of state is it? a text or a list?) it
is run once for each answer. So a key that is added to a reader is in the schema.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from bot.content.form import DURATION, ID, Form, Shape
from bot.content.problem import Report
from bot.content.yaml_reader import Map
from bot.core.conditions import Condition
from bot.core.conditions import parse as parse_condition
from bot.core.texts import Text

#: What editors' YAML support takes everywhere; later drafts it ignores in part.
DRAFT: Final = "http://json-schema.org/draft-07/schema#"
#: Stands for a key, and for a text, that the author chooses.
ANY: Final = "any"

#: Keys from the top of the file; `ANY` for what the author names, and for the entries of a list.
Path = tuple[str, ...]
Schema = dict[str, Any]
_Enum = TypeVar("_Enum", bound=StrEnum)
_T = TypeVar("_T")

_TEXT: Final[Schema] = {"type": "string", "pattern": r"\S"}
_ID: Final[Schema] = {"type": "string", "pattern": f"^{ID.pattern}$"}
_DAY: Final[Schema] = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_DURATION: Final[Schema] = {"type": "string", "pattern": f"^{DURATION.pattern}$"}
_EMPTY: Final[Schema] = {"type": "object", "additionalProperties": False}


@dataclass(frozen=True, slots=True)
class _Question:
    """Something that a reader looks at before it reads."""

    path: Path
    #: The key, or empty: the kind of the mapping.
    key: str
    #: Whether the key is there, not how it is written.
    there: bool = False


@dataclass(slots=True)
class _Run:
    """One run of a reader."""

    #: What is answered otherwise than the first time the question came up.
    answers: Mapping[_Question, object]
    #: Every question -> what may be answered.
    asked: dict[_Question, tuple[object, ...]] = field(default_factory=dict)
    #: Mapping -> key -> its schema; `$ref` is a path, until the schemas are put together.
    seen: dict[Path, dict[str, Schema]] = field(default_factory=dict)
    #: Mapping -> the key that is its kind.
    kinds: dict[Path, str] = field(default_factory=dict)
    #: Mapping -> what holds of it as a whole.
    rules: dict[Path, Schema] = field(default_factory=dict)

    def answer(self, question: _Question, options: tuple[object, ...]) -> object:
        self.asked[question] = options
        return self.answers.get(question, options[0])


class _Absent(Form):
    """A form that notes what is asked of it."""

    def __init__(self, run: _Run, path: Path = ()) -> None:
        super().__init__(Map({}, 1), Report(""), *path)
        self._run = run
        self._path = path
        run.seen.setdefault(path, {})

    def has(self, key: str) -> bool:
        return self._run.answer(_Question(self._path, key, there=True), (True, False)) is True

    def present(self, keys: Iterable[str]) -> tuple[str, ...]:
        options = tuple(keys)
        kind = self._run.answer(_Question(self._path, ""), options)
        self._run.kinds[self._path] = str(kind)
        return (str(kind),)

    def shape(self, key: str, *expected: Shape) -> Shape:
        found = self._run.answer(_Question(self._path, key), expected)
        return next(one for one in expected if one == found)

    def together(self, one: str, other: str) -> None:
        self._run.rules[self._path] = {"dependencies": {one: [other], other: [one]}}

    def named(self, *where: str) -> Form:  # noqa: ARG002 - nothing is reported
        return self

    def names(self) -> tuple[str, ...]:
        return (ANY,)

    def id_names(self) -> tuple[str, ...]:
        self._run.rules[self._path] = {"propertyNames": _ID}
        return (ANY,)

    def ids(self, key: str) -> dict[str, str]:
        found = super().ids(key)
        self._run.rules[(*self._path, key)]["minProperties"] = 1
        return found

    def text(self, key: str) -> str:
        return self._note(key, _TEXT, ANY)

    def id(self, key: str) -> str:
        return self._note(key, _ID, ANY)

    def word(self, key: str, allowed: Collection[str], fault: str) -> str:  # noqa: ARG002 - the same
        return self._note(key, {"enum": list(allowed)}, ANY)

    def number(self, key: str) -> int | float:
        return self._note(key, {"type": "number"}, 1)

    def flag(self, key: str) -> bool:
        return self.has(key) and self._note(key, {"type": "boolean"}, value=True)

    def enum(self, key: str, kind: type[_Enum], default: _Enum) -> _Enum:
        return self._note(key, {"enum": [word.value for word in kind]}, default) if self.has(key) else default

    def enums(self, key: str, kind: type[_Enum]) -> tuple[_Enum, ...]:
        words = {"enum": [word.value for word in kind]}
        return self._note(key, {"type": "array", "items": words}, ())

    def day(self, key: str) -> date:
        return self._note(key, _DAY, date.min)

    def duration(self, key: str) -> timedelta:
        return self._note(key, _DURATION, timedelta(seconds=1))

    def condition(self, key: str) -> Condition:
        return self._note(key, _TEXT, parse_condition("true"))

    def template(self, key: str) -> Text:
        return self._note(key, _TEXT, Text(""))

    def texts(self, key: str) -> tuple[str, ...]:
        return self._note(key, {"type": "array", "items": _TEXT}, (ANY,))

    def id_list(self, key: str) -> tuple[str, ...]:
        ids = {"type": "array", "items": _ID, "minItems": 1, "uniqueItems": True}
        return self._note(key, ids, (ANY,))

    def form(self, key: str) -> Form:
        self._note(key, {"$ref": (*self._path, key)}, None)
        return _Absent(self._run, (*self._path, key))

    def forms(self, key: str) -> Iterator[Form]:
        self._note(key, {"type": "array", "items": {"$ref": (*self._path, key, ANY)}}, None)
        yield _Absent(self._run, (*self._path, key, ANY))

    def _integer(self, key: str, least: int, default: int) -> int:
        return self._note(key, {"type": "integer", "minimum": least}, default)

    def _note(self, key: str, schema: Schema, value: _T) -> _T:
        self._run.seen[self._path][key] = schema
        return value


def schema_of(read: Callable[[Form], object]) -> Schema:
    """
    Find out what a reader reads.

    Args:
        read: Reads one file from a form.

    Returns:
        A JSON Schema (draft 7) without descriptions.
    """
    runs: list[_Run] = []
    waiting: list[tuple[Mapping[_Question, object], Collection[_Question]]] = [({}, ())]
    while waiting:
        answers, known = waiting.pop(0)
        run = _Run(answers)
        read(_Absent(run))
        runs.append(run)
        for question in [one for one in run.asked if one not in known and one not in answers]:
            # Another kind of mapping: whatever is asked of it is new, even if another kind asked it too.
            asked = run.asked.keys() if question.key else ()
            waiting.extend(({**answers, question: other}, asked) for other in run.asked[question][1:])
    return {"$schema": DRAFT, **_mapping((), runs)}


def _mapping(path: Path, runs: Sequence[_Run]) -> Schema:
    """Put together what the runs saw of one mapping."""
    seen = [run for run in runs if path in run.seen]
    rules = {key: rule for run in seen for key, rule in run.rules.get(path, {}).items()}
    kinds = dict.fromkeys(run.kinds[path] for run in seen if path in run.kinds)
    if not kinds:
        return _among(_variants(path, seen, runs)) | rules
    ways = []
    for kind in kinds:
        (variant,) = _variants(path, [run for run in seen if run.kinds.get(path) == kind], runs)
        variant["required"] = sorted({*variant.get("required", ()), kind})
        ways.append({"if": {"required": [kind]}, "then": variant})
    return {
        "type": "object",
        "properties": {kind: {} for kind in kinds},
        "oneOf": [{"required": [kind]} for kind in kinds],
        "allOf": ways,
        **rules,
    }


def _variants(path: Path, seen: Sequence[_Run], runs: Sequence[_Run]) -> list[Schema]:
    """Return the largest sets of keys that were read together; one, unless a key excludes others."""
    sets = dict.fromkeys(frozenset(run.seen[path]) for run in seen)
    return [_variant(path, keys, seen, runs) for keys in sets if not any(keys < others for others in sets)]


def _variant(path: Path, keys: frozenset[str], seen: Sequence[_Run], runs: Sequence[_Run]) -> Schema:
    read: dict[str, list[Schema]] = {key: [] for run in seen for key in run.seen[path] if key in keys}
    for run in seen:
        for key in read.keys() & run.seen[path].keys():
            if (found := run.seen[path][key]) not in read[key]:
                read[key].append(found)
    needed = sorted(key for key in read if key != ANY and _needed(path, key, keys, seen))
    properties = {key: _value(schemas, runs) for key, schemas in read.items()}
    variant: Schema = {"type": "object", "additionalProperties": properties.pop(ANY, False)}
    variant |= {"properties": properties} if properties else {}
    return variant | ({"required": needed} if needed else {})


def _needed(path: Path, key: str, keys: frozenset[str], seen: Sequence[_Run]) -> bool:
    """Tell whether a key was read without a look whether it is there, or whether others are read in its place."""
    question = _Question(path, key, there=True)
    for run in seen:
        if run.answers.get(question) is False and not run.seen[path].keys() <= keys:
            return True
    return any(key in run.seen[path] and question not in run.asked for run in seen)


def _value(schemas: Sequence[Schema], runs: Sequence[_Run]) -> Schema:
    """Put the mappings in; one that nothing may stand in is none."""
    found = [_resolved(schema, runs) for schema in schemas]
    return _among([schema for schema in found if schema != _EMPTY] or found)


def _resolved(schema: Schema, runs: Sequence[_Run]) -> Schema:
    if "$ref" in schema:
        return _mapping(schema["$ref"], runs)
    return {**schema, "items": _resolved(schema["items"], runs)} if "items" in schema else schema


def _among(schemas: list[Schema]) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
