"""
The kinds of files that authors write, each with what reads it, as JSON Schemas for their editors.

What only the checks know, because it is about several files, is added here from the tables that the checks read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from bot.content import articles, coverage, flows, service, words
from bot.content.about import describe
from bot.content.form import Form
from bot.content.rules_words import REPAIR_COMMANDS, REPAIR_LABELS, REPAIR_TEXTS
from bot.content.schema import Schema, schema_of
from bot.core.calls import OPERATIONS, Operation
from bot.diagnosis.codes import Code
from bot.rehearsal import cases

#: Kind of file -> reads one.
SCHEMAS: Final[Mapping[str, Callable[[Form], object]]] = {
    "flow": lambda form: flows.parse_flow(form, "", ""),
    "words": lambda form: words.parse_flow_texts(form, "", "", ""),
    "article": lambda form: articles.parse_article(form, "", ""),
    "article-words": lambda form: articles.parse_article_texts(form, "", ""),
    "service": service.parse_service,
    "repair": lambda form: words.parse_repair(form, ""),
    "none": words.parse_none,
    "understood": lambda form: words.parse_understood(form, ""),
    "complaints": lambda form: words.parse_complaints(form, "", "", ""),
    "coverage": coverage.parse_coverage,
    "conversation-test": lambda form: list(cases.parse_cases(form, Path())),
}
#: Mappings of the engine's words -> the keys that each must have.
_ENGINE: Final[Mapping[str, tuple[str, ...]]] = {
    "texts": REPAIR_TEXTS,
    "labels": REPAIR_LABELS,
    "commands": REPAIR_COMMANDS,
    "findings": tuple(Code),
}


def schema(kind: str) -> Schema:
    """
    Write the schema of a kind of file.

    Args:
        kind: A key of `SCHEMAS`.

    Returns:
        A JSON Schema, draft 7, with a description of every key.
    """
    found: Schema = json.loads(json.dumps(schema_of(SCHEMAS[kind])))
    if kind == "flow":
        _name_operations(found)
    if kind == "repair":
        _name_engine_words(found)
    found["title"] = f"Sparekey: {kind}"
    describe(found, (kind,))
    return found


def _name_operations(found: Schema) -> None:
    """Tell which arguments and outcomes each operation has."""
    (call,) = (
        way["then"]
        for way in found["properties"]["states"]["additionalProperties"]["allOf"]
        if way["if"] == {"required": ["call"]}
    )
    call["properties"]["call"] = {"enum": list(OPERATIONS)}
    call["allOf"] = [_of_operation(operation) for operation in OPERATIONS.values()]


def _of_operation(operation: Operation) -> Schema:
    return {
        "if": {"properties": {"call": {"const": operation.name}}, "required": ["call"]},
        "then": {
            "properties": {
                "with": _exactly(operation.arguments),
                "outcomes": _exactly([outcome.value for outcome in operation.outcomes]),
            },
            "required": ["with"] if operation.arguments else [],
        },
    }


def _exactly(keys: Any) -> Schema:
    return {
        "properties": {key: {} for key in keys},
        "required": list(keys),
        "additionalProperties": False,
    }


def _name_engine_words(found: Schema) -> None:
    for key, names in _ENGINE.items():
        words_of = found["properties"][key]
        each = words_of["additionalProperties"]
        found["properties"][key] = words_of | _exactly(names) | {"properties": dict.fromkeys(names, each)}
