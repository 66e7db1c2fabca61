"""
What a JSON Schema of draft 7 says of a value: the keywords that our schemas use; any other is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.content.yaml_reader import Map, Node, Scalar

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
_SILENT = {"$schema", "title", "description", "then"}


def plain(node: Node) -> Any:
    """The value of a node as an editor sees it."""
    match node:
        case Scalar():
            return node.value
        case Map():
            return {key: plain(inner) for key, inner in node.items.items()}
        case _:
            return [plain(item) for item in node.items]


def faults(schema: dict[str, Any], value: Any, where: str = "") -> list[str]:
    """Everything that a schema refuses."""
    return [
        fault
        for keyword, rule in schema.items()
        if keyword not in _SILENT
        for fault in _faults(keyword, rule, schema, value, where)
    ]


def _faults(keyword: str, rule: Any, schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
    match keyword:
        case "type":
            if not isinstance(value, _TYPES[rule]) or (isinstance(value, bool) and rule != "boolean"):
                yield f"{where}: {value!r} is no {rule}"
        case "enum" | "const":
            if value not in (rule if keyword == "enum" else [rule]):
                yield f"{where}: {value!r} is none of {rule}"
        case "anyOf":
            if all(faults(one, value) for one in rule):
                yield f"{where}: {value!r} is none of several"
        case "oneOf":
            if sum(not faults(one, value) for one in rule) != 1:
                yield f"{where}: not exactly one of several"
        case "allOf":
            for one in rule:
                yield from faults(one, value, where)
        case "if":
            if not faults(rule, value):
                yield from faults(schema["then"], value, where)
        case "pattern":
            if isinstance(value, str) and not re.search(rule, value):
                yield f"{where}: {value!r} does not match {rule}"
        case "minimum":
            if isinstance(value, int | float) and value < rule:
                yield f"{where}: {value} is below {rule}"
        case "items" | "minItems" | "uniqueItems":
            yield from _of_list(keyword, rule, value, where)
        case _:
            yield from _of_mapping(keyword, rule, schema, value, where)


def _of_list(keyword: str, rule: Any, value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, list):
        return
    if keyword == "items":
        for number, item in enumerate(value):
            yield from faults(rule, item, f"{where}.{number}")
    elif len(value) < rule if keyword == "minItems" else len(set(value)) < len(value):
        yield f"{where}: {keyword}"


def _of_mapping(keyword: str, rule: Any, schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    match keyword:
        case "required":
            yield from (f"{where}: {key!r} is missing" for key in rule if key not in value)
        case "properties":
            for key in rule.keys() & value.keys():
                yield from faults(rule[key], value[key], f"{where}.{key}")
        case "additionalProperties":
            for key in value.keys() - schema.get("properties", {}).keys():
                found = (
                    faults(rule, value[key], f"{where}.{key}") if rule else [f"{where}: {key!r} is unknown"]
                )
                yield from found
        case "propertyNames":
            for key in value:
                yield from faults(rule, key, f"{where}.{key}")
        case "minProperties":
            if len(value) < rule:
                yield f"{where}: is empty"
        case "dependencies":
            for key in rule.keys() & value.keys():
                yield from (
                    f"{where}: {key!r} without {other!r}" for other in rule[key] if other not in value
                )
        case _:
            raise AssertionError(f"keyword {keyword!r} is not known here")
